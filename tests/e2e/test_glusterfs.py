"""Shared directories on the nodes' own disks; each test goes on from where the one before stopped."""

import time
from collections.abc import Callable

import pytest

from tests.e2e.conftest import Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]
HOOKS = "sudo /usr/local/lib/ectf"
CLUSTER = """
name: NAME
cloud: {name: local}
groups:
  store: {count: 2, size: {cpus: 1, memory_gb: 1}, image: debian-12}
  compute: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
software:
  glusterfs:
    server: store
    client: [store, compute]
    vars:
      glusterfs_volumes:
        - {name: shared, mount: /shared, replica: 2, mode: "1777"}
        - {name: wide, mount: /srv/wide-one, mode: "1777"}
"""


STORES = ("store001", "store002", "store003")


def servers_said(folder: Folder) -> str:
    (health,) = folder.ectf("status", "--json").json()["health"]
    message: str = health["message"]
    return message


def accepted_by_all(folder: Folder, *servers: str) -> bool:
    """Whether every server has all the others in its pool within a minute."""
    for _ in range(30):
        said = [folder.ssh(node, "sudo gluster peer status") for node in servers]
        if all(one.count("State: Peer in Cluster (Connected)") == len(servers) - 1 for one in said):
            return all("Rejected" not in one for one in said)
        time.sleep(2)
    return False


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("glusterfs")
    folder.write(CLUSTER)
    return folder


def test_what_one_writes_the_others_read(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    cluster.ssh(
        "compute001", "echo hello > /shared/a; for i in $(seq 20); do echo $i > /srv/wide-one/$i; done"
    )
    for node in ("store001", "store002"):
        assert cluster.ssh(node, "cat /shared/a").strip() == "hello"
        assert cluster.ssh(node, "cat /srv/wide-one/* | wc -l").strip() == "20"
        assert cluster.ssh(node, "sudo cat /srv/glusterfs/shared/a").strip() == "hello"
    assert servers_said(cluster) == "2 of 2 servers, 4 of 4 bricks"


def test_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert sum(report["configuration"]["changed"].values()) == 0


def test_a_server_more_is_put_to_use(cluster: Folder) -> None:
    cluster.ectf("up", "--yes", "--set", "groups.store.count=3")
    assert servers_said(cluster) == "3 of 3 servers, 5 of 5 bricks"


def test_a_server_leaves_without_loss(cluster: Folder) -> None:
    # As ectf calls them, and once more than it does: twice is harmless, so are names of nobody.
    for hook in ("drain", "drain"):
        cluster.ssh("store001", f"{HOOKS}/{hook}/glusterfs store002 unknown999")
    cluster.ectf("up", "--yes", "--set", 'groups.store.exclude=["store002"]')
    cluster.ssh("store001", f"{HOOKS}/remove/glusterfs store002 unknown999")
    for node in ("store001", "store003", "compute001"):
        assert cluster.ssh(node, "cat /shared/a").strip() == "hello"
        assert cluster.ssh(node, "cat /srv/wide-one/* | wc -l").strip() == "20"
    assert cluster.ssh("store003", "sudo cat /srv/glusterfs/shared/a").strip() == "hello"
    assert servers_said(cluster) == "2 of 2 servers, 4 of 4 bricks"
    assert accepted_by_all(cluster, "store001", "store003")


def test_a_server_comes_back(cluster: Folder) -> None:
    cluster.ectf("up", "--yes", "--set", "groups.store.count=3")
    assert servers_said(cluster) == "3 of 3 servers, 5 of 5 bricks"
    assert accepted_by_all(cluster, *STORES)
    # Servers compare their volumes when they start as well.
    for node in STORES:
        cluster.ssh(node, "sudo systemctl restart glusterd")
    assert accepted_by_all(cluster, *STORES)
    assert cluster.ssh("store002", "cat /shared/a").strip() == "hello"


def test_the_last_place_of_files_is_not_given_up(cluster: Folder) -> None:
    ended = cluster.ectf("ssh", "store001", "--", f"{HOOKS}/drain/glusterfs {' '.join(STORES)}", code=1)
    assert "have no place on the servers that stay" in ended.text


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
