"""Types of settings, as Terraform's variables and Ansible's argument specs declare them.

Both are read into one small form, so that a value is checked and a JSON Schema is made in one place.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from elasticluster_tf.documents import KeyPath
from elasticluster_tf.errors import did_you_mean

Kind = Literal["any", "string", "integer", "number", "bool", "list", "map", "object"]


@dataclass(frozen=True)
class Field:
    """A key of an object."""

    type: "ValueType"
    required: bool = False
    description: str = ""


@dataclass(frozen=True)
class ValueType:
    """A type: `inner` of lists and maps, `fields` of objects, `choices` where only some values fit."""

    kind: Kind = "any"
    inner: "ValueType | None" = None
    fields: Mapping[str, Field] = field(default_factory=dict)
    choices: tuple[Any, ...] = ()


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
        yield Mismatch(path, f"{word} is wanted here, not {_shown(value)}")
        return
    if wanted.choices and value not in wanted.choices:
        known = [str(choice) for choice in wanted.choices]
        yield Mismatch(
            path, f"{_shown(value)} is none of the values that fit", did_you_mean(str(value), known)
        )
    if isinstance(value, list) and wanted.inner:
        for index, item in enumerate(value):
            yield from mismatches(item, wanted.inner, (*path, index))
    elif isinstance(value, dict) and wanted.inner:
        for key, item in value.items():
            yield from mismatches(item, wanted.inner, (*path, key))
    elif isinstance(value, dict) and wanted.kind == "object":
        yield from _object_mismatches(value, wanted.fields, path)


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


def _shown(value: Any) -> str:
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
    return _Expression(words).type()[0]


class _Expression:
    """Reads the words of a type expression from left to right."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.at = 0

    def take(self) -> str:
        self.at += 1
        return self.words[self.at - 1] if self.at <= len(self.words) else ""

    def type(self) -> tuple[ValueType, bool]:
        """The type that begins here, and whether it is optional."""
        word = self.take()
        simple: dict[str, Kind] = {"string": "string", "number": "number", "bool": "bool"}
        if word in simple:
            return ValueType(simple[word]), False
        if word in ("list", "set", "map", "optional", "object", "tuple") and self.take() == "(":
            return self.constructed(word)
        return ValueType("any"), False

    def constructed(self, word: str) -> tuple[ValueType, bool]:
        if word == "object":
            self.take()
            fields = dict(self.fields())
            self.rest()
            return ValueType("object", fields=fields), False
        if word == "tuple":
            self.rest()
            return ValueType("list"), False
        inner, _ = self.type()
        self.rest()
        if word == "optional":
            return inner, True
        return ValueType("map" if word == "map" else "list", inner=inner), False

    def fields(self) -> Iterator[tuple[str, Field]]:
        while (name := self.take()) not in ("}", ""):
            if name == ",":
                continue
            self.take()
            inner, optional = self.type()
            yield name.strip('"'), Field(inner, not optional)

    def rest(self) -> None:
        """Skip to the parenthesis that closes this one (over defaults of `optional`)."""
        depth = 1
        while depth and (mark := self.take()):
            depth += (mark in "({") - (mark in ")}")


def from_argument_spec(option: Mapping[str, Any]) -> ValueType:
    """One option of a role's argument specs."""
    kinds: dict[str, Kind] = {
        "str": "string", "path": "string", "int": "integer", "float": "number", "bool": "bool",
        "list": "list", "dict": "map",
    }  # fmt: skip
    kind = kinds.get(option.get("type", "str"), "any")
    fields = {name: _spec_field(inner) for name, inner in (option.get("options") or {}).items()}
    choices = tuple(option.get("choices") or ())
    if kind == "map" and fields:
        return ValueType("object", fields=fields)
    if kind == "list":
        inner = (
            ValueType("object", fields=fields)
            if fields
            else from_argument_spec({"type": option.get("elements", "raw")})
        )
        return ValueType("list", inner=inner, choices=())
    return ValueType(kind, choices=choices)


def _spec_field(option: Mapping[str, Any]) -> Field:
    return Field(
        from_argument_spec(option), bool(option.get("required")), sentence(option.get("description"))
    )


def sentence(description: Any) -> str:
    """A description that may be a text or a list of texts, as one line."""
    parts = description if isinstance(description, list) else [description or ""]
    return " ".join(str(part).strip() for part in parts)
