"""Types of settings, as Terraform's variables and Ansible's argument specs declare them.

Both are read into one small form, so that a value is checked and a JSON Schema is made in one place.
"""

import contextlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from elasticluster_tf.documents import KeyPath
from elasticluster_tf.errors import did_you_mean

Range = tuple[()] | tuple[float] | tuple[float, float]
Kind = Literal["any", "string", "integer", "number", "bool", "list", "map", "object"]


@dataclass(frozen=True)
class Field:
    """A key of an object."""

    type: "ValueType"
    required: bool = False
    description: str = ""


@dataclass(frozen=True)
class ValueType:
    """A type: `inner` of lists and maps, `fields` of objects, `choices` where only some values fit.

    `range` are the least number, and the largest if there is one; `pattern` is found in a text. `defaults`
    are what fields hold that are left out, as far as that is a plain value.
    """

    kind: Kind = "any"
    inner: "ValueType | None" = None
    fields: Mapping[str, Field] = field(default_factory=dict)
    choices: tuple[Any, ...] = ()
    range: Range = ()
    pattern: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mismatch:
    """A value that does not fit, by its path below the setting."""

    path: KeyPath
    message: str
    hint: str = ""
    at_key: bool = False


_WANTED = {
    "string": ("text", (str, int, float)),
    "integer": ("a whole number", (int,)),
    "number": ("a number", (int, float)),
    "bool": ("true or false", (bool,)),
    "list": ("a list", (list,)),
    "map": ("a mapping", (dict,)),
    "object": ("a mapping", (dict,)),
}


def mismatches(value: object, wanted: ValueType, path: KeyPath = ()) -> Iterator[Mismatch]:
    """Everything in `value` that does not fit `wanted`. A null fits: it means `not set`."""
    if wanted.kind == "any" or value is None:
        return
    word, classes = _WANTED[wanted.kind]
    if not isinstance(value, classes) or (isinstance(value, bool) and wanted.kind != "bool"):
        yield Mismatch(path, f"{word} is wanted here, not {shown(value)}")
        return
    yield from _limit_mismatches(value, wanted, path)
    if isinstance(value, list) and wanted.inner:
        for index, item in enumerate(value):
            yield from mismatches(item, wanted.inner, (*path, index))
    elif isinstance(value, dict) and wanted.inner:
        for key, item in value.items():
            yield from mismatches(item, wanted.inner, (*path, key))
    elif isinstance(value, dict) and wanted.kind == "object":
        yield from _object_mismatches(value, wanted.fields, path)


def _limit_mismatches(value: object, wanted: ValueType, path: KeyPath) -> Iterator[Mismatch]:
    if wanted.choices and value not in wanted.choices:
        known = [str(choice) for choice in wanted.choices]
        yield Mismatch(
            path, f"{shown(value)} is none of the values that fit", did_you_mean(str(value), known)
        )
    if wanted.range and isinstance(value, int | float):
        yield from _range_mismatches(value, wanted.range, path)
    if wanted.pattern and not re.search(wanted.pattern, str(value)):
        yield Mismatch(path, f"{shown(value)} does not fit the form {wanted.pattern}")


def _range_mismatches(value: float, allowed: Range, path: KeyPath) -> Iterator[Mismatch]:
    least, most = (*allowed, math.inf, math.inf)[:2]
    if not least <= value <= most:
        bounds = f"at least {least:.15g}" if most == math.inf else f"{least:.15g} to {most:.15g}"
        yield Mismatch(path, f"{bounds} is wanted here, not {shown(value)}")


def _object_mismatches(
    value: dict[str, Any], fields: Mapping[str, Field], path: KeyPath
) -> Iterator[Mismatch]:
    for key, item in value.items():
        if key in fields:
            yield from mismatches(item, fields[key].type, (*path, key))
        else:
            yield Mismatch((*path, key), "unknown key", did_you_mean(key, list(fields)), at_key=True)
    for key, found in fields.items():
        if found.required and value.get(key) is None:
            yield Mismatch(path, f"`{key}` is required", found.description)


def as_terraform(value: Any, wanted: ValueType) -> Any:
    """A value that fits, as a module sees it: numbers as text where text is wanted, defaults filled in."""
    if isinstance(value, list) and wanted.inner:
        return [as_terraform(item, wanted.inner) for item in value]
    if isinstance(value, dict) and wanted.inner:
        return {key: as_terraform(item, wanted.inner) for key, item in value.items()}
    if isinstance(value, dict) and wanted.kind == "object":
        given = {
            key: as_terraform(item, wanted.fields[key].type)
            for key, item in value.items()
            if item is not None
        }
        return {**wanted.defaults, **given}
    if wanted.kind == "string" and isinstance(value, int | float):
        return str(value)
    return value


def shown(value: Any) -> str:
    """A value in a message, cut where it is long."""
    text = repr(value)
    return text if len(text) < 60 else text[:57] + "…"


