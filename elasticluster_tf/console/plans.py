"""A plan as text for a terminal: a screenful first, all of it on demand."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from elasticluster_tf.plan import (
    ACTIONS,
    ConfigurationPlan,
    InfraPlan,
    NodeChange,
    Plan,
    ResourceChange,
    RoleRun,
)
from elasticluster_tf.plan.configuration import PeerChange, Reason, VariableChange

_SIGNS = {
    "create": ("+", "green"),
    "change": ("~", "yellow"),
    "replace": ("±", "magenta"),
    "destroy": ("-", "red"),
    "forget": ("·", "blue"),
}
# Rows of one kind beyond this many are only counted: a plan is read on one screen.
_MOST_ROWS = 30

_REASONS = {
    "new": "new host",
    "replaced": "its machine is a new one",
    "unfinished": "not known to be done",
    "software": "not configured for it yet",
    "parts": "other parts",
    "host": "its size, disks or address changed",
    "role": "the role changed",
    "asked": "asked for with --all",
}


def plan(console: Console, found: Plan, details: bool = False) -> None:
    """Nodes by name, other resources, and what is configured where and why."""
    most = None if details else _MOST_ROWS
    infrastructure, configuration = found.infrastructure, found.configuration
    if not found.pending:
        drift = infrastructure.drift
        console.print("No changes." if drift else "No changes: the cluster is as the file says.")
        return
    _cut(console, list(_infrastructure(infrastructure)), most, "nodes and drifted resources")
    _cut(console, [_resource(other) for other in infrastructure.resources], most, "resources")
    _cut(console, list(_configuration(configuration)), most, "rows")
    for one in found.risks:
        if one.outcome != "passed":
            word = "allowed" if one.outcome == "allowed" else "forbidden" if one.forbids else "warning"
            console.print(
                Text(f"{word}: {one.rule}: {one.message}", style="red" if one.forbids else "yellow")
            )
    console.print(Text(_summary(infrastructure, configuration), style="bold"))


def _cut(console: Console, rows: Sequence[Text], most: int | None, what: str) -> None:
    for row in rows[:most]:
        console.print(row)
    if most is not None and len(rows) > most:
        console.print(f"  … and {len(rows) - most} more {what} (--details shows them)")


def _infrastructure(found: InfraPlan) -> Iterator[Text]:
    for one in found.drift:
        yield Text(f"! {one.node or one.address} {one.action} since the last run", style="yellow")
    for names, change in folded(found.nodes):
        sign, style = _SIGNS[change.action]
        reason = f": {change.reason}" if change.reason else ""
        yield Text(f"{sign} {names} {change.action}{reason}", style=style)


def _resource(change: ResourceChange) -> Text:
    sign, style = _SIGNS[change.action]
    names = ", ".join(one.attribute for one in change.forced_by or change.changed)
    return Text(f"  {sign} {change.address} {change.action}{f': {names}' if names else ''}", style=style)


def _configuration(found: ConfigurationPlan) -> Iterator[Text]:
    for run in found.runs:
        yield Text(f"> {heading(run)}", style="cyan")
        for row in details_of(run.reasons):
            yield Text(f"    {row}")
    if found.addresses:
        yield Text(f"> {fold_all(found.addresses)}: told who is there, nothing else", style="cyan")
    for name, hosts in (found.left or {}).items():
        yield Text(f"! {name} is no longer asked for on {fold_all(hosts)}; it stays there", style="yellow")


def heading(run: RoleRun) -> str:
    """Which role runs on which hosts, and why in a few words."""
    parts = f" ({', '.join(run.parts)})" if run.parts else ""
    words = [_REASONS[one.kind] for one in run.reasons if one.kind in _REASONS]
    return f"{run.software}{parts} on {fold_all(run.hosts)}" + (f": {', '.join(words)}" if words else "")


def details_of(reasons: Iterable[Reason]) -> Iterator[str]:
    """The variables and peers that differ, one a row."""
    for reason in reasons:
        yield from (variable(one) for one in reason.variables)
        yield from (peers(one) for one in reason.peers)


def variable(change: VariableChange) -> str:
    """A variable's old and new value."""
    if change.secret:
        return f"{change.name}: a secret that changed"
    return f"{change.name}: {shown(change.before)} → {shown(change.after)}"


def peers(change: PeerChange) -> str:
    """Hosts of a part that come, go or differ."""
    rows = [
        f"{sign}{fold_all(names)}"
        for sign, names in (("+", change.added), ("-", change.removed), ("~", change.changed))
        if names
    ]
    return f"peers of part {change.part}: {' '.join(rows)}"


def shown(value: Any) -> str:
    """A value in few words."""
    if value is None:
        return "(default)"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _summary(infrastructure: InfraPlan, configuration: ConfigurationPlan) -> str:
    counts = {action: infrastructure.count(action) for action in ACTIONS}
    words = ", ".join(f"{number} to {action}" for action, number in counts.items() if number)
    hosts = len(configuration.hosts)
    told = f", {len(configuration.addresses)} told addresses" if configuration.addresses else ""
    return (
        f"Nodes: {words or 'none'}; other resources: {len(infrastructure.resources)};"
        f" configuration: {hosts} host(s){told}."
    )


def folded(changes: Sequence[NodeChange]) -> Iterable[tuple[str, NodeChange]]:
    """Runs of nodes with the same change as `compute[001-512]`."""

    def alike(change: NodeChange) -> tuple[str, str, str]:
        return _group(change.name)[0], change.action, change.reason

    for _, run in groupby(changes, alike):
        members = list(run)
        yield fold([one.name for one in members]), members[0]


def fold_all(names: Sequence[str]) -> str:
    """Names of any groups, each group's folded."""
    return " ".join(fold(list(run)) for _, run in groupby(names, lambda name: _group(name)[0]))


def fold(names: Sequence[str]) -> str:
    """Names of one group, consecutive numbers joined."""
    if len(names) == 1:
        return names[0]
    ranges: list[list[str]] = []
    for name in names:
        number = _group(name)[1]
        if ranges and int(number) == int(ranges[-1][-1]) + 1:
            ranges[-1] = [ranges[-1][0], number]
        else:
            ranges.append([number, number])
    inner = ",".join(first if first == last else f"{first}-{last}" for first, last in ranges)
    return f"{_group(names[0])[0]}[{inner}]"


def _group(name: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.*?)(\d{3,})", name)
    return (found[1], found[2]) if found else (name, "0")
