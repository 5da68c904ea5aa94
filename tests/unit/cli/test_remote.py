"""`ectf ssh`, `ectf scp`: a stand-in on the PATH takes their place and tells what it was given."""

import os
from pathlib import Path

import pytest

from elasticluster_tf import cli
from elasticluster_tf.cli import remote
from tests.builders import Terrain, echo_file, write


@pytest.fixture
def ground(three: Terrain, monkeypatch: pytest.MonkeyPatch) -> Terrain:
    """A built cluster whose `ssh` and `scp` write down their words and exit with 7."""
    write(three.folder, {"cluster.yaml": echo_file(3)})
    script = f'#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done > {three.folder}/asked\nenv > {three.folder}/environment\nexit 7\n'
    write(three.folder, {"bin/ssh": script, "bin/scp": script})
    for name in ("ssh", "scp"):
        (three.folder / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{three.folder}/bin{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("ECTF_SECRET_OF_MINE", "canary")
    return three


def asked(ground: Terrain, *words: str) -> list[str]:
    """What the stand-in was given after the configuration's path."""
    command, *rest = words
    file = str(ground.folder / "cluster.yaml")
    assert cli.run([command, "-f", file, *rest]) == 7  # the tool's exit code is ours
    first, config, *found = (ground.folder / "asked").read_text(encoding="utf-8").splitlines()
    assert (first, config) == ("-F", str(ground.workdir / "ssh_config"))
    assert "canary" not in (ground.folder / "environment").read_text(encoding="utf-8")
    return found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], ["compute001"]),
        (["compute002"], ["compute002"]),
        (["compute002", "uptime"], ["compute002", "--", "uptime"]),
        (
            ["compute002", "echo $HOME; ls"],
            ["compute002", "--", "echo $HOME; ls"],
        ),  # one word is a shell's line
        (["compute002", "--", "ls", "-l", "my file"], ["compute002", "--", "ls -l 'my file'"]),
    ],
)
def test_logging_in(words: list[str], found: list[str], ground: Terrain) -> None:
    assert asked(ground, "ssh", *words) == found


def test_copying(ground: Terrain) -> None:
    assert asked(ground, "scp", "-r", "compute001:/etc/hosts", ".") == ["-r", "compute001:/etc/hosts", "."]


def test_a_node_there_is_not(ground: Terrain, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ssh", "-f", str(ground.folder / "cluster.yaml"), "compute01"]) == 4
    shown = capsys.readouterr().err
    assert "no node `compute01` is built" in shown
    assert "did you mean `compute001`?" in shown
    assert not (ground.folder / "asked").exists()


@pytest.mark.parametrize(
    ("words", "dashed", "node", "command"),
    [
        ([], False, "", []),
        (["a001"], False, "a001", []),
        (["a001", "--", "ls", "-l"], True, "a001", ["ls", "-l"]),
        (["--", "ls"], True, "", ["ls"]),
        (["ls", "-l"], True, "", ["ls", "-l"]),  # the parser took the `--` away
        (["a001", "ls", "-l"], False, "a001", ["ls", "-l"]),
    ],
)
def test_node_and_command(words: list[str], dashed: bool, node: str, command: list[str]) -> None:
    assert remote._split(words, dashed) == (node, command)


def test_a_cluster_that_is_not_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"cluster.yaml": echo_file(1)})
    assert cli.run(["ssh", "-f", str(tmp_path / "cluster.yaml")]) == 1
    assert "no node of `demo` is built" in capsys.readouterr().err
