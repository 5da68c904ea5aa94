"""Terraform's values: msgpack on the wire, plain Python inside; and making raw data fit a schema."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgpack  # type: ignore[import-untyped]  # ships no types

from tests.provider_double.schema import Attribute, Block, Nested, Type, Values, children

UNKNOWN = msgpack.ExtType(0, b"\x00")
# Refined unknowns come as extension 12; like any unknown they are passed on as they are.


def decode(raw: bytes) -> Any:
    return msgpack.unpackb(raw, raw=False, strict_map_key=False)


def encode(value: Any) -> bytes:
    packed: bytes = msgpack.packb(value, use_bin_type=True)
    return packed


def is_unknown(value: Any) -> bool:
    return isinstance(value, msgpack.ExtType)


def has_unknown(value: Any) -> bool:
    if is_unknown(value):
        return True
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    return isinstance(value, list) and any(has_unknown(item) for item in value)


def known(value: Any) -> Any:
    """The value, unknowns replaced by null: for reading only."""
    if is_unknown(value):
        return None
    if isinstance(value, Mapping):
        return {key: known(item) for key, item in value.items()}
    return [known(item) for item in value] if isinstance(value, list) else value


def empty(nested: Nested) -> Any:
    """What stands for a block that is not there."""
    if nested.nesting in ("list", "set"):
        return []
    return {} if nested.nesting == "map" else None


def conform(block: Block, raw: Mapping[str, Any]) -> Values:
    """Raw data (a world file, a fixture) as a complete value of the block; what doesn't fit is null."""
    shaped: Values = {
        name: conform_type(attribute.type, raw.get(name)) for name, attribute in block.attributes.items()
    }
    for name, nested in block.blocks.items():
        found = raw.get(name)
        if isinstance(found, Mapping) and nested.nesting in ("list", "set"):
            found = [found]
        if isinstance(found, list) and nested.nesting in ("single", "group"):
            found = found[0] if found else None
        items = {key: conform(nested.block, item) for key, item in children(nested, found)}
        shaped[name] = rebuild(nested, items) if items else empty(nested)
    return shaped


def rebuild(nested: Nested, items: Mapping[Any, Values]) -> Any:
    """The inverse of `children`."""
    if nested.nesting in ("single", "group"):
        return items[None]
    return dict(items) if nested.nesting == "map" else list(items.values())


def conform_type(kind: Type, raw: Any) -> Any:
    if raw is None or is_unknown(raw):
        return raw
    if isinstance(kind, str):
        return _scalar(kind, raw)
    word, inner = kind[0], kind[1]
    if word == "object":
        return (
            {key: conform_type(item, raw.get(key)) for key, item in inner.items()}
            if isinstance(raw, Mapping)
            else None
        )
    if word == "map":
        return (
            {key: conform_type(inner, item) for key, item in raw.items()}
            if isinstance(raw, Mapping)
            else None
        )
    if not isinstance(raw, list | tuple):
        return None
    items = [conform_type(inner, item) for item in raw]
    return _unique(items) if word == "set" else items


def _scalar(kind: str, raw: Any) -> Any:
    if kind == "string":
        if isinstance(raw, bool):
            return "true" if raw else "false"
        return str(raw) if isinstance(raw, str | int | float) else None
    if kind == "bool":
        return raw if isinstance(raw, bool) else {"true": True, "false": False}.get(str(raw))
    if kind == "number":
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            return None
        return raw if not isinstance(raw, str) else _number(raw)
    return None


def _number(text: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return None


def _unique(items: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        if item not in kept:
            kept.append(item)
    return kept


def walk(
    block: Block, value: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Attribute, Any]]:
    """Every attribute with its dotted path and its value, block after block."""
    for name, attribute in block.attributes.items():
        yield (*path, name), attribute, value.get(name)
    for name, nested in block.blocks.items():
        for _key, item in children(nested, value.get(name)):
            yield from walk(nested.block, item, (*path, name))
