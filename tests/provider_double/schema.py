"""A provider's schema as data: what `terraform providers schema -json` says, and what it can't say."""

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.provider_double.rules import aws as aws_rules

SCHEMAS = Path(__file__).parent / "schemas"
PROVIDERS = ("aws", "google", "openstack", "azure", "incus")

# A type as Terraform writes it in JSON: "string", ["list", "string"], ["object", {…}].
Type = Any
Values = dict[str, Any]


@dataclass(frozen=True)
class Attribute:
    type: Type
    required: bool = False
    optional: bool = False
    computed: bool = False
    sensitive: bool = False
    write_only: bool = False
    deprecated: bool = False
    members: "Members | None" = None


@dataclass(frozen=True)
class Members:
    """The attributes of a nested attribute; its `type` says the same without what is required of each."""

    nesting: str
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True)
class Nested:
    nesting: str
    block: "Block"
    min_items: int = 0
    max_items: int = 0


@dataclass(frozen=True)
class Block:
    attributes: Mapping[str, Attribute]
    blocks: Mapping[str, Nested]


@dataclass(frozen=True)
class Behaviour:
    """What the true provider's code does beyond its schema; paths are dotted."""

    force_new: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    conflicts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Kind:
    """One resource type or data source."""

    name: str
    version: int
    block: Block
    behaviour: Behaviour = Behaviour()


@dataclass(frozen=True)
class Catalogue:
    """Everything one provider serves."""

    name: str
    source: str
    version: str
    provider: Kind
    resources: Mapping[str, Kind]
    data: Mapping[str, Kind]

    @property
    def prefix(self) -> str:
        """The last part of the source: `azurerm`."""
        return self.source.rsplit("/", 1)[-1]


@functools.cache
def load(name: str) -> Catalogue:
    """The catalogue of one of PROVIDERS."""
    told = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    schema = told["schema"]
    behaviour = _behaviours(name)
    resources = {
        kind: _kind(kind, found, behaviour.get(kind, Behaviour()))
        for kind, found in schema["resource_schemas"].items()
    }
    # Data sources that list by tag or label, for leftovers; the given schemas lack them.
    listings = json.loads((SCHEMAS / "listings.json").read_text(encoding="utf-8")).get(name, {})
    sources = schema["data_source_schemas"] | listings
    data = {kind: _kind(kind, found, Behaviour()) for kind, found in sources.items()}
    provider = _kind("provider", schema["provider"], Behaviour())
    return Catalogue(name, told["source"], told["version"], provider, resources, data)


def _behaviours(name: str) -> dict[str, Behaviour]:
    if name == "aws":  # not in behaviour.json
        return {kind: Behaviour(force_new=paths) for kind, paths in aws_rules.FORCE_NEW.items()}
    told = json.loads((SCHEMAS / "behaviour.json").read_text(encoding="utf-8"))[name]
    return {
        kind: Behaviour(
            tuple(rules.get("force_new", ())),
            rules.get("defaults", {}),
            tuple((left, right) for left, right in rules.get("conflicts", ())),
        )
        for kind, rules in told.items()
    }


def _kind(name: str, told: Mapping[str, Any], behaviour: Behaviour) -> Kind:
    return Kind(name, int(told.get("version", 0)), _block(told["block"]), behaviour)


def _attributes(told: Mapping[str, Any]) -> dict[str, Attribute]:
    return {name: _attribute(found) for name, found in told.items()}


def _attribute(told: Mapping[str, Any]) -> Attribute:
    nested = told.get("nested_type")
    if nested is None:
        return Attribute(**told)
    members = Members(nested["nesting_mode"], _attributes(nested["attributes"]))
    shape: Type = ["object", {name: one.type for name, one in members.attributes.items()}]
    plain = {key: value for key, value in told.items() if key != "nested_type"}
    return Attribute(
        type=shape if members.nesting == "single" else [members.nesting, shape], members=members, **plain
    )


def _block(told: Mapping[str, Any]) -> Block:
    attributes = _attributes(told.get("attributes", {}))
    blocks = {
        name: Nested(
            found["nesting_mode"],
            _block(found["block"]),
            int(found.get("min_items", 0)),
            int(found.get("max_items", 0)),
        )
        for name, found in told.get("block_types", {}).items()
    }
    return Block(attributes, blocks)


def children(nested: Nested, value: Any) -> Iterator[tuple[Any, Values]]:
    """The items of a block's value with their key: an index, a map's key, or None."""
    if isinstance(value, Mapping) and nested.nesting in ("single", "group"):
        yield None, dict(value)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)
