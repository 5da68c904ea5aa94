"""Tools in sessions of their own, their output in files."""

import os
import sys
from pathlib import Path

import pytest

from elasticluster_tf import children
from elasticluster_tf.children import Ended
from elasticluster_tf.errors import EctfError


def run(folder: Path, script: str, **options: object) -> Ended:
    return children.run(["/bin/sh", "-c", script], folder, {"WORD": "hi"}, folder / "log", **options)  # type: ignore[arg-type]


def test_a_run_is_told_line_by_line_and_kept_in_the_log(tmp_path: Path) -> None:
    lines: list[str] = []
    ended = run(tmp_path, "echo one; printf 'zwei ü\\n\\nlast'; exit 3", on_line=lines.append)
    assert ended == Ended(3, "one\nzwei ü\n\nlast", "", False)
    assert lines[:3] == ["one", "zwei ü", ""]
    assert (tmp_path / "log").read_text(encoding="utf-8") == ended.output
    assert not (tmp_path / "log.stderr").exists()


def test_complaints_are_kept_apart(tmp_path: Path) -> None:
    ended = run(tmp_path, "echo out; echo err >&2")
    assert (ended.output, ended.errors) == ("out\n", "err\n")
    assert (tmp_path / "log.stderr").read_text(encoding="utf-8") == "err\n"


def test_output_that_is_no_text_does_no_harm(tmp_path: Path) -> None:
    lines: list[str] = []
    ended = run(tmp_path, "printf 'a\\377b\\n'", on_line=lines.append)
    assert lines == ["a\ufffdb"]
    assert ended.output == "a\ufffdb\n"


def test_the_tool_sees_the_environment_and_folder_it_is_given_and_no_input(tmp_path: Path) -> None:
    ended = run(tmp_path, "pwd; echo $WORD $HOME; cat")
    assert ended.output == f"{tmp_path}\nhi\n"


def test_the_tool_leads_a_session_of_its_own(tmp_path: Path) -> None:
    ended = run(tmp_path, f"exec {sys.executable} -c 'import os; print(os.getsid(0), os.getpid())'")
    session, process = ended.output.split()
    assert session == process
    assert int(session) != os.getsid(0)


def test_only_named_descriptors_are_inherited(tmp_path: Path) -> None:
    given, other = os.memfd_create("given"), os.memfd_create("other", 0)
    os.write(given, b"secret")
    try:
        script = f"cat /proc/self/fd/{given}; ls /proc/self/fd/{other} 2>/dev/null || echo none"
        assert run(tmp_path, script, inherit=(given,)).output == "secretnone\n"
    finally:
        os.close(given)
        os.close(other)


def test_ctrl_c_is_passed_on_and_the_end_waited_for(tmp_path: Path) -> None:
    asked = 0

    def interrupt(line: str) -> None:
        nonlocal asked
        if line == "ready":
            asked += 1
            raise KeyboardInterrupt

    script = "trap 'echo bye; exit 5' INT; echo ready; while :; do sleep 0.02; done"
    ended = run(tmp_path, script, on_line=interrupt)
    assert ended == Ended(5, "ready\nbye\n", "", True)
    assert asked == 1


def test_a_tool_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EctfError, match="can't run /no/such: No such file") as caught:
        children.run(["/no/such"], tmp_path, {}, tmp_path / "log")
    assert "ectf doctor" in caught.value.hint
