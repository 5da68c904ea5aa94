"""Reports for people."""

import io
from typing import Any

from rich.console import Console

from elasticluster_tf.console import views
from elasticluster_tf.plan import InfraPlan, Plan
from elasticluster_tf.reports import (
    ClusterStatus,
    DownReport,
    Health,
    Leftover,
    NodesReport,
    NodeStatus,
    UpReport,
)


def rows(kind: str, report: Any) -> list[str]:
    out = io.StringIO()
    views.show(Console(file=out, highlight=False, soft_wrap=True, width=40), kind, report)
    return [row.rstrip() for row in out.getvalue().splitlines()]


def test_the_end_of_up() -> None:
    report = UpReport(
        "demo", ("a001", "a002"), missing=("a003",), health=(Health("queue", True, "2 of 2 [ok]"),), first_node="a001",
        ssh_config="/[w]/ssh_config",
    )  # fmt: skip
    assert rows("up", report) == [
        "queue: 2 of 2 [ok]",
        "missing: a003",
        "demo: 2 node(s) ready",
        "log in:  ectf ssh a001   or   ssh -F /[w]/ssh_config a001",
    ]
    assert rows("up", UpReport("demo", ())) == ["demo: 0 node(s) ready"]


def test_the_end_of_down() -> None:
    kept = (Leftover("x", "disk", "[d]-1", "", True), Leftover("x", "disk", "d-2", "a001_home", True))
    assert rows("down", DownReport("demo", 2, kept, ("x",), ("y",))) == [
        "demo: 2 resource(s) destroyed",
        "kept: disk [d]-1 in x",
        "kept: disk a001_home (d-2) in x",
        "nothing else is left in x",
        "y can't tell what is left; the state is empty",
    ]


def test_nodes_and_status_stay_on_one_line_in_a_pipe() -> None:
    nodes = (
        NodeStatus("a001", "a", "running", "x", "10.0.0.1", None, "203.0.113.1", "admin@203.0.113.1:22", "i"),
        NodeStatus("a002", "a", "missing"),
    )
    first, second, third = rows("nodes", NodesReport(nodes))
    assert first.split() == ["node", "group", "state", "cloud", "address", "public", "ssh"]
    assert second.split() == ["a001", "a", "running", "x", "10.0.0.1", "203.0.113.1", "admin@203.0.113.1:22"]
    assert third.split() == ["a002", "a", "missing", "-", "-", "-"]
    assert rows("status", ClusterStatus("demo", nodes, (Health("q", False, "down"),)))[-1] == "q: down"


def test_a_table_draws_no_markup() -> None:
    assert rows("table", [("what", "state"), ("[red]x", "ok")]) == ["what    state", "[red]x  ok"]


def test_a_plan_with_details() -> None:
    out = io.StringIO()
    views.show(Console(file=out), "plan", Plan("demo", InfraPlan((), (), ())), details=True)
    assert out.getvalue() == "No changes: the cluster is as the file says.\n"
