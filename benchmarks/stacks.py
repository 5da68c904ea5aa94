"""Bare nodes to the first finished job, for each of the main kinds of software, on `local`.

The clock starts when the nodes are there and bare: a minimal Debian without package lists. Making them is given beside
it. The job is one over both workers, by `ectf ssh`.
"""

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.commands import ectf
from benchmarks.shares import KINDS, Installed, installed, shares, tasks
from tests.archives import archive

GROUPS = {
    "master": {"count": 1, "size": {"cpus": 2, "memory_gb": 2}, "image": "debian-12"},
    "worker": {"count": 2, "size": {"cpus": 2, "memory_gb": 2}, "image": "debian-12"},
}
EXAMPLES = "/opt/hadoop/share/hadoop/mapreduce/hadoop-mapreduce-examples-*.jar"
# Neither waits for its jobs (Grid Engine's -sync ends without a word when the master is busy).
GRIDENGINE_JOB = """
echo 'for host in $(cut -d" " -f1 "$PE_HOSTFILE"); do qrsh -inherit "$host" hostname </dev/null; done' >job.sh
id=$(qsub -terse -pe mpi 4 -S /bin/sh job.sh) && while qstat -j "$id" >/dev/null 2>&1; do sleep 0.5; done
"""
TORQUE_JOB = """
export PATH=/opt/torque/bin:$PATH
id=$(echo 'pbsdsh hostname' | qsub -l nodes=2) && until qstat -f "$id" | grep -q 'job_state = C'; do sleep 0.5; done
qstat -f "$id" | grep -q 'exit_status = 0'
"""
BEFORE = ("render", "plan", "apply")  # ectf's stages until there are bare nodes


@dataclass(frozen=True)
class Stack:
    """A software: its parts in the cluster file, its variables, and a job over both workers to run on the master."""

    parts: Mapping[str, object]
    job: str
    variables: Callable[[], Mapping[str, object]] = dict
    archive: str = ""  # the variable of the environment that has to name its archive


def hadoop() -> dict[str, object]:
    assembled = archive("hadoop")
    return {
        "hadoop_archive": str(assembled.path),
        "hadoop_archive_sha512": assembled.sha512,
        "hadoop_replication": 2,
        # The disk of a machine that builds and tests is often rather full.
        "hadoop_yarn_site": {
            "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage": 99.9
        },
    }


def torque() -> dict[str, object]:
    path = Path(os.environ["ECTF_TORQUE_ARCHIVE"])
    return {
        "torque_archive_url": str(path),
        "torque_archive_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


STACKS = {
    "slurm": Stack({"controller": "master", "worker": "worker"}, "srun -N2 hostname"),
    "gridengine": Stack({"master": "master", "worker": "worker"}, GRIDENGINE_JOB),
    "torque": Stack({"server": "master", "worker": "worker"}, TORQUE_JOB, torque, "ECTF_TORQUE_ARCHIVE"),
    "hadoop": Stack(
        {
            "namenode": "master",
            "resourcemanager": "master",
            "datanode": "worker",
            "nodemanager": "worker",
        },
        f"yarn jar {EXAMPLES} pi 2 10",
        hadoop,
    ),
}


def stacks(folder: Path) -> Iterator[str]:
    """The report's rows."""
    yield "| software | nodes made s | download s | install s | configure s | ectf itself s | first job s | bare to job s |"
    yield "|---|---|---|---|---|---|---|---|"
    left_out = []
    for name, stack in STACKS.items():
        if stack.archive and stack.archive not in os.environ:
            left_out.append(f"{name} is not measured: {stack.archive} names no archive.")
        else:
            yield _row(folder / name, name, stack)
    yield ""
    yield " ".join(["Percentages are shares of the last column.", *left_out])


def _row(folder: Path, name: str, stack: Stack) -> str:
    software = {name: {**stack.parts, "vars": dict(stack.variables())}}
    file = {"name": f"bench-{name}", "cloud": {"name": "local"}, "groups": GROUPS, "software": software}
    folder.mkdir()
    (folder / "cluster.yaml").write_text(json.dumps(file), encoding="utf-8")
    try:
        built, said = ectf(folder, "up", "--yes", "--json")
        job = ectf(folder, "ssh", "master001", "--", stack.job)[0]
        spent = shares(tasks(_run(folder)), _logs(folder))
    finally:
        ectf(folder, "down", "--yes")
    made = _seconds(said, BEFORE)
    total = built - made + job
    parts = [*(spent[kind] for kind in KINDS), built - made - sum(spent.values()), job]
    cells = [f"{seconds:.1f} ({seconds / total:.0%})" for seconds in parts]
    return f"| {name} | {made:.1f} | {' | '.join(cells)} | **{total:.1f}** |"


def _seconds(said: str, stages: Collection[str]) -> float:
    events: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines()]
    done = {one["stage"]: float(one["seconds"]) for one in events if one.get("event") == "stage_done"}
    return sum(done[stage] for stage in stages)


def _run(folder: Path) -> Path:
    """The folder of the only run that there was."""
    (found,) = folder.glob(".ectf/*/runs/*-up-*")
    return found


def _logs(folder: Path) -> dict[str, list[Installed]]:
    """apt's log of each host."""
    nodes = json.loads(ectf(folder, "nodes", "--json")[1])["nodes"]
    return {
        one["name"]: installed(ectf(folder, "ssh", one["name"], "--", "cat /var/log/apt/history.log")[1])
        for one in nodes
    }
