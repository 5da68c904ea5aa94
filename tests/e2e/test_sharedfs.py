"""File systems of others, really mounted; each test goes on from where the one before stopped.

This kernel may have no NFS: a directory over SSH stands for what comes over the network with a secret, a directory of the
host for what has none.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import USER, Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]
CLUSTER = """
name: NAME
cloud: {name: local}
groups:
  store: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
  compute: {count: 2, size: {cpus: 1, memory_gb: 1}, image: debian-12}
software:
  sharedfs:
    client: compute
    vars:
      sharedfs_mounts:
        - {name: scratch, mount: /scratch, source: /var/tmp, type: bind, mode: "1777"}
"""
OVER_SSH = """        - name: home
          mount: /srv/shared-home/x
          source: "{user}@store001:/home/{user}/shared"
          type: sshfs
          options: idmap=user
          secret_file: {secret}
          host_key: {host_key}
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("sharedfs")
    folder.write(CLUSTER)
    return folder


def changed(cluster: Folder, *words: str) -> int:
    report = cluster.ectf("up", "--yes", "--json", *words).events()[-1]
    return sum(report["configuration"]["changed"].values()) if report["configuration"] else 0


def test_a_directory_elsewhere(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    for node in ("compute001", "compute002"):
        cluster.ssh(node, "echo hello > /scratch/a")
        assert cluster.ssh(node, "cat /var/tmp/a; stat -c %a /scratch").split() == ["hello", "1777"]
    assert cluster.ectf("status", "--json").json()["health"][0]["message"] == "1 mounted"


def test_a_directory_over_ssh_with_a_secret_that_is_nowhere_else(cluster: Folder) -> None:
    secret = cluster.path / "secrets" / "key"
    secret.parent.mkdir()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", secret], check=True)
    public = secret.with_suffix(".pub").read_text(encoding="utf-8").strip()
    # A home of Ubuntu's is its owner's alone.
    cluster.ssh(
        "store001",
        f"mkdir -p ~/.ssh ~/shared && echo '{public}' >> ~/.ssh/authorized_keys && echo hello > ~/shared/b",
    )
    kind, key, *_ = cluster.ssh("store001", "cat /etc/ssh/ssh_host_ed25519_key.pub").split()
    cluster.write(CLUSTER + OVER_SSH.format(user=USER, secret=secret, host_key=f"{kind} {key}"))
    ended = cluster.ectf("up", "--yes")
    for node in ("compute001", "compute002"):
        assert cluster.ssh(node, "cat /srv/shared-home/x/b").strip() == "hello"
        assert cluster.ssh(node, "sudo stat -c %a,%U /etc/ectf/sharedfs; sudo stat -c %a,%U /etc/ectf/sharedfs/home.secret").split() == ["700,root", "600,root"]  # fmt: skip
    # The mount is root's, and `idmap=user` shows what is the other side's user's as root's.
    cluster.ssh("compute001", "echo there | sudo tee /srv/shared-home/x/c")
    assert cluster.ssh("compute002", "cat /srv/shared-home/x/c").strip() == "there"
    line = secret.read_text(encoding="utf-8").splitlines()[1]
    holding = [path for path in files(cluster.workdir) if line in path.read_text("utf-8", "ignore")]
    assert holding == [] and line not in ended.text


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_again_changes_nothing(cluster: Folder) -> None:
    assert changed(cluster, "--all") == 0


def test_what_is_mounted_comes_back_after_a_restart_of_its_unit_s_host(cluster: Folder) -> None:
    cluster.ssh("compute001", r"sudo systemctl stop srv-shared\\x2dhome-x.mount scratch.mount")
    assert changed(cluster, "--all") > 0
    assert cluster.ssh("compute001", "cat /srv/shared-home/x/b").strip() == "hello"


def test_a_node_more_has_it_too_and_one_leaves(cluster: Folder) -> None:
    cluster.ectf("up", "--yes", "--set", "groups.compute.count=3")
    assert cluster.ssh("compute003", "cat /srv/shared-home/x/b").strip() == "hello"
    cluster.ectf("up", "--yes")


def test_what_the_kernel_can_not_mount_is_named(cluster: Folder) -> None:
    text = CLUSTER + "        - {name: l, mount: /l, source: 'x@tcp:/y', type: lustre}\n"
    cluster.write(text)
    ended = cluster.ectf("up", "--yes", code=6)
    assert "can't mount lustre" in ended.text


def test_what_is_no_longer_named_is_unmounted(cluster: Folder) -> None:
    cluster.write(CLUSTER)
    cluster.ectf("up", "--yes")
    assert (
        cluster.ssh("compute001", "findmnt --list --noheadings -o TARGET | grep -c shared || true").strip()
        == "0"
    )
    assert cluster.ssh("compute001", "sudo ls /etc/ectf/sharedfs").strip() == ""


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
