"""What Ansible makes of inventory and variables, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import EVERYTHING
from tests.unit.roles import play, roles
from tests.unit.roles.play import MACHINE, Literal, host

SUM = "0123456789abcdef" * 4
GIVEN = {"openpbs_archive_url": "https://archive.example.org/pbs.tar.gz", "openpbs_archive_sha256": SUM}
WORKERS = {
    "compute001": host("10.0.0.11", memory_mb=1024),
    "compute002": {key: one for key, one in host("10.0.0.12", cpus=8).items() if key != "node_memory_mb"},
}
FILES = ("mom_config", "pbs.conf")
HARMFUL = [
    EVERYTHING[name]
    for name in (
        "jinja expression",
        "shell substitution",
        "double quotes",
        "spaces",
        "separators",
        "newlines",
    )
]
FLAGS = ("SERVER", "SCHED", "COMM", "MOM")


def inventory(**parts: list[str]) -> dict[str, Any]:
    """One frontend, two workers and a login host."""
    parts = {"server": ["frontend"], "worker": ["compute"], "submit": ["login"], **parts}
    groups: dict[str, Any] = {
        "frontend": {"hosts": {"frontend001": host("10.0.0.1")}},
        "login": {"hosts": {"login001": host("10.0.0.2")}},
        "compute": {"hosts": WORKERS},
        "openpbs": {"children": {f"openpbs_{part}": {} for part in parts}},
    }
    for part, members in parts.items():
        groups[f"openpbs_{part}"] = {"children": {group: {} for group in members}}
    return {"all": {"vars": {"cluster_name": "demo"}, "children": groups}}


def rendered(folder: Path, one: str, *words: str, parts: Any = None, **variables: Any) -> Any:
    """The files of one host, and the document that the program on the server gets."""
    folder.mkdir(exist_ok=True)
    # Templates are looked for beside the playbook too.
    (folder / "templates").symlink_to(roles.ROLES / "openpbs" / "templates")
    text = "{{ __openpbs_wanted | combine({'packages': __openpbs_packages}) | to_json }}"
    kept = {"keep_json": {"text": text, "path": str(folder / "wanted.json")}}
    tasks = [play.rendered("openpbs", FILES, folder / "texts.json"), kept]
    plays = [play.given(MACHINE), play.of_role("openpbs", one, *tasks, variables={**GIVEN, **variables})]
    ended = play.run(folder, inventory(**(parts or {})), plays, *words)
    assert ended.code == 0, ended.output
    return tuple(json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("texts", "wanted"))


def test_the_inventory_is_described_whole_in_a_limited_run(tmp_path: Path) -> None:
    texts, wanted = rendered(tmp_path, "frontend001", "--limit", "frontend001")
    assert wanted["nodes"] == {
        "compute001": {"resources_available.ncpus": 2, "resources_available.mem": "1048576kb"},
        "compute002": {"resources_available.ncpus": 8, "resources_available.mem": ""},
    }
    assert wanted["queue"] == "workq" and wanted["server_settings"]["flatuid"] is True
    assert "postgresql" in wanted["packages"] and "openssh-client" in wanted["packages"]
    assert texts["mom_config"].splitlines()[1:] == ["$clienthost frontend001", "$usecp *:/home /home"]


@pytest.mark.parametrize(
    ("one", "parts", "flags"),
    [
        ("frontend001", {}, "1110"),
        ("compute001", {}, "0001"),
        ("login001", {}, "0000"),
        ("frontend001", {"worker": ["frontend", "compute"]}, "1111"),
    ],
)
def test_pbs_conf_starts_what_the_host_is_for(one: str, parts: Any, flags: str, tmp_path: Path) -> None:
    texts, wanted = rendered(tmp_path, one, parts=parts)
    conf = dict(line.split("=", 1) for line in texts["pbs.conf"].splitlines()[1:])
    assert "".join(conf[f"PBS_START_{flag}"] for flag in FLAGS) == flags
    assert conf["PBS_SERVER"] == "frontend001"
    assert (conf["PBS_EXEC"], conf["PBS_HOME"]) == ("/opt/pbs", "/var/spool/pbs")
    assert ("postgresql" in wanted["packages"]) == flags.startswith("1")


def test_packages_of_a_site_by_part(tmp_path: Path) -> None:
    named = {"server": ["openpbs-server"], "worker": ["openpbs-execution"], "submit": ["openpbs-client"]}
    _, wanted = rendered(tmp_path, "login001", openpbs_archive_url="", openpbs_packages=named)
    assert wanted["packages"] == ["openpbs-client"]


def test_settings_are_literal(tmp_path: Path) -> None:
    odd = "a {{ 7*7 }} $(id); # ü"
    _, wanted = rendered(
        tmp_path,
        "frontend001",
        openpbs_queue="work",
        openpbs_server_settings={"comment": Literal(odd), "job_history_enable": False},
        openpbs_queue_settings={"resources_max.walltime": "10:00:00"},
    )
    assert wanted["server_settings"] == {
        "default_queue": "work", "scheduling": True, "flatuid": True, "job_history_enable": False, "comment": odd,
    }  # fmt: skip
    assert wanted["queue_settings"]["resources_max.walltime"] == "10:00:00"


REFUSED: list[dict[str, Any]] = [
    {"openpbs_archive_url": "", "openpbs_archive_sha256": ""},
    {"openpbs_archive_sha256": ""},
    {"openpbs_archive_sha256": SUM[1:]},
    {"openpbs_archive_url": "pbs.tar.gz"},
    {"openpbs_archive_url": "https://a b"},
    {"openpbs_packages": {"server": ["openpbs; id"]}},
    {"openpbs_packages": {"master": ["openpbs"]}},
    *({name: text} for name in ("openpbs_queue", "openpbs_prefix", "openpbs_home") for text in ("", "a b")),
    {"openpbs_queue_settings": {"bad key": "x"}},
    {"openpbs_queue_settings": {"comment": 'say "hi"'}},
    {"openpbs_server_settings": {"comment": "a\nset server x"}},
    {"openpbs_server_settings": {"comment": {"a": "b"}}},
    {"openpbs_settle_seconds": 0},
    {"openpbs_drain_seconds": -1},
    # Words of shell files and of mom's configuration: none of these texts is one.
    *(
        {name: Literal(text)}
        for name in ("openpbs_queue", "openpbs_prefix", "openpbs_home")
        for text in HARMFUL
    ),
    *({"openpbs_shared_paths": [Literal(text)]} for text in HARMFUL),
]


def test_what_openpbs_could_not_read_is_refused(tmp_path: Path) -> None:
    cases = [{**GIVEN, **one} for one in [*REFUSED, {}]]
    passed = play.accepted(tmp_path, inventory(), "openpbs", "openpbs_server", cases)
    assert [[*REFUSED, {}][index] for index in passed] == [{}], (
        "only the last one, with an archive alone, is good"
    )
