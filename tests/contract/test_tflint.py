"""tflint has nothing to say about any module: those of clouds as ectf renders them, all others as they stand."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from elasticluster_tf import cli

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "terraform_modules"
SAMPLES = sorted(MODULES.glob("*/example.yaml")) + sorted(MODULES.glob("*/tests/*.yaml"))
PLAIN = sorted(
    path.parent for path in (*MODULES.glob("*/leftovers/main.tf"), *MODULES.glob("state/*/main.tf"))
)


def issues(folder: Path, *rules: str) -> list[str]:
    """What it says of one module, by more rules than the configured ones."""
    program = shutil.which("tflint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        pytest.skip("no tflint: `go install github.com/terraform-linters/tflint@v0.61.0` builds it")
    argv = [program, f"--chdir={folder}", f"--config={ROOT / '.tflint.hcl'}", "--format=json"]
    argv += [f"--enable-rule={rule}" for rule in rules]
    # Modules that are called are linted by themselves.
    done = subprocess.run([*argv, "--call-module-type=none"], capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert not told["errors"], told["errors"]
    return [
        f"{one['range']['filename']}:{one['range']['start']['line']}: {one['rule']['name']}: {one['message']}"
        for one in told["issues"]
    ]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.relative_to(MODULES)}")
def test_what_ectf_renders(sample: Path, tmp_path: Path) -> None:
    assert cli.run(["render", str(sample), "--out", str(tmp_path)]) == 0
    assert issues(tmp_path) == []
    for module in (tmp_path / "modules").iterdir():
        assert issues(module, "terraform_documented_outputs") == []


@pytest.mark.parametrize("folder", PLAIN, ids=lambda path: f"{path.relative_to(MODULES)}")
def test_modules_that_are_no_templates(folder: Path) -> None:
    assert issues(folder) == []


def test_tflint_would_say_something(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('variable "unused" {}\n', encoding="utf-8")
    assert "terraform_unused_declarations" in " ".join(issues(tmp_path))
