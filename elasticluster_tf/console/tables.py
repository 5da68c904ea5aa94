"""A plan as tables of text, which every form draws in its own way. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from elasticluster_tf.console import wording
from elasticluster_tf.console.folding import fold, fold_all, prefix
from elasticluster_tf.console.wording import LONGEST, SIGNS, amount, difference, visible
from elasticluster_tf.estimate import Cost, GroupCost
from elasticluster_tf.plan import Action, NodeChange, Plan, ResourceChange, Verdict

# In a folded table no cell names more ranges of nodes, or more resources.
_MOST_NAMES = 8
_MOST_RESOURCES = 3

COST_COLUMNS = (
    "Group",
    "Hour, now",
    "Hour, after",
    "Hour, difference",
    "Month, now",
    "Month, after",
    "Month, difference",
)

# What is lost comes first: a table may be cut at its end.
_ORDER: tuple[Action, ...] = ("destroy", "forget", "replace", "change", "create")
_VERDICTS = {"forbids": "✗", "warns": "!", "allowed": "○", "passed": "✓"}


@dataclass(frozen=True)
class Row:
    """One row: its sign, its kind (an action or the like), and lines of text for each column."""

    sign: str
    kind: str
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Table:
    """Rows under a title; `summary` says in few words what is in it."""

    id: str
    title: str
    summary: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def all_of(plan: Plan, folded: bool) -> tuple[Table, ...]:
    """The tables of a plan; folded, what is alike shares a row."""
    return (
        Table(
            "machines",
            "Machines",
            wording.machines(plan),
            ("Node", "Action", "Why"),
            (*_drift(plan), *_nodes(plan, folded)),
        ),
        Table(
            "resources",
            "Other resources",
            wording.resources(plan),
            ("Resource", "Action", "What changes"),
            tuple(_resources(plan, folded)),
        ),
        Table(
            "configuration",
            "Configuration",
            wording.configuration(plan),
            ("Role", "Hosts", "Why"),
            tuple(_configuration(plan, _MOST_NAMES if folded else None)),
        ),
        Table(
            "risk",
            "Risk",
            wording.risk(plan),
            ("Rule", "Verdict", "Why"),
            tuple(_risks(plan, _MOST_NAMES if folded else None)),
        ),
    )


def _drift(plan: Plan) -> Iterator[Row]:
    for one in plan.infrastructure.drift:
        yield Row("!", "drift", ((visible(one.node or one.address),), (one.action,), ("since the last run",)))


def _nodes(plan: Plan, folded: bool) -> Iterator[Row]:
    alike: dict[tuple[object, ...], list[NodeChange]] = {}
    for change in plan.infrastructure.nodes:
        key = (prefix(change.name), change.action, wording.why(change)) if folded else (change.name,)
        alike.setdefault(key, []).append(change)
    for members in sorted(alike.values(), key=lambda members: _ORDER.index(members[0].action)):
        first = members[0]
        names = fold([one.name for one in members], _MOST_NAMES)
        yield Row(SIGNS[first.action], first.action, ((visible(names),), (first.action,), wording.why(first)))


def _resources(plan: Plan, folded: bool) -> Iterator[Row]:
    alike: dict[tuple[object, ...], list[ResourceChange]] = {}
    for change in plan.infrastructure.resources:
        told = wording.attributes(change)
        key = (change.type, change.action, told) if folded else (change.address,)
        alike.setdefault(key, []).append(change)
    for members in sorted(alike.values(), key=lambda members: _ORDER.index(members[0].action)):
        first = members[0]
        names = [visible(one.address) for one in members[:_MOST_RESOURCES]]
        if len(members) > 1:
            names.insert(0, f"{len(members)} of type {first.type}:")
        if len(members) > _MOST_RESOURCES:
            names.append(f"and {len(members) - _MOST_RESOURCES} more")
        told = wording.attributes(first) or ((visible(first.reason),) if first.reason else ())
        yield Row(SIGNS[first.action], first.action, (tuple(names), (first.action,), told))


def _configuration(plan: Plan, most: int | None) -> Iterator[Row]:
    found = plan.configuration
    for run in found.runs:
        hosts = fold_all(run.hosts, most)
        yield Row(">", "role", ((wording.role(run),), (hosts,), wording.reasons(run.reasons, most)))
    if found.addresses:
        told = ("told who is there, nothing else",)
        yield Row(">", "told", (("addresses",), (fold_all(found.addresses, most),), told))
    for name, names in (found.left or {}).items():
        yield Row("!", "left", ((name,), (fold_all(names, most),), ("no longer asked for; it stays there",)))


def _risks(plan: Plan, most: int | None) -> Iterator[Row]:
    """What forbids comes first, what passed last."""
    order = list(_VERDICTS)
    for one in sorted(plan.risks, key=lambda one: order.index(wording.verdict_kind(one))):
        kind = wording.verdict_kind(one)
        yield Row(_VERDICTS[kind], kind, ((visible(one.rule),), (kind,), tuple(_said(one, most))))


def _said(one: Verdict, most: int | None) -> Iterator[str]:
    if one.message:
        yield visible(one.message, LONGEST if most else len(one.message))
    if one.subjects:
        yield f"about {fold_all([visible(subject) for subject in one.subjects], most)}"
    if one.hint and one.outcome == "failed":
        yield visible(one.hint)


def costs(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """The cost by group, per hour and per month: now, afterwards, difference; the sum comes last."""
    if plan.cost is None:
        return ()
    groups = (_cost(one.group or "shared by all", one) for one in plan.cost.groups)
    return (*groups, _cost("all", plan.cost))


def _cost(title: str, one: GroupCost | Cost) -> tuple[str, ...]:
    now, after = one.now, one.after
    return (
        title,
        amount(now, now.hourly),
        amount(after, after.hourly),
        difference(now, after, one.hourly_difference),
        amount(now, now.monthly),
        amount(after, after.monthly),
        difference(now, after, one.monthly_difference),
    )
