"""A plan as text for a terminal: a screenful first, all of it with details."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from elasticluster_tf.console import tables, wording
from elasticluster_tf.console.folding import shares
from elasticluster_tf.console.tables import Row
from elasticluster_tf.estimate import Cost
from elasticluster_tf.plan import Plan

# Colours only repeat what signs and words say.
_STYLES = {
    "create": "green",
    "change": "yellow",
    "replace": "magenta",
    "destroy": "red",
    "forget": "blue",
    "drift": "yellow",
    "role": "cyan",
    "told": "cyan",
    "left": "yellow",
    "forbids": "bold red",
    "warns": "yellow",
    "allowed": "magenta",
    "passed": "green",
}
# So many lines of rows fit a screen beside titles and summary.
_SCREEN = 30


def plan(console: Console, found: Plan, details: bool = False) -> None:
    """Machines, other resources, configuration and what rules say, each as far as it fits; then the sums."""
    shown = tables.all_of(found, folded=not details)
    blocks = [
        [line for row in one.rows if details or row.kind != "passed" for line in _lines(row)] for one in shown
    ]
    room = shares([len(lines) for lines in blocks], _SCREEN)
    for table, lines, most in zip(shown, blocks, room, strict=True):
        if lines:
            console.print(Text(f"{table.title}:", style="bold"))
        _print(console, lines, None if details else most)
    for line in _sums(found, details):
        console.print(Text(line, style="bold"))


def _lines(row: Row) -> Iterator[Text]:
    """The row on one line, if there is one reason at most; else its reasons on lines of their own."""
    style = _STYLES[row.kind]
    subject, middle, why = row.cells
    between = " on " if row.kind in ("role", "told", "left") else " "
    head = f"  {row.sign} {' '.join(subject)}{between}{' '.join(middle)}"
    if len(why) == 1:
        yield Text(f"{head}: {why[0]}", style=style)
        return
    yield Text(head, style=style)
    for line in why:
        yield Text(f"      {line}")


def _print(console: Console, lines: Sequence[Text], most: int | None) -> None:
    for line in lines[:most]:
        console.print(line)
    if most is not None and len(lines) > most:
        console.print(Text(f"    … and {len(lines) - most} more lines (--details shows them)"))


def _sums(found: Plan, details: bool) -> Iterator[str]:
    if found.risks:
        yield f"Risk: {wording.risk(found)}."
    if found.cost:
        yield f"Cost: {wording.cost(found.cost)}."
        if details:
            yield from _costs(found.cost, found)
    if found.pending:
        yield (
            f"Nodes: {wording.machines(found)}; other resources: {wording.resources(found)};"
            f" configuration: {wording.configuration(found)}."
        )
    elif found.infrastructure.drift:
        yield "No changes."
    else:
        yield "No changes: the cluster is as the file says."


def _costs(cost: Cost, found: Plan) -> Iterator[str]:
    yield "  " + "  ".join(tables.COST_COLUMNS)
    for row in tables.costs(found):
        yield "  " + "  ".join(row)
    for one in cost.unknown:
        yield f"  without a price: {wording.visible(one)}"
    for book in cost.books:
        yield f"  prices: {wording.book(book)}"
