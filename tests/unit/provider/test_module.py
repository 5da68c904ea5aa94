"""The cloud's folder: `terraform test` on what ectf renders from the sample beside the scenarios."""

import os
from pathlib import Path

from elasticluster_tf import cli
from tests import scenarios
from tests.unit.provider.conftest import MODULE, PLUGIN, plugin_launcher


def test_scenarios(tmp_path: Path) -> None:
    scenarios.prepare("local", tmp_path)
    plugin_launcher(tmp_path / PLUGIN)
    scenarios.run(tmp_path, {key: value for key, value in os.environ.items() if key != "TF_CLI_CONFIG_FILE"})


def test_example_is_valid() -> None:
    assert cli.run(["validate", str(MODULE / "example.yaml")]) == 0
