"""Only what differs is done, on real hosts: who is contacted, what drifts, who is drained before it goes."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Folder, podman

pytestmark = pytest.mark.podman
Make = Callable[[str], Folder]

FILE = """
name: NAME
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 1}}
  compute: {count: 2, size: {cpus: 1, memory_gb: 1}}
  other: {count: 1, size: {cpus: 1, memory_gb: 1}}
software:
  slurm: {controller: frontend, worker: compute, vars: {slurm_node_timeout: 300}}
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("steps")
    folder.write(FILE)
    folder.ectf("up", "--yes")
    return folder


def last_run(folder: Folder) -> Path:
    return max((folder.workdir / "runs").iterdir())


def contacted(folder: Folder) -> dict[str, set[str]]:
    """Which hosts Ansible talked to in the last run, by its log: `ansible` for roles, `ansible-addresses`."""
    found = {}
    for log in last_run(folder).glob("ansible*.jsonl"):
        events = [
            json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")
        ]
        found[log.stem] = {one["data"]["host"] for one in events if "host" in one.get("data", {})}
    return found


def edit(folder: Folder, old: str, new: str) -> None:
    file = folder.path / "cluster.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def plan(folder: Folder, code: int = 0) -> Any:
    return folder.ectf("plan", "--json", "--detailed-exitcode", code=code).json()


def test_without_a_change_nobody_is_contacted(cluster: Folder, tmp_path: Path) -> None:
    trap = tmp_path / "ssh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/contacted\nexit 1\n", encoding="utf-8")
    trap.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    report = cluster.ectf("up", "--yes", "--json", environment=environment).events()[-1]
    assert (report["applied"], report["configuration"]) == (False, None)
    assert contacted(cluster) == {}
    assert not (tmp_path / "contacted").exists()


def test_a_variable_concerns_the_hosts_that_use_it(cluster: Folder) -> None:
    edit(cluster, "slurm_node_timeout: 300", "slurm_node_timeout: 200")
    found = plan(cluster, code=2)["configuration"]
    changes = [one for run in found["runs"] for reason in run["reasons"] for one in reason["variables"]]
    assert {(one["name"], one["before"], one["after"]) for one in changes} == {
        ("slurm_node_timeout", 300, 200)
    }
    hosts = {"frontend001", "compute001", "compute002"}
    assert {host for run in found["runs"] for host in run["hosts"]} == hosts
    cluster.ectf("up", "--yes")
    assert contacted(cluster) == {"ansible": hosts}
    assert "SlurmdTimeout           = 200 sec" in cluster.ssh("frontend001", "scontrol show config")


def test_a_worker_more_concerns_itself_and_the_controller(cluster: Folder) -> None:
    edit(cluster, "compute: {count: 2", "compute: {count: 3")
    cluster.ectf("up", "--yes")
    assert contacted(cluster) == {
        "ansible": {"frontend001", "compute003"},
        "ansible-addresses": {"frontend001", "compute001", "compute002", "other001"},
    }
    assert "compute003" in cluster.ssh("other001", "getent hosts compute003")
    assert plan(cluster)["configuration"]["runs"] == []


def test_a_worker_with_a_job_is_drained_before_it_goes(cluster: Folder) -> None:
    cluster.ssh("frontend001", "sbatch -w compute003 -o /tmp/job.out --wrap 'sleep 8; touch /tmp/done'")
    edit(cluster, "compute: {count: 3", "compute: {count: 2")
    ended = cluster.ectf("up", "--yes", "--json").events()
    stages = [one["stage"] for one in ended if one.get("event") == "stage_done"]
    assert stages.index("drain") < stages.index("apply")
    jobs = cluster.ssh("frontend001", "scontrol --oneliner show job")
    assert "JobState=COMPLETED" in jobs and "JobState=CANCELLED" not in jobs


def test_drift_is_named_and_nothing_else(cluster: Folder) -> None:
    assert "No drift" in cluster.ectf("drift").out
    cluster.ssh(
        "other001", "echo 192.0.2.1 stranger | sudo tee -a /etc/hosts; sudo sed -i s/compute001/x/ /etc/hosts"
    )
    podman("rm", "-f", "-t", "0", cluster.nodes()["compute002"]["instance_id"])
    found = cluster.ectf("drift", "--json", code=2).json()
    assert [(one["node"], one["action"]) for one in found["resources"]] == [("compute002", "vanished")]
    assert [(one["node"], one["files"]) for one in found["differences"]] == [("other001", ["/etc/hosts"])]
    assert found["unjudged"] == {}
    assert "stranger" in cluster.ssh("other001", "cat /etc/hosts")  # nothing was mended
    cluster.ectf("up", "--yes")
    cluster.ectf("configure", "--all", "--limit", "other001")
    assert "No drift" in cluster.ectf("drift").out
    cluster.ectf("down", "--yes")
