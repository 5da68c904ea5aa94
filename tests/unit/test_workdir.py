"""The work folder: whole files, pruning, modes, and the lock."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import workdir
from elasticluster_tf.clouds import Plugin
from elasticluster_tf.errors import EctfError, Refused
from elasticluster_tf.events import Event, Waiting
from elasticluster_tf.workdir import Workdir
from tests.builders import REPOSITORY, Told, write

PLUGIN = Plugin(source="ectf.local/ectf/thing", version="0.1.0", python_module="my.provider")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_paths(tmp_path: Path) -> None:
    found = workdir.find(tmp_path, "demo")
    assert found.path == tmp_path / ".ectf" / "demo"
    assert found.secret.parent == found.keep == found.path / "keep"


def test_work_folders_beside_a_file(tmp_path: Path) -> None:
    assert workdir.existing(tmp_path) == []
    for name in ("b", "a"):
        (tmp_path / ".ectf" / name / "keep").mkdir(parents=True)
    (tmp_path / ".ectf" / "half").mkdir()
    assert [one.path.name for one in workdir.existing(tmp_path)] == ["a", "b"]


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    place = Workdir(tmp_path)
    assert sorted(place.write({"main.tf": "1", "ansible/site.yml": "1"})) == ["ansible/site.yml", "main.tf"]
    before = (tmp_path / "main.tf").stat()
    assert place.write({"main.tf": "1", "ansible/site.yml": "2"}) == ["ansible/site.yml"]
    assert (tmp_path / "main.tf").stat().st_mtime_ns == before.st_mtime_ns
    assert (tmp_path / "main.tf").stat().st_ino == before.st_ino


def test_what_is_not_rendered_any_more_goes(tmp_path: Path) -> None:
    place = Workdir(tmp_path)
    place.write({"main.tf": "1", "modules/a/main.tf": "1", "ansible/roles/x/tasks/main.yml": "1"})
    other = {
        "keep/secret": "s", "runs/1/log": "l", "ansible/hosts.yml": "{}", "notes.txt": "mine", "known_hosts": "k",
        "ansible/library/__pycache__/x.pyc": "c",
    }  # fmt: skip
    write(tmp_path, other)
    wanted = {"main.tf": "1", "modules/b/main.tf": "1"}
    changed, gone = place.changes(wanted)
    assert (changed, gone) == (["modules/b/main.tf"], ["modules/a/main.tf", "ansible/roles/x/tasks/main.yml"])
    place.write(wanted)
    assert files(tmp_path) == {**other, **wanted}
    place.write({"modules/c/main.tf": "1"}, prune=False)
    assert "modules/b/main.tf" in files(tmp_path)


def test_modes(tmp_path: Path) -> None:
    place = Workdir(tmp_path)
    old = os.umask(0o077)
    try:
        place.write({"main.tf": "1", "ansible/inventory": "#!/bin/sh\n"}, prune=False)
        place.write({"keep/secret": "s"}, prune=False, private=True)
        place.write_machine_files((PLUGIN,))
    finally:
        os.umask(old)
    assert mode(tmp_path / "main.tf") == 0o644
    assert mode(tmp_path / "ansible/inventory") == 0o755
    assert mode(tmp_path / "keep/secret") == 0o600
    (launcher,) = tmp_path.rglob("terraform-provider-*")
    assert mode(launcher) == 0o755
    assert mode(place.new_run("up")) == 0o700


def test_a_private_file_was_never_open_to_others(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("old", encoding="utf-8")
    (tmp_path / "secret").chmod(0o644)
    workdir.write_whole(tmp_path / "secret", "new", 0o600)
    assert mode(tmp_path / "secret") == 0o600


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "state"
    workdir.write_whole(file, "old")
    with pytest.raises(UnicodeEncodeError):
        workdir.write_whole(file, "new" * 100_000 + "\udcff")
    assert file.read_text(encoding="utf-8") == "old"


def test_a_reader_sees_the_old_text_or_the_new_one(tmp_path: Path) -> None:
    file = tmp_path / "state"
    workdir.write_whole(file, "old")
    with file.open(encoding="utf-8") as reader:
        workdir.write_whole(file, "new text", sync=True)
        assert reader.read() == "old"
    assert files(tmp_path) == {"state": "new text"}


def test_a_folder_that_can_t_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "modules").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(EctfError, match="can't write the work folder") as caught:
        Workdir(tmp_path).write({"modules/a/main.tf": "1"})
    assert caught.value.where == str(tmp_path)


def test_machine_files_start_our_providers_with_our_python(tmp_path: Path) -> None:
    Workdir(tmp_path).write_machine_files((PLUGIN,), "leftovers/x")
    assert (tmp_path / "leftovers/x/python").read_text(encoding="utf-8") == sys.executable + "\n"
    (launcher,) = tmp_path.rglob("terraform-provider-thing_v0.1.0")
    parts = launcher.relative_to(tmp_path / "leftovers/x/terraform.d/plugins").parts
    assert parts[:4] == ("ectf.local", "ectf", "thing", "0.1.0")
    assert parts[4].startswith("linux_")
    (tmp_path / "leftovers/x/python").write_text("echo\n", encoding="utf-8")
    assert subprocess.check_output([str(launcher)], text=True, cwd="/").split() == ["-m", "my.provider"]


def test_the_rendered_half_of_a_cluster_that_is_gone(tmp_path: Path) -> None:
    kept = {"keep/secret": "s", "runs/1/log": "l"}
    write(
        tmp_path,
        {
            **kept,
            "modules/a": "",
            "ansible/b": "",
            "leftovers/c": "",
            "terraform.d/d": "",
            ".terraform/e": "",
        },
    )
    Workdir(tmp_path).remove_if_empty()
    assert files(tmp_path) == kept


# --- the lock ---


def refuse(event: Event) -> None:
    pytest.fail(f"nothing should be told: {event}")


def test_the_holder_is_named_while_the_lock_is_held(tmp_path: Path) -> None:
    place = Workdir(tmp_path / "new")
    assert place.holder() is None
    with place.lock("up", refuse) as descriptor:
        holder = place.holder()
        assert holder is not None
        assert holder["command"] == "up"
        assert holder["pid"] == str(os.getpid())
        assert holder["host"] == socket.gethostname()
        assert holder["since"].endswith("+00:00")
        assert os.fstat(descriptor).st_ino == (place.path / "lock").stat().st_ino
    assert place.holder() is None
    assert mode(place.path / "lock") == 0o600


def test_the_second_lock_is_refused_naming_the_first(tmp_path: Path) -> None:
    place = Workdir(tmp_path)
    with place.lock("up", refuse), pytest.raises(Refused) as caught, place.lock("down", refuse):
        pytest.fail("two runs at once")
    assert str(os.getpid()) in caught.value.message
    assert "`up` holds this cluster's lock" in caught.value.message
    assert "since 20" in caught.value.message
    with place.lock("down", refuse):
        pass


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Workdir(tmp_path).lock("up", refuse):
        raise ZeroDivisionError
    with Workdir(tmp_path).lock("up", refuse):
        pass


HOLD = """
import subprocess, sys
from pathlib import Path
from elasticluster_tf.workdir import Workdir
with Workdir(Path(sys.argv[1])).lock("up", print) as descriptor:
    child = subprocess.Popen(["sleep", "600"], pass_fds=(descriptor,)) if sys.argv[2] == "tool" else None
    print(child.pid if child else 0, flush=True)
    sys.stdin.read()
