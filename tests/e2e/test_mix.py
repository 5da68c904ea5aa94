"""SLURM, Hadoop, GlusterFS, users and monitoring in one cluster: examples/mix.yaml, step by step."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.archives import archive
from tests.e2e.conftest import REPOSITORY, Folder, leftovers

pytestmark = pytest.mark.podman
Make = Callable[[str], Folder]
WORKERS = ("compute001", "compute002", "compute003")

# What the example has zeros for, and what a busy machine with a full disk needs.
HADOOP = """%s
      hadoop_archive: %s
      hadoop_java_options: ["-XX:TieredStopAtLevel=1"]
      hadoop_yarn_site: {yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage: 99.9}"""

JOB = """#!/bin/sh
#SBATCH --nodes=2 --output=/shared/job.out
echo "shared: $(cat /shared/shared.txt)"
echo "hdfs: $(hdfs dfs -cat /user/alice/hdfs.txt)"
srun sh -c 'echo "$(hostname) reads $(cat /shared/shared.txt)"'
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("mix")
    assembled = archive("hadoop")
    text = (REPOSITORY / "examples" / "mix.yaml").read_text(encoding="utf-8")
    filled = HADOOP % (assembled.sha512, assembled.path)
    folder.write(text.replace("name: mix\n", "name: NAME\n").replace(f'"{"0" * 128}"', filled))
    return folder


def as_alice(folder: Folder, line: str) -> str:
    return folder.ssh("frontend001", f"sudo -u alice -i sh -c '{line}'")


def check_health(report: list[dict[str, Any]]) -> None:
    """What all software of the cluster says while it is whole."""
    said = {one["software"]: one["message"] for one in report if one["healthy"]}
    assert said["slurm"] == "3 of 3 workers ran a job"
    assert said["hadoop"] == "3 of 3 data nodes, 3 of 3 node managers"
    assert said["glusterfs"] == "3 of 3 servers, 2 of 2 bricks"
    assert said["users"] == "1 accounts"
    assert said["monitoring"].startswith("4 of 4 nodes answer")


def test_a_job_reads_the_shared_directory_and_hdfs(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json").events()[-1]
    check_health(report["health"])
    as_alice(cluster, "echo from the shared directory > /shared/shared.txt")
    as_alice(cluster, "echo from HDFS | hdfs dfs -put - /user/alice/hdfs.txt")
    cluster.write(JOB, "job.sh")
    cluster.ectf("scp", str(cluster.path / "job.sh"), "frontend001:/shared/job.sh")
    as_alice(cluster, "sbatch --wait /shared/job.sh")
    lines = cluster.ssh("compute003", "cat /shared/job.out").splitlines()
    assert lines[:2] == ["shared: from the shared directory", "hdfs: from HDFS"]
    assert len({line.split()[0] for line in lines[2:]} & set(WORKERS)) == 2
    assert all(line.endswith(" reads from the shared directory") for line in lines[2:])
    owner = cluster.ssh("compute002", "stat -c '%u %g' /shared/job.out").split()
    assert owner == ["5001", "5000"]


def test_prometheus_sees_nodes_and_hdfs(cluster: Folder) -> None:
    address = cluster.nodes()["frontend001"]["address"]
    asked = f"u.urlopen('http://{address}:9090/api/v1/query?query=up').read().decode()"
    rows = json.loads(cluster.ssh("frontend001", f'python3 -c "import urllib.request as u; print({asked})"'))
    up = {
        (row["metric"]["job"], row["metric"]["instance"]): row["value"][1] for row in rows["data"]["result"]
    }
    assert up[("hdfs", "frontend001")] == "1"
    assert all(up[("node", name)] == "1" for name in ("frontend001", *WORKERS))


def test_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert sum(report["configuration"]["changed"].values()) == 0


def test_one_worker_leaves_all_of_it_and_another_comes(cluster: Folder) -> None:
    """compute002 has a SLURM daemon, HDFS's blocks, YARN's containers, a brick of the shared directory and a target."""
    text = (cluster.path / "cluster.yaml").read_text(encoding="utf-8")
    cluster.write(text.replace("    count: 3\n", "    count: 3\n    exclude: [compute002]\n"))
    report = cluster.ectf("up", "--yes", "--json").events()[-1]
    assert {(one["name"], one["action"]) for one in report["plan"]["infrastructure"]["nodes"]} == {
        ("compute002", "destroy"),
        ("compute004", "create"),
    }
    check_health(report["health"])
    as_alice(cluster, "srun --nodes=3 cat /shared/shared.txt > /shared/again.out")
    lines = as_alice(cluster, "cat /shared/again.out; hdfs dfs -cat /user/alice/hdfs.txt").splitlines()
    assert lines == ["from the shared directory"] * 3 + ["from HDFS"]


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
