"""The role `torque` on hosts: with stand-ins for TORQUE, or with a real archive where the environment names one.

`ECTF_TORQUE_ARCHIVE` (and `ECTF_MAUI_ARCHIVE`) are paths of prebuilt trees for Debian 12, see docs/software/torque.md.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.archives import archive, sum_of
from tests.e2e.conftest import Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]

FILE = """
name: NAME
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
  compute: {count: 2, size: {cpus: 2, memory_gb: 1}, image: debian-12}
software:
  torque:
    server: frontend
    worker: compute
    vars:
"""
PROGRAMS = {
    "bin": ("qmgr", "qstat", "qterm", "pbsnodes", "momctl"),
    "sbin": ("pbs_server", "pbs_mom", "pbs_sched", "trqauthd"),
}
UNIT = "[Service]\nExecStart=/opt/torque/sbin/{name}\n[Install]\nWantedBy=multi-user.target\n"


def stand_in(path: Path) -> Path:
    """An archive laid out as a real one."""
    units = ("trqauthd", "pbs_server", "pbs_mom")
    others = {f"lib/systemd/system/{name}.service": UNIT.format(name=name) for name in units}
    return archive(path, "torque", "opt/torque", PROGRAMS, others)


def described(**variables: object) -> str:
    return FILE + "".join(f"      {name}: {value}\n" for name, value in variables.items())


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("torque")
    made = stand_in(folder.path / "torque.tar.gz")
    folder.write(described(torque_archive_url=made, torque_archive_sha256=f"'{sum_of(made)}'"))
    return folder


def changed(folder: Folder, *words: str) -> dict[str, int]:
    report = folder.ectf("up", "--yes", "--json", *words).events()[-1]
    assert report["configuration"]["failures"] == []
    found: dict[str, int] = report["configuration"]["changed"]
    return found


def root(folder: Folder, line: str) -> str:
    return folder.ssh("frontend001", f"sudo env PATH=/opt/torque/bin:$PATH {line}")


def nodes(folder: Folder) -> list[str]:
    return [line for line in root(folder, "pbsnodes -a").splitlines() if line and not line.startswith(" ")]


def test_another_archive_than_the_one_named_is_refused(cluster: Folder) -> None:
    right = (cluster.path / "cluster.yaml").read_text(encoding="utf-8")
    cluster.write(
        described(torque_archive_url=cluster.path / "torque.tar.gz", torque_archive_sha256=f"'{'0' * 64}'")
    )
    ended = cluster.ectf("up", "--yes", code=6)
    assert "nothing was unpacked" in ended.text
    assert "torque" not in cluster.ssh("frontend001", "ls -A /opt; ls /var/tmp/ectf* || true")
    cluster.write(right)


def test_up_configures_the_server_before_the_workers(cluster: Folder) -> None:
    ended = cluster.ectf("up", "--yes")
    assert "torque: 2 of 2 workers are in service" in ended.text
    assert nodes(cluster) == ["compute001", "compute002"]
    printed = root(cluster, "qmgr -c 'print server'")
    assert "set queue batch enabled = True" in printed
    assert "set server default_queue = batch" in printed


def test_up_again_changes_nothing(cluster: Folder) -> None:
    assert changed(cluster, "--all") == {}
    assert "No drift" in cluster.ectf("drift").text, "a run that only checks tells the same"


def test_a_worker_more(cluster: Folder) -> None:
    changed(cluster, "--set", "groups.compute.count=3")
    assert nodes(cluster) == ["compute001", "compute002", "compute003"]
    assert root(cluster, "momctl -d 1 -h compute001").count(":15003:") == 3


def test_the_hooks_are_harmless_when_run_twice(cluster: Folder) -> None:
    for words, said in (
        ("drain/torque compute001 nobody", "drained: compute001"),
        ("drain/torque compute001", "drained: compute001"),
        ("resume/torque compute001", "in service: compute001"),
        ("resume/torque compute001", "in service: compute001"),
        ("remove/torque nobody", "removed: none of them is a worker"),
    ):
        assert root(cluster, f"/usr/local/lib/ectf/{words}").strip() == said


def test_a_worker_less(cluster: Folder) -> None:
    ended = cluster.ectf("up", "--yes")
    assert "Drain 1 node(s)" in ended.text
    assert nodes(cluster) == ["compute001", "compute002"]
    assert changed(cluster, "--all") == {}


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []


@pytest.mark.skipif("ECTF_TORQUE_ARCHIVE" not in os.environ, reason="ECTF_TORQUE_ARCHIVE names no archive")
def test_a_real_archive_runs_a_job_on_two_workers(make_folder: Make) -> None:
    folder, made = make_folder("realtorque"), Path(os.environ.get("ECTF_TORQUE_ARCHIVE", ""))
    given = {"torque_archive_url": made, "torque_archive_sha256": f"'{sum_of(made)}'"}
    if maui := os.environ.get("ECTF_MAUI_ARCHIVE"):
        given |= {"torque_maui_archive_url": maui, "torque_maui_archive_sha256": f"'{sum_of(Path(maui))}'"}
        given |= {"torque_scheduler": "maui"}
    folder.write(described(**given))
    folder.ectf("up", "--yes")
    script = "#!/bin/sh\\ncat $PBS_NODEFILE\\n"
    folder.ssh(
        "frontend001", f"printf '{script}' >job.sh; /opt/torque/bin/qsub -l nodes=2 -k o -j oe -N two job.sh"
    )
    folder.ssh(
        "frontend001",
        "for i in $(seq 90); do /opt/torque/bin/qstat -f | grep -q 'job_state = C' && break; sleep 1; done",
    )
    assert "exit_status = 0" in folder.ssh("frontend001", "/opt/torque/bin/qstat -f")
    ran = "".join(folder.ssh(name, "cat two.o* 2>/dev/null || true") for name in ("compute001", "compute002"))
    assert sorted(ran.split()) == ["compute001", "compute002"]
    assert changed(folder, "--all") == {}
    folder.ectf("down", "--yes")
