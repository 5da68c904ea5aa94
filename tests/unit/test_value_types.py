"""Types of settings: read from HCL and from argument specs, checked, made into JSON Schema."""

from typing import Any

import jsonschema
import pytest

from elasticluster_tf import value_types
from elasticluster_tf.value_types import Field, ValueType

TEXT, NUMBER, INTEGER, TRUTH = (ValueType(kind) for kind in ("string", "number", "integer", "bool"))
HOST = ValueType(
    "object",
    fields={"address": Field(TEXT, True, "An IP address."), "port": Field(NUMBER), "on": Field(TRUTH)},
)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("string", TEXT),
        ("number", NUMBER),
        ("bool", TRUTH),
        ("any", ValueType()),
        ("list(string)", ValueType("list", TEXT)),
        ("set(number)", ValueType("list", NUMBER)),
        ("map(any)", ValueType("map", ValueType())),
        ("${map(list(bool))}", ValueType("map", ValueType("list", TRUTH))),
        ("tuple([string, number])", ValueType("list")),
        (
            'object({address = string, port = optional(number, 22), on = optional(bool, f("a)", {b = [1]}))})',
            ValueType("object", fields={"address": Field(TEXT, True), "port": Field(NUMBER), "on": Field(TRUTH)}, defaults={"port": 22}),
        ),
        (
            "map(object({\n  a-b = string\n  \"c\" = list(object({ d = number }))\n}))",
            ValueType(
                "map",
                ValueType(
                    "object",
                    fields={
                        "a-b": Field(TEXT, True),
                        "c": Field(ValueType("list", ValueType("object", fields={"d": Field(NUMBER, True)})), True),
                    },
                ),
            ),
        ),
        ("no_such_type", ValueType()),
        ("", ValueType()),
    ],
)  # fmt: skip
def test_types_of_terraform(expression: str, wanted: ValueType) -> None:
    assert value_types.from_terraform(expression) == wanted


@pytest.mark.parametrize(
    ("option", "wanted"),
    [
        ({}, TEXT),
        ({"type": "path"}, TEXT),
        ({"type": "int"}, INTEGER),
        ({"type": "float"}, NUMBER),
        ({"type": "bool"}, TRUTH),
        ({"type": "raw"}, ValueType()),
        ({"type": "str", "choices": ["a", "b"]}, ValueType("string", choices=("a", "b"))),
        ({"type": "list"}, ValueType("list", ValueType())),
        ({"type": "list", "elements": "int"}, ValueType("list", INTEGER)),
        ({"type": "dict"}, ValueType("map")),
        (
            {
                "type": "dict",
                "options": {"a": {"type": "int", "required": True, "description": ["One.", "Two."]}},
            },
            ValueType("object", fields={"a": Field(INTEGER, True, "One. Two.")}),
        ),
        (
            {"type": "list", "elements": "dict", "options": {"a": {}}},
            ValueType("list", ValueType("object", fields={"a": Field(TEXT)})),
        ),
    ],
)
def test_types_of_roles(option: dict[str, Any], wanted: ValueType) -> None:
    assert value_types.from_argument_spec(option) == wanted


def test_ranges_and_choices_hold_inside_lists_too() -> None:
    spec = {
        "type": "list",
        "elements": "dict",
        "options": {"port": {"type": "int"}, "kinds": {"type": "list", "elements": "str", "choices": ["a"]}},
    }
    found = value_types.from_argument_spec(spec, "x", {"x.port": (1, 9), "port": (5,)})
    fields = {
        "port": Field(ValueType("integer", range=(1, 9))),
        "kinds": Field(ValueType("list", ValueType("string", choices=("a",)))),
    }
    assert found == ValueType("list", ValueType("object", fields=fields))


