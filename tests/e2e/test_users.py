"""Users log in everywhere with keys of their own; each test goes on from where the one before stopped."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import USER, Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]
NODES = ("frontend001", "compute001", "compute002")

CLUSTER = """
name: NAME
cloud: {name: local}
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
  compute: {count: 2, size: {cpus: 1, memory_gb: 1}, image: debian-12}
software:
  users:
    node: [frontend, compute]
    vars:
      users_groups: [{name: lab, gid: 5000}]
      users_accounts:
        - {name: alice, uid: 5001, groups: [lab], comment: "Alice {{ 1 }} $(id)", ssh_keys: ["KEY"], sudo: true}
        - {name: bob, uid: 5002, group: lab, ssh_keys: ["KEY"]STATE}
"""


def write(folder: Folder, state: str = "") -> None:
    key = (folder.path / "key.pub").read_text(encoding="utf-8").strip()
    folder.write(CLUSTER.replace("KEY", key).replace("STATE", state))


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("users")
    key = str(folder.path / "key")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    write(folder)
    return folder


def login(folder: Folder, user: str, node: str, line: str) -> "subprocess.CompletedProcess[str]":
    options = ["-F", str(folder.workdir / "ssh_config"), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"]
    command = ["ssh", *options, "-i", str(Path(folder.path) / "key"), "-l", user, node, line]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_user_logs_in_everywhere_with_the_same_numbers(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    for node in NODES:
        assert login(cluster, "alice", node, "hostname; id; sudo -n id -u").stdout.splitlines() == [
            node, "uid=5001(alice) gid=5001(alice) groups=5001(alice),5000(lab)", "0",
        ]  # fmt: skip
        assert (
            login(cluster, "bob", node, "id").stdout.strip() == "uid=5002(bob) gid=5000(lab) groups=5000(lab)"
        )
        assert login(cluster, "bob", node, "sudo -n id -u").returncode != 0
    assert "Alice {{ 1 }} $(id)" in cluster.ssh("compute001", "getent passwd alice")


def test_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert sum(report["configuration"]["changed"].values()) == 0
    assert report["health"][0]["message"] == "2 accounts"


def test_a_new_node_has_them_another_leaves_and_who_goes_is_gone(cluster: Folder) -> None:
    write(cluster, ", state: absent, remove_home: true")
    report = cluster.ectf("up", "--yes", "--json", "--set", 'groups.compute.exclude=["compute001"]').events()[
        -1
    ]
    assert {(one["name"], one["action"]) for one in report["plan"]["infrastructure"]["nodes"]} == {
        ("compute001", "destroy"),
        ("compute003", "create"),
    }
    assert report["health"][0]["message"] == "1 accounts"
    assert login(cluster, "alice", "compute003", "id -u").stdout.strip() == "5001"
    for node in ("frontend001", "compute002", "compute003"):
        assert login(cluster, "bob", node, "id").returncode != 0
        # The image's login user has a home as well.
        assert cluster.ssh(node, "getent passwd bob; ls /home; true").split() == ["alice", USER]


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
