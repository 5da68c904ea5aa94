"""The role `openpbs` on hosts: with stand-ins for OpenPBS, or with a real archive where the environment names one.

`ECTF_OPENPBS_ARCHIVE` is the path of a prebuilt tree for Debian 12, see docs/software/openpbs.md.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
  openpbs:
    server: frontend
    worker: compute
    vars:
"""
PROGRAMS = {
    "bin": ("qmgr", "qstat", "pbsnodes"),
    "sbin": ("pbs_iff", "pbs_rcp"),
    "libexec": ("pbs_init.d", "pbs_postinstall"),
}
UNIT = """[Service]
Type=forking
GuessMainPID=no
ExecStart=/opt/pbs/libexec/pbs_init.d start
ExecStop=/opt/pbs/libexec/pbs_init.d stop
[Install]
WantedBy=multi-user.target
"""


def described(made: Path, **variables: object) -> str:
    given = {"openpbs_archive_url": made, "openpbs_archive_sha256": f"'{sum_of(made)}'", **variables}
    return FILE + "".join(f"      {name}: {value}\n" for name, value in given.items())


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("openpbs")
    made = folder.path / "openpbs.tar.gz"
    archive(made, "openpbs", "opt/pbs", PROGRAMS, {"lib/systemd/system/pbs.service": UNIT})
    folder.write(described(made))
    return folder


def changed(folder: Folder, *words: str) -> dict[str, int]:
    report = folder.ectf("up", "--yes", "--json", *words).events()[-1]
    assert report["configuration"]["failures"] == []
    found: dict[str, int] = report["configuration"]["changed"]
    return found


def root(folder: Folder, line: str) -> str:
    return folder.ssh("frontend001", f"sudo env PATH=/opt/pbs/bin:$PATH {line}")


def nodes(folder: Folder) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(root(folder, "pbsnodes -a -F json"))["nodes"]
    return found


def happened(folder: Folder, node: str) -> list[str]:
    """What the stand-ins were asked on a host, in its order."""
    return folder.ssh(node, "cat /var/log/pbs-stand-in").splitlines()


def test_another_archive_than_the_one_named_is_refused(cluster: Folder) -> None:
    wrong = described(cluster.path / "openpbs.tar.gz", openpbs_archive_sha256=f"'{'0' * 64}'")
    cluster.write(wrong, "wrong.yaml")
    ended = cluster.ectf("up", "wrong.yaml", "--yes", "--workdir", str(cluster.workdir), code=6)
    assert "nothing was unpacked" in ended.text
    assert "pbs" not in cluster.ssh("frontend001", "ls -A /opt; ls /var/tmp/ectf* || true")


def test_up_from_nothing(cluster: Folder) -> None:
    ended = cluster.ectf("up", "--yes")
    assert "openpbs: 2 of 2 workers are in service" in ended.text
    found = nodes(cluster)
    assert {name: one["state"] for name, one in found.items()} == {"compute001": "free", "compute002": "free"}
    assert found["compute001"]["resources_available"] == {"ncpus": 2, "mem": "1048576kb"}
    printed = root(cluster, "qmgr -c 'print server'")
    assert "set server flatuid = True" in printed and "create queue workq" in printed
    assert happened(cluster, "frontend001") == ["installed", "started"]
    # pbs.conf and mom's own file were there before either was started.
    assert happened(cluster, "compute001") == ["installed", "pbs_mom read 1 paths", "started"]
    modes = cluster.ssh("compute001", "stat -c %a /etc /opt/pbs/sbin/pbs_iff /opt/pbs/sbin/pbs_rcp").split()
    assert modes == ["755", "4755", "4755"], "the archive's own folders are readable by nobody else"
    # Podman gives a container's root other modes than a machine's, but nobody is kept out.
    assert cluster.ssh("compute001", "stat -c %a /").strip() in ("555", "755")


def test_up_again_changes_nothing(cluster: Folder) -> None:
    assert changed(cluster, "--all") == {}
    assert happened(cluster, "compute001").count("started") == 1
    assert "No drift" in cluster.ectf("drift").text, "a run that only checks tells the same"


def test_new_settings_of_pbs_mom_restart_nothing(cluster: Folder) -> None:
    paths = "[/home, /scratch]"
    cluster.write(described(cluster.path / "openpbs.tar.gz", openpbs_shared_paths=paths))
    assert set(changed(cluster)) == {"compute001", "compute002"}
    assert happened(cluster, "compute001")[-2:] == ["started", "pbs_mom read 2 paths"]


def test_a_worker_more_restarts_nothing(cluster: Folder) -> None:
    changed(cluster, "--set", "groups.compute.count=3")
    assert list(nodes(cluster)) == ["compute001", "compute002", "compute003"]
    for name in ("frontend001", "compute001"):
        assert happened(cluster, name).count("started") == 1


def test_the_hooks_are_harmless_when_run_twice(cluster: Folder) -> None:
    for words, said in (
        ("drain/openpbs compute001 nobody", "drained: compute001"),
        ("drain/openpbs compute001", "drained: compute001"),
        ("resume/openpbs compute001", "in service: compute001"),
        ("resume/openpbs compute001", "in service: compute001"),
        ("remove/openpbs nobody", "removed: none of them is a worker"),
    ):
        assert root(cluster, f"/usr/local/lib/ectf/{words}").strip() == said
    assert nodes(cluster)["compute001"]["state"] == "free"


def test_a_worker_less(cluster: Folder) -> None:
    ended = cluster.ectf("up", "--yes")
    assert "Drain 1 node(s)" in ended.text
    assert list(nodes(cluster)) == ["compute001", "compute002"]
    assert changed(cluster, "--all") == {}


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []


@pytest.mark.skipif("ECTF_OPENPBS_ARCHIVE" not in os.environ, reason="ECTF_OPENPBS_ARCHIVE names no archive")
def test_a_real_archive_runs_a_job_on_two_workers(make_folder: Make) -> None:
    folder = make_folder("realopenpbs")
    folder.write(described(Path(os.environ.get("ECTF_OPENPBS_ARCHIVE", ""))))
    folder.ectf("up", "--yes")
    qsub, qstat = ("/opt/pbs/bin/" + name for name in ("qsub", "qstat"))
    folder.ssh("frontend001", "printf '#!/bin/sh\\ncat $PBS_NODEFILE\\n' >job.sh")
    words = "-l select=2:ncpus=1 -l place=scatter -k o -j oe -N two job.sh"
    job = folder.ssh("frontend001", f"{qsub} {words}").strip()
    state = f"{qstat} -x -f {job}"
    folder.ssh(
        "frontend001", f"for i in $(seq 90); do {state} | grep -q 'job_state = F' && break; sleep 1; done"
    )
    assert "Exit_status = 0" in folder.ssh("frontend001", state)
    ran = "".join(folder.ssh(name, "cat two.o* 2>/dev/null || true") for name in ("compute001", "compute002"))
    assert sorted(name.partition(".")[0] for name in ran.split()) == ["compute001", "compute002"]
    assert changed(folder, "--all") == {}
    folder.ectf("down", "--yes")
