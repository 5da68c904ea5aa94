"""A work folder as the core writes it, small enough to stand here, and a stand-in for Podman."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import pytest

from elasticluster_tf.nodes import BuiltNode
from elasticluster_tf.provider.podman import Completed
from elasticluster_tf.terraform import built

ROOT = Path(__file__).parents[3]
MODULE = ROOT / "terraform_modules" / "local"
PLUGIN = "terraform.d/plugins/ectf.local/ectf/podman/0.1.0/linux_amd64/terraform-provider-podman_v0.1.0"
CONTRACT = (
    "cluster_name",
    "nodes",
    "user_data",
    "ssh_user",
    "ssh_public_key",
    "labels",
    "node_settings",
    "subnet",
)
ROOT_MODULE = (
    'terraform {\n  required_providers {\n    podman = { source = "ectf.local/ectf/podman" }\n  }\n}\n'
    + "".join(f'variable "{name}" {{\n  type    = any\n  default = null\n}}\n' for name in CONTRACT)
    + 'module "local" {\n  source = "./modules/local"\n'
    + "".join(f"  {name} = var.{name}\n" for name in CONTRACT)
    + "}\n"
)


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "TF_CLI_CONFIG_FILE"}
    return kept | {"TF_IN_AUTOMATION": "1", "PYTHONPATH": str(ROOT), "CHECKPOINT_DISABLE": "1"}


def plugin_launcher(path: Path) -> None:
    """What the core writes from its template, with the Python of these tests."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m elasticluster_tf.provider\n')
    path.chmod(0o755)


@dataclass
class TerraformFolder:
    """Writes a cluster and runs terraform on it."""

    path: Path
    cluster: str
    values: dict[str, Any] = field(default_factory=dict)

    def write(self, nodes: Mapping[str, Any], **values: Any) -> None:
        self.values = {"user_data": {}, "ssh_user": {}, "labels": {}, "node_settings": {}, **values}
        self.values |= {"cluster_name": self.cluster, "nodes": nodes}
        plugin_launcher(self.path / PLUGIN)
        for source in MODULE.glob("*.tf"):
            self._put(f"modules/local/{source.name}", source.read_text())
        stamp = jinja2.Template((MODULE / "node.tf.j2").read_text(), undefined=jinja2.StrictUndefined)
        self._put("modules/local/nodes.tf", "\n".join(stamp.render(name=name) for name in nodes))
        self._put("main.tf", ROOT_MODULE)
        self._put(
            "terraform.tfvars.json", json.dumps({k: v for k, v in self.values.items() if v is not None})
        )

    def run(self, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["terraform", *args],
            cwd=self.path,
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert not check or done.returncode == 0, f"{args}: {done.stdout}\n{done.stderr}"
        return done

    def start(self, *args: str) -> "subprocess.Popen[bytes]":
        """Begin in a process group of its own, as the core does."""
        quiet = subprocess.DEVNULL
        argv = ["terraform", *args]
        return subprocess.Popen(
            argv, cwd=self.path, env=_environment(), stdout=quiet, stderr=quiet, start_new_session=True
        )

    def apply(self, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.run("apply", "-auto-approve", "-input=false", "-no-color", *args, check=check)

    def plan(self) -> dict[str, str]:
        """What a plan would do, by address; what it would not touch is left out, and so is what is told of nodes."""
        told = self.run("plan", "-input=false", "-json").stdout.splitlines()
        changes = [event["change"] for event in map(json.loads, told) if event["type"] == "planned_change"]
        return {
            change["resource"]["addr"]: change["action"]
            for change in changes
            if change["resource"]["resource_type"] != "terraform_data"
        }

    def nodes(self) -> dict[str, BuiltNode]:
        """What the state tells of nodes."""
        return built.nodes(json.loads(self.run("state", "pull").stdout))

    def _put(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@dataclass
class FakePodman:
    """Stands in for the command line: answers by the words of a command, and keeps what was asked."""

    answers: list[tuple[tuple[str, ...], Completed]] = field(default_factory=list)
    calls: list[list[str]] = field(default_factory=list)
    given: list[bytes | None] = field(default_factory=list)

    def on(self, *words: str, out: str = "", err: str = "", code: int = 0) -> "FakePodman":
        self.answers.append((words, Completed(code, out.encode(), err)))
        return self

    def __call__(
        self,
        argv: Sequence[str],
        *,
        stdin: bytes | None = None,
        timeout: float | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Completed:
        self.calls.append(list(argv))
        self.given.append(stdin)
        for words, answer in self.answers:
            if all(word in argv for word in words):
                return answer
        return Completed(0)

    def called(self, *words: str) -> list[list[str]]:
        return [call for call in self.calls if all(word in call for word in words)]


@pytest.fixture
def fake() -> FakePodman:
    return FakePodman()


@pytest.fixture(scope="session")
def terraform_folder() -> type[TerraformFolder]:
    return TerraformFolder
