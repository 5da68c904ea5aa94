"""The cluster before and after a plan as boxes: a square a node, or a bar where nodes are many. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from elasticluster_tf.console.folding import prefix
from elasticluster_tf.console.wording import SIGNS
from elasticluster_tf.plan import GroupSize, NodeChange, Plan

_WIDTH = 340
_SIDE = 16
_STEP = 19
_PER_ROW = _WIDTH // _STEP
_TITLE = 22
_GAP = 10
# A group with more nodes is drawn as a bar.
_MOST_SQUARES = 4 * _PER_ROW
_LEAST_BAR = 8.0
_STAYS = "stays"


@dataclass(frozen=True)
class Box:
    """A node, or as many as its title says; `kind` is what happens to it."""

    x: float
    y: float
    width: float
    kind: str
    sign: str
    title: str


@dataclass(frozen=True)
class Picture:
    """One side of the plan; `labels` are (y, text) of the groups."""

    title: str
    description: str
    height: float
    labels: tuple[tuple[float, str], ...]
    boxes: tuple[Box, ...]
    width: int = _WIDTH
    side: int = _SIDE


def both(plan: Plan) -> tuple[Picture, Picture]:
    """The cluster as it is, and as it will be."""
    changes: dict[str, list[NodeChange]] = {}
    for change in plan.infrastructure.nodes:
        changes.setdefault(prefix(change.name), []).append(change)
    before, after = _Drawing(), _Drawing()
    for size in plan.groups:
        own = changes.get(size.group, [])
        large = max(size.before, size.after)
        before.group(size, size.before, [one for one in own if one.action != "create"], large)
        after.group(size, size.after, [one for one in own if one.action not in ("destroy", "forget")], large)
    return before.picture("Before"), after.picture("After")


class _Drawing:
    """A picture that grows group by group, downwards."""

    def __init__(self) -> None:
        self.y = 0.0
        self.labels: list[tuple[float, str]] = []
        self.boxes: list[Box] = []

    def group(self, size: GroupSize, count: int, changes: Sequence[NodeChange], large: int) -> None:
        """A group's title and its nodes; `large` is its size on its larger side, by which it is scaled."""
        known = changes[:count]
        actions = Counter(one.action for one in known)
        told = [f"{number:,} to {action}" for action, number in actions.items()]
        self.labels.append((self.y + _SIDE, ", ".join([f"{size.group}: {_nodes(count)}", *told])))
        self.y += _TITLE
        if large > _MOST_SQUARES:
            self._bar(count, known, large)
            self.y += _STEP
        else:
            self._squares(count, known)
            self.y += _STEP * max(1, -(-large // _PER_ROW))
        self.y += _GAP

    def _squares(self, count: int, changes: Sequence[NodeChange]) -> None:
        staying = count - len(changes)
        cells = [(_STAYS, "", "stays as it is")] * staying
        cells += [(one.action, SIGNS[one.action], f"{one.name}: {one.action}") for one in changes]
        for position, (kind, sign, title) in enumerate(cells):
            row, column = divmod(position, _PER_ROW)
            self.boxes.append(Box(column * _STEP, self.y + row * _STEP, _SIDE, kind, sign, title))

    def _bar(self, count: int, changes: Sequence[NodeChange], large: int) -> None:
        counts = Counter((one.action, SIGNS[one.action]) for one in changes)
        parts = [(_STAYS, "", count - len(changes)), *((*key, number) for key, number in counts.items())]
        x = 0.0
        for kind, sign, number in parts:
            if number:
                width = max(_LEAST_BAR, (_WIDTH - len(parts) * _LEAST_BAR) * number / large)
                self.boxes.append(Box(x, self.y, width, kind, sign, f"{_nodes(number)}: {kind}"))
                x += width

    def picture(self, title: str) -> Picture:
        """What is drawn so far."""
        described = "; ".join(text for _, text in self.labels)
        return Picture(title, described, self.y, tuple(self.labels), tuple(self.boxes))


def _nodes(number: int) -> str:
    return f"{number:,} node{'' if number == 1 else 's'}"
