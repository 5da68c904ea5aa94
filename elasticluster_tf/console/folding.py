"""Many names and many rows in little room. Pure."""

import re
from collections.abc import Iterable, Sequence


def fold_all(names: Iterable[str], most: int | None = None) -> str:
    """Names of any groups, each group's folded: `compute[001-512] login001`."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(prefix(name), []).append(name)
    folded = [fold(members, most) for members in groups.values()]
    if most is not None and len(folded) > most:
        left = sum(len(members) for members in list(groups.values())[most:])
        folded = [*folded[:most], f"and {left} more"]
    return " ".join(folded)


def fold(names: Sequence[str], most: int | None = None) -> str:
    """Names of one group, consecutive numbers joined; of more than `most` ranges the rest is counted."""
    if len(names) == 1:
        return names[0]
    ranges: list[list[str]] = []
    for name in names:
        number = _parts(name)[1]
        if ranges and int(number) == int(ranges[-1][-1]) + 1:
            ranges[-1][-1] = number
        else:
            ranges.append([number, number])
    told = [first if first == last else f"{first}-{last}" for first, last in ranges]
    if most is not None and len(told) > most:
        left = sum(int(last) - int(first) + 1 for first, last in ranges[most:])
        told = [*told[:most], f"and {left} more"]
    return f"{prefix(names[0])}[{','.join(told)}]"


def prefix(name: str) -> str:
    """The name without its number: a node's group."""
    return _parts(name)[0]


def _parts(name: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.*?)([0-9]{3,})", name)
    return (found[1], found[2]) if found else (name, "0")


def shares(wanted: Sequence[int], room: int) -> list[int]:
    """How much of the room each gets: what it wants, or an equal part of what those that want less leave."""
    given = [0] * len(wanted)
    order = sorted(range(len(wanted)), key=lambda position: wanted[position])
    for done, position in enumerate(order):
        given[position] = min(wanted[position], max(room, 0) // (len(order) - done))
        room -= given[position]
    return given
