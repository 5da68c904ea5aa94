"""A plan in words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from elasticluster_tf.console import wording
from elasticluster_tf.estimate import BookSource, Cost, CostLine
from elasticluster_tf.plan import AttributeChange, NodeChange, RoleRun
from elasticluster_tf.plan.configuration import PeerChange, Reason, VariableChange
from tests import plans
from tests.plans import total


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("plain ünïcode", "plain ünïcode"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b[31m", "\\u001b[31m"),
        ("\u202eabc", "\\u202eabc"),
        ("\ud800", "\\ud800"),
        ("\U0010ffff", "\\U0010ffff"),
        ("👩\u200d🔬\u00a0", "👩\u200d🔬\u00a0"),
        ("x" * 301, "x" * 299 + "…"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, visible: str) -> None:
    assert wording.visible(text) == visible


def test_values() -> None:
    assert [wording.shown(value) for value in ("a", "", 1, None, ["b"], "x" * 100)] == [
        "a", "''", "1", "None", "['b']", "x" * 59 + "…",
    ]  # fmt: skip
    assert wording.attribute(AttributeChange("size", 1, 2)) == "size: 1 → 2"
    assert wording.attribute(AttributeChange("size", None, 2)) == "size: (none) → 2"
    assert wording.variable(VariableChange("v", None, 2)) == "v: (default) → 2"
    assert wording.variable(VariableChange("v", secret=True)) == "v: a secret that changed"


def test_why_a_node_changes() -> None:
    forced = plans.node("a001", "replace", "asked for", AttributeChange("type", "a", "b"))
    assert wording.why(forced) == ("type: a → b (forces a new one)", "asked for")
    assert wording.why(plans.node("a001", "change", "", AttributeChange("tag", "a", "b"))) == ("tag: a → b",)
    assert wording.why(NodeChange("a001", "destroy", "gone", ())) == ("gone",)
    assert wording.why(plans.node("a001")) == ()


def test_why_a_role_runs() -> None:
    variables = Reason("variables", (VariableChange("v", 1, 2),))
    peers = Reason("peers", (), (PeerChange("worker", ("a001",), ("a002",), ("a003", "a004")),))
    assert wording.reasons([Reason("role"), Reason("parts"), variables, peers]) == (
        "its files changed, other parts",
        "v: 1 → 2",
        "peers of part worker: +a001 -a002 ~a[003-004]",
    )
    assert wording.role(RoleRun("queue", "a", ("head", "worker"), (), ())) == "queue (head, worker)"
    assert wording.role(RoleRun("base", "a", (), (), ())) == "base"


def test_what_is_unknown_is_never_nothing() -> None:
    zero, known, partly = total(), total("1.0000", "730.00"), total("1.0000", "730.00", 1)
    unknown = total(unknown=1)
    assert wording.amount(zero, zero.hourly) == "0.0000"
    assert wording.amount(partly, partly.monthly) == "at least 730.00"
    assert wording.amount(unknown, unknown.hourly) == "unknown"
    assert wording.difference(known, zero, Decimal("-730.00")) == "-730.00"
    assert wording.difference(partly, zero, Decimal("-730.00")) == "-730.00 (known prices)"
    assert wording.difference(unknown, zero, Decimal(0)) == "unknown"
    assert wording.cost(Cost("EUR", known, known)) == "1.0000 EUR an hour (as now), 730.00 a month (as now)"
    assert wording.cost(Cost("EUR", zero, unknown)) == (
        "unknown EUR an hour (difference unknown), unknown a month (difference unknown); 1 thing without a price"
    )
    guess = CostLine("here", "a", "node", "small", 1, Decimal(1), estimate=True)
    assert wording.cost(Cost("EUR", known, known, lines=(guess,))).endswith(
        "a month (as now); estimated in part"
    )
    assert wording.book(BookSource("a list", "2026-10-01")) == "a list, 2026-10-01"
    assert wording.book(BookSource("a list", "")) == "a list"


def test_sums() -> None:
    plan = plans.of(2)
    assert wording.machines(plan) == "2 to create, 1 to change, 1 to replace, 1 to destroy"
    assert wording.resources(plan) == "2 to create, 1 to change"
    assert wording.configuration(plan) == "3 hosts, 1 host told addresses only"
    assert wording.risk(plan) == "1 forbidding, 1 warning, 1 allowed for this run, 1 passed"
    assert wording.risk(replace(plan, risks=())) == "no rule was asked"
