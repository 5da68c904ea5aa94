"""Wrong values of every variable of every software: refused before Terraform, with their place in the file.

The cases are made from the argument specs, so a new variable has them as soon as it is described.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from elasticluster_tf.cli import app
from elasticluster_tf.software import Software
from tests.builders import problems, shipped
from tests.unit.roles.roles import specification

SOFTWARE = sorted(shipped().software)
Options = Mapping[str, Mapping[str, Any]]
# What is no value of a type, whatever else is said of it.
NONE_OF_TYPE: Mapping[str, tuple[Any, ...]] = {
    "str": (True, ["x"], {"x": 1}),
    "path": (True, ["x"], {"x": 1}),
    "int": ("x", "1", 1.5, True, [1], {"x": 1}),
    "float": ("x", "1.5", True, [1], {"x": 1}),
    "bool": ("yes", 1, 0, [True], {"x": 1}),
    "list": ("x", 1, True, {"x": 1}),
    "dict": ("x", 1, True, ["x"]),
}


@dataclass(frozen=True)
class Case:
    """A wrong value of a variable, by its path below `vars`, and words of the complaint."""

    name: str
    value: Any
    path: tuple[str | int, ...]
    words: str


Wrong = tuple[tuple[str | int, ...], Any, str]


@dataclass(frozen=True)
class Maker:
    """Makes values of options of a software, whose numbers have these ranges and whose texts these patterns."""

    ranges: Mapping[str, tuple[float, ...]]
    patterns: Mapping[str, str]

    def good(self, name: str, option: Mapping[str, Any]) -> Any:
        """A value that the specs take."""
        kind = option.get("type", "str")
        if option.get("choices") and kind != "list":
            return option["choices"][0]
        if kind == "dict":
            return self.required(name, option.get("options", {}))
        number = max(1, int(self.ranges.get(name, (1,))[0]))
        digits = re.search(r"\{(\d+)\}", self.patterns.get(name, ""))  # all are checksums so far
        return {
            "str": "0a" * (int(digits[1]) // 2) if digits else "x",
            "path": "/x",
            "int": number,
            "float": number,
            "bool": True,
            "list": [],
        }[kind]

    def required(self, name: str, options: Options) -> dict[str, Any]:
        """The least that a mapping needs."""
        return {key: self.good(f"{name}.{key}", one) for key, one in options.items() if one.get("required")}

    def wrong(self, name: str, option: Mapping[str, Any]) -> Iterator[Wrong]:
        """Wrong values of an option: where below it, the whole value, words of the complaint."""
        kind = option.get("type", "str")
        for value in NONE_OF_TYPE.get(kind, ()):
            yield (), value, "is wanted here"
        if option.get("choices") and kind == "str":
            yield (), "no such choice", "is none of the values that fit"
        if name in self.patterns:
            yield (), "0" * 63, "does not fit the form"
        for bound, beyond in zip(self.ranges.get(name, ()), (-1, 1), strict=False):
            yield (), int(bound) + beyond, "is wanted here"
        if kind == "list":
            yield from self._wrong_elements(name, option)
        elif option.get("options"):
            yield from self._wrong_keys(name, option["options"])

    def _wrong_elements(self, name: str, option: Mapping[str, Any]) -> Iterator[Wrong]:
        element = {**option, "type": option.get("elements", "raw")}
        for path, value, words in self.wrong(name, element):
            yield (0, *path), [value], words

    def _wrong_keys(self, name: str, options: Options) -> Iterator[Wrong]:
        base = self.required(name, options)
        yield ("no_such_key",), {**base, "no_such_key": 1}, "unknown key"
        for key in base:
            yield (), {one: value for one, value in base.items() if one != key}, f"`{key}` is required"
        for key, inner in options.items():
            for path, value, words in self.wrong(f"{name}.{key}", inner):
                yield (key, *path), {**base, key: value}, words


def maker(name: str) -> Maker:
    facts = shipped().software[name].facts
    return Maker(facts.ranges, facts.patterns)


def base_of(name: str) -> dict[str, Any]:
    """The variables without which the software's file is wrong."""
    return {key: maker(name).good(key, one) for key, one in options_of(name).items() if one.get("required")}


def options_of(name: str) -> dict[str, Mapping[str, Any]]:
    """All variables, from all entry points."""
    return {
        key: one for entry in specification(name).values() for key, one in entry.get("options", {}).items()
    }


