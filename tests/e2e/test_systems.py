"""The same file on several operating systems: a second small file says which, and nothing else differs."""

from collections.abc import Callable

import pytest

from tests.e2e.conftest import REPOSITORY, Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]

SYSTEMS = {"debian-12": ("debian", "12"), "debian-13": ("debian", "13"), "ubuntu-24.04": ("ubuntu", "24.04")}
SYSTEM = """
groups:
  frontend: {image: IMAGE}
  compute: {image: IMAGE}
"""
FILES = ("cluster.yaml", "system.yaml")
NODES = ("frontend001", "compute001", "compute002")
OTHERS = """
name: NAME
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 1}}
  compute: {count: 2, size: {cpus: 1, memory_gb: 1}}
software:
  users: {node: [frontend, compute], vars: {users_accounts: [{name: alice, uid: 5001}]}}
  gridengine: {master: frontend, worker: compute}
  monitoring: {server: frontend, node: [frontend, compute]}
"""
# `qsub -sync` ends without a word when the master is too busy.
JOB = "id=$(qsub -terse -pe mpi 2 -b y -o /dev/null -e /dev/null sleep 1) && while qstat -j $id; do sleep 1; done"


def up(folder: Folder, image: str, text: str) -> None:
    """Bring a file up on a system, and once more, which changes nothing."""
    folder.write(text)
    folder.write(SYSTEM.replace("IMAGE", image), "system.yaml")
    folder.ectf("up", *FILES, "--yes")
    for node in NODES:
        assert tuple(folder.ssh(node, ". /etc/os-release; echo $ID $VERSION_ID").split()) == SYSTEMS[image]
    report = folder.ectf("up", *FILES, "--yes", "--json", "--all").events()[-1]
    assert report["configuration"]["failures"] == [] and report["configuration"]["changed"] == {}


def down(folder: Folder) -> None:
    folder.ectf("down", *FILES, "--yes")
    assert leftovers(folder.name) == []


@pytest.mark.parametrize("image", SYSTEMS)
def test_slurm_runs_a_job(make_folder: Make, image: str) -> None:
    folder = make_folder("slurmon")
    example = (REPOSITORY / "examples" / "slurm.yaml").read_text(encoding="utf-8")
    up(folder, image, example.replace("name: demo", "name: NAME"))
    folder.ssh("frontend001", "sbatch --nodes=2 -o /dev/null --wait --wrap 'srun hostname'")
    assert sorted(folder.ssh("frontend001", "srun -N2 hostname").split()) == ["compute001", "compute002"]
    down(folder)


@pytest.mark.parametrize("image", SYSTEMS)
def test_grid_engine_users_and_monitoring(make_folder: Make, image: str) -> None:
    folder = make_folder("otherson")
    up(folder, image, OTHERS)
    assert {folder.ssh(node, "id -u alice").strip() for node in NODES} == {"5001"}
    folder.ssh("frontend001", f"{JOB} >/dev/null 2>&1")
    # The accounting comes a quarter of a minute later.
    done = folder.ssh(
        "frontend001", "for i in $(seq 60); do qacct -j sleep && break; sleep 2; done 2>/dev/null"
    )
    assert [line.split()[1] for line in done.splitlines() if line.startswith(("slots", "exit_status"))] == [
        "2",
        "0",
    ]
    health = {one["software"]: one["message"] for one in folder.ectf("status", "--json").json()["health"]}
    assert health["gridengine"] == "2 of 2 workers ran a job"
    assert health["monitoring"].startswith("3 of 3 nodes answer")
    assert health["users"] == "1 accounts"
    down(folder)
