"""Modules on all hosts and in jobs; each test goes on from where the one before stopped."""

import hashlib
import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import USER, Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]

EASYBUILD = "5.4.1"
TEXT = 'it\'s "a" $(touch /tmp/bad) {{ 1 }} \\ `id` # é;'
CLUSTER = """
name: NAME
cloud: {name: local}
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
  compute: {count: 2, size: {cpus: 1, memory_gb: 1}, image: debian-12}
software:
  glusterfs:
    server: frontend
    client: [frontend, compute]
    vars: {glusterfs_volumes: [{name: shared, mount: /shared, mode: "1777"}]}
  lmod:
    node: [frontend, compute]
    builder: frontend
    vars: VARS
  slurm:
    controller: frontend
    worker: compute
"""
JOB = """#!/bin/bash -l
module load tool/2.0
srun bash -lc 'module load tool/2.0 && tool'
echo "the job has $(tool)"
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("lmod")
    write(folder, variables(folder))
    folder.write(JOB, "job.sh")
    return folder


def variables(folder: Folder) -> dict[str, Any]:
    """Variables with a wheelhouse of EasyBuild's and an archive that stands in for Spack's."""
    wheels = folder.path / "wheels"
    command = [sys.executable, "-m", "pip", "wheel", "-q", "-w", str(wheels), f"easybuild=={EASYBUILD}"]
    subprocess.run(command, check=True)
    archive = stand_in(folder.path)
    return {
        "lmod_paths": ["/shared/modules"],
        "lmod_modules": [
            {
                "name": "chem/own",
                "version": "1.0",
                "description": f"{TEXT}\nsecond line",
                "variables": {"OWN_TEXT": TEXT},
                "paths": {"PATH": ["/opt/own/bin", "/opt/own/more"]},
            }
        ],
        "lmod_software_folder": "/shared/software",
        "lmod_easybuild_version": EASYBUILD,
        "lmod_easybuild_wheels": str(wheels),
        "lmod_spack_archive": str(archive),
        "lmod_spack_archive_sha512": hashlib.sha512(archive.read_bytes()).hexdigest(),
    }


def stand_in(folder: Path) -> Path:
    """An archive of the form of Spack's with a command that only tells what it was given."""
    program = folder / "spack-0.23.1" / "bin" / "spack"
    program.parent.mkdir(parents=True)
    program.write_text(
        '#!/bin/sh\necho "of $SPACK_ROOT"\ncat "$SPACK_ROOT"/etc/spack/*.yaml\n', encoding="utf-8"
    )
    program.chmod(0o755)
    archive = folder / "spack.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folder / "spack-0.23.1", "spack-0.23.1")
    return archive


def write(folder: Folder, values: dict[str, Any]) -> None:
    folder.write(CLUSTER.replace("VARS", json.dumps(values)))


def login(cluster: Folder, node: str, line: str) -> str:
    """What a line says in a login shell."""
    return cluster.ssh(node, f"bash -lc {json.dumps(line)} 2>&1").strip()


def test_modules_of_the_file_are_everywhere(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    for node in ("frontend001", "compute002"):
        assert "chem/own/1.0" in login(cluster, node, "module --terse avail")
        lines = ["module load chem/own", "printenv OWN_TEXT", "printenv PATH"]
        text, path = login(cluster, node, "; ".join(lines)).rsplit("\n", 1)
        assert text == TEXT
        assert path.startswith("/opt/own/bin:/opt/own/more:")
        assert cluster.ssh(node, "ls /tmp/bad || true").strip() == ""
    health = cluster.ectf("status", "--json").json()["health"]
    (message,) = [one["message"] for one in health if one["software"] == "lmod"]
    assert message.endswith(" modules")


def test_a_module_on_shared_storage_is_loaded_by_a_job_on_two_hosts(cluster: Folder) -> None:
    cluster.ssh("frontend001", "mkdir -p /shared/modules/tool /shared/tool/bin")
    cluster.ssh(
        "frontend001",
        "printf '#!/bin/sh\\necho tool 2.0 on $(hostname)\\n' > /shared/tool/bin/tool;"
        " chmod +x /shared/tool/bin/tool;"
        """ echo 'prepend_path("PATH", "/shared/tool/bin")' > /shared/modules/tool/2.0.lua""",
    )
    cluster.ectf("scp", str(cluster.path / "job.sh"), "frontend001:/tmp/job.sh")
    cluster.ssh("frontend001", "sbatch --wait -N2 --ntasks-per-node=1 -o /shared/job.out /tmp/job.sh")
    assert sorted(cluster.ssh("frontend001", "cat /shared/job.out").splitlines()) == [
        "the job has tool 2.0 on compute001",
        "tool 2.0 on compute001",
        "tool 2.0 on compute002",
    ]


def test_builders_have_easybuild_and_spack(cluster: Folder) -> None:
    said = login(cluster, "frontend001", "module load easybuild; eb --version; printenv EASYBUILD_PREFIX")
    assert f"EasyBuild {EASYBUILD}" in said
    assert said.endswith("/shared/software/easybuild")
    assert "install_tree" in login(cluster, "frontend001", "module load spack; spack")
    assert "easybuild" not in login(cluster, "compute001", "module --terse avail")


def test_what_easybuild_installs_is_there_for_all(cluster: Folder) -> None:
    """A package that is nothing but a module: no source is fetched."""
    lines = ["easyblock = 'Toolchain'", "name = 'ectf'", "version = '1'", "homepage = 'x'"]
    lines += ["description = 'x'", "toolchain = SYSTEM", "moduleclass = 'toolchain'"]
    folder = cluster.path / "ectf-1.eb"
    folder.write_text("\n".join(lines) + "\n", encoding="utf-8")
    cluster.ectf("scp", str(folder), "frontend001:/tmp/ectf-1.eb")
    cluster.ssh("frontend001", f"sudo install -d -o {USER} /shared/software/easybuild")
    login(cluster, "frontend001", "module load easybuild; eb /tmp/ectf-1.eb")
    assert "ectf/1" in login(cluster, "compute002", "module --terse avail")


def test_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert sum(report["configuration"]["changed"].values()) == 0


def test_nodes_come_and_go(cluster: Folder) -> None:
    cluster.ectf("up", "--yes", "--set", "groups.compute.count=3")
    said = login(cluster, "compute003", "module load tool chem/own; tool")
    assert said == "tool 2.0 on compute003"
    cluster.ectf("up", "--yes", "--set", 'groups.compute.exclude=["compute001"]')
    assert login(cluster, "compute002", "module load tool; tool") == "tool 2.0 on compute002"


def test_a_module_that_left_the_file_leaves_the_hosts(cluster: Folder) -> None:
    text = (cluster.path / "cluster.yaml").read_text(encoding="utf-8")
    text = text.replace('"chem/own"', '"chem/other"').replace("count: 2", "count: 2, exclude: [compute001]")
    cluster.write(text)
    cluster.ectf("up", "--yes")
    found = login(cluster, "compute002", "module --terse avail")
    assert "chem/other/1.0" in found and "chem/own/1.0" not in found


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
