"""Estimates as rows of text: one line by line, several side by side. Pure."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from elasticluster_tf.estimate import CostLine, Total
from elasticluster_tf.reports import CostReport, Estimate

Row = tuple[str, ...]


def rows(report: CostReport) -> list[Row]:
    """A table with its header."""
    if len(report.estimates) == 1:
        return _single(report.estimates[0])
    return _side_by_side(report)


def notes(report: CostReport) -> Iterator[str]:
    """What the numbers leave out or guess, and where the prices come from."""
    several = len(report.estimates) > 1
    for one in report.estimates:
        place = f"{one.on}: " if several else ""
        for unknown in one.cost.unknown:
            yield f"unknown: {place}{unknown}"
    guesses = dict.fromkeys(
        line.reason for one in report.estimates for line in one.cost.lines if line.estimate
    )
    for guess in guesses:
        yield f"~ estimated: {guess}"
    for book in dict.fromkeys(book for one in report.estimates for book in one.cost.books):
        yield f"prices: {book.source}{f' ({book.date})' if book.date else ''}"
    yield f"A month has {report.hours_per_month} hours. Traffic and what else is billed by use is left out."


def _single(estimate: Estimate) -> list[Row]:
    cost = estimate.cost
    header = ("group", "what", "type", "count", f"{cost.currency}/hour", f"{cost.currency}/month")
    body = [_line(line) for line in cost.lines]
    after = cost.after
    sums = (_sum(after.hourly, after, cost.estimated), _sum(after.monthly, after, cost.estimated))
    last = ("total", "", "", "", *sums)
    return [header, *body, last]


def _line(line: CostLine) -> Row:
    mark = "~" if line.estimate else ""
    numbers = ("unknown", "unknown")
    if line.hourly is not None and line.monthly is not None:
        numbers = (f"{mark}{line.hourly.quantize(Decimal('0.0001'), ROUND_HALF_UP)}", f"{mark}{line.monthly}")
    return (line.group or "(shared)", line.kind, line.type, str(line.count), *numbers)


def _side_by_side(report: CostReport) -> list[Row]:
    """A row a group, a column an estimate; by the month."""
    header = ("a month", *(f"{one.on} ({one.cost.currency})" for one in report.estimates))
    names = dict.fromkeys(share.group for one in report.estimates for share in one.cost.groups)
    order = [name for name in names if name] + [""] * ("" in names)
    body = [(name or "(shared)", *(_share(one, name) for one in report.estimates)) for name in order]
    costs = [one.cost for one in report.estimates]
    last = ("total", *(_sum(cost.after.monthly, cost.after, cost.estimated) for cost in costs))
    return [header, *body, last]


def _share(estimate: Estimate, group: str) -> str:
    found = (share.after for share in estimate.cost.groups if share.group == group)
    return next((_sum(total.monthly, total) for total in found), "-")


def _sum(amount: Decimal, total: Total, estimated: bool = False) -> str:
    """An amount; what is unknown is said, and never shown as 0."""
    shown = f"{'~' if estimated else ''}{amount}"
    if not total.unknown:
        return shown
    return f"{shown} + {total.unknown} unknown" if amount else "unknown"
