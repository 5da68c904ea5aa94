"""A plan as one page of HTML that needs nothing else: no network, and to be read no JavaScript."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from elasticluster_tf import resources, templating
from elasticluster_tf.console import pictures, tables, wording
from elasticluster_tf.estimate import Cost
from elasticluster_tf.plan import Plan

_BAR = 200


@dataclass(frozen=True)
class _Bar:
    """A group's cost: its cells of text, and how long its bars are."""

    cells: tuple[str, ...]
    now: float
    after: float


def text(plan: Plan) -> str:
    """The page."""
    style, script = _shipped("plan.css"), _shipped("plan.js")
    found = tables.all_of(plan, folded=False)
    return templating.render(
        "plan.html.j2",
        {
            "cluster": wording.visible(plan.cluster),
            "pending": plan.pending,
            "facts": _facts(plan),
            "risks": [row for row in found[-1].rows if row.kind in ("forbids", "warns")],
            "tables": found,
            "pictures": pictures.both(plan) if plan.groups else (),
            **_money(plan, plan.cost),
            "style": style,
            "script": script,
            # Nothing but this style and this script may be loaded or run, from nowhere.
            "policy": f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
            "base-uri 'none'; form-action 'none'",
        },
    )


def _shipped(name: str) -> str:
    return (resources.folder("templates") / name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"


def _facts(plan: Plan) -> list[tuple[str, str, str]]:
    """Rows of the summary, each with the section that tells more."""
    found = [
        ("machines", "Machines", wording.machines(plan)),
        ("resources", "Other resources", wording.resources(plan)),
        ("configuration", "Configuration", wording.configuration(plan)),
        ("risk", "Risk", wording.risk(plan)),
    ]
    if plan.cost:
        found.insert(3, ("cost", "Cost", wording.cost(plan.cost)))
    return found


def _money(plan: Plan, cost: Cost | None) -> dict[str, Any]:
    if cost is None:
        return {"bars": ()}
    return {
        "currency": wording.visible(cost.currency),
        "cost_columns": tables.COST_COLUMNS,
        "bars": list(_bars(plan, cost)),
        "bar": _BAR,
        "unknown": [wording.visible(one) for one in cost.unknown],
        "books": [wording.book(one) for one in cost.books],
    }


def _bars(plan: Plan, cost: Cost) -> Iterator[_Bar]:
    """Groups with bars of their monthly cost; the sum has none."""
    most = max((max(one.now.monthly, one.after.monthly) for one in cost.groups), default=Decimal(0))
    rows = tables.costs(plan)
    for cells, one in zip(rows, cost.groups, strict=False):
        yield _Bar(cells, _length(one.now.monthly, most), _length(one.after.monthly, most))
    yield _Bar(rows[-1], 0, 0)


def _length(value: Decimal, most: Decimal) -> float:
    return round(float(value / most) * _BAR, 1) if most else 0
