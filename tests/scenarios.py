"""A cloud's scenarios for `terraform test`: run on samples as ectf renders them.

Assertions see outputs alone across runs, which a node has none of: a plan would pay for each with a copy of the
module's state. So the samples get them here. `python -m tests.scenarios CLOUD FOLDER` makes the folder to run
`terraform init` and `terraform test` in by hand.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
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


# By type and name, whether it has a `count`.
_Resources = Mapping[tuple[str, str], bool]


def render(file: Path, folder: Path) -> None:
    """A cluster file as ectf renders it, and for each node the output `node_<name>`: what ectf knows of it."""
    assert cli.run(["render", str(file), "--out", str(folder)]) == 0
    for nodes in folder.glob("modules/*/nodes.tf"):
        blocks = re.findall(r'^resource "(\w+)" "(\w+)" \{\n(.*)', nodes.read_text(encoding="utf-8"), re.M)
        resources = {(kind, name): first.strip().startswith("count ") for kind, name, first in blocks}
        paths = _paths((nodes.parent / "main.tf").read_text(encoding="utf-8"))
        names = dict.fromkeys(name for _, name in resources if "_" not in name)
        outputs = [_output(name, paths, resources) for name in names]
        (nodes.parent / "outputs.tf").write_text("\n".join(outputs), encoding="utf-8")


def _paths(main: str) -> dict[str, list[str]]:
    """Where the module says that fields are found: the paths that it chooses from, by field."""
    block = re.search(r"\bfrom *= *\{(.*?)\}", main[main.index('"terraform_data" "nodes"') :], re.S)
    assert block
    lines = re.findall(r"(\w+) *= *(.+)", block[1])
    return {field: re.findall(r'"(\w+\.[\w.]+)"', expression) for field, expression in lines}


def _output(name: str, paths: Mapping[str, Sequence[str]], resources: _Resources) -> str:
    """The output of a node, as `elasticluster_tf/terraform/built.py` would know it."""
    told = f'terraform_data.nodes.input["{name}"]'
    fields = [
        f"    {field} = {_found(name, f'{told}.from.{field}', paths[field], resources)}" for field in paths
    ]
    devices = [
        f'      "{other.partition("_")[2]}" = terraform_data.{other}.input'
        for kind, other in resources
        if kind == "terraform_data" and other.startswith(f"{name}_")
    ]
    lines = "\n".join([*fields, f"    volumes = tomap(merge({told}.volumes, {{", *devices, "    }))"])
    return f"""
locals {{
  told_{name} = merge({{ public_ip = null, zone = null, host_key = null }}, {told}, {{
{lines}
  }})
}}

output "node_{name}" {{
  value = merge({{ ssh_host = try(coalesce(local.told_{name}.public_ip), local.told_{name}.address) }}, local.told_{name})
}}
"""


def _found(name: str, chosen: str, choices: Sequence[str], resources: _Resources) -> str:
    """The attribute that the module chose, as an expression; null where it chose none."""
    there = [
        f'"{path}" = try({_reference(name, path, resources)}, null)'
        for path in choices
        if (path.split(".")[0], name) in resources
    ]
    return f"{chosen} == null ? null : {{ {', '.join(there)} }}[{chosen}]"


def _reference(name: str, path: str, resources: _Resources) -> str:
    """`type.attribute.0.attribute` as an expression."""
    kind, *steps = path.split(".")
    index = "[0]" if resources[kind, name] else ""
    return f"{kind}.{name}{index}" + "".join(f"[{one}]" if one.isdigit() else f".{one}" for one in steps)


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
