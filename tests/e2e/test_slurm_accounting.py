"""SLURM with a database: accounts and limits, array jobs, drained workers; each test goes on from the one before."""

from collections.abc import Callable

import pytest

from tests.e2e.conftest import USER, Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]

CLUSTER = """
name: NAME
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 2}, image: debian-12}
  compute: {count: 3, size: {cpus: 1, memory_gb: 1}, image: debian-12}
software:
  slurm:
    controller: frontend
    database: frontend
    worker: compute
    vars:
      slurm_partitions:
        - {name: main}
        - {name: short, groups: [compute], max_time: "00:10:00", max_nodes: 1, priority: 10}
      slurm_node_groups: [{group: compute, features: [small]}]
      slurm_accounts: [{name: science}, {name: biology, parent: science, fair_share: 10}]
      slurm_users: [{name: LOGIN, accounts: [biology], qos: [normal, one]}]
      slurm_qos: [{name: one, max_jobs_per_user: 1}]
      slurm_drain_timeout: 2
      slurm_prolog: |
        #!/bin/sh
        echo "{{ 7 * 7 }} $SLURM_JOB_USER" >> /var/log/ectf-prolog
""".replace("LOGIN", USER)


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("slurmdb")
    folder.write(CLUSTER)
    return folder


def test_an_array_job_is_accounted(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    cluster.ssh("frontend001", "sbatch --array=1-3 -C small -o /dev/null --wait --wrap 'sleep 5'")
    rows = cluster.ssh(
        "frontend001", "sacct -X -n -P --name=wrap --format=JobID,State,NodeList,Account"
    ).split()
    tasks = [row.split("|") for row in rows]
    assert [task[0].split("_")[1] for task in tasks] == ["1", "2", "3"]
    assert {(state, account) for _, state, _, account in tasks} == {("COMPLETED", "biology")}
    assert sorted(node for _, _, node, _ in tasks) == ["compute001", "compute002", "compute003"]
    assert f"{{{{ 7 * 7 }}}} {USER}" in cluster.ssh("compute001", "cat /var/log/ectf-prolog")
    assert "JobState=COMPLETED" in cluster.ssh("frontend001", "cat /var/log/slurm/jobcomp.log")


def changed(cluster: Folder, *words: str) -> dict[str, int]:
    report = cluster.ectf("up", "--yes", "--json", *words).events()[-1]
    assert report["configuration"]["failures"] == []
    found: dict[str, int] = report["configuration"]["changed"]
    return found


def test_up_again_changes_nothing(cluster: Folder) -> None:
    assert changed(cluster, "--all") == {}


def test_the_database_is_for_this_host_alone(cluster: Folder) -> None:
    listening = cluster.ssh("frontend001", "sudo ss -Hltn sport = :3306").split()
    assert listening[3] == "127.0.0.1:3306"
    assert cluster.ssh("frontend001", "sudo stat -c '%U %a' /etc/slurm/slurmdbd.conf").split() == [
        "slurm",
        "600",
    ]


def queued(cluster: Folder) -> list[str]:
    return sorted(cluster.ssh("frontend001", "sleep 3; squeue -h -n limited -o '%T %r'").splitlines())


def test_a_limit_holds_and_follows_the_file(cluster: Folder) -> None:
    submit = "sbatch --qos=one -J limited -o /dev/null --wrap 'sleep 600'"
    cluster.ssh("frontend001", f"{submit}; {submit}")
    assert queued(cluster) == ["PENDING QOSMaxJobsPerUserLimit", "RUNNING None"]
    cluster.write(CLUSTER.replace("max_jobs_per_user: 1", "max_jobs_per_user: 2"))
    before = cluster.ssh("frontend001", "systemctl show -P MainPID slurmctld")
    cluster.ectf("up", "--yes")
    assert cluster.ssh("frontend001", "systemctl show -P MainPID slurmctld") == before, (
        "the queue was stopped"
    )
    cluster.ssh(
        "frontend001",
        "for i in $(seq 60); do squeue -h -n limited -t PD | grep -q . || exit 0; sleep 1; done",
    )
    assert queued(cluster) == ["RUNNING None", "RUNNING None"]


def test_a_drained_worker_gets_no_job(cluster: Folder) -> None:
    node, job = cluster.ssh("frontend001", "squeue -h -n limited -o '%N %i'").splitlines()[0].split()
    drain, resume = (
        f"sudo /usr/local/lib/ectf/{hook}/slurm {node} nowhere001" for hook in ("drain", "resume")
    )
    refused = cluster.ectf("ssh", "frontend001", "--", drain, code=1)
    assert refused.out.strip() == f"jobs still run after 2 s (slurm_drain_timeout): {job} on {node}"
    cluster.ssh("frontend001", f"scancel -u {USER}")
    cluster.ssh("frontend001", f"for i in $(seq 60); do {drain} && exit 0; done")
    jobs = "sbatch --array=1-4 -p short -J others -o /dev/null --wait --wrap true"
    cluster.ssh("frontend001", f"timeout 300 {jobs}")
    used = cluster.ssh("frontend001", "sacct -X -n -P --name=others --format=NodeList").split()
    assert len(used) == 4 and node not in used
    assert cluster.ssh("frontend001", f"timeout 5 srun -w {node} hostname || echo waits").strip() == "waits"
    cluster.ssh("frontend001", f"{resume} && {resume}")
    assert cluster.ssh("frontend001", f"srun -w {node} hostname").strip() == node


def workers(cluster: Folder) -> list[str]:
    return cluster.ssh("frontend001", "sinfo -h -N -p main -o %N").split()


def test_workers_come_and_go_without_harm_to_jobs(cluster: Folder) -> None:
    job = cluster.ssh(
        "frontend001", "sbatch --parsable -w compute001 -J stays -o /dev/null --wrap 'sleep 900'"
    ).strip()
    started = f"until squeue -h -j {job} -t R -o '%S %N' | grep .; do sleep 1; done"
    before = cluster.ssh("frontend001", started)
    less = ("--set", 'groups.compute.exclude=["compute002"]')
    changed(cluster, *less, "--set", "groups.compute.count=2")
    assert workers(cluster) == ["compute001", "compute003"]
    changed(cluster, *less)
    assert workers(cluster) == ["compute001", "compute003", "compute004"]
    assert cluster.ssh("frontend001", "srun -w compute004 hostname").strip() == "compute004"
    assert cluster.ssh("frontend001", started) == before, "it was neither stopped nor queued again"


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
