"""A plan in words, the same in all its forms. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from elasticluster_tf.console.folding import fold_all
from elasticluster_tf.estimate import BookSource, Cost, Total
from elasticluster_tf.plan import ACTIONS, AttributeChange, NodeChange, Plan, ResourceChange, RoleRun, Verdict
from elasticluster_tf.plan.configuration import PeerChange, Reason, VariableChange

# Every kind of row has a sign of its own: colours are never the only one.
SIGNS = {"create": "+", "change": "~", "replace": "±", "destroy": "-", "forget": "·"}
# Of a text more than this is not read in a table.
LONGEST = 300
_LONGEST_VALUE = 60
# Characters that join others into one; the other invisible ones are written out.
_JOINERS = "\u200c\u200d"

_REASONS = {
    "new": "new host",
    "replaced": "its machine is a new one",
    "unfinished": "not known to be done",
    "software": "not configured for it yet",
    "parts": "other parts",
    "host": "its size, disks or address changed",
    "role": "its files changed",
    "follows": "what it may build on runs again",
    "asked": "asked for with --all",
}


def visible(text: str, longest: int = LONGEST) -> str:
    """A text of anyone's on one line: what can't be seen or moves the cursor is written out."""
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    if text.isprintable():
        return text
    return "".join(one if _harmless(one) else _written_out(one) for one in text)


def _harmless(one: str) -> bool:
    return one.isprintable() or one in _JOINERS or unicodedata.category(one) == "Zs"


def _written_out(one: str) -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return named.get(one) or (f"\\u{ord(one):04x}" if ord(one) < 0x10000 else f"\\U{ord(one):08x}")


def shown(value: Any) -> str:
    """A value in few words."""
    text = value if isinstance(value, str) and value else repr(value)
    return visible(text, _LONGEST_VALUE)


def attribute(change: AttributeChange) -> str:
    """A resource's argument, old and new."""
    if change.before is None and change.after is None:
        return f"{visible(change.attribute)} (its values are secret or not known yet)"
    before, after = ("(none)" if value is None else shown(value) for value in (change.before, change.after))
    return f"{visible(change.attribute)}: {before} → {after}"


def attributes(change: ResourceChange) -> tuple[str, ...]:
    """Which arguments force a replacement, or else differ."""
    if change.action == "replace" and change.forced_by:
        return tuple(f"{attribute(one)} (forces a new one)" for one in change.forced_by)
    return tuple(attribute(one) for one in change.changed)


def why(change: NodeChange) -> tuple[str, ...]:
    """Why a node is made, changed or destroyed: the arguments with old and new values where they tell."""
    told = [text for one in change.resources for text in attributes(one)]
    told += [visible(one.reason) for one in change.resources if one.reason]
    return tuple(dict.fromkeys(told)) or ((visible(change.reason),) if change.reason else ())


def role(run: RoleRun) -> str:
    """A software's role with the parts it is run for."""
    return f"{run.software} ({', '.join(run.parts)})" if run.parts else run.software


def reasons(found: Iterable[Reason], most: int | None = None) -> tuple[str, ...]:
    """Why a role runs: in a few words, then the variables and peers that differ."""
    told = list(found)
    words = [_REASONS[one.kind] for one in told if one.kind in _REASONS]
    return (*([", ".join(words)] if words else []), *_details(told, most))


def _details(found: Iterable[Reason], most: int | None) -> Iterator[str]:
    for reason in found:
        yield from (variable(one) for one in reason.variables)
        yield from (peers(one, most) for one in reason.peers)


def variable(change: VariableChange) -> str:
    """A variable's old and new value."""
    name = visible(change.name)
    if change.secret:
        return f"{name}: a secret that changed"
    before, after = (
        "(default)" if value is None else shown(value) for value in (change.before, change.after)
    )
    return f"{name}: {before} → {after}"


def peers(change: PeerChange, most: int | None = None) -> str:
    """Hosts of a part that come, go or differ."""
    rows = [
        f"{sign}{fold_all(names, most)}"
        for sign, names in (("+", change.added), ("-", change.removed), ("~", change.changed))
        if names
    ]
    return f"peers of part {change.part}: {' '.join(rows)}"


def machines(found: Plan) -> str:
    """How many nodes are created, changed, replaced and destroyed."""
    counts = {action: found.infrastructure.count(action) for action in ACTIONS}
    return (
        ", ".join(f"{number:,} to {action}" for action, number in counts.items() if number) or "none changes"
    )


def resources(found: Plan) -> str:
    """How many other resources there are to create, change, replace and destroy."""
    actions = [one.action for one in found.infrastructure.resources]
    told = [f"{actions.count(action):,} to {action}" for action in ACTIONS if action in actions]
    return ", ".join(told) or "none changes"


def configuration(found: Plan) -> str:
    """On how many hosts roles run, and how many are only told addresses."""
    hosts, told = len(found.configuration.hosts), len(found.configuration.addresses)
    if not hosts + told:
        return "no host is contacted"
    words = [_counted(hosts, "host")] if hosts else []
    return ", ".join([*words, *([f"{_counted(told, 'host')} told addresses only"] if told else [])])


def risk(found: Plan) -> str:
    """How many rules forbid the plan, warn of it, were overruled, or found nothing."""
    kinds = [verdict_kind(one) for one in found.risks]
    words = {
        "forbids": "forbidding",
        "warns": "warning",
        "allowed": "allowed for this run",
        "passed": "passed",
    }
    told = [f"{kinds.count(kind)} {text}" for kind, text in words.items() if kind in kinds]
    return ", ".join(told) or "no rule was asked"


def verdict_kind(one: Verdict) -> str:
    """What a rule does to the plan."""
    if one.outcome == "failed":
        return "forbids" if one.forbids else "warns"
    return one.outcome


def cost(found: Cost) -> str:
    """What an hour and a month cost afterwards, and how much more that is."""
    hour = f"{amount(found.after, found.after.hourly)} {visible(found.currency)} an hour"
    month = f"{amount(found.after, found.after.monthly)} a month"
    unknown = f"; {_counted(found.after.unknown, 'thing')} without a price" if found.after.unknown else ""
    hourly, monthly = (_more(found, value) for value in (found.hourly_difference, found.monthly_difference))
    guess = "; estimated in part" if found.estimated else ""
    return f"{hour} ({hourly}), {month} ({monthly}){unknown}{guess}"


def book(one: BookSource) -> str:
    """A price book, and of when it is."""
    return visible(f"{one.source}, {one.date}" if one.date else one.source)


def amount(total: Total, value: Decimal) -> str:
    """Money; what is unknown is never shown as nothing."""
    if not total.unknown:
        return f"{value:,}"
    return f"at least {value:,}" if value else "unknown"


def difference(now: Total, after: Total, value: Decimal) -> str:
    """How much more it is; a difference of known prices alone says so."""
    if not now.unknown and not after.unknown:
        return f"{value:+,}"
    return f"{value:+,} (known prices)" if value else "unknown"


def _more(found: Cost, value: Decimal) -> str:
    if value:
        return f"{value:+,}"
    return "difference unknown" if found.now.unknown or found.after.unknown else "as now"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
