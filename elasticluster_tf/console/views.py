"""Reports as text for people."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from elasticluster_tf.plan import InfraPlan, NodeChange, ResourceChange
from elasticluster_tf.reports import ClusterStatus, DownReport, NodesReport, UpReport

_SIGNS = {
    "create": ("+", "green"),
    "change": ("~", "yellow"),
    "replace": ("±", "magenta"),
    "destroy": ("-", "red"),
}
# Drift and resources beyond this many rows are only counted: a plan is read on one screen.
_MOST_ROWS = 30


def show(console: Console, kind: str, report: Any) -> None:
    """Print a report by its kind."""
    views: dict[str, Callable[[Console, Any], None]] = {
        "plan": plan,
        "up": up,
        "down": down,
        "status": status,
        "nodes": nodes,
        "table": table,
    }
    views[kind](console, report)


def plan(console: Console, found: InfraPlan) -> None:
    """Nodes by name, then the other resources."""
    if not found.changes:
        console.print("No changes: the cluster is as the file says." if not found.drift else "No changes.")
        return
    for one in found.drift[:_MOST_ROWS]:
        console.print(Text(f"! {one.node or one.address} {one.action} since the last run", style="yellow"))
    for names, change in folded(found.nodes):
        sign, style = _SIGNS[change.action]
        reason = f": {change.reason}" if change.reason else ""
        console.print(Text(f"{sign} {names} {change.action}{reason}", style=style))
    for other in found.resources[:_MOST_ROWS]:
        console.print(_resource(other))
    if len(found.resources) > _MOST_ROWS:
        console.print(f"  … and {len(found.resources) - _MOST_ROWS} more resources")
    counts = {action: found.count(action) for action in ("create", "change", "replace", "destroy")}
    words = ", ".join(f"{number} to {action}" for action, number in counts.items() if number)
    console.print(Text(f"Nodes: {words or 'none'}; other resources: {len(found.resources)}.", style="bold"))


def _resource(change: ResourceChange) -> Text:
    sign, style = _SIGNS[change.action]
    names = ", ".join(one.attribute for one in change.forced_by or change.changed)
    return Text(f"  {sign} {change.address} {change.action}{f': {names}' if names else ''}", style=style)


def folded(changes: Sequence[NodeChange]) -> Iterable[tuple[str, NodeChange]]:
    """Runs of nodes with the same change as `compute[001-512]`."""

    def alike(change: NodeChange) -> tuple[str, str, str]:
        return _group(change.name)[0], change.action, change.reason

    for _, run in groupby(changes, alike):
        members = list(run)
        yield fold([one.name for one in members]), members[0]


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


def up(console: Console, report: UpReport) -> None:
    """How the run ended and how to log in."""
    for one in report.health:
        console.print(Text(f"{one.software}: {one.message}", style="green" if one.healthy else "red"))
    if report.missing:
        console.print(Text(f"missing: {', '.join(report.missing)}", style="yellow"))
    console.print(Text(f"{report.cluster}: {len(report.nodes)} node(s) ready", style="bold"))
    if report.first_node:
        by_ssh = f"ssh -F {report.ssh_config} {report.first_node}"
        console.print(Text(f"log in:  ectf ssh {report.first_node}   or   {by_ssh}"))


def down(console: Console, report: DownReport) -> None:
    """What went, what was kept, who was asked."""
    console.print(Text(f"{report.cluster}: {report.destroyed} resource(s) destroyed", style="bold"))
    for one in report.kept:
        title = one.id if one.name in ("", one.id) else f"{one.name} ({one.id})"
        console.print(Text(f"kept: {one.type} {title} in {one.cloud}"))
    if report.checked:
        console.print(f"nothing else is left in {', '.join(report.checked)}")
    for label in report.unchecked:
        console.print(f"{label} can't tell what is left; the state is empty")


def status(console: Console, report: ClusterStatus) -> None:
    """Nodes, then health."""
    nodes(console, NodesReport(report.nodes))
    for one in report.health:
        console.print(Text(f"{one.software}: {one.message}", style="green" if one.healthy else "red"))


def nodes(console: Console, report: NodesReport) -> None:
    """A table of nodes."""
    columns = ("node", "group", "state", "cloud", "address", "public", "ssh")
    cells = [
        (one.name, one.group, one.state, one.cloud, one.address or "-", one.public_ip or "-", one.ssh or "-")
        for one in report.nodes
    ]
    table(console, [columns, *cells])


def table(console: Console, rows: Sequence[Sequence[str]]) -> None:
    """Rows under a header: drawn on a terminal, plain columns elsewhere, where nothing may be cut."""
    if not console.is_terminal:
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            console.print(Text("  ".join(cells).rstrip()), soft_wrap=True)
        return
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column_title in rows[0]:
        drawn.add_column(column_title, overflow="fold")
    for row in rows[1:]:
        drawn.add_row(*(Text(cell) for cell in row))
    console.print(drawn)
