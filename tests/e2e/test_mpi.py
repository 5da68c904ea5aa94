"""MPI programs over several hosts, with and without a scheduler; each test goes on from where the one before stopped."""

from collections.abc import Callable

import pytest

from tests.e2e.conftest import IMAGE, USER, Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]

CLUSTER = """
name: NAME
cloud: {name: local}
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
  compute: {count: 2, size: {cpus: 1, memory_gb: 1}, image: debian-12}
software:
  mpi:
    node: [frontend, compute]
    login: frontend
    vars:
      mpi_python: true
      mpi_parameters: {btl: "tcp,self,vader"}
  slurm:
    controller: frontend
    worker: compute
    vars:
      slurm_extra_config: {MpiDefault: pmix}
"""
HELLO = """#include <mpi.h>
#include <stdio.h>
int main(int argc, char **argv) {
  int rank, size, sum, length;
  char name[MPI_MAX_PROCESSOR_NAME];
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  MPI_Get_processor_name(name, &length);
  printf("%s is one of %d with the sum %d\\n", name, size, sum);
  MPI_Finalize();
  return 0;
}
"""
JOB = """#!/bin/bash
srun mpicc -o /tmp/hello /tmp/hello.c
srun --mpi=pmix /tmp/hello > /tmp/pmix.out
srun /tmp/hello > /tmp/default.out
mpirun /tmp/hello > /tmp/mpirun.out
"""
PYTHON = "from mpi4py import MPI; w = MPI.COMM_WORLD; print(MPI.Get_processor_name(), w.allreduce(w.rank))"


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("mpi")
    folder.write(CLUSTER)
    # As it stands: Folder.write would put the cluster's name into the name of a constant.
    (folder.path / "hello.c").write_text(HELLO, encoding="utf-8")
    folder.write(JOB, "job.sh")
    return folder


def workers(cluster: Folder) -> list[str]:
    return [name for name in cluster.nodes() if name.startswith("compute")]


def said(names: list[str]) -> list[str]:
    """What the program says on these hosts."""
    return [f"{name} is one of {len(names)} with the sum {sum(range(len(names)))}" for name in sorted(names)]


def run_job(cluster: Folder, names: list[str]) -> None:
    """Compile and run the program on these hosts in one batch job, in three ways."""
    for name in names:
        cluster.ectf("scp", str(cluster.path / "hello.c"), f"{name}:/tmp/hello.c")
    cluster.ectf("scp", str(cluster.path / "job.sh"), "frontend001:/tmp/job.sh")
    cluster.ssh(
        "frontend001", f"sbatch --wait -N{len(names)} --ntasks-per-node=1 -o /tmp/job.out /tmp/job.sh"
    )
    for way in ("pmix", "default", "mpirun"):
        lines = cluster.ssh(sorted(names)[0], f"cat /tmp/{way}.out").splitlines()
        assert sorted(lines) == said(names), way


def test_a_program_runs_over_two_hosts(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    run_job(cluster, ["compute001", "compute002"])
    output = cluster.ssh("frontend001", f"srun --mpi=pmix -N2 python3 -c '{PYTHON}'")
    assert sorted(output.splitlines()) == ["compute001 1", "compute002 1"]
    health = cluster.ectf("status", "--json").json()["health"]
    # `mpirun (Open MPI) 4.1.4`
    version = cluster.ssh("frontend001", "mpirun --version").splitlines()[0].split()[-1]
    assert [one["message"] for one in health if one["software"] == "mpi"] == [
        f"Open MPI {version}: 2 of 2 processes found each other"
    ]


def test_without_a_scheduler_hosts_are_those_of_the_list(cluster: Folder) -> None:
    key = f"/home/{USER}/.ssh/id_ed25519"
    public = cluster.ssh("frontend001", f"ssh-keygen -q -N '' -t ed25519 -f {key} && cat {key}.pub").strip()
    for name in workers(cluster):
        cluster.ssh(name, f"mkdir -p -m 700 ~/.ssh && echo '{public}' >> ~/.ssh/authorized_keys")
    cluster.ssh("frontend001", "printf 'Host *\\n StrictHostKeyChecking accept-new\\n' > ~/.ssh/config")
    assert "compute002 slots=1" in cluster.ssh("frontend001", "cat /etc/mpi-hosts").splitlines()
    output = cluster.ssh("frontend001", "mpirun --hostfile /etc/mpi-hosts hostname")
    assert sorted(output.split()) == ["compute001", "compute002", "frontend001"]


def test_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert sum(report["configuration"]["changed"].values()) == 0


def test_nodes_come_and_go(cluster: Folder) -> None:
    cluster.ectf("up", "--yes", "--set", "groups.compute.count=3")
    run_job(cluster, ["compute001", "compute002", "compute003"])
    assert "compute003 slots=1" in cluster.ssh("frontend001", "cat /etc/mpi-hosts").splitlines()
    cluster.ectf("up", "--yes", "--set", 'groups.compute.exclude=["compute001"]')
    run_job(cluster, ["compute002", "compute003"])
    assert "compute001" not in cluster.ssh("frontend001", "cat /etc/mpi-hosts")


def test_mpich_takes_its_place(cluster: Folder) -> None:
    text = CLUSTER.split("    vars:\n      mpi_python")[0] + "    vars: {mpi_implementation: mpich}\n"
    text += CLUSTER[CLUSTER.index("  slurm:") :].replace("pmix", "pmi2")
    cluster.write(text.replace("count: 2", "count: 2, exclude: [compute001]"))
    if IMAGE == "ubuntu-24.04":
        assert "starts every process alone" in cluster.ectf("up", "--yes", code=6).text
        return
    cluster.ectf("up", "--yes")
    cluster.write(JOB.replace("pmix /tmp", "pmi2 /tmp"), "job.sh")
    run_job(cluster, ["compute002", "compute003"])
    assert "libmpich" in cluster.ssh("compute002", "ldd /tmp/hello")


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
