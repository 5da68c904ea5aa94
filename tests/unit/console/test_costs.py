"""Estimates for people."""

from decimal import Decimal

from elasticluster_tf.console import costs
from elasticluster_tf.estimate import BookSource, Cost, CostLine, GroupCost, Total
from elasticluster_tf.reports import CostReport, Estimate

NODE = CostLine("here", "compute", "node", "small", 2, Decimal("0.200000"), monthly=Decimal("146.00"))
GUESS = CostLine("here", "", "gateway", "gateway", 1, Decimal("0.05"), True, "at most", Decimal("36.50"))
UNKNOWN = CostLine("here", "compute", "disk", "odd 5 GiB", 2, None, reason="no price")


def estimate(on: str = "", unknown: int = 0, *lines: CostLine) -> Estimate:
    total = Total(Decimal("0.2500"), Decimal("182.50"), unknown)
    groups = (GroupCost("compute", Total(), total),)
    told = ("disk odd 5 GiB (group compute): no price",) if unknown else ()
    books = (BookSource("A list", "2026-01-01"), BookSource("rates of ours", ""))
    return Estimate(on, "demo", ("here",), Cost("USD", Total(), total, groups, lines, told, books))


def test_line_by_line() -> None:
    report = CostReport((estimate("", 2, NODE, UNKNOWN, GUESS),))
    assert costs.rows(report) == [
        ("group", "what", "type", "count", "USD/hour", "USD/month"),
        ("compute", "node", "small", "2", "0.2000", "146.00"),
        ("compute", "disk", "odd 5 GiB", "2", "unknown", "unknown"),
        ("(shared)", "gateway", "gateway", "1", "~0.0500", "~36.50"),
        ("total", "", "", "", "~0.2500 + 2 unknown", "~182.50 + 2 unknown"),
    ]
    assert list(costs.notes(report)) == [
        "unknown: disk odd 5 GiB (group compute): no price",
        "~ estimated: at most",
        "prices: A list (2026-01-01)",
        "prices: rates of ours",
        "A month has 730 hours. Traffic and what else is billed by use is left out.",
    ]


def test_side_by_side() -> None:
    nothing = Estimate("b.yaml", "demo", ("there",), Cost("EUR", Total(), Total(unknown=3)))
    report = CostReport((estimate("a.yaml", 1, NODE), nothing))
    assert costs.rows(report) == [
        ("a month", "a.yaml (USD)", "b.yaml (EUR)"),
        ("compute", "182.50 + 1 unknown", "-"),
        ("total", "182.50 + 1 unknown", "unknown"),
    ]
    assert next(costs.notes(report)).startswith("unknown: a.yaml: disk odd")