def json_schema(wanted: ValueType, description: str = "") -> dict[str, Any]:
    """The type as JSON Schema."""
    schema: dict[str, Any] = {"description": description} if description else {}
    if wanted.kind == "any":
        return schema
    names = {"bool": "boolean", "list": "array", "map": "object"}
    schema["type"] = ["string", "number"] if wanted.kind == "string" else names.get(wanted.kind, wanted.kind)
    if wanted.choices:
        schema["enum"] = list(wanted.choices)
    schema |= dict(zip(("minimum", "maximum"), wanted.range, strict=False))
    if wanted.pattern:
        schema["pattern"] = wanted.pattern
    if wanted.kind == "list" and wanted.inner:
        schema["items"] = json_schema(wanted.inner)
    if wanted.kind == "map" and wanted.inner:
        schema["additionalProperties"] = json_schema(wanted.inner)
    if wanted.kind == "object":
        schema["additionalProperties"] = False
        schema["properties"] = {k: json_schema(f.type, f.description) for k, f in wanted.fields.items()}
        schema["required"] = [key for key, found in wanted.fields.items() if found.required]
    return schema


_WORD = re.compile(r"\s*([A-Za-z_][\w-]*|[(){}=,]|\"[^\"]*\"|[^\s(){}=,]+)")


def from_terraform(expression: str) -> ValueType:
    """A Terraform type expression, such as `map(object({a = optional(string, "x")}))`."""
    words = _WORD.findall(
        expression.removeprefix("${").removesuffix("}") if expression[:2] == "${" else expression
    )
    return _Expression(words).type().type


@dataclass(frozen=True)
class _Read:
    """A type that was read; for an `optional` one the text of its default."""

    type: ValueType
    optional: bool = False
    default: str = ""


class _Expression:
    """Reads the words of a type expression from left to right."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.at = 0

    def take(self) -> str:
        self.at += 1
        return self.words[self.at - 1] if self.at <= len(self.words) else ""

    def type(self) -> _Read:
        """The type that begins here."""
        word = self.take()
        simple: dict[str, Kind] = {"string": "string", "number": "number", "bool": "bool"}
        if word in simple:
            return _Read(ValueType(simple[word]))
        if word in ("list", "set", "map", "optional", "object", "tuple") and self.take() == "(":
            return self.constructed(word)
        return _Read(ValueType("any"))

    def constructed(self, word: str) -> _Read:
        if word == "object":
            self.take()
            fields = dict(self.fields())
            self.rest()
            return _Read(_object(fields))
        if word == "tuple":
            self.rest()
            return _Read(ValueType("list"))
        inner = self.type().type
        rest = self.rest()
        if word == "optional":
            return _Read(inner, True, rest.removeprefix(","))
        return _Read(ValueType("map" if word == "map" else "list", inner=inner))

    def fields(self) -> Iterator[tuple[str, _Read]]:
        while (name := self.take()) not in ("}", ""):
            if name == ",":
                continue
            self.take()
            yield name.strip('"'), self.type()

    def rest(self) -> str:
        """Skip to the parenthesis that closes this one; what was skipped (the default of `optional`)."""
        depth, skipped = 1, []
        while depth and (mark := self.take()):
            depth += (mark in "({") - (mark in ")}")
            skipped.append(mark)
        return "".join(skipped[:-1])


def _object(fields: Mapping[str, _Read]) -> ValueType:
    defaults = {}
    for name, found in fields.items():
        if found.optional:
            with contextlib.suppress(ValueError):  # a default that is an expression is not known here
                defaults[name] = json.loads(found.default or "null")
    known = {name: Field(found.type, not found.optional) for name, found in fields.items()}
    return ValueType("object", fields=known, defaults=defaults)


def from_argument_spec(
    option: Mapping[str, Any],
    name: str = "",
    ranges: Mapping[str, Range] = MappingProxyType({}),
    patterns: Mapping[str, str] = MappingProxyType({}),
) -> ValueType:
    """One option of a role's argument specs.

    `ranges` of numbers and `patterns` of texts go by name, as in `list.key`.
    """
    kinds: dict[str, Kind] = {
        "str": "string", "path": "string", "int": "integer", "float": "number", "bool": "bool",
        "list": "list", "dict": "map",
    }  # fmt: skip
    kind = kinds.get(option.get("type", "str"), "any")
    fields = {
        key: Field(
            from_argument_spec(inner, f"{name}.{key}", ranges, patterns),
            bool(inner.get("required")),
            sentence(inner.get("description")),
        )
        for key, inner in (option.get("options") or {}).items()
    }
    choices = tuple(option.get("choices") or ())
    if kind == "map" and fields:
        return ValueType("object", fields=fields)
    if kind == "list":
        inner = (
            ValueType("object", fields=fields)
            if fields
            else from_argument_spec(
                {"type": option.get("elements", "raw"), "choices": choices}, name, ranges, patterns
            )
        )
        return ValueType("list", inner=inner)
    return ValueType(kind, choices=choices, range=ranges.get(name, ()), pattern=patterns.get(name, ""))


def sentence(description: Any) -> str:
    """A description that may be a text or a list of texts, as one line."""
    parts = description if isinstance(description, list) else [description or ""]
    return " ".join(str(part).strip() for part in parts)
