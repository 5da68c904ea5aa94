"""Replace every unknown of a plan by a concrete value."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.provider_double.making import digest, mac, uuid
from tests.provider_double.schema import Attribute, Block, Type, Values, children
from tests.provider_double.values import conform_type, has_unknown, is_unknown, rebuild

# Tells a text for the attribute at a path, or None if it has no idea.
Invent = Callable[[tuple[str, ...], Attribute], Any]

_WHEN = "2026-01-02T03:04:05Z"
_TEXTS: tuple[tuple[str, Callable[[str], str]], ...] = (
    (r"(^|_)mac(_address)?$", lambda seed: mac(seed)),
    (r"fingerprint$|(^|_)etag$|checksum|sha256$", lambda seed: digest(seed, length=24)),
    (r"^(created|updated)$|_(time|timestamp|at|date)$", lambda seed: _WHEN),
    (r"(uuid|guid)$|^(virtual_machine|principal|unique)_id$", lambda seed: uuid(seed)),
    (r"^(status|state)$", lambda seed: "available"),
    (r"(^|_)(access_key|connection_string)$", lambda seed: f"not-a-secret-{digest(seed, length=12)}"),
    (r"(fqdn|_host|dns_name)$", lambda seed: f"{digest(seed, length=10)}.double.example"),
    (r"(endpoint|url)$", lambda seed: f"https://{digest(seed, length=10)}.double.example/"),
)


def fill(block: Block, planned: Mapping[str, Any], details: Mapping[str, Any], invent: Invent) -> Values:
    """The planned values with `details` and inventions where they are unknown."""
    return _fill(block, planned, details, invent, ())


def _fill(
    block: Block,
    planned: Mapping[str, Any],
    details: Mapping[str, Any],
    invent: Invent,
    path: tuple[str, ...],
) -> Values:
    filled: Values = dict(planned)
    for name, attribute in block.attributes.items():
        if not has_unknown(planned.get(name)):
            continue
        offered = conform_type(attribute.type, details.get(name))
        if offered is None:
            offered = invent((*path, name), attribute)
        filled[name] = _merge(planned[name], offered)
    for name, nested in block.blocks.items():
        more = dict(children(nested, details.get(name)))
        items = {
            key: _fill(nested.block, item, more.get(key) or {}, invent, (*path, name))
            for key, item in children(nested, planned.get(name))
        }
        if items:
            filled[name] = rebuild(nested, items)
    return filled


def _merge(planned: Any, offered: Any) -> Any:
    """Keep what is known inside of a partly unknown value."""
    if is_unknown(planned):
        return offered
    if isinstance(planned, Mapping):
        source = offered if isinstance(offered, Mapping) else {}
        return {key: _merge(item, source.get(key)) for key, item in planned.items()}
    if isinstance(planned, list):
        items = (
            offered if isinstance(offered, list) and len(offered) == len(planned) else [None] * len(planned)
        )
        return [_merge(item, other) for item, other in zip(planned, items, strict=True)]
    return planned


def generic(attribute: Attribute, name: str, seed: str) -> Any:
    """A value by type and name alone."""
    if attribute.type != "string":
        return nothing(attribute.type)
    for pattern, text in _TEXTS:
        if re.search(pattern, name):
            return text(f"{seed} {name}")
    if not attribute.optional and name.endswith("_id"):
        return f"{name.removesuffix('_id').replace('_', '-')}-{digest(seed, name, length=10)}"
    return ""


def nothing(kind: Type) -> Any:
    """The empty value of a type."""
    if isinstance(kind, str):
        return {"string": "", "number": 0, "bool": False}[kind]
    if kind[0] == "object":
        return {name: nothing(inner) for name, inner in kind[1].items()}
    return {} if kind[0] == "map" else []
