"""A cloud's scenarios for `terraform test`: run on samples as ectf renders them.

Assertions see outputs alone across runs, which a node has none of: a plan would pay for each with a copy of the
module's state. So the samples get them here. `python -m tests.scenarios CLOUD FOLDER` makes the folder to run
`terraform init` and `terraform test` in by hand.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from elasticluster_tf import cli, resources


def prepare(cloud: str, folder: Path) -> None:
    """The scenarios of a cloud, and each sample rendered into a folder of its name."""
    module = resources.folder("terraform_modules") / cloud
    for sample in (module / "tests").glob("*.yaml"):
        render(sample, folder / sample.stem)
    shutil.copytree(module / "tests", folder / "tests")
    # Without a root module init passes tests by, and Terraform 1.15 looks there for the providers' sources.
    shutil.copy(module / "versions.tf", folder / "main.tf")


def render(file: Path, folder: Path) -> None:
    """A cluster file as ectf renders it, and for each node the output `node_<name>`: its contact."""
    assert cli.run(["render", str(file), "--out", str(folder)]) == 0
    for nodes in folder.glob("modules/*/nodes.tf"):
        names = re.findall(
            r'^resource "terraform_data" "(node_\w+)"', nodes.read_text(encoding="utf-8"), re.M
        )
        outputs = [f'output "{name}" {{\n  value = terraform_data.{name}.input\n}}\n' for name in names]
        (nodes.parent / "outputs.tf").write_text("\n".join(outputs), encoding="utf-8")


def run(folder: Path, environment: Mapping[str, str]) -> None:
    """All scenarios, which must come out well."""
    for command in ("init", "test"):
        words = ["terraform", command, "-no-color"]
        ended = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr


if __name__ == "__main__":
    prepare(sys.argv[1], Path(sys.argv[2]))
