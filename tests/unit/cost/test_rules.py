"""costs.yaml: paths, conditions, and what is billed."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from elasticluster_tf.cost import rules
from elasticluster_tf.cost.rules import Item, Part, Rules
from tests.unit.cost.meter import cloud


def items(values: dict[str, Any], **part: Any) -> list[Item]:
    found = Part.model_validate({"kind": "disk", "by": "size", **part})
    return list(rules.items(found, values, "meter", "compute"))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a", 1),
        ("b.0.c", 2),
        ("b.1.c", None),
        ("b.c", None),
        ("a.b", None),
        ("none.at.all", None),
        ("no", False),
    ],
)
def test_paths(path: str, found: object) -> None:
    assert rules.at({"a": 1, "b": [{"c": 2}], "no": False}, path) == found


def test_the_first_path_that_leads_somewhere_counts() -> None:
    (one,) = items({"own": None, "common": "fast", "gb": 7.5}, type=["own", "common"], size="gb")
    assert (one.type, one.size, one.cloud, one.group) == ("fast", Decimal("7.5"), "meter", "compute")


def test_a_link_ends_in_the_type() -> None:
    (one,) = items({"t": "https://example.org/zones/a/types/t9"}, type="t", type_is_link=True)
    assert one.type == "t9"


def test_defaults() -> None:
    (told,) = items({"gb": 3}, size="gb", default_size=10, default_type="plain")
    assert (told.size, told.type, told.estimate) == (Decimal(3), "plain", "")
    (guessed,) = items({}, size="gb", default_size=10)
    assert (guessed.size, bool(guessed.estimate)) == (Decimal(10), True)
    by_type = {"^big-": "fast", "": "plain"}
    for name, kind in (("big-1", "fast"), ("small", "plain"), (None, "plain")):
        assert [one.type for one in items({"node": {"type": name}}, default_type=by_type)] == [kind]


@pytest.mark.parametrize(
    ("entries", "titles"),
    [
        ([{"t": "x"}, {"t": "y"}], ["x", "y"]),
        ({"one": {"t": "x"}}, ["x"]),
        ({"t": "x"}, [""]),  # a mapping is one of entries
        ([], []),
        (None, []),
        (0, []),
    ],
)
def test_one_thing_for_each_entry(entries: object, titles: list[str]) -> None:
    assert [one.type for one in items({"list": entries}, each="list", type="each.t")] == titles


def test_a_single_value_is_an_entry() -> None:
    (one,) = items({"gb": 32}, each="gb", size="each")
    assert one.size == 32


def test_conditions() -> None:
    wanted = [{"outside": True, "tier": None}, {"forced": "yes"}]
    assert items({"outside": True}, when=wanted)
    assert items({"forced": "yes", "tier": "gold"}, when=wanted)
    assert not items({"outside": True, "tier": "gold"}, when=wanted)
    assert len(items({"l": [{"k": 1}, {"k": 2}]}, each="l", when={"each.k": 2})) == 1


def test_spot_and_number() -> None:
    part = {"by": "type", "spot": {"market.0.kind": "spot"}, "number": "count"}
    (one,) = items({"market": [{"kind": "spot"}], "count": 4}, **part)
    assert (one.spot, one.number) == (True, 4)
    (usual,) = items({"market": []}, **part)
    assert (usual.spot, usual.number) == (False, 1)


def test_free_types() -> None:
    found = Rules.model_validate({"free": ["meter_net*", "meter_key"]})
    assert found.is_free("meter_network") and found.is_free("meter_key")
    assert not found.is_free("meter_keys")


def test_a_folder_without_rules(tmp_path: Path) -> None:
    folder = cloud(tmp_path).path
    assert rules.load(folder)
    (folder / "costs.yaml").unlink()
    assert rules.load(folder) is None


def test_a_misspelt_rule_is_refused() -> None:
    with pytest.raises(ValidationError, match="tpye"):
        Rules.model_validate({"nodes": [{"kind": "node", "by": "type", "tpye": "node.type"}]})