FITTING: list[tuple[Any, ValueType]] = [
    ("x", TEXT),
    (1, TEXT),  # Terraform and Ansible both make a text of it
    (1, INTEGER),
    (1.5, NUMBER),
    (True, TRUTH),
    (None, INTEGER),
    *((number, ValueType("integer", range=(1, 3))) for number in (1, 2, 3)),
    (10**12, ValueType("number", range=(0.5,))),
    ({"any": ["thing"]}, ValueType()),
    ([], ValueType("list", TEXT)),
    ("a", ValueType("string", choices=("a", "b"))),
    ({"address": "x", "port": None}, HOST),
]
WRONG: list[tuple[Any, ValueType, list[tuple[tuple[Any, ...], str, str]]]] = [
    ("1", INTEGER, [((), "a whole number is wanted here, not '1'", "")]),
    (1.5, INTEGER, [((), "a whole number is wanted here, not 1.5", "")]),
    (0, ValueType("integer", range=(1, 3)), [((), "1 to 3 is wanted here, not 0", "")]),
    (4, ValueType("integer", range=(1, 3)), [((), "1 to 3 is wanted here, not 4", "")]),
    (0.4, ValueType("number", range=(0.5,)), [((), "at least 0.5 is wanted here, not 0.4", "")]),
    (True, INTEGER, [((), "a whole number is wanted here, not True", "")]),
    (True, TEXT, [((), "text is wanted here, not True", "")]),
    ("true", TRUTH, [((), "true or false is wanted here, not 'true'", "")]),
    ("a", ValueType("list"), [((), "a list is wanted here, not 'a'", "")]),
    ([], HOST, [((), "a mapping is wanted here, not []", "")]),
    ("c", ValueType("string", choices=("a", "b")), [((), "'c' is none of the values that fit", "known: a, b")]),
    ([1, [], "x", {}], ValueType("list", TEXT), [((1,), "text", ""), ((3,), "text", "")]),
    ({"a": [True]}, ValueType("map", ValueType("list", NUMBER)), [(("a", 0), "a number", "")]),
    (
        {"adress": "x", "port": "22"},
        HOST,
        [(("adress",), "unknown key", "did you mean `address`?"), (("port",), "a number is wanted", ""),
         ((), "`address` is required", "An IP address.")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("value", "wanted"), FITTING)
def test_values_that_fit(value: Any, wanted: ValueType) -> None:
    assert list(value_types.mismatches(value, wanted)) == []


@pytest.mark.parametrize(("value", "wanted", "expected"), WRONG)
def test_values_that_do_not_fit(value: Any, wanted: ValueType, expected: Any) -> None:
    found = list(value_types.mismatches(value, wanted))
    assert [one.path for one in found] == [path for path, _, _ in expected]
    for one, (_, message, hint) in zip(found, expected, strict=True):
        assert one.message.startswith(message)
        assert one.hint == hint


def test_long_values_are_shortened() -> None:
    (found,) = value_types.mismatches(["x" * 65536], TEXT)
    assert len(found.message) < 100


@pytest.mark.parametrize(
    ("value", "wanted"), [case for case in FITTING if case[0] is not None and case[1] != HOST]
)
def test_the_schema_takes_what_fits(value: Any, wanted: ValueType) -> None:
    jsonschema.validate(value, value_types.json_schema(wanted))


@pytest.mark.parametrize(("value", "wanted"), [(value, wanted) for value, wanted, _ in WRONG])
def test_the_schema_refuses_what_does_not(value: Any, wanted: ValueType) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, value_types.json_schema(wanted))


def test_the_schema_describes() -> None:
    found = value_types.json_schema(HOST, "The host.")
    assert found["description"] == "The host."
    assert found["properties"]["address"]["description"] == "An IP address."
    assert found["required"] == ["address"]


@pytest.mark.parametrize(
    ("description", "line"), [(None, ""), ("One. ", "One."), (["One.", " Two.\n"], "One. Two.")]
)
def test_descriptions_are_one_line(description: Any, line: str) -> None:
    assert value_types.sentence(description) == line


def test_values_as_a_module_sees_them() -> None:
    wanted = value_types.from_terraform(
        'map(object({a = optional(string, "x"), b = optional(number), c = optional(list(string), []), d = any}))'
    )
    assert value_types.as_terraform({"one": {"a": 7, "d": 1}, "two": {"a": None, "c": [1]}}, wanted) == {
        "one": {"a": "7", "b": None, "c": [], "d": 1},
        "two": {"a": "x", "b": None, "c": ["1"]},
    }
