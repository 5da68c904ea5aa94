"""The same file on several operating systems: a second small file says which, and nothing else differs."""

import shutil
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


@pytest.mark.parametrize("image", SYSTEMS)
def test_slurm_runs_a_job(make_folder: Make, image: str) -> None:
    folder = make_folder("slurmon")
    shutil.copy(REPOSITORY / "examples" / "slurm.yaml", folder.path / "cluster.yaml")
    folder.write(
        (folder.path / "cluster.yaml").read_text(encoding="utf-8").replace("name: demo", "name: NAME")
    )
    folder.write(SYSTEM.replace("IMAGE", image), "system.yaml")
    folder.ectf("up", *FILES, "--yes")
    for node in ("frontend001", "compute001", "compute002"):
        assert tuple(folder.ssh(node, ". /etc/os-release; echo $ID $VERSION_ID").split()) == SYSTEMS[image]
    folder.ssh("frontend001", "sbatch --nodes=2 -o /dev/null --wait --wrap 'srun hostname'")
    assert sorted(folder.ssh("frontend001", "srun -N2 hostname").split()) == ["compute001", "compute002"]
    report = folder.ectf("up", *FILES, "--yes", "--json", "--all").events()[-1]
    assert report["configuration"]["changed"] == {}
    folder.ectf("down", *FILES, "--yes")
    assert leftovers(folder.name) == []
