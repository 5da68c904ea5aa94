"""Data volumes of machines: real disks (loop devices), formatted and mounted; on a host, and by the module alone in a
mount namespace of its own.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Folder

MODULE = Path(__file__).parents[2] / "elasticluster_tf" / "ansible_plugins" / "module" / "ectf_volumes.py"
pytestmark = [
    pytest.mark.podman,
    pytest.mark.skipif(os.geteuid() != 0, reason="loop devices and mounts are root's"),
]


def ran(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[str]:
    """A disk of 64 MiB."""
    file = tmp_path / "disk"
    ran("truncate", "--size", "64M", str(file))
    device = ran("losetup", "--find", "--show", str(file))
    yield device
    ran("losetup", "--detach", device)


def play(folder: Path, calls: list[dict[str, Any]], *then: str) -> list[dict[str, Any]]:
    """The module's answers to calls in a row, and what commands between them say, in one mount namespace."""
    arguments = [{"ANSIBLE_MODULE_ARGS": {"_ansible_tmpdir": str(folder), **one}} for one in calls]
    script = folder / "script.sh"
    steps = []
    for number, one in enumerate(arguments):
        file = folder / f"call{number}.json"
        file.write_text(json.dumps(one), encoding="utf-8")
        steps.append(f"{sys.executable} {MODULE} {file} || true")
        steps += then[number : number + 1]
    script.write_text("\n".join(steps), encoding="utf-8")
    ended = subprocess.run(
        ["unshare", "--mount", "sh", "-e", str(script)], capture_output=True, text=True, check=False
    )
    answers = [line for line in ended.stdout.splitlines() if line.startswith("{")]
    assert len(answers) == len(calls), ended.stdout + ended.stderr
    return [json.loads(line) for line in answers]


def test_a_new_disk_is_formatted_once_and_takes_over_its_directory(tmp_path: Path, disk: str) -> None:
    mount = tmp_path / "home"
    (mount / "me").mkdir(parents=True)
    (mount / "me" / "authorized_keys").write_text("mine", encoding="utf-8")
    os.chown(mount / "me", 1234, 1234)
    mount.chmod(0o1777)
    link = tmp_path / "by-id"
    link.symlink_to(disk)
    wanted = {"volumes": [{"name": "home", "device": str(link), "mount": str(mount)}]}
    seen = tmp_path / "seen"
    look = (
        f"(findmnt -no SOURCE,FSTYPE {mount}; stat -c '%a %u' {mount} {mount}/me; cat {mount}/me/*) > {seen}"
    )
    first, second = play(tmp_path, [wanted, wanted], f"{look}; echo kept > {mount}/data")
    assert (first["changed"], first["made"]) == (True, ["home"])
    assert (second["changed"], second["made"]) == (False, [])
    assert seen.read_text(encoding="utf-8").split() == [disk, "ext4", "1777", "0", "755", "1234", "mine"]
    # Another machine adopts it: what is on it stays.
    mount = tmp_path / "elsewhere"
    wanted["volumes"][0]["mount"] = str(mount)
    (adopted,) = play(tmp_path, [wanted], f"cat {mount}/data {mount}/me/authorized_keys > {seen}")
    assert (adopted["changed"], adopted["made"]) == (True, [])
    assert seen.read_text(encoding="utf-8") == "kept\nmine"
    assert ran("e2label", disk) == "home"


def test_what_was_begun_is_begun_anew(tmp_path: Path, disk: str) -> None:
    ran("mkfs.ext4", "-q", "-L", "ectf-new", disk)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "file").write_text("x", encoding="utf-8")
    wanted = {"volumes": [{"name": "home", "device": disk, "mount": str(tmp_path / "home")}]}
    (done,) = play(tmp_path, [wanted], f"cat {tmp_path}/home/file > {tmp_path}/seen")
    assert done["made"] == ["home"]
    assert (tmp_path / "seen").read_text(encoding="utf-8") == "x"


