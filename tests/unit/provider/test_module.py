"""The cloud's folder: `terraform test` on what ectf renders from the sample beside the scenarios."""

import os
import shutil
import subprocess
from pathlib import Path

from elasticluster_tf import cli
from tests.unit.provider.conftest import MODULE, PLUGIN, plugin_launcher


def test_scenarios(tmp_path: Path) -> None:
    assert cli.run(["render", str(MODULE / "tests" / "whole.yaml"), "--out", str(tmp_path / "whole")]) == 0
    shutil.copytree(MODULE / "tests", tmp_path / "tests")
    # Without a root module init passes tests by, and Terraform 1.15 looks there for the providers' sources.
    shutil.copy(MODULE / "versions.tf", tmp_path / "main.tf")
    plugin_launcher(tmp_path / PLUGIN)
    environment = {key: value for key, value in os.environ.items() if key != "TF_CLI_CONFIG_FILE"}
    for command in ("init", "test"):
        words = ["terraform", command, "-no-color"]
        ended = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_example_is_valid() -> None:
    assert cli.run(["validate", str(MODULE / "example.yaml")]) == 0
