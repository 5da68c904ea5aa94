"""Nodes and software asked over SSH; a stand-in answers for `ssh`."""

import json
import os
from pathlib import Path

import pytest

from elasticluster_tf.pipeline import health
from elasticluster_tf.reports import Health
from tests.builders import BARE, catalogue, resolve, software

TOOL = software("tool", {"head": {}, "arm": {}}, health={"part": "head", "command": ["/bin/check", "a b"]})
QUIET = software("quiet")
TEXT = "name: demo\ngroups: {x: {count: 1}, y: {count: 2}}\nsoftware: {quiet: {}, tool: {head: y, arm: x}}\n"
CONFIG = Path("/work/demo/ssh config")


def answering(folder: Path, script: str) -> dict[str, str]:
    """An environment where `ssh` is this script; it writes down what it was asked."""
    (folder / "ssh").write_text(
        f'#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done > {folder}/asked.$$\n{script}\n',
        encoding="utf-8",
    )
    (folder / "ssh").chmod(0o755)
    return {**BARE, "PATH": f"{folder}{os.pathsep}{BARE['PATH']}"}


def asked(folder: Path) -> list[list[str]]:
    return [path.read_text(encoding="utf-8").splitlines() for path in folder.glob("asked.*")]


def check(folder: Path, script: str, *, only: str = "") -> tuple[Health, ...]:
    found = resolve(TEXT, catalogue(software=[TOOL, QUIET]))
    nodes = [node for node in found.nodes if node.group in (only or "xy")]
    return health.check(found.config, found.software, nodes, CONFIG, answering(folder, script))


@pytest.mark.parametrize(
    ("script", "healthy", "message"),
    [
        ("echo one; echo all is well; exit 0", True, "all is well"),
        ("echo no queue; exit 3", False, "no queue"),
        ("echo refused >&2; exit 255", False, "refused"),
        ("exit 4", False, "exit code 4"),
        ("printf 'caf\\351'", True, "caf\ufffd"),
    ],
)
def test_a_software_is_asked_on_the_first_node_of_its_part(
    script: str, healthy: bool, message: str, tmp_path: Path
) -> None:
    assert check(tmp_path, script) == (Health("tool", healthy, message, "y001"),)
    (words,) = asked(tmp_path)
    assert words[-3:] == ["y001", "--", "/bin/check 'a b'"]
    assert words[words.index("-F") + 1] == str(CONFIG)
    assert "BatchMode=yes" in words


def test_a_part_without_nodes_can_t_be_healthy(tmp_path: Path) -> None:
    assert check(tmp_path, "exit 0", only="x") == (Health("tool", False, "no node of part `head` is built"),)
    assert asked(tmp_path) == []


def test_which_nodes_answer(tmp_path: Path) -> None:
    environment = answering(tmp_path, 'case "$*" in *b002*) exit 255;; *) exit 0;; esac')
    found = health.reachable(["a001", "b002", "c003"], CONFIG, environment)
    assert found == {"a001": True, "b002": False, "c003": True}


def test_nobody_to_ask() -> None:
    assert health.reachable([], CONFIG, {}) == {}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ["ssh", "-F", str(CONFIG), "a001"]),
        (["ls", "-l", "my file; rm *"], ["ssh", "-F", str(CONFIG), "a001", "--", "ls -l 'my file; rm *'"]),
    ],
)
def test_words_arrive_at_the_node_as_they_are(words: list[str], expected: list[str]) -> None:
    assert health.command(CONFIG, "a001", words) == expected
    assert json.dumps(expected)
