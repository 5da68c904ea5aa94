"""Real clusters on the cloud `local`: each test module has one folder and cleans up after itself."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
# Tests' files name the first of these; `scripts/test-software.sh --image` has them run on another system.
USUAL_IMAGE = "debian-12"
IMAGE = os.environ.get("ECTF_TESTED_IMAGE", USUAL_IMAGE)
# The account that the image has for logging in.
USER = IMAGE.partition("-")[0]


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    @property
    def telling(self) -> str:
        """What a failed test shows: all but the tasks that went by, which would bury the rest."""
        lines = [line for line in self.out.splitlines() if not line.startswith('{"event": "task"')]
        return "\n".join([*lines, self.err])

    def json(self) -> Any:
        return json.loads(self.out)

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Folder:
    """A folder with a cluster file, and the commands run in it, each with `environment` on top of the tests' own."""

    path: Path
    name: str
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def workdir(self) -> Path:
        return self.path / ".ectf" / self.name

    def write(self, text: str, file: str = "cluster.yaml") -> Path:
        target = self.path / file
        text = text.replace(f"image: {USUAL_IMAGE}", f"image: {IMAGE}")
        target.write_text(text.replace("NAME", self.name), encoding="utf-8")
        return target

    def start(self, *words: str, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "elasticluster_tf", *words],
            cwd=self.path,
            env={**os.environ, **self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ectf(self, *words: str, code: int = 0, environment: Mapping[str, str] | None = None) -> Ended:
        if words[0] == "down":
            note_packages(self.name)
        with self.start(*words, environment=environment) as child:
            out, err = child.communicate(timeout=1800)
        ended = Ended(child.returncode, out, err)
        assert ended.code == code, f"ectf {' '.join(words)} ended with {ended.code}\n{ended.telling}"
        return ended

    def play(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the plays by hand, as anybody may in the work folder."""
        programs = Path(sys.executable).parent
        more = {"PATH": f"{programs}:{os.environ['PATH']}", "ANSIBLE_NOCOLOR": "1"}
        return subprocess.run(
            [str(programs / "ansible-playbook"), "-i", "inventory", "site.yml", *words],
            cwd=self.workdir / "ansible", env={**os.environ, **more},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def nodes(self) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in self.ectf("nodes", "--json").json()["nodes"]}

    def ssh(self, node: str, line: str) -> str:
        return self.ectf("ssh", node, "--", line).out


def podman(*words: str) -> str:
    return subprocess.run(["podman", *words], capture_output=True, text=True, check=True).stdout


def leftovers(name: str) -> list[str]:
    """Everything Podman has that carries the cluster's label."""
    label = f"label=ectf-cluster={name}"
    found = podman("ps", "-a", "-q", "--filter", label).split()
    found += podman("network", "ls", "-q", "--filter", label).split()
    found += podman("volume", "ls", "-q", "--filter", label).split()
    return found


def sweep(name: str) -> None:
    """Remove what a failed test left behind."""
    label = f"label=ectf-cluster={name}"
    for container in podman("ps", "-a", "-q", "--filter", label).split():
        podman("rm", "-f", "-t", "0", container)
    for network in podman("network", "ls", "-q", "--filter", label).split():
        podman("network", "rm", "-f", network)
    for volume in podman("volume", "ls", "-q", "--filter", label).split():
        podman("volume", "rm", "-f", volume)


def note_packages(name: str) -> None:
    """Keep what apt says was installed on a cluster's hosts, where `make test-software` asks for it."""
    if target := os.environ.get("ECTF_TESTED_PACKAGES"):
        for container in podman("ps", "-q", "--filter", f"label=ectf-cluster={name}").split():
            script = (
                ". /etc/os-release; echo $ID-$VERSION_ID; cat /var/log/apt/history.log 2>/dev/null || true"
            )
            system, _, log = podman("exec", container, "sh", "-c", script).partition("\n")
            tests = Path(os.environ["PYTEST_CURRENT_TEST"].partition("::")[0]).stem
            line = {"tests": tests, "system": system, "log": log}
            with Path(target).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


@pytest.fixture(scope="module")
def make_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Folder]]:
    if not shutil.which("podman"):
        pytest.fail("Podman is missing: `make setup` installs it")
    made: list[Folder] = []

    def make(word: str) -> Folder:
        folder = Folder(tmp_path_factory.mktemp(word), f"{word}-{secrets.token_hex(2)}")
        made.append(folder)
        return folder

    yield make
    for folder in made:
        sweep(folder.name)
