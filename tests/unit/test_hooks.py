"""The hooks for pre-commit: what it would run, run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import documents
from tests.builders import REPOSITORY, echo_file

HOOKS = documents.plain((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def run(hook: str, folder: Path, *arguments: str) -> int:
    """Run a hook as pre-commit does: its entry and the user's `args`, and no file names."""
    (found,) = [one for one in HOOKS if one["id"] == hook]
    assert found["pass_filenames"] is False
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    words = [*shlex.split(found["entry"]), *arguments]
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True).returncode


@pytest.mark.parametrize("hook", HOOKS, ids=lambda one: one["id"])
def test_a_hook_has_what_pre_commit_asks_for(hook: dict[str, Any]) -> None:
    assert {"id", "name", "entry", "language", "files"} <= set(hook)
    assert hook["language"] == "python"
    assert re.search(hook["files"], "deep/cluster.yaml")
    assert not re.search(hook["files"], "README.md")


def test_a_wrong_file_does_not_pass(tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text(echo_file(1), encoding="utf-8")
    assert run("ectf-validate", tmp_path) == 0
    (tmp_path / "lab.yaml").write_text("name: lab\n", encoding="utf-8")
    assert run("ectf-validate", tmp_path, "lab.yaml") == 4


def test_rendered_files_that_are_not_up_to_date_do_not_pass(tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text(echo_file(1), encoding="utf-8")
    assert run("ectf-render-check", tmp_path, "--out", "rendered") == 2
    words = [sys.executable, "-m", "elasticluster_tf", "render", "--out", "rendered"]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    assert run("ectf-render-check", tmp_path, "--out", "rendered") == 0
    (tmp_path / "cluster.yaml").write_text(echo_file(2), encoding="utf-8")
    assert run("ectf-render-check", tmp_path, "--out", "rendered") == 2
