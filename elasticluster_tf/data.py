"""Frozen values as plain data, for documents that programs read. Pure."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

# The form of the documents made of these; raised when a change could break a reader.
FORMAT = 1


def document(kind: str, content: Any) -> dict[str, Any]:
    """A report as `{format, kind, …}`."""
    body = plain(content)
    return {"format": FORMAT, "kind": kind, **(body if isinstance(body, dict) else {"items": body})}


def plain(value: Any) -> Any:
    """Frozen values as mappings and lists, all the way down."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
