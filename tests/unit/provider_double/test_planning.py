"""The pure half: plans, replacements, defaults, refusals."""

from typing import Any

import pytest

from tests.provider_double.planning import Planned, conflicts, plan, replacements
from tests.provider_double.schema import Attribute, Behaviour, Block, Kind, Nested, load
from tests.provider_double.values import UNKNOWN, conform, conform_type, decode, encode, is_unknown

ITEM = Block({"size": Attribute("number", optional=True), "id": Attribute("string", computed=True)}, {})
BLOCK = Block(
    {
        "id": Attribute("string", computed=True),
        "name": Attribute("string", required=True),
        "mode": Attribute("string", optional=True),
        "secret_wo": Attribute("string", optional=True, write_only=True),
    },
    {"disk": Nested("list", ITEM), "rule": Nested("set", ITEM), "timeouts": Nested("single", ITEM)},
)


def kind(*force_new: str, **defaults: Any) -> Kind:
    return Kind("thing", 0, BLOCK, Behaviour(force_new, defaults))


def planned(of: Kind, prior: dict[str, Any] | None, **proposed: Any) -> Planned:
    return plan(of, prior, conform(BLOCK, {"name": "a", **proposed}), lambda values, before: None)


def thing(**attributes: Any) -> dict[str, Any]:
    return conform(BLOCK, {"id": "1", "name": "a", **attributes})


def test_a_creation_leaves_only_computed_nulls_unknown() -> None:
    found = planned(kind(), None, disk=[{"size": 1}], secret_wo="hidden").values
    assert is_unknown(found["id"])
    assert is_unknown(found["disk"][0]["id"])
    assert (found["mode"], found["secret_wo"], found["timeouts"], found["rule"]) == (None, None, None, [])


def test_nothing_changed_gives_the_prior_back() -> None:
    prior = thing(disk=[{"size": 1, "id": "d"}])
    found = plan(kind(), prior, dict(prior), lambda values, before: None)
    assert found.values is prior


def test_true_is_not_one() -> None:
    prior = {**thing(), "mode": True}
    found = plan(kind(), prior, {**prior, "mode": 1}, lambda values, before: None)
    assert found.values is not prior


def test_defaults_of_the_sdk_make_it_a_legacy_plan() -> None:
    found = planned(kind(mode="fast"), None)
    assert (found.values["mode"], found.legacy) == ("fast", True)
    assert planned(kind(), None).legacy is False


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        ("name", {"name": "a"}, {"name": "b"}, [("name",)]),
        ("name", {"name": "a"}, {"name": "a"}, []),
        ("mode", {"mode": None}, {"mode": ""}, []),
        ("name", {"name": "a"}, {"name": UNKNOWN}, [("name",)]),
        ("disk", {"disk": []}, {"disk": [{"size": 1}]}, [("disk",)]),
        ("disk", {"disk": [{"size": 1}]}, {"disk": [{"size": 2}]}, []),
        ("disk.size", {"disk": [{"size": 1}]}, {"disk": [{"size": 2}]}, [("disk", 0, "size")]),
        ("disk.size", {"disk": []}, {"disk": [{"size": 2}]}, [("disk",)]),
        ("rule.size", {"rule": [{"size": 1}, {"size": 2}]}, {"rule": [{"size": 2}, {"size": 1}]}, []),
        ("rule.size", {"rule": [{"size": 1}]}, {"rule": [{"size": 3}]}, [("rule",)]),
        ("gone.size", {}, {}, []),
    ],
)
def test_which_changes_force_a_new_thing(
    path: str, before: dict[str, Any], after: dict[str, Any], expected: list[Any]
) -> None:
    assert list(replacements(kind(path), thing(**before), thing(**after))) == expected


def test_arguments_that_the_true_provider_does_not_take_together() -> None:
    machine = load("azure").resources["azurerm_linux_virtual_machine"]
    both = {"availability_set_id": "a", "zone": "1"}
    assert ("availability_set_id", "zone") in list(conflicts(machine, conform(machine.block, both)))
    assert list(conflicts(machine, conform(machine.block, {"zone": "1"}))) == []


def test_values_survive_the_wire() -> None:
    value = {"a": [1, 2.5, True, None, "ü"], "b": UNKNOWN}
    assert decode(encode(value)) == value


@pytest.mark.parametrize(
    ("type_", "raw", "expected"),
    [
        ("string", 3, "3"),
        ("number", "3", 3),
        ("number", "x", None),
        ("bool", "true", True),
        (["set", "string"], ["a", "a"], ["a"]),
        (["object", {"a": "string", "b": "bool"}], {"a": 1}, {"a": "1", "b": None}),
        (["list", "string"], "no list", None),
    ],
)
def test_raw_data_is_made_to_fit(type_: Any, raw: Any, expected: Any) -> None:
    assert conform_type(type_, raw) == expected