"""


@contextmanager
def another(folder: Path, kind: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Another ectf that holds the lock, with a tool of its own or alone; and the tool's process."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    ) as process:
        assert process.stdout is not None
        tool = int(process.stdout.readline())
        try:
            yield process, tool
        finally:
            process.kill()
            if tool:
                _end(tool)


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_another_process_is_refused_by_name(tmp_path: Path) -> None:
    with another(tmp_path, "alone") as (process, _), pytest.raises(Refused) as caught:
        Workdir(tmp_path).lock("plan", refuse).__enter__()
    assert f"process {process.pid} on {socket.gethostname()}" in caught.value.message


def test_a_killed_run_holds_nothing(tmp_path: Path) -> None:
    with another(tmp_path, "alone") as (process, _):
        process.kill()
        process.wait()
        assert Workdir(tmp_path).holder() is not None  # it could not sign off
        with Workdir(tmp_path).lock("up", refuse):
            pass


def test_the_tool_of_a_killed_run_is_waited_for(tmp_path: Path) -> None:
    told = Told()
    with another(tmp_path, "tool") as (process, tool):
        process.kill()
        process.wait()

        def tell(event: Event) -> None:
            told(event)
            _end(tool)

        with Workdir(tmp_path).lock("up", tell):
            pass
    assert isinstance(told[0], Waiting)
    assert "killed" in told[0].message


def test_waiting_for_a_tool_can_be_interrupted(tmp_path: Path) -> None:
    with another(tmp_path, "tool") as (process, _):
        process.kill()
        process.wait()
        with pytest.raises(KeyboardInterrupt):
            Workdir(tmp_path).lock("up", Told(), lambda: True).__enter__()


@pytest.mark.parametrize(
    ("holder", "refused"),
    [
        ({"host": "elsewhere", "pid": 1}, True),  # nothing can be known of another host
        ({"pid": 1}, True),
        ({"pid": 2**22 + 1}, False),
        ({"pid": "none"}, False),
        ({"pid": None}, False),
    ],
)
def test_whether_a_holder_lives(holder: dict[str, Any], refused: bool, tmp_path: Path) -> None:
    full = {"command": "up", "host": socket.gethostname(), "since": "then", **holder}
    if full["pid"] is None:
        del full["pid"]
    place = Workdir(tmp_path)
    with place.lock("up", refuse):
        (tmp_path / "lock").write_text(json.dumps(full), encoding="utf-8")
        with pytest.raises(Refused if refused else KeyboardInterrupt):
            place.lock("down", Told(), lambda: True).__enter__()


@pytest.mark.parametrize("text", ["", "{", "[]", "7"])
def test_a_lock_file_that_says_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(text, encoding="utf-8")
    assert Workdir(tmp_path).holder() is None
