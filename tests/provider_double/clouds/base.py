"""What the rules of all providers have in common."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from tests.provider_double.making import Making, Scene
from tests.provider_double.schema import Kind, Values
from tests.provider_double.values import UNKNOWN, has_unknown, is_unknown
from tests.provider_double.world import Thing

# Ids that are no object of their own: making them twice is no error.
_SHARED = (
    "_attachment",
    "_association",
    "_associate_v2",
    "_iam_member",
    "_service",
    "_tag",
    "_metadata_item",
)


Recomputed = Mapping[str, tuple[str, ...]]


class Base:
    # argument → computed attributes that a change of it computes anew
    recomputed: ClassVar[Recomputed] = {}

    def identity(self, type_name: str, values: Values) -> str:
        return str(values.get("id") or "")

    def unique(self, type_name: str) -> bool:
        return not type_name.endswith(_SHARED)

    def adjust(self, scene: Scene, kind: Kind, planned: Values, prior: Values | None) -> None:
        self.labels(scene, kind, planned)
        if prior is None:
            return
        for argument, dependents in self.recomputed.items():
            if planned.get(argument) == prior.get(argument):
                continue
            for name in dependents:
                attribute = kind.block.attributes.get(name)
                if attribute and attribute.computed and planned.get(name) == prior.get(name):
                    planned[name] = UNKNOWN

    def labels(self, scene: Scene, kind: Kind, planned: Values) -> None:
        """Computed tags or labels, which providers know at plan time already."""

    def replaced(self, kind: Kind, planned: Values, prior: Values) -> list[str]:
        return []

    def details(self, making: Making) -> Values:
        rule = getattr(self, making.type, None)
        found: Values = rule(making) if rule else {}
        return found

    def stored(self, type_name: str, state: Values) -> Values:
        return state

    def invent(self, making: Making, name: str) -> str | None:
        return None

    def answer(self, scene: Scene, kind: Kind, config: Values) -> Values | None:
        return None

    def import_ids(self, scene: Scene, type_name: str, given: str) -> Iterable[str]:
        return (given,)

    def refuse_update(self, kind: Kind, prior: Values, planned: Values) -> str:
        return ""

    def refuse_delete(self, thing: Thing) -> str:
        return ""


def union(kind: Kind, planned: Values, target: str, *sources: Any) -> None:
    """Set a computed map to the union of others, unknown if one of them is."""
    if target not in kind.block.attributes:
        return
    if any(is_unknown(source) for source in sources):
        planned[target] = UNKNOWN
        return
    merged: Values = {}
    for source in sources:
        merged |= source or {}
    planned[target] = merged if not has_unknown(merged) else {**merged}


def contains(held: Any, wanted: Any) -> bool:
    """Does a thing have all the wanted tags? OpenStack's are a list, the others' a map."""
    if isinstance(wanted, Mapping):
        tags = held if isinstance(held, Mapping) else {}
        return all(tags.get(key) == value for key, value in wanted.items())
    return set(wanted or ()) <= set(held or ())