def cases(name: str) -> Iterator[Case]:
    yield Case(f"{name}_no_such_thing", 1, (f"{name}_no_such_thing",), "unknown key")
    for key, option in options_of(name).items():
        for path, value, words in maker(name).wrong(key, option):
            yield Case(key, value, (key, *path), words)


def cluster(found: Software, variables: Mapping[str, Any]) -> str:
    """A cluster file with the software in all its parts, one variable a line."""
    groups = "groups:\n" + "".join(
        f"  {part}: {{count: {max(one.min, 1)}, size: {{cpus: 64, memory_gb: 64}}}}\n"
        for part, one in found.facts.parts.items()
    )
    parts = "".join(f"    {part}: {part}\n" for part in found.facts.parts)
    others = "".join(f"  {one}: {{}}\n" for one in found.facts.requires)
    lines = "".join(f"      {key}: {value!r}\n".replace("True", "true") for key, value in variables.items())
    return f"name: demo\ncloud: {{name: static, hosts: {{}}}}\n{groups}software:\n{others}  {found.name}:\n{parts}    vars:\n{lines}"


def told(found: Software, variables: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    """Complaints about variables: key, line, message."""
    head = f"software.{found.name}.vars"
    return [
        (one.key.removeprefix(f"{head}."), one.place.line if one.place else 0, one.message)
        for one in problems(cluster(found, variables))
        if one.key.startswith(head)
    ]


@pytest.mark.parametrize("name", SOFTWARE)
def test_good_values_are_taken(name: str) -> None:
    found, base = shipped().software[name], base_of(name)
    for key, option in options_of(name).items():
        assert told(found, {**base, key: maker(name).good(key, option)}) == []


@pytest.mark.parametrize("name", SOFTWARE)
def test_every_wrong_value_is_told_where_it_stands(name: str) -> None:
    found, base, unlike = shipped().software[name], base_of(name), []
    for case in cases(name):
        # The last line is the variable's.
        variables = {key: one for key, one in base.items() if key != case.name} | {case.name: case.value}
        line = len(cluster(found, variables).splitlines())
        key = ".".join(map(str, case.path))
        complaints = told(found, variables)
        if not any(one[:2] == (key, line) and case.words in one[2] for one in complaints):
            unlike.append((case, complaints))
    assert unlike == []


@pytest.mark.parametrize("name", SOFTWARE)
def test_a_variable_that_is_needed_is_missed(name: str) -> None:
    found, base = shipped().software[name], base_of(name)
    for key in base:
        rest = {one: value for one, value in base.items() if one != key} or {f"{name}_no_such_thing": 1}
        assert any(f"`{key}` is required" in message for _, _, message in told(found, rest))


@pytest.mark.parametrize("name", SOFTWARE)
def test_every_number_has_a_range_and_every_range_a_number(name: str) -> None:
    """A role's new number is told of here until software.yaml says how small and large it may be."""
    assert set(shipped().software[name].facts.ranges) == set(numbers(options_of(name)))


@pytest.mark.parametrize("name", SOFTWARE)
def test_what_is_said_of_variables_is_said_of_some_that_there_are(name: str) -> None:
    facts = shipped().software[name].facts
    named = {*facts.patterns, *facts.needs_part, *(one for names in facts.one_of for one in names)}
    assert named | {path.partition(".")[0] for path in facts.groups} <= set(options_of(name))


def numbers(options: Options, head: str = "") -> Iterator[str]:
    for key, option in options.items():
        kind = option["elements"] if option["type"] == "list" else option["type"]
        if kind in ("int", "float"):
            yield head + key
        yield from numbers(option.get("options", {}), f"{head}{key}.")


@pytest.mark.parametrize("name", SOFTWARE)
def test_the_command_ends_with_4_and_names_the_line(name: str, tmp_path: Path) -> None:
    case = next(one for one in cases(name) if one.words == "unknown key")
    text = cluster(shipped().software[name], {case.name: case.value})
    (tmp_path / "cluster.yaml").write_text(text, encoding="utf-8")
    ended = CliRunner().invoke(app, ["validate", str(tmp_path / "cluster.yaml")])
    assert ended.exit_code == 4
    assert f"cluster.yaml:{len(text.splitlines())}" in ended.output
