"""Reports as text for people."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from elasticluster_tf.console import costs
from elasticluster_tf.console.plans import plan
from elasticluster_tf.reports import ClusterStatus, CostReport, DownReport, DriftReport, NodesReport, UpReport


def show(console: Console, kind: str, report: Any, details: bool = False) -> None:
    """Print a report by its kind."""
    views: dict[str, Callable[[Console, Any], None]] = {
        "plan": partial(plan, details=details),
        "up": up,
        "down": down,
        "drift": drift,
        "status": status,
        "nodes": nodes,
        "table": table,
        "cost": cost,
    }
    views[kind](console, report)


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


def drift(console: Console, report: DriftReport) -> None:
    """What differs, by node where it is one's."""
    for one in report.resources:
        console.print(Text(f"! {one.node or one.address} {one.action}", style="yellow"))
    for found in report.differences:
        role = f"{found.role}: " if found.role else ""
        what = ", ".join(found.files) or f"{role}{found.task}"
        console.print(Text(f"! {found.node}: {what} is not as its role left it", style="yellow"))
    for name, why in report.unjudged.items():
        console.print(Text(f"? {name}: {why}", style="yellow"))
    if not report.drifted:
        console.print("No drift: everything is as it was left.")


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


def cost(console: Console, report: CostReport) -> None:
    """One estimate line by line, or several side by side; then what they leave out and guess."""
    table(console, costs.rows(report))
    for note in costs.notes(report):
        console.print(Text(note), soft_wrap=True)


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
