"""What Terraform is told will happen: pure functions from prior and proposed values to a plan."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.provider_double.schema import Block, Kind, Nested, Values, children
from tests.provider_double.values import UNKNOWN, has_unknown, is_unknown, rebuild

Steps = tuple[str | int, ...]
# What a cloud adds to a plan: changes the planned values in place, given the prior ones (None: creation).
Adjust = Callable[[Values, Values | None], None]


@dataclass(frozen=True)
class Planned:
    values: Values
    replace: list[Steps] = field(default_factory=list)
    # SDK defaults on attributes that are not computed: only legacy providers may do that.
    legacy: bool = False


def plan(kind: Kind, prior: Values | None, proposed: Values, adjust: Adjust) -> Planned:
    """Plan a creation (no prior) or an update."""
    wanted = without_write_only(kind.block, proposed)
    legacy = _apply_defaults(kind, wanted)
    if prior is not None and _same(wanted, prior):
        return Planned(prior, legacy=legacy)
    planned = mark_unknown(kind.block, wanted)
    adjust(planned, prior)
    replace = list(replacements(kind, prior, planned)) if prior is not None else []
    return Planned(planned, replace, legacy)


def without_write_only(block: Block, value: Mapping[str, Any]) -> Values:
    """Write-only values are never planned or stored."""
    kept = dict(value)
    for name, attribute in block.attributes.items():
        if attribute.write_only:
            kept[name] = None
    return _in_blocks(block, kept, without_write_only)


def mark_unknown(block: Block, value: Mapping[str, Any]) -> Values:
    """Computed attributes that nobody set become "known after apply"."""
    marked = dict(value)
    for name, attribute in block.attributes.items():
        if attribute.computed and marked.get(name) is None:
            marked[name] = UNKNOWN
    return _in_blocks(block, marked, mark_unknown)


def _in_blocks(block: Block, value: Values, change: Callable[[Block, Mapping[str, Any]], Values]) -> Values:
    for name, nested in block.blocks.items():
        items = {key: change(nested.block, item) for key, item in children(nested, value.get(name))}
        if items:
            value[name] = rebuild(nested, items)
    return value


def _apply_defaults(kind: Kind, value: Values) -> bool:
    """Set the SDK's defaults where nothing is set; tells whether there are such attributes."""
    found = False
    for dotted, default in kind.behaviour.defaults.items():
        *blocks, name = dotted.split(".")
        for block, item in _places(kind.block, value, blocks):
            attribute = block.attributes.get(name)
            if attribute is None or attribute.computed:
                continue
            found = True
            if item.get(name) is None:
                item[name] = default
    return found


def _places(block: Block, value: Values, path: list[str]) -> Iterator[tuple[Block, Values]]:
    """All items of the block at a path, to be changed in place."""
    if not path:
        yield block, value
        return
    nested = block.blocks.get(path[0])
    if nested is None:
        return
    items = dict(children(nested, value.get(path[0])))
    if items:
        value[path[0]] = rebuild(nested, items)
    for item in items.values():
        yield from _places(nested.block, item, path[1:])


def replacements(kind: Kind, prior: Values, planned: Values) -> Iterator[Steps]:
    """The paths whose change means a new resource."""
    for dotted in kind.behaviour.force_new:
        default = kind.behaviour.defaults.get(dotted)
        yield from _changed(kind.block, dotted.split("."), prior, planned, default)


def _changed(
    block: Block, path: list[str], prior: Mapping[str, Any], planned: Mapping[str, Any], default: Any
) -> Iterator[Steps]:
    name, *rest = path
    before, after = prior.get(name), planned.get(name)
    if name in block.attributes:
        if _blank(before) != _blank(after):
            yield (name,)
        return
    nested = block.blocks.get(name)
    if nested is None:
        return
    old, new = dict(children(nested, before)), dict(children(nested, after))
    if not rest:  # of a block itself only the number counts, its arguments have rules of their own
        if len(old) != len(new):
            yield (name,)
    elif nested.nesting == "set":
        if _gathered(nested.block, rest, old, default) != _gathered(nested.block, rest, new, default):
            yield (name,)
    else:
        yield from _changed_items(nested, path, old, new, default)


def _changed_items(
    nested: Nested, path: list[str], old: dict[Any, Values], new: dict[Any, Values], default: Any
) -> Iterator[Steps]:
    name, *rest = path
    for key in old.keys() & new.keys():
        step: Steps = (name,) if key is None else (name, key)
        for steps in _changed(nested.block, rest, old[key], new[key], default):
            yield (*step, *steps)
    lone = {key: item for key, item in (old | new).items() if key not in old or key not in new}
    if _gathered(nested.block, rest, lone, default):
        yield (name,)


def _blank(value: Any) -> Any:
    """The SDK doesn't tell a null from an empty string or collection."""
    return None if not is_unknown(value) and value in ("", [], {}) else value


def _gathered(block: Block, path: list[str], items: Mapping[Any, Values], default: Any) -> list[str]:
    """All values at a path below some blocks that differ from the default, in an order of their own."""
    name, *rest = path
    found: list[str] = []
    for item in items.values():
        value = item.get(name)
        nested = block.blocks.get(name)
        if nested is not None and rest:
            found += _gathered(nested.block, rest, dict(children(nested, value)), default)
        elif nested is None and _blank(value) is not None and value != default:
            found.append("?" if has_unknown(value) else json.dumps(value, sort_keys=True))
    return sorted(found)


def _same(one: Any, other: Any) -> bool:
    """Equality as Terraform sees it: true is not 1."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(item, other[key]) for key, item in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def conflicts(kind: Kind, config: Values) -> Iterator[tuple[str, str]]:
    """Arguments that are set together though the true provider refuses that."""
    for left, right in kind.behaviour.conflicts:
        if _is_set(kind.block, left.split("."), config) and _is_set(kind.block, right.split("."), config):
            yield left, right


def _is_set(block: Block, path: list[str], value: Mapping[str, Any]) -> bool:
    name, *rest = path
    if name in block.attributes:
        return value.get(name) is not None and not is_unknown(value.get(name))
    nested = block.blocks.get(name)
    if nested is None:
        return False
    items = dict(children(nested, value.get(name)))
    if rest and rest[0].isdigit():
        items = {key: item for key, item in items.items() if str(key) == rest[0]}
        rest = rest[1:]
    return any(_is_set(nested.block, rest, item) for item in items.values()) if rest else bool(items)
