"""The health check against a SLURM that is played by two small programs."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.roles import play
from tests.unit.roles.play import MACHINE, host, slurm_inventory

# Both read what to say from files beside them.
SINFO = """#!/bin/sh
cat "$(dirname "$0")/sinfo.out"
exit "$(cat "$(dirname "$0")/sinfo.code")"
"""
SRUN = """#!/bin/sh
here=$(dirname "$0")
for word in "$@"; do
  case $word in --nodelist=*) nodes=${word#--nodelist=} ;; esac
done
echo "$nodes" >>"$here/asked"
for node in $(echo "$nodes" | tr , ' '); do
  if grep -qx "$node" "$here/broken"; then echo "srun: error: $node: no such luck" >&2; bad=1; fi
done
if [ -n "$bad" ]; then exit 1; fi
for node in $(echo "$nodes" | tr , ' '); do echo "ran on $node"; done
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("health")
    render = play.rendered("slurm", ["health.py"], folder / "texts.json")
    plays = [play.given(MACHINE), play.of_role("slurm", "slurm_controller", render)]
    ended = play.run(folder, slurm_inventory({"compute001": host("127.0.0.1")}), plays)
    assert ended.code == 0, ended.output
    text: str = json.loads((folder / "texts.json").read_text(encoding="utf-8"))["health.py"]
    return text


@pytest.fixture
def port() -> Iterator[int]:
    """A slurmd that accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class Slurm:
    """A folder with a pretended SLURM and the health check."""

    def __init__(self, folder: Path, script: str, port: int) -> None:
        self.folder = folder
        for name, text in (("sinfo", SINFO), ("srun", SRUN), ("health", script)):
            (folder / name).write_text(
                text.replace("WORKER_PORT = 6818", f"WORKER_PORT = {port}"), encoding="utf-8"
            )
            (folder / name).chmod(0o755)

    def check(self, *rows: str, broken: str = "", code: int = 0) -> tuple[int, str]:
        """Exit code and last line."""
        for name, text in (("sinfo.out", "\n".join(rows)), ("sinfo.code", str(code)), ("broken", broken)):
            (self.folder / name).write_text(text + "\n", encoding="utf-8")
        environment = {"PATH": f"{self.folder}:{os.defpath}"}
        command = [sys.executable, str(self.folder / "health")]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, (done.stdout + done.stderr).strip().split("\n")[-1]

    def split(self, partitions: str) -> None:
        """Other partitions than the one of a plain cluster."""
        health = self.folder / "health"
        text = health.read_text(encoding="utf-8")
        health.write_text(
            re.sub(r"PARTITIONS = \{.*?\n\}", f"PARTITIONS = {partitions}", text, flags=re.DOTALL),
            encoding="utf-8",
        )

    def asked(self) -> list[str]:
        """The nodes of each job, in order."""
        path = self.folder / "asked"
        return path.read_text(encoding="utf-8").split() if path.exists() else []


@pytest.fixture
def slurm(tmp_path: Path, script: str, port: int) -> Slurm:
    return Slurm(tmp_path, script, port)


def row(
    name: str, state: str, reason: str = "none", address: str = "127.0.0.1", partition: str = "main"
) -> str:
    return f"{name}|{address}|{state}|{partition}|{reason}"


def test_all_ran(slurm: Slurm) -> None:
    assert slurm.check(row("c1", "idle"), row("c2", "idle")) == (0, "2 of 2 workers ran a job")
    assert slurm.asked() == ["c1,c2"]


def test_busy_workers_are_not_waited_for(slurm: Slurm) -> None:
    ended = slurm.check(row("c1", "idle"), row("c2", "mixed"), row("c3", "allocated"), row("c4", "mixed-"))
    assert ended == (0, "1 of 4 workers ran a job; 3 busy with jobs")
    assert slurm.asked() == ["c1"]
    assert slurm.check(row("c2", "mixed")) == (0, "0 of 1 workers ran a job; 1 busy with jobs")


def test_each_worker_is_tried_once_in_its_first_partition(slurm: Slurm) -> None:
    slurm.split('{"wide": 2, "all": 0}')
    rows = [row(f"c{index}", "idle", partition="all") for index in range(1, 5)]
    rows += [row(f"c{index}", "idle", partition="wide") for index in range(1, 4)]
    assert slurm.check(*rows, row("c9", "down", partition="unknown")) == (0, "4 of 4 workers ran a job")
    assert sorted(slurm.asked()) == ["c1,c2", "c3", "c4"]


def test_a_broken_worker_is_named_and_the_others_still_run(slurm: Slurm) -> None:
    rows = [row(f"c{index}", "idle") for index in range(1, 5)]
    code, line = slurm.check(*rows, broken="c3")
    assert (code, line) == (1, "3 of 4 workers ran a job; c3 says srun: error: c3: no such luck")


def test_states_that_run_no_jobs_are_named(slurm: Slurm) -> None:
    rows = [
        row("c1", "down*", "Not responding"),
        row("c2", "drained", "fan"),
        row("c3", "idle*"),
        row("c4", "idle"),
    ]
    code, line = slurm.check(*rows)
    assert code == 1
    assert line == (
        "1 of 4 workers ran a job; c1 is down* (Not responding); c2 is drained (fan); c3 is idle*"
    )


def test_a_silent_worker_is_found_before_slurm_does(slurm: Slurm) -> None:
    code, line = slurm.check(row("c1", "allocated", address="127.255.255.254"), row("c2", "idle"))
    assert (code, line) == (1, "1 of 2 workers ran a job; c1 is allocated and does not answer")


def test_no_workers_are_not_healthy(slurm: Slurm) -> None:
    assert slurm.check() == (1, "0 of 0 workers ran a job")


def test_silent_daemons_are_named(slurm: Slurm) -> None:
    health = slurm.folder / "health"
    text = health.read_text(encoding="utf-8")
    text = text.replace("HAS_BACKUP = False", "HAS_BACKUP = True")
    health.write_text(text.replace("HAS_DATABASE = False", "HAS_DATABASE = True"), encoding="utf-8")
    ping = (
        "Slurmctld(primary) at a1 is UP\nSlurmctld(backup1) at b1 is UP\nSlurmctld(backup2) at b2 is DOWN\n"
    )
    for name, words in (("scontrol", f"printf '{ping}'"), ("sacctmgr", "echo no luck >&2; exit 1")):
        (slurm.folder / name).write_text(f"#!/bin/sh\n{words}\n", encoding="utf-8")
        (slurm.folder / name).chmod(0o755)
    code, line = slurm.check(row("c1", "idle"))
    assert code == 1
    assert line == (
        "1 of 1 workers ran a job; b2 (backup controller) is down; slurmdbd does not answer (no luck)"
    )


def test_no_controller(slurm: Slurm) -> None:
    code, line = slurm.check(code=1)
    assert (code, line) == (1, "slurmctld does not answer: sinfo gave exit code 1")


def test_nothing_hangs(slurm: Slurm) -> None:
    health = slurm.folder / "health"
    text = health.read_text(encoding="utf-8").replace("PATIENCE = 20", "PATIENCE = 1")
    health.write_text(text.replace("timeout = 5", "timeout = 1"), encoding="utf-8")
    (slurm.folder / "srun").write_text("#!/bin/sh\ntrap '' TERM\nexec sleep 30\n", encoding="utf-8")
    started = time.monotonic()
    code, line = slurm.check(row("c1", "idle"))
    assert (code, line) == (1, "0 of 1 workers ran a job; c1 says no answer in time")
    assert time.monotonic() - started < 15
