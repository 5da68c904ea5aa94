"""The life of a SLURM cluster, step by step; each test goes on from where the one before stopped."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import REPOSITORY, Folder, leftovers, podman

pytestmark = pytest.mark.podman
Make = Callable[[str], Folder]

JOB = """#!/bin/sh
#SBATCH --nodes=2 --output=/tmp/job.out
echo "the batch job ran on $SLURM_JOB_NODELIST"
srun hostname
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("slurm")
    shutil.copy(REPOSITORY / "examples" / "slurm.yaml", folder.path / "cluster.yaml")
    text = (folder.path / "cluster.yaml").read_text(encoding="utf-8")
    folder.write(text.replace("name: demo", "name: NAME"))
    return folder


def states(folder: Folder) -> dict[str, str]:
    """SLURM's own word on each node."""
    rows = folder.ssh("frontend001", "sinfo -N -h -o '%N %T'").split("\n")
    return dict(row.split() for row in rows if row)


def changed_tasks(folder: Folder, *words: str) -> int:
    report = folder.ectf("up", "--yes", "--json", *words).events()[-1]
    assert report["kind"] == "up"
    return sum(report["configuration"]["changed"].values())


def test_up_from_nothing_runs_jobs(cluster: Folder) -> None:
    ended = cluster.ectf("up", "--yes")
    assert "ectf ssh frontend001" in ended.text
    assert sorted(cluster.ssh("frontend001", "srun -N2 hostname").split()) == ["compute001", "compute002"]
    cluster.write(JOB, "job.sh")
    cluster.ectf("scp", str(cluster.path / "job.sh"), "frontend001:/tmp/job.sh")
    cluster.ectf("ssh", "--", "sbatch", "--wait", "/tmp/job.sh")
    output = cluster.ssh("compute001", "cat /tmp/job.out")
    assert "the batch job ran on compute[001-002]" in output
    assert "compute002" in output


def test_status_and_nodes_say_what_there_is(cluster: Folder) -> None:
    report = cluster.ectf("status", "--json").json()
    assert {one["name"]: one["state"] for one in report["nodes"]} == dict.fromkeys(
        ("frontend001", "compute001", "compute002"), "running"
    )
    assert report["health"] == [
        {"software": "slurm", "healthy": True, "message": "2 of 2 workers ran a job", "node": "frontend001"}
    ]


def test_up_again_changes_nothing(cluster: Folder) -> None:
    before = cluster.nodes()
    events = cluster.ectf("up", "--yes", "--json").events()
    report = events[-1]
    assert report["plan"]["infrastructure"]["nodes"] == []
    assert report["applied"] is False
    assert report["configuration"] is None
    assert cluster.nodes() == before
    assert changed_tasks(cluster, "--all") == 0


def test_the_work_folder_works_by_hand(cluster: Folder) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "TF_CLI_CONFIG_FILE"}
    bin_folder = Path(sys.executable).parent
    environment["PATH"] = f"{bin_folder}:{environment['PATH']}"
    terraform = shutil.which("terraform") or str(bin_folder / "ectf-terraform")
    planned = subprocess.run(
        [terraform, "plan", "-detailed-exitcode", "-input=false"],
        cwd=cluster.workdir, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert planned.returncode == 0, planned.stdout + planned.stderr
    asked = subprocess.run(
        ["ansible", "-i", "ansible/inventory", "slurm_worker", "-m", "ansible.builtin.command", "-a", "hostname", "-o"],
        cwd=cluster.workdir, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert "(stdout) compute001" in asked.stdout and "(stdout) compute002" in asked.stdout


def test_a_canary_secret_is_nowhere_but_in_its_file(cluster: Folder) -> None:
    secret = (cluster.workdir / "keep" / "secret").read_text(encoding="utf-8").strip()
    munge = cluster.ssh("frontend001", "sudo cat /etc/munge/munge.key").strip()
    assert len(secret) >= 32 and len(munge) >= 32
    for path in cluster.path.rglob("*"):
        if path.is_file() and path != cluster.workdir / "keep" / "secret":
            content = path.read_bytes()
            assert secret.encode() not in content, path
            assert munge.encode() not in content, path
    for node in ("frontend001", "compute001"):
        found = cluster.ssh(node, f"sudo grep -rl {secret} /etc /tmp /var/log /root /home || true")
        assert found == ""


def test_a_worker_more_disturbs_no_job(cluster: Folder) -> None:
    before = cluster.nodes()
    cluster.ssh("frontend001", "sbatch -w compute001 --wrap 'sleep 600' -J long -o /dev/null")
    job = cluster.ssh("frontend001", "squeue -h -n long -o '%i %T'").split()
    ended = cluster.ectf("up", "--yes", "--json", "--set", "groups.compute.count=3").events()[-1]
    assert [(one["name"], one["action"]) for one in ended["plan"]["infrastructure"]["nodes"]] == [
        ("compute003", "create")
    ]
    after = cluster.nodes()
    for name, one in before.items():
        assert after[name]["instance_id"] == one["instance_id"]
        assert after[name]["address"] == one["address"]
    assert cluster.ssh("frontend001", "squeue -h -n long -o '%i %T'").split() == [job[0], "RUNNING"]
    assert cluster.ssh("frontend001", "srun -N1 -w compute003 hostname").strip() == "compute003"


def test_excluding_the_middle_worker_takes_away_exactly_that_one(cluster: Folder) -> None:
    before = cluster.nodes()
    text = (cluster.path / "cluster.yaml").read_text(encoding="utf-8")
    cluster.write(
        text.replace("  compute:\n    count: 2", "  compute:\n    count: 2\n    exclude: [compute002]")
    )
    planned = cluster.ectf("plan", "--json").json()
    assert [(one["name"], one["action"]) for one in planned["infrastructure"]["nodes"]] == [
        ("compute002", "destroy")
    ]
    cluster.ectf("up", "--yes")
    after = cluster.nodes()
    assert list(after) == ["frontend001", "compute001", "compute003"]
    assert after["compute003"]["instance_id"] == before["compute003"]["instance_id"]
    assert after["compute003"]["address"] == before["compute003"]["address"]
    assert set(states(cluster)) == {"compute001", "compute003"}
    assert "RUNNING" in cluster.ssh("frontend001", "squeue -h -n long -o %T")
    cluster.ssh("frontend001", "scancel -n long")


def test_a_killed_container_is_drift_and_comes_back(cluster: Folder) -> None:
    before = cluster.nodes()
    podman("rm", "-f", "-t", "0", before["compute003"]["instance_id"])
    ended = cluster.ectf("plan", "--detailed-exitcode", code=2)
    assert "compute003" in ended.out
    cluster.ectf("up", "--yes")
    after = cluster.nodes()
    assert after["compute003"]["instance_id"] != before["compute003"]["instance_id"]
    assert after["compute001"]["instance_id"] == before["compute001"]["instance_id"]
    assert sorted(cluster.ssh("frontend001", "srun -N2 hostname").split()) == ["compute001", "compute003"]


def test_down_leaves_nothing(cluster: Folder) -> None:
    report = cluster.ectf("down", "--yes", "--json").events()[-1]
    assert report["kind"] == "down"
    assert report["checked"] == ["local"]
    assert leftovers(cluster.name) == []
    state = json.loads((cluster.workdir / "keep" / "terraform.tfstate").read_text(encoding="utf-8"))
    assert state["resources"] == []
    cluster.ectf("inventory", code=1)
