"""Run real Terraform on a folder and say what it did."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Actions = dict[str, str]


@dataclass(frozen=True)
class TerraformFolder:
    path: Path
    environment: Mapping[str, str]
    binary: str = "terraform"

    def write(self, text: str, name: str = "main.tf") -> "TerraformFolder":
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text, encoding="utf-8")
        return self

    def run(self, *words: str, fails: bool = False) -> str:
        done = subprocess.run(
            [self.binary, *words],
            cwd=self.path,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode != 0) is fails, f"{words}: {done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def init(self) -> "TerraformFolder":
        self.run("init", "-input=false", "-no-color")
        return self

    def apply(self, fails: bool = False, **variables: Any) -> Actions:
        """What was planned, by address: create, update, replace, delete; nothing if nothing was to do."""
        told = self.run("apply", "-auto-approve", "-input=false", "-json", *_given(variables), fails=fails)
        return _actions(told)

    def destroy(self) -> None:
        self.run("destroy", "-auto-approve", "-input=false", "-no-color")

    def refused(self, command: str, *words: str, **variables: Any) -> str:
        """The text of an error that has to come."""
        return " ".join(self.run(command, "-no-color", *words, *_given(variables), fails=True).split())

    def outputs(self) -> dict[str, Any]:
        told = json.loads(self.run("output", "-json"))
        return {name: item["value"] for name, item in told.items()}


def _given(variables: Mapping[str, Any]) -> list[str]:
    return [f"-var={name}={value}" for name, value in variables.items()]


def _actions(told: str) -> Actions:
    rows = (json.loads(line) for line in told.splitlines() if line.startswith("{"))
    planned = (row["change"] for row in rows if row["type"] == "planned_change")
    return {change["resource"]["addr"]: change["action"] for change in planned}
