"""The module that writes several files, run by real Ansible in a folder of ours."""

import grp
import importlib.util
import json
import os
import pwd
import stat
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.unit.roles import play
from tests.unit.roles.play import PLUGINS, host

ME = {
    "owner": pwd.getpwuid(os.getuid()).pw_name,
    "group": grp.getgrgid(os.getgid()).gr_name,
}


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ectf_files", PLUGINS / "module" / "ectf_files.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


merge = load().merge


def calls(folder: Path, *arguments: dict[str, Any], words: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Call the module several times in a row; give what each returned."""
    tasks: list[dict[str, Any]] = []
    for index, given in enumerate(arguments):
        tasks.append({"ectf_files": given, "register": f"call{index}", "ignore_errors": True, "diff": True})
    names = ", ".join(f"call{index}" for index in range(len(arguments)))
    dest = {"content": f"{{{{ [{names}] | to_json }}}}", "dest": str(folder / "results.json"), "mode": "0600"}
    tasks.append({"ansible.builtin.copy": dest, "check_mode": False})
    inventory = {"all": {"hosts": {"here": host("127.0.0.1")}}}
    ended = play.run(folder, inventory, [{"hosts": "here", "gather_facts": False, "tasks": tasks}], *words)
    assert ended.code == 0, ended.output
    results: list[dict[str, Any]] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return results


def test_files_are_written_once(tmp_path: Path) -> None:
    secret, odd = tmp_path / "a" / "b" / "secret", tmp_path / "odd"
    odd.write_bytes(b"\xff\xfe old")
    files = [
        {"path": str(secret), "content": "{{ 'x' }}\n", "mode": "0400", **ME},
        {"path": str(odd), "content": "new\n", **ME},
    ]
    first, second = calls(tmp_path, {"files": files}, {"files": files})
    assert first["changed"] and first["written"] == [str(secret), str(odd)]
    assert not second["changed"] and second["written"] == []
    assert first["digest"] == second["digest"]
    assert stat.S_IMODE(secret.stat().st_mode) == 0o400
    assert secret.read_text(encoding="utf-8") == "x\n"
    assert [one["after"] for one in first["diff"]] == ["x\n", "new\n"]


def test_checking_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "file"
    (result,) = calls(tmp_path, {"files": [{"path": str(path), "content": "x", **ME}]}, words=("--check",))
    assert result["changed"]
    assert not path.parent.exists()


def test_a_mode_alone_is_a_change(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x", encoding="utf-8")
    path.chmod(0o600)
    (result,) = calls(tmp_path, {"files": [{"path": str(path), "content": "x", "mode": "0755", **ME}]})
    assert result["changed"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o755


def test_a_refused_text_does_not_replace_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("good\n", encoding="utf-8")
    one = {"path": str(path), "validate": ["grep", "-q", "good", "%s"], **ME}
    refused, taken = calls(
        tmp_path,
        {"files": [one | {"content": "bad\n"}]},
        {"files": [one | {"content": "good too\n"}]},
    )
    assert refused["failed"] and "left as it was" in refused["msg"]
    assert taken["changed"] and not taken.get("failed")
    assert path.read_text(encoding="utf-8") == "good too\n"


def test_a_digest_stands_for_what_counts(tmp_path: Path) -> None:
    def one(name: str, content: str, **others: object) -> dict[str, Any]:
        return {"path": str(tmp_path / name), "content": content, **ME, **others}

    first, same, other = calls(
        tmp_path,
        {"files": [one("a", "1"), one("b", "1", counts=False)]},
        {"files": [one("a", "1"), one("b", "2", counts=False)]},
        {"files": [one("a", "2"), one("b", "2", counts=False)]},
    )
    assert first["digest"] == same["digest"] != other["digest"]


def test_files_not_put_to_use_stay_a_change(tmp_path: Path) -> None:
    """Under a name that was never used. Remembering needs a host of its own: see the end-to-end tests."""
    files = [{"path": str(tmp_path / "a"), "content": "1", **ME}]
    first, second = calls(tmp_path, *[{"files": files, "record": f"test-{os.getpid()}"}] * 2)
    assert first["stale"] and second["stale"]
    assert second["changed"] and second["written"] == []


class Here:
    """This machine, as far as the module asks Ansible for it; remembers in a folder of the test's."""

    _diff = False

    def __init__(self, folder: Path, check_mode: bool = False) -> None:
        self.program = load()
        self.program.__dict__["RECORDS"] = folder / "records"
        self.tmpdir, self.check_mode = str(folder), check_mode
        self.params: dict[str, Any] = {}

    def selinux_default_context(self, path: str) -> list[str]:
        return []

    def set_fs_attributes_if_different(self, wanted: dict[str, Any], changed: bool) -> bool:
        return changed

    def atomic_move(self, source: str, target: str, unsafe_writes: bool) -> None:
        Path(source).replace(target)

    def call(self, digest: str = "", **contents: str) -> dict[str, Any]:
        """Bring files below the folder to these contents; the one called `health` does not count."""
        others = {"block": None, "owner": "root", "group": "root", "mode": "0644", "validate": None}
        files = [
            {"path": f"{self.tmpdir}/{name}", "content": content, "counts": name != "health", **others}
            for name, content in contents.items()
        ]
        self.params = {"files": files, "record": "daemon", "service": None, "digest": digest}
        result: dict[str, Any] = self.program.run(self)
        return result


def test_only_what_counts_is_to_be_put_to_use(tmp_path: Path) -> None:
    here = Here(tmp_path)
    first = here.call(settings="1", health="1")
    assert first["stale"]
    here.call(digest=first["digest"])
    again = here.call(settings="1", health="1")
    assert not again["changed"] and not again["stale"]
    new = here.call(settings="1", health="2")
    assert new["changed"] and not new["stale"]
    assert here.call(settings="2", health="2")["stale"]


def test_what_somebody_else_wrote_is_put_right_and_to_use(tmp_path: Path) -> None:
    here = Here(tmp_path)
    here.call(digest=here.call(settings="1", health="1")["digest"])
    (tmp_path / "health").write_text("theirs", encoding="utf-8")
    assert not here.call(settings="1", health="1")["stale"]
    (tmp_path / "settings").write_text("theirs", encoding="utf-8")
    assert Here(tmp_path, check_mode=True).call(settings="1", health="1")["stale"]
    assert here.program.RECORDS.joinpath("daemon").exists(), "a run that only checks forgets nothing"
    assert here.call(settings="1", health="1")["stale"]
    cut_off = here.call(settings="1", health="1")
    assert cut_off["written"] == [] and cut_off["stale"], "the run ended before the daemon had it"


BLOCKS = [
    ("an empty file", "", "# BEGIN ectf: x\nnew\n# END ectf: x\n"),
    ("no end of line", "a", "a\n# BEGIN ectf: x\nnew\n# END ectf: x\n"),
    (
        "in the middle",
        "a\n\n# BEGIN ectf: x\nold\n# END ectf: x\nb\n",
        "a\n\n# BEGIN ectf: x\nnew\n# END ectf: x\nb\n",
    ),
    ("half a block", "# BEGIN ectf: x\na\n", "# BEGIN ectf: x\na\n# BEGIN ectf: x\nnew\n# END ectf: x\n"),
    ("dropped lines", "127.0.1.1 me\n127.0.0.1 a\n", "127.0.0.1 a\n# BEGIN ectf: x\nnew\n# END ectf: x\n"),
    ("odd separators", "a\x0bb\u2028c\n", "a\x0bb\u2028c\n# BEGIN ectf: x\nnew\n# END ectf: x\n"),
]


@pytest.mark.parametrize(("text", "wanted"), [case[1:] for case in BLOCKS], ids=[case[0] for case in BLOCKS])
def test_a_block_leaves_the_rest_alone(text: str, wanted: str) -> None:
    drop = r"^127\.0\.1\.1\s"
    assert merge(text, "x", "new\n", drop) == wanted
    if "half" not in text:
        assert merge(wanted, "x", "new\n", drop) == wanted


def test_a_block_without_content_is_taken_out(tmp_path: Path) -> None:
    assert merge("a\n# BEGIN ectf: x\nold\n# END ectf: x\nb\n", "x", "", None) == "a\nb\n"
    assert merge("# BEGIN ectf: x\nold\n# END ectf: x\n", "x", "", None) == ""
    path = tmp_path / "none"
    (found,) = calls(tmp_path, {"files": [{"path": str(path), "content": "", "block": "x", **ME}]})
    assert not found["changed"] and not path.exists()
