"""A plan as Markdown for the comment of a pull request: summary first, the rest folded, never too long."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from elasticluster_tf import templating
from elasticluster_tf.console import tables, wording
from elasticluster_tf.console.folding import shares
from elasticluster_tf.console.tables import COST_COLUMNS, Row, Table
from elasticluster_tf.estimate import Cost
from elasticluster_tf.plan import Plan

# The smallest limit of the places where comments are written is 65,536 characters.
LONGEST = 65_000
# What forbids or warns stands before all folds, in short.
_MOST_VERDICTS = 5
_SHORT = 120
_MOST_LINES = 10


@dataclass(frozen=True)
class _Section:
    """A folded table: rows are lines of Markdown; `left` of them are left out."""

    title: str
    summary: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    left: int = 0

    def cut(self, room: int) -> "_Section":
        """As many rows as there is room for."""
        used, kept = 0, 0
        for row in self.rows:
            used += len(row) + 1
            if used > room:
                break
            kept += 1
        return replace(self, rows=self.rows[:kept], left=len(self.rows) - kept)


def text(plan: Plan) -> str:
    """The comment; what does not fit is counted."""
    found = tables.all_of(plan, folded=True)
    sections = [_section(one) for one in found if one.rows]
    if plan.cost:
        sections.append(_cost_section(plan, plan.cost))
    values = _summary(plan, [row for row in found[-1].rows if row.kind in ("forbids", "warns")])
    empty = _render(values, [one.cut(0) for one in sections])
    sizes = [sum(len(row) + 1 for row in one.rows) for one in sections]
    room = shares(sizes, LONGEST - len(empty))
    return _render(values, [one.cut(most) for one, most in zip(sections, room, strict=True)])


def _render(values: dict[str, Any], sections: Sequence[_Section]) -> str:
    return templating.render("plan.md.j2", {**values, "sections": sections})


def _summary(plan: Plan, risks: Sequence[Row]) -> dict[str, Any]:
    return {
        "cluster": code(plan.cluster),
        "marker": re.sub(r"[^A-Za-z0-9-]|-(?=-)", "_", plan.cluster),
        "pending": plan.pending,
        "drift": len(plan.infrastructure.drift),
        "facts": _facts(plan),
        "verdicts": [_verdict(row) for row in risks[:_MOST_VERDICTS]],
        "verdicts_left": max(len(risks) - _MOST_VERDICTS, 0),
    }


def _facts(plan: Plan) -> list[tuple[str, str]]:
    found = [
        ("Machines", wording.machines(plan)),
        ("Other resources", wording.resources(plan)),
        ("Configuration", wording.configuration(plan)),
        ("Cost", wording.cost(plan.cost) if plan.cost else "not estimated"),
        ("Risk", wording.risk(plan)),
    ]
    return [(title, prose(told)) for title, told in found]


def _verdict(row: Row) -> str:
    (rule,), (verdict,), said = row.cells
    told = "; ".join(prose(line, _SHORT) for line in said)
    return f"{row.sign} {code(rule)} {verdict}: {told}"


def _section(table: Table) -> _Section:
    return _Section(
        prose(table.title), prose(table.summary), ("", *table.columns), tuple(_row(row) for row in table.rows)
    )


def _row(row: Row) -> str:
    subject, middle, why = row.cells
    hosts = row.kind in ("role", "told", "left")
    sentences = row.kind in ("forbids", "warns", "allowed", "passed", "told", "left")
    said = [prose(line) if sentences else code(line) for line in why[:_MOST_LINES]]
    if len(why) > _MOST_LINES:
        said.append(f"and {len(why) - _MOST_LINES} more")
    cells = (
        row.sign,
        code(" ".join(subject)),
        (code if hosts else prose)(" ".join(middle)),
        "<br>".join(said),
    )
    return f"| {' | '.join(cells)} |"


def _cost_section(plan: Plan, cost: Cost) -> _Section:
    rows = tuple(f"| {' | '.join(prose(cell) for cell in row)} |" for row in tables.costs(plan))
    rows += tuple(f"| unknown: {code(one)} | | | | | | |" for one in cost.unknown)
    return _Section("Cost", prose(wording.cost(cost)), COST_COLUMNS, rows)


def code(text: str) -> str:
    """A text of anyone's as code: nothing in it is markup, a link or a person who is called."""
    return f"<code>{_escaped(text)}</code>" if text else ""


def prose(text: str, longest: int = wording.LONGEST) -> str:
    """A sentence that may hold texts of anyone's: nothing in it is markup, and nobody is called."""
    return re.sub(r"&#(64|35);", r"<span>&#\1;</span>", _escaped(text, longest))


# ASCII that could begin markup, a formula or a link (www. or ://): as an entity it never does (CommonMark
# 0.31, section 2.5).
_MARKUP = re.compile(r"(?<=www)\.|:(?=/)|[\x00-\x7f](?<![A-Za-z0-9 .:,+();'%=/-])", re.IGNORECASE)


def _escaped(text: str, longest: int = wording.LONGEST) -> str:
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", wording.visible(text, longest))
