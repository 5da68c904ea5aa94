"""Draining and resuming workers, against a SLURM that is played by two small programs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.roles import play
from tests.unit.roles.play import MACHINE, host, slurm_inventory

# It remembers what it is told in files beside it; jobs end one by one, each time they are asked for.
SCONTROL = """#!/bin/sh
cd "$(dirname "$0")"
if [ "$1" = show ]; then if grep -q 0 code; then cat nodes; else exit 1; fi; exit; fi
echo "$*" >>told
"""
SQUEUE = """#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >>asked
cat jobs
sed -i 1d jobs
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("hooks")
    render = play.rendered("slurm", ["drain.py", "resume.py"], folder / "texts.json")
    chosen = {"slurm_drain_timeout": 1}
    plays = [play.given(MACHINE), play.of_role("slurm", "slurm_controller", render, variables=chosen)]
    ended = play.run(folder, slurm_inventory({"compute001": host("127.0.0.1")}), plays)
    assert ended.code == 0, ended.output
    texts: dict[str, str] = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    return texts


class Slurm:
    """A folder with a pretended SLURM and the hooks."""

    def __init__(self, folder: Path, scripts: dict[str, str]) -> None:
        self.folder = folder
        self.write(told="", asked="", jobs="", code="0")
        for name, text in {**scripts, "scontrol": SCONTROL, "squeue": SQUEUE}.items():
            (folder / name).write_text(text.replace("PAUSE = 2", "PAUSE = 0.4"), encoding="utf-8")
            (folder / name).chmod(0o755)
        self.write(
            nodes="NodeName=c1 Arch=x CPUTot=1 State=IDLE ThreadsPerCore=1 Comment=a b\n"
            "NodeName=c2 Arch=x CPUTot=1 State=MIXED+DRAIN ThreadsPerCore=1 Reason=ectf: to be removed [root@now]\n"
            "NodeName=c3 Arch=x CPUTot=1 State=IDLE+DRAIN ThreadsPerCore=1 Reason=disk [root@now]\n"
        )

    def write(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def told(self) -> list[str]:
        return (self.folder / "told").read_text(encoding="utf-8").splitlines()

    def run(self, hook: str, *names: str) -> tuple[int, str]:
        """Exit code and last line."""
        environment = {"PATH": f"{self.folder}:{os.defpath}"}
        command = [sys.executable, str(self.folder / f"{hook}.py"), *names]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, (done.stdout + done.stderr).strip().split("\n")[-1]


@pytest.fixture
def slurm(tmp_path: Path, scripts: dict[str, str]) -> Slurm:
    return Slurm(tmp_path, scripts)


def test_draining_waits_for_jobs(slurm: Slurm) -> None:
    slurm.write(jobs="7 c1\n")
    assert slurm.run("drain", "c1") == (0, "c1 run no jobs and get none")
    assert slurm.told() == ["update nodename=c1 state=drain reason=ectf: to be removed"]
    assert "--nodelist=c1" in (slurm.folder / "asked").read_text(encoding="utf-8")


def test_jobs_that_do_not_end_are_named(slurm: Slurm) -> None:
    slurm.write(jobs="7_1 c1\n" + "9 c[1-2]\n" * 9)
    code, line = slurm.run("drain", "c1", "c2")
    assert code == 1
    assert line == "jobs still run after 1 s (slurm_drain_timeout): 9 on c[1-2]"


def test_what_is_drained_already_keeps_its_reason(slurm: Slurm) -> None:
    assert slurm.run("drain", "c2", "c3")[0] == 0
    assert slurm.told() == []


def test_unknown_names_do_no_harm(slurm: Slurm) -> None:
    assert slurm.run("drain", "c9") == (0, "SLURM knows none of these workers")
    assert slurm.run("resume", "c9")[0] == 0
    assert slurm.told() == []


def test_only_what_ectf_has_drained_is_resumed(slurm: Slurm) -> None:
    assert slurm.run("resume", "c1", "c2", "c3", "c9") == (0, "c2 put back into service")
    assert slurm.told() == ["update nodename=c2 state=resume"]


@pytest.mark.parametrize("hook", ["drain", "resume"])
def test_a_slurm_that_does_not_answer_is_told(slurm: Slurm, hook: str) -> None:
    slurm.write(code="1")
    assert slurm.run(hook, "c1") == (1, "scontrol failed: exit code 1")
