"""Modules and folders of modules, rendered by real Ansible."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests import hostile
from tests.unit.roles import play
from tests.unit.roles.play import MACHINE, Literal, host

SHA512 = "ab" * 64
INVENTORY: dict[str, Any] = {
    "all": {
        "vars": {"cluster_name": "demo"},
        "hosts": {"frontend001": host("10.0.0.1"), "compute001": host("10.0.0.11")},
        "children": {
            "lmod_node": {"hosts": {"frontend001": {}, "compute001": {}}},
            "lmod_builder": {"hosts": {"frontend001": {}}},
            "lmod": {"children": {"lmod_node": {}, "lmod_builder": {}}},
        },
    }
}
OWN = "/usr/local/lib/ectf/lmod/modules"


def files(folder: Path, place: str = "compute001", what: str = "__lmod_files", **variables: Any) -> Any:
    """What host `place` would get, {path: text}."""
    keep = {"keep_json": {"text": f"{{{{ {what} | to_json }}}}", "path": str(folder / "files.json")}}
    steps = play.of_role("lmod", place, variables=variables)
    role = {"name": "lmod", "tasks_from": "kept"}
    # The role's own tasks alone find its templates by their name.
    own = folder / "lmod"
    own.mkdir(exist_ok=True)
    for name in ("defaults", "meta", "templates", "vars"):
        (own / name).symlink_to(play.REPOSITORY / "roles" / "lmod" / name)
    (own / "tasks").mkdir()
    (own / "tasks" / "kept.yml").write_text(json.dumps([keep]), encoding="utf-8")
    steps["tasks"].append({"ansible.builtin.include_role": {**role, "name": str(own)}})
    ended = play.run(folder, INVENTORY, [play.given(MACHINE), steps])
    assert ended.code == 0, ended.output[-3000:]
    rows = json.loads((folder / "files.json").read_text(encoding="utf-8"))
    return {row["path"]: row["content"] for row in rows}


def strings(text: str) -> list[str]:
    """The strings of a Lua text, as Lua reads them."""
    meaning = {"n": "\n", "r": "\r", '"': '"', "\\": "\\"}
    found = re.findall(r'"((?:[^"\\\n\r]|\\.)*)"', text)
    return [re.sub(r"\\(.)", lambda one: meaning[one[1]], one) for one in found]


def test_folders_of_modules_stand_in_order(tmp_path: Path) -> None:
    found = files(tmp_path, lmod_paths=["/shared/modules", "/opt/m"], lmod_software_folder="/shared/software")
    assert found["/etc/lmod/modulespath"].splitlines()[1:] == [
        OWN,
        "/shared/modules",
        "/opt/m",
        "/shared/software/easybuild/modules/all",
        "/shared/software/spack/modules",
        "/etc/lmod/modules",
        "/usr/share/lmod/lmod/modulefiles",
    ]


ORCA = {
    "name": "chem/orca",
    "version": "6.0",
    "description": "Quantum chemistry",
    "needs": ["openmpi/4.1"],
    "paths": {"PATH": ["/opt/orca/bin", "/opt/orca/scripts"]},
    "variables": {"ORCA_THREADS": 4},
    "lua": 'family("orca")',
}


def test_a_module(tmp_path: Path) -> None:
    found = files(tmp_path, lmod_modules=[ORCA])
    assert found[f"{OWN}/chem/orca/6.0.lua"] == (
        "-- Written by ectf; changes made here are lost.\n"
        'whatis("Quantum chemistry")\n'
        'help("Quantum chemistry")\n'
        'depends_on("openmpi/4.1")\n'
        'prepend_path("PATH", "/opt/orca/scripts")\n'
        'prepend_path("PATH", "/opt/orca/bin")\n'
        'setenv("ORCA_THREADS", "4")\n'
        'family("orca")\n'
    )
    assert "module is-avail chem/orca/6.0 ||" in found["/usr/local/lib/ectf/health/lmod"]


def test_builders_have_modules_of_what_builds(tmp_path: Path) -> None:
    found = files(tmp_path, "frontend001", lmod_spack_archive_sha512=SHA512)
    easybuild, spack = found[f"{OWN}/easybuild/5.4.1.lua"], found[f"{OWN}/spack/0.23.1.lua"]
    assert 'prepend_path("PATH", "/opt/easybuild-5.4.1/command")' in easybuild
    assert 'setenv("EASYBUILD_PREFIX", "/opt/software/easybuild")' in easybuild
    assert 'prepend_path("PATH", "/opt/spack-0.23.1/bin")' in spack


def test_without_an_archive_there_is_no_spack_and_other_hosts_build_nothing(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert [path for path in files(tmp_path, "frontend001") if "spack" in path] == []
    found = files(tmp_path / "other", lmod_spack_archive_sha512=SHA512)
    assert [path for path in found if path.startswith(OWN)] == []


def test_spack_is_told_where_things_go(tmp_path: Path) -> None:
    found = files(tmp_path, what="__lmod_spack_files", lmod_software_folder="/shared/software")
    config = yaml.safe_load(found["/opt/spack-0.23.1/etc/spack/config.yaml"])["config"]
    modules = yaml.safe_load(found["/opt/spack-0.23.1/etc/spack/modules.yaml"])["modules"]["default"]
    assert config["install_tree"] == {"root": "/shared/software/spack/software"}
    # The folder that `modulespath` names.
    assert modules["roots"] == {"tcl": "/shared/software/spack/modules"} and modules["arch_folder"] is False


def test_texts_arrive_as_they_are(tmp_path: Path) -> None:
    texts = [text for text in hostile.EVERYTHING.values() if text]
    given = [Literal(text) if "{" in text else text for text in texts]
    modules: list[dict[str, Any]] = [
        {"name": f"m{i}", "version": "1", "description": text} for i, text in enumerate(given)
    ]
    one_line = [i for i, text in enumerate(texts) if text in hostile.HOSTILE.values()]
    for i in one_line:
        modules[i] |= {"variables": {"X": given[i]}, "paths": {"Y": [given[i]]}}
    found = files(tmp_path, lmod_modules=modules)
    for i, text in enumerate(texts):
        rest = ["Y", text, "X", text] if i in one_line else []
        assert strings(found[f"{OWN}/m{i}/1.lua"]) == [text, text, *rest]


NASTY = [
    hostile.EVERYTHING[name]
    for name in ("jinja expression", "shell substitution", "newlines", "single quotes", "accents")
]
REFUSED: list[Mapping[str, Any]] = [
    {variable: Literal(text)}
    for variable in (
        "lmod_software_folder",
        "lmod_software_group",
        "lmod_easybuild_version",
        "lmod_easybuild_wheels",
        "lmod_spack_version",
        "lmod_spack_archive",
        "lmod_spack_archive_url",
        "lmod_spack_archive_sha512",
    )
    for text in NASTY
]
REFUSED += [{"lmod_paths": [Literal(text)]} for text in [*NASTY, "relative", "/", "/a/../b", ""]]
REFUSED += [
    {"lmod_modules": [{**ORCA, key: value}]}
    for text in (*NASTY, "../x", "")
    for key, value in (
        ("name", Literal(text) if text else ""),
        ("version", Literal(text) if text else ""),
        ("needs", [Literal(text) if text else "a b"]),
        ("paths", {Literal(text): ["/x"]}),
        ("variables", {Literal(text): "x"}),
    )
]
REFUSED += [
    {"lmod_modules": modules}
    for modules in (
        [ORCA, ORCA],
        [{"name": "x"}],
        [{"name": "spack", "version": "1"}],
        [{**ORCA, "paths": {"PATH": "/x"}}],
        [{**ORCA, "paths": {"PATH": [{"a": "b"}]}}],
        [{**ORCA, "paths": {"PATH": ["/x\ntouch /tmp/bad"]}}],
        [{**ORCA, "variables": {"X": "x\ntouch /tmp/bad"}}],
        [{**ORCA, "variables": {"X": "x\rtouch /tmp/bad"}}],
        [{**ORCA, "variables": {"X": ["a"]}}],
        [{**ORCA, "variables": {"X": {"a": "b"}}}],
        [{**ORCA, "other": 1}],
    )
]


def test_what_can_be_no_module_is_refused(tmp_path: Path) -> None:
    good: list[Mapping[str, Any]] = [{}, {"lmod_modules": [ORCA, {"name": "a", "version": "1"}]}]
    passed = play.accepted(tmp_path, INVENTORY, "lmod", "lmod_builder", [*REFUSED, *good])
    assert passed == [len(REFUSED), len(REFUSED) + 1]
