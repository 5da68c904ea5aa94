"""Shared directories on the nodes' own disks; each test goes on from where the one before stopped."""

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
    report = cluster.ectf("status", "--json").json()
    assert report["health"][0]["message"] == "2 of 2 servers, 4 of 4 bricks"


def test_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert sum(report["configuration"]["changed"].values()) == 0


def test_a_server_more_is_put_to_use(cluster: Folder) -> None:
    cluster.ectf("up", "--yes", "--set", "groups.store.count=3")
    report = cluster.ectf("status", "--json").json()
    assert report["health"][0]["message"] == "3 of 3 servers, 5 of 5 bricks"


def test_a_server_leaves_without_loss(cluster: Folder) -> None:
    for hook in ("drain", "drain", "remove", "remove"):
        cluster.ssh("store001", f"{HOOKS}/{hook}/glusterfs store002 unknown999")
    cluster.ectf("up", "--yes", "--set", 'groups.store.exclude=["store002"]')
    for node in ("store001", "compute001"):
        assert cluster.ssh(node, "cat /shared/a").strip() == "hello"
        assert cluster.ssh(node, "cat /srv/wide-one/* | wc -l").strip() == "20"
    assert cluster.ssh("store003", "sudo cat /srv/glusterfs/shared/a").strip() == "hello"
    report = cluster.ectf("status", "--json").json()
    assert report["health"][0]["message"] == "2 of 2 servers, 4 of 4 bricks"


def test_the_last_place_of_files_is_not_given_up(cluster: Folder) -> None:
    ended = cluster.ectf("ssh", "store001", "--", f"{HOOKS}/drain/glusterfs store001 store003", code=1)
    assert "have no place on the servers that stay" in ended.text


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
