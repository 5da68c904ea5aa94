"""The life of a Grid Engine cluster, step by step; each test goes on from where the one before stopped."""

from collections.abc import Callable

import pytest

from tests.e2e.conftest import Folder

pytestmark = pytest.mark.podman
Make = Callable[[str], Folder]

FILE = """
name: NAME
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
  compute: {count: 2, size: {cpus: 2, memory_gb: 1}, image: debian-12}
software:
  gridengine:
    master: frontend
    worker: compute
    vars:
      gridengine_resource_quotas:
        - {name: fair, limits: ["users {*} to slots=3"]}
"""
# Every task says where it ran on the host where it ran: nothing is shared here.
ARRAY = """#!/bin/sh
#$ -N array -t 1-6 -S /bin/sh -o /dev/null -j y
echo "task $SGE_TASK_ID of $(hostname)" >>/tmp/array.out
sleep 1
"""
# Tasks on other hosts start under Grid Engine's control, without SSH.
PARALLEL = """#!/bin/sh
#$ -N parallel -pe mpi 2 -S /bin/sh -o /tmp/parallel.out -j y
for host in $(cut -d" " -f1 "$PE_HOSTFILE"); do qrsh -inherit "$host" hostname </dev/null; done
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("gridengine")
    folder.write(FILE)
    folder.write(ARRAY, "array.sh")
    folder.write(PARALLEL, "parallel.sh")
    return folder


def hook(folder: Folder, action: str, *names: str) -> str:
    """The last line of a hook, run as ectf runs it."""
    line = f"sudo /usr/local/lib/ectf/{action}/gridengine {' '.join(names)}"
    return folder.ssh("frontend001", line).strip().splitlines()[-1]


def run_job(folder: Folder, words: str) -> None:
    """Hand in a job and wait until it is gone. (`qsub -sync` ends without a word when the master is too busy.)"""
    wait = "while qstat -j ${id%%.*} >/dev/null 2>&1; do sleep 1; done"
    folder.ssh("frontend001", f"id=$(qsub -terse {words}) && {wait}")


def workers(folder: Folder) -> list[str]:
    return folder.ssh("frontend001", "qconf -sel").split()


def changed(folder: Folder, *words: str) -> dict[str, int]:
    report = folder.ectf("up", "--yes", "--json", *words).events()[-1]
    assert report["configuration"]["failures"] == []
    found: dict[str, int] = report["configuration"]["changed"]
    return found


def test_up_from_nothing_runs_an_array_job_and_one_on_two_hosts(cluster: Folder) -> None:
    ended = cluster.ectf("up", "--yes")
    assert "gridengine: 2 of 2 workers ran a job" in ended.text
    for name in ("array.sh", "parallel.sh"):
        cluster.ectf("scp", str(cluster.path / name), f"frontend001:/tmp/{name}")
    run_job(cluster, "/tmp/array.sh")
    ran = {
        name: cluster.ssh(name, "cat /tmp/array.out").splitlines() for name in ("compute001", "compute002")
    }
    assert all(all(line.endswith(f" of {name}") for line in lines) for name, lines in ran.items())
    assert sorted(line.split()[1] for lines in ran.values() for line in lines) == list("123456")
    assert all(ran.values()), "each worker had some"
    run_job(cluster, "/tmp/parallel.sh")
    said = "".join(cluster.ssh(name, "cat /tmp/parallel.out 2>/dev/null || true") for name in ran)
    assert {"compute001", "compute002"} <= set(said.split())


def test_up_again_changes_nothing(cluster: Folder) -> None:
    assert changed(cluster, "--all") == {}


def test_a_worker_more_takes_jobs_and_disturbs_none(cluster: Folder) -> None:
    cluster.ssh("frontend001", "qsub -b y -N long -o /dev/null -e /dev/null -l hostname=compute001 sleep 900")
    changed(cluster, "--set", "groups.compute.count=3")
    assert workers(cluster) == ["compute001", "compute002", "compute003"]
    run_job(cluster, "-b y -o /dev/null -e /dev/null -l hostname=compute003 true")
    assert "long" in cluster.ssh("frontend001", "qstat -s r -q '*@compute001'")
    assert "slots=2" in cluster.ssh("frontend001", "qconf -se compute003")


def test_a_busy_worker_is_drained_and_never_removed(cluster: Folder) -> None:
    ended = cluster.ectf(
        "ssh", "frontend001", "--", "sudo /usr/local/lib/ectf/remove/gridengine compute001", code=1
    )
    assert "not removed, for it is busy: compute001" in ended.text
    assert "compute001" in workers(cluster)
    cluster.ssh("frontend001", "qdel long")
    assert hook(cluster, "drain", "compute001", "nobody") == "drained: compute001"
    assert hook(cluster, "drain", "compute001") == "drained: compute001"
    assert cluster.ssh("frontend001", "qstat -f -q '*@compute001' | grep compute001").split()[-1] == "d"
    assert hook(cluster, "resume", "compute001") == "in service: compute001"
    run_job(cluster, "-b y -o /dev/null -e /dev/null -l hostname=compute001 true")


def test_a_worker_less_leaves_nothing_of_itself(cluster: Folder) -> None:
    assert hook(cluster, "drain", "compute003") == "drained: compute003"
    assert hook(cluster, "remove", "compute003") == "removed: compute003"
    assert hook(cluster, "remove", "compute003") == "removed: none of them is a worker"
    changed(cluster)
    assert workers(cluster) == ["compute001", "compute002"]
    for word in ("-sh", "-ss", "-sconfl", "-shgrp @compute", "-sq all.q"):
        assert "compute003" not in cluster.ssh("frontend001", f"qconf {word} || true"), word
    report = cluster.ectf("status", "--json").json()
    assert report["health"][0]["message"] == "2 of 2 workers ran a job"


def test_a_limit_of_the_file_holds(cluster: Folder) -> None:
    cluster.ssh("frontend001", "qsub -b y -N many -t 1-4 -o /dev/null -e /dev/null sleep 900")
    cluster.ssh(
        "frontend001", "for i in $(seq 60); do qstat -s r | grep -q many && break; sleep 1; done; sleep 2"
    )
    assert cluster.ssh("frontend001", "qstat -s r").count("many") == 3
    assert cluster.ssh("frontend001", "qstat -s p").count("many") == 1
    assert "slots=3/3" in cluster.ssh("frontend001", "qquota")
    cluster.ssh("frontend001", "qdel many")


def test_queues_follow_the_file(cluster: Folder) -> None:
    more = FILE.replace(
        "    vars:\n",
        "    vars:\n      gridengine_queues: [{name: all.q}, {name: short.q, max_time: 60, hosts: [compute001]}]\n",
    )
    cluster.write(more)
    assert changed(cluster) == {"frontend001": 1}
    assert cluster.ssh("frontend001", "qconf -sql").split() == ["all.q", "short.q"]
    run_job(cluster, "-b y -q short.q -o /tmp/short.out -j y hostname")
    assert cluster.ssh("compute001", "cat /tmp/short.out").strip() == "compute001"
    cluster.write(FILE)
    assert changed(cluster) == {"frontend001": 1}
    assert cluster.ssh("frontend001", "qconf -sql").split() == ["all.q"]
    cluster.ectf("down", "--yes")
