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
# What packages bring, as Prometheus' or MariaDB's do: another user, and filters of system calls.
GUARDED = """[Service]
Type=oneshot
ExecStart=/usr/bin/true
User=nobody
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
"""


def up(folder: Folder, image: str, text: str) -> None:
    """Bring a file up on a system, and once more, which changes nothing."""
    folder.write(text)
    # Not by `folder.write`, which puts the system of the whole run in.
    (folder.path / "system.yaml").write_text(SYSTEM.replace("IMAGE", image), encoding="utf-8")
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
    # slurmd then asks a shell of the user's for the job's environment.
    folder.ssh("frontend001", "sbatch --export=NONE -o /dev/null --wait --wrap 'test $USER = $(whoami)'")
    assert sorted(folder.ssh("frontend001", "srun -N2 hostname").split()) == ["compute001", "compute002"]
    folder.write(GUARDED, "guarded.service")
    folder.ectf("scp", str(folder.path / "guarded.service"), "frontend001:")
    folder.ssh(
        "frontend001", "sudo cp guarded.service /run/systemd/system && sudo systemctl start guarded.service"
    )
    down(folder)
