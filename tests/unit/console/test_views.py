"""Reports for people."""

import io
from collections.abc import Sequence
from typing import Any

import pytest
from rich.console import Console

from elasticluster_tf.console import plans, views
from elasticluster_tf.plan import Action, AttributeChange, Drift, InfraPlan, NodeChange, Plan, ResourceChange
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


def node(name: str, action: Action = "create", reason: str = "") -> NodeChange:
    return NodeChange(name, action, reason, (resource(f"m.{name}", action),))


def resource(address: str, action: Action = "create", *changed: str) -> ResourceChange:
    return ResourceChange(address, "m", action, changed=tuple(AttributeChange(name) for name in changed))


def planned(nodes: Sequence[NodeChange] = (), *others: ResourceChange, drift: Sequence[Drift] = ()) -> Plan:
    return Plan("demo", InfraPlan(tuple(nodes), others, tuple(drift)))


@pytest.mark.parametrize(
    ("names", "folded"),
    [
        (["a001"], "a001"),
        (["a001", "a002", "a003"], "a[001-003]"),
        (["a001", "a003"], "a[001,003]"),
        (["a001", "a002", "a004", "a009", "a010"], "a[001-002,004,009-010]"),
        (["a998", "a999", "a1000", "a1001"], "a[998-1001]"),
    ],
)
def test_names_are_folded(names: list[str], folded: str) -> None:
    assert plans.fold(names) == folded


def test_only_what_is_alike_is_folded() -> None:
    changes = [
        node("a001"),
        node("a002"),
        node("a003", "replace", "image"),
        node("a004", "replace", "image"),
        node("b001"),
    ]
    assert [names for names, _ in plans.folded(changes)] == ["a[001-002]", "a[003-004]", "b001"]


def test_a_plan() -> None:
    found = planned(
        [node("a001"), node("a002"), node("b001", "replace", "image 'x' → 'y'"), node("b002", "destroy")],
        resource("m.net", "change", "cidr", "name"),
        resource("m.[x]"),
        drift=[Drift("m.a001", "a001", "vanished"), Drift("m.net", None, "changed")],
    )
    assert rows("plan", found) == [
        "! a001 vanished since the last run",
        "! m.net changed since the last run",
        "+ a[001-002] create",
        "± b001 replace: image 'x' → 'y'",
        "- b002 destroy",
        "  ~ m.net change: cidr, name",
        "  + m.[x] create",
        "Nodes: 2 to create, 1 to replace, 1 to destroy; other resources: 2; configuration: 0 host(s).",
    ]


def test_a_plan_of_five_thousand_fits_a_screen() -> None:
    found = planned([node(f"a{n:03d}") for n in range(1, 5001)], *(resource(f"m.r{n}") for n in range(100)))
    shown = rows("plan", found)
    assert shown[0] == "+ a[001-5000] create"
    assert shown[-2] == "  … and 70 more resources (--details shows them)"
    assert len(shown) == 33


def test_nothing_to_do() -> None:
    assert rows("plan", planned()) == ["No changes: the cluster is as the file says."]
    assert rows("plan", planned([], resource("m.x"))) == [
        "  + m.x create",
        "Nodes: none; other resources: 1; configuration: 0 host(s).",
    ]


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
