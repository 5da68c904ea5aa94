"""costs.yaml: what of a cloud costs money, and where its type and size stand. Data of the cloud's folder."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from elasticluster_tf import documents


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str | dict) else value


# One path or several, of which the first that leads to a value counts: `root_block_device.0.volume_size`.
Paths = Annotated[tuple[str, ...], BeforeValidator(_several)]
# Paths with the values they must lead to; of several such mappings one must hold.
Conditions = Annotated[tuple[dict[str, Any], ...], BeforeValidator(_several)]


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Rules):
    """One thing that is billed.

    Its paths start from a resource's values; in `nodes` and `cluster` from `node`, `settings` (the group's
    for this cloud), `cloud` (the cloud's settings) and `cluster` (private, public: whether there are such
    nodes). `each` leads to a list, a mapping or a single value: there is one thing for each entry, which is
    then read as `each`.
    """

    kind: str
    by: Literal["type", "size", "each", "use"] = Field(
        description="The price is for an hour by type, for a GiB and month by type, for an hour of one such "
        "thing, or by use, which nobody knows beforehand."
    )
    type: Paths = ()
    size: Paths = ()
    number: Paths = ()
    each: str = ""
    spot: dict[str, Any] = Field(default_factory=dict)
    when: Conditions = ()
    type_is_link: bool = Field(False, description="The type is the last part of an address.")
    default_type: str | dict[str, str] = Field(
        "", description="Where none is told; by regular expression of `node.type` where that decides."
    )
    default_size: Decimal | None = Field(None, description="Where none is told; it makes an estimate.")
    estimate: str = Field("", description="Why the price is a guess, where it always is.")


class Spot(_Rules):
    """What spot machines cost: a share of the usual price."""

    factor: Decimal
    source: str


class SizesFrom(_Rules):
    """A data source that tells what a machine's type holds."""

    data: str
    id: str = "id"
    name: str = "name"
    cpus: str
    memory_mb: str


class Rules(_Rules):
    """costs.yaml."""

    region: str = Field("", description="The setting that says where, as the price book names places.")
    listed: Conditions = Field(
        (), description="Settings with which prices.json holds: others may lead to another vendor's cloud."
    )
    spot: Spot | None = None
    free: tuple[str, ...] = Field(
        (), description="Resource types that cost nothing; `*` stands for any text."
    )
    resources: dict[str, tuple[Part, ...]] = Field(default_factory=dict)
    nodes: tuple[Part, ...] = ()
    cluster: tuple[Part, ...] = ()
    sizes_setting: str = Field("", description="The setting that tells the processors and GiB of types.")
    sizes_from: SizesFrom | None = None

    def are_listed(self, settings: Mapping[str, Any]) -> bool:
        """Whether the shipped prices hold with these settings."""
        return not self.listed or any(_holds(one, settings) for one in self.listed)

    def is_free(self, resource_type: str) -> bool:
        """Whether resources of a type cost nothing."""
        return any(fnmatchcase(resource_type, pattern) for pattern in self.free)


def load(folder: Path) -> Rules | None:
    """The rules of a cloud's folder; None where it does not say what costs."""
    path = folder / "costs.yaml"
    if not path.is_file():
        return None
    return Rules.model_validate(documents.plain(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Item:
    """Something billed, before its price is known; `number` alike, `size` in GiB."""

    cloud: str
    group: str
    kind: str
    by: str
    type: str = ""
    size: Decimal | None = None
    number: int = 1
    spot: bool = False
    estimate: str = ""
    cpus: int | None = None
    memory_gb: float | None = None


def items(part: Part, values: Mapping[str, Any], cloud: str, group: str) -> Iterator[Item]:
    """What a part says is billed, given values that its paths lead into."""
    for entry in _entries(part, values):
        if part.when and not any(_holds(one, entry) for one in part.when):
            continue
        size = _decimal(_first(entry, part.size))
        guess = part.estimate
        if size is None and part.default_size is not None:
            size, guess = part.default_size, guess or "the size is that of a usual image"
        yield Item(
            cloud=cloud,
            group=group,
            kind=part.kind,
            by=part.by,
            type=_type(part, entry),
            size=size,
            number=int(_first(entry, part.number) or 1),
            spot=bool(part.spot) and _holds(part.spot, entry),
            estimate=guess,
        )


def _entries(part: Part, values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The values once, or once for each entry; a single value counts as a list of it, 0 and null as none."""
    if not part.each:
        return [values]
    found = at(values, part.each)
    if isinstance(found, Mapping):
        found = list(found.values())
    elif not isinstance(found, list | tuple):
        found = [found] if found else []
    return [{**values, "each": entry} for entry in found]


def at(values: Any, path: str) -> Any:
    """What a dotted path leads to; None where it leads nowhere."""
    for step in path.split("."):
        if isinstance(values, Mapping):
            values = values.get(step)
        elif isinstance(values, list | tuple) and step.isdigit() and int(step) < len(values):
            values = values[int(step)]
        else:
            return None
    return values


def _first(values: Mapping[str, Any], paths: tuple[str, ...]) -> Any:
    return next((found for path in paths if (found := at(values, path)) is not None), None)


def _holds(wanted: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return all(at(values, path) == value for path, value in wanted.items())


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _type(part: Part, values: Mapping[str, Any]) -> str:
    if told := str(_first(values, part.type) or ""):
        return told.rpartition("/")[2] if part.type_is_link else told
    if isinstance(part.default_type, str):
        return part.default_type
    name = str(at(values, "node.type") or "")
    return next((kind for pattern, kind in part.default_type.items() if re.search(pattern, name)), "")
