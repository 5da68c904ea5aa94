"""Prometheus sees all nodes and tells when one is silent; each test goes on from where the one before stopped."""

import json
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.e2e.conftest import REPOSITORY, Folder, leftovers, podman

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]

CLUSTER = """
name: NAME
cloud: {name: local}
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
  compute: {count: 2, size: {cpus: 1, memory_gb: 1}, image: debian-12}
software:
  monitoring:
    server: frontend
    node: [frontend, compute]
    vars:
      monitoring_interval: 2s
      monitoring_down_after: 4s
      monitoring_rules: [{alert: Always, expr: vector(1), summary: "it's {{ $value }} # \\"x\\""}]
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("monitoring")
    folder.write(CLUSTER)
    return folder


def ask(folder: Folder, path: str, port: int = 9090) -> list[dict[str, object]]:
    """The rows of an answer, asked on the server itself."""
    address = folder.nodes()["frontend001"]["address"]
    line = f"python3 -c \"import urllib.request as u; print(u.urlopen('http://{address}:{port}{path}').read().decode())\""
    found = json.loads(folder.ssh("frontend001", line))
    rows: list[dict[str, object]] = found["data"]["result"] if port == 9090 else found
    return rows


def up(folder: Folder) -> dict[str, str]:
    rows = ask(folder, "/api/v1/query?query=up%7Bjob%3D%22node%22%7D")
    return {row["metric"]["instance"]: row["value"][1] for row in rows}  # type: ignore[index]


def raised(folder: Folder) -> set[tuple[str, str]]:
    """Alerts that Alertmanager has: name and node."""
    rows = ask(folder, "/api/v2/alerts", 9093)
    return {(row["labels"]["alertname"], row["labels"].get("instance", "")) for row in rows}  # type: ignore[index,attr-defined]


def eventually(reached: Callable[[], bool]) -> None:
    """Prometheus and Alertmanager look every few seconds."""
    for _ in range(60):
        if reached():
            return
        time.sleep(2)
    pytest.fail("it never happened")


def test_all_nodes_are_seen(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    eventually(lambda: up(cluster) == {"frontend001": "1", "compute001": "1", "compute002": "1"})
    eventually(lambda: ("Always", "") in raised(cluster))
    (health,) = cluster.ectf("status", "--json").json()["health"]
    assert health["healthy"] and health["message"].startswith("3 of 3 nodes answer")
    address = cluster.nodes()["frontend001"]["address"]
    page = cluster.ssh(
        "frontend001",
        f"python3 -c \"import urllib.request as u; print(u.urlopen('http://{address}:9090/consoles/index.html').read().decode())\"",
    )
    assert "compute002" in page and "down" not in page.split("<table>")[1]


def test_dashboards_ask_what_prometheus_can_answer(cluster: Folder) -> None:
    boards = (REPOSITORY / "roles" / "monitoring" / "files" / "grafana").glob("*.json")
    panels = [panel for board in boards for panel in json.loads(board.read_text("utf-8"))["panels"]]
    queries = [one["expr"].replace("$node", ".*") for panel in panels for one in panel["targets"]]
    assert len(queries) > 10
    unanswered = [one for one in queries if not ask(cluster, f"/api/v1/query?query={quote(one, safe='')}")]
    assert unanswered == []


def test_a_node_that_is_killed_raises_the_alert(cluster: Folder) -> None:
    podman("kill", f"{cluster.name}.compute002")
    eventually(lambda: ("NodeDown", "compute002") in raised(cluster))
    assert ("NodeDown", "compute001") not in raised(cluster)
    podman("start", f"{cluster.name}.compute002")
    eventually(lambda: up(cluster)["compute002"] == "1")
    eventually(lambda: ("NodeDown", "compute002") not in raised(cluster))


def test_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert sum(report["configuration"]["changed"].values()) == 0


def test_nodes_come_and_go_without_a_restart(cluster: Folder) -> None:
    started = cluster.ssh("frontend001", "systemctl show -P ActiveEnterTimestamp prometheus")
    cluster.ectf("up", "--yes", "--set", 'groups.compute.exclude=["compute001"]')
    eventually(lambda: up(cluster) == {"frontend001": "1", "compute002": "1", "compute003": "1"})
    assert cluster.ssh("frontend001", "systemctl show -P ActiveEnterTimestamp prometheus") == started


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
