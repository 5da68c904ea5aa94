"""gmetad sees all nodes, and nobody else sees gmetad; each test goes on from where the one before stopped."""

import time
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from tests.e2e.conftest import Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]

CLUSTER = """
name: NAME
cloud: {name: local}
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
  compute: {count: 2, size: {cpus: 1, memory_gb: 1}, image: debian-12}
software:
  ganglia:
    server: frontend
    node: [frontend, compute]
    vars: {ganglia_owner: "Ana (lab @ home)", ganglia_interval: 5, ganglia_archives: [{step: 5, rows: 100}]}
"""
ASK = "import socket; print(socket.create_connection(({!r}, {}), None, ({!r}, 0)).makefile().read())"


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("ganglia")
    folder.write(CLUSTER)
    return folder


def ask(cluster: Folder, port: int, place: str = "compute002", source: str = "") -> str:
    """What a port of the server tells host `place`, which asks from this address of its own."""
    return cluster.ssh(place, f'python3 -c "{ASK.format("frontend001", port, source)}"').strip()


def seen(cluster: Folder, port: int = 8651) -> dict[str, set[str]]:
    """The hosts and their measurements that are known."""
    hosts = ElementTree.fromstring(ask(cluster, port)).iter("HOST")
    return {str(host.get("NAME")): {str(one.get("NAME")) for one in host.iter("METRIC")} for host in hosts}


def eventually(reached: Callable[[], bool]) -> None:
    """gmond sends every few seconds, at the latest after 180 and the 40 of its measuring; gmetad asks every few."""
    for _ in range(90):
        if reached():
            return
        time.sleep(3)
    pytest.fail("it never happened")


def test_gmetad_sees_all_nodes(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    names = {"frontend001", "compute001", "compute002"}
    wanted = {"load_one", "mem_free", "cpu_user", "bytes_in", "disk_total", "proc_total"}
    eventually(lambda: set(seen(cluster)) == names and all(wanted <= one for one in seen(cluster).values()))
    folder = "/var/lib/ganglia/rrds"
    eventually(
        lambda: (
            f"{folder}/{cluster.name}/compute001/load_one.rrd"
            in cluster.ssh("frontend001", f"sudo find {folder} -name load_one.rrd")
        )
    )
    assert 'OWNER="Ana (lab @ home)"' in ask(cluster, 8649)
    (health,) = cluster.ectf("status", "--json").json()["health"]
    assert (health["healthy"], health["message"]) == (True, "3 of 3 nodes measured")


def test_only_hosts_of_the_cluster_are_answered(cluster: Folder) -> None:
    listening = cluster.ssh("frontend001", "sudo ss --listening --numeric --tcp --udp --no-header")
    address = cluster.nodes()["frontend001"]["address"]
    assert {row.split()[4] for row in listening.splitlines() if ":8649" in row} == {f"{address}:8649"}
    # An address that is not on gmetad's list.
    stranger = "127.0.0.9"
    assert "compute001" in ask(cluster, 8651, "frontend001")
    assert ask(cluster, 8651, "frontend001", stranger) == ""
    for node in ("compute001", "compute002"):
        assert "gmond" not in cluster.ssh(node, "sudo ss --listening --numeric --tcp --udp --processes")


def test_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert sum(report["configuration"]["changed"].values()) == 0


def test_nodes_come_and_who_goes_is_forgotten(cluster: Folder) -> None:
    started = cluster.ssh("compute002", "systemctl show -P ActiveEnterTimestamp ganglia-monitor")
    cluster.ectf("up", "--yes", "--set", "groups.compute.count=3")
    eventually(lambda: "load_one" in seen(cluster).get("compute003", set()))
    cluster.ectf("up", "--yes", "--set", 'groups.compute.exclude=["compute001"]')
    for port in (8649, 8651):
        eventually(lambda port=port: set(seen(cluster, port)) == {"frontend001", "compute002", "compute003"})  # type: ignore[misc]
    assert cluster.ssh("compute002", "systemctl show -P ActiveEnterTimestamp ganglia-monitor") == started
    (health,) = cluster.ectf("status", "--json").json()["health"]
    assert health["message"] == "3 of 3 nodes measured"


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