def capable(bit: int) -> bool:
    """Whether this process has a capability, by its number in capabilities(7)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").split("CapEff:")[1].split()[0]
    return bool(int(status, 16) >> bit & 1)


def test_it_grows_with_its_disk(tmp_path: Path, disk: str) -> None:
    ran("mkfs.ext4", "-q", disk, "16M")
    wanted = {"volumes": [{"name": "data", "device": disk, "mount": str(tmp_path / "data")}]}
    (done,) = play(tmp_path, [wanted], f"df --output=size -m {tmp_path}/data | tail -1 > {tmp_path}/seen")
    size = int((tmp_path / "seen").read_text(encoding="utf-8"))
    if capable(24):  # CAP_SYS_RESOURCE, which the kernel asks for
        assert size > 40
    else:
        assert "can't grow" in json.dumps(done["warnings"])


def test_what_is_no_file_system_is_left_as_it_is(tmp_path: Path, disk: str) -> None:
    ran("mkswap", disk)
    before = Path(disk).read_bytes()
    wanted = {"volumes": [{"name": "data", "device": disk, "mount": str(tmp_path / "data")}]}
    (refused,) = play(tmp_path, [wanted])
    assert "holds no file system but swap" in refused["msg"]
    assert Path(disk).read_bytes() == before


def test_a_check_does_nothing(tmp_path: Path, disk: str) -> None:
    volumes = [
        {"name": "data", "device": disk, "mount": str(tmp_path / "data")},
        {"name": "later", "device": str(tmp_path / "none"), "mount": str(tmp_path / "later")},
    ]
    (foreseen,) = play(tmp_path, [{"volumes": volumes, "_ansible_check_mode": True}])
    assert (foreseen["changed"], foreseen["made"]) == (True, ["data"])
    assert not (tmp_path / "data").exists()
    assert subprocess.run(["blkid", "-p", disk], check=False).returncode == 2


def test_a_disk_that_does_not_come(tmp_path: Path) -> None:
    volume = {"name": "data", "device": str(tmp_path / "none"), "mount": str(tmp_path / "data")}
    (failed,) = play(tmp_path, [{"volumes": [volume], "wait": 1}])
    assert f"its disk {tmp_path}/none is not there" in failed["msg"]


FILE = """
name: NAME
cloud: {name: local}
groups:
  compute:
    count: 1
    image: debian-12
    settings: {local: {capabilities: [SYS_ADMIN], devices: [DISK]}}
"""


def test_a_host_has_its_disk_mounted_and_in_fstab(
    make_folder: Callable[[str], Folder], tmp_path: Path, disk: str
) -> None:
    """The cloud `local` has no disks, so the host is told of one by hand, as docs/tutorial.md runs Ansible."""
    folder = make_folder("disk")
    folder.write(FILE.replace("DISK", disk))
    folder.ectf("up", "--yes")
    volumes = {"scratch": {"device": disk, "mount": "/srv/scratch"}, "raw": {"device": disk, "mount": None}}

    def configured(**volumes: Any) -> str:
        ended = folder.play("--extra-vars", json.dumps({"node_volumes": volumes}))
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    assert "changed=2" in configured(**volumes)
    assert folder.ssh("compute001", "findmnt -no SOURCE,FSTYPE /srv/scratch").split() == [disk, "ext4"]
    (line,) = (row for row in folder.ssh("compute001", "cat /etc/fstab").splitlines() if row.startswith(disk))
    assert line.split()[1:3] == ["/srv/scratch", "auto"]
    folder.ssh("compute001", "sudo touch /srv/scratch/here")
    assert "changed=0" in configured(**volumes)
    configured()
    assert disk not in folder.ssh("compute001", "cat /etc/fstab")
    folder.ssh("compute001", "sudo umount /srv/scratch")
    configured(**volumes)
    assert folder.ssh("compute001", "ls /srv/scratch").split() == ["here", "lost+found"]
    folder.ssh("compute001", "sudo umount /srv/scratch")
    folder.ectf("down", "--yes")
