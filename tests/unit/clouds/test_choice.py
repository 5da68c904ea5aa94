"""The clouds of a file: chosen, their settings checked, sizes made into types."""

from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import clouds
from elasticluster_tf.config import Group
from tests.builders import ECHO, catalogue, cloud, problems, resolve

SIZES = [
    {"type": "tiny", "cpus": 1, "memory_gb": 1, "price": 0.1},
    {"type": "burst", "cpus": 2, "memory_gb": 4, "price": 0.2, "burstable": True},
    {"type": "dear", "cpus": 2, "memory_gb": 4, "price": 0.4},
    {"type": "cheap", "cpus": 4, "memory_gb": 8, "price": 0.3},
    {"type": "gpu", "cpus": 4, "memory_gb": 8, "gpus": 1, "price": 0.05},
    {"type": "arm", "cpus": 4, "memory_gb": 8, "arch": "arm64", "price": 0.05},
]


def sized(**size: Any) -> Group:
    return Group.model_validate({"count": 1, "size": {"cpus": 1, "memory_gb": 1, **size}})


@pytest.mark.parametrize(
    ("size", "name"),
    [
        ({}, "tiny"),
        ({"cpus": 2}, "cheap"),  # the cheapest that fits, not the smallest
        ({"cpus": 2, "burstable": True}, "burst"),
        ({"memory_gb": 1.5}, "cheap"),
        ({"gpus": 1}, "gpu"),  # else a type with GPUs is never given
        ({"arch": "arm64"}, "arm"),
        ({"cpus": 5}, None),
        ({"gpus": 2}, None),
        ({"cpus": 4, "arch": "arm64", "gpus": 1}, None),
    ],
)
def test_a_size_becomes_the_cheapest_type_that_holds_it(size: dict[str, Any], name: str | None) -> None:
    found = clouds.resolve_size(sized(**size), cloud("x", sizes=SIZES))
    assert (found.type if found else None) == name


def test_a_group_that_is_placed_together_gets_a_type_that_can_be() -> None:
    place = cloud("x", sizes=SIZES, not_together="(tiny|cheap)")
    assert [
        found.type if found else None
        for placement in (None, "apart", "together")
        for found in [clouds.resolve_size(sized().model_copy(update={"placement": placement}), place)]
    ] == ["tiny", "tiny", "dear"]
    assert clouds.resolve_size(sized(cpus=4).model_copy(update={"placement": "together"}), place) is None


def test_a_type_that_is_not_placed_together_is_told_of_with_its_place() -> None:
    known = catalogue(cloud=[cloud("x", sizes=SIZES, not_together="t[0-9]-.*|tiny")])
    vars(known.clouds["x"]).update(variables={}, node_settings=None)
    text = "name: demo\ncloud: {name: x}\ngroups:\n  a: {count: 1, type: %s, placement: %s}\n"
    for type_, placement, told in (
        ("t2-own", "together", ["groups.a.type"]),
        ("tiny", "together", ["groups.a.type"]),
        ("tiny", "apart", []),
        ("dear", "together", []),
    ):
        found = problems(text % (type_, placement), known)
        assert [one.key for one in found] == told
        assert all(one.place and one.place.line == 4 and "another family" in one.hint for one in found)


@pytest.mark.parametrize(
    ("allowed", "told"),
    [("[]", 0), ("['2001:db8::/32']", 1), ("['2001:db8::/32', 192.0.2.0/24]", 0), ("[192.0.2.0/24]", 0)],
)
def test_ranges_that_let_nobody_in_are_told_of(allowed: str, told: int) -> None:
    known = catalogue(cloud=[cloud("four", ipv4_only=True), cloud("both")])
    for name, count in (("four", told), ("both", 0)):
        vars(known.clouds[name]).update(variables={}, node_settings=None)
        text = f"name: demo\ncloud: {{name: {name}}}\nssh: {{allow_from: {allowed}}}\ngroups: {{a: {{count: 1}}}}\n"
        assert [(one.key, one.place.line) for one in problems(text, known) if one.place] == [
            ("ssh.allow_from", 3)
        ] * count


def test_a_cloud_may_refuse_names() -> None:
    known = catalogue(cloud=[cloud("x", name_rule={"pattern": "(?!sg-).*", "hint": "ids begin so"})])
    vars(known.clouds["x"]).update(variables={}, node_settings=None)
    text = "name: %s\ncloud: {name: x}\ngroups: {a: {count: 1}}\n"
    assert problems(text % "my-sg-1", known) == []
    (problem,) = problems(text % "sg-1", known)
    assert (problem.key, problem.place and problem.place.line) == ("name", 1)
    assert (problem.message, problem.hint) == ("x does not take the name `sg-1`", "ids begin so")


def test_equal_prices_go_to_the_smaller_then_to_the_name() -> None:
    same = [{"type": name, "cpus": cpus, "memory_gb": 4} for name, cpus in (("b", 2), ("a", 2), ("big", 4))]
    found = clouds.resolve_size(sized(), cloud("x", sizes=same))
    assert found is not None
    assert found.type == "a"


def test_sizes_are_free_where_the_cloud_sells_none() -> None:
    assert clouds.resolve_size(sized(cpus=4096), cloud("x")) is None
    assert clouds.resolve_size(Group(count=1), cloud("x", sizes=SIZES)) is None


def test_a_named_type_is_found_where_the_list_has_it() -> None:
    found = clouds.resolve_size(Group(count=1, type="gpu"), cloud("x", sizes=SIZES))
    assert found is not None
    assert (found.type, found.gpus) == ("gpu", 1)
    assert clouds.resolve_size(Group(count=1, type="other"), cloud("x", sizes=SIZES)) is None


def test_a_type_counts_and_a_size_beside_it_does_not() -> None:
    size = {"cpus": 1, "memory_gb": 1}
    beside = [Group.model_validate({"count": 1, "type": name, "size": size}) for name in ("gpu", "other")]
    found = [clouds.resolve_size(group, cloud("x", sizes=SIZES)) for group in beside]
    assert [one.type if one else None for one in found] == ["gpu", None]


def test_only_clouds_in_use_are_chosen() -> None:
    text = "name: demo\ncloud: {name: local}\ngroups: {a: {count: 1, cloud: {name: echo, region: south}}}\n"
    found = resolve(text).clouds
    assert set(found) == {"echo"}
    assert found["echo"].settings == {"region": "south"}
    assert found["echo"].path == ("groups", "a", "cloud")


def test_one_cloud_twice_needs_an_alias() -> None:
    text = """
name: demo
cloud: {name: echo, alias: main}
groups:
  a: {count: 1}
  b: {count: 1, cloud: {name: echo, alias: other, region: south}}
  c: {count: 1, cloud: {name: echo, alias: other, region: south}}
"""
    found = resolve(text).clouds
    assert {label: (one.cloud.name, one.aliased) for label, one in found.items()} == {
        "main": ("echo", True),
        "other": ("echo", True),
    }
    (problem,) = problems(text.replace("alias: other, region: south}}\n  c", "alias: other}}\n  c"))
    assert problem.message == "`other` is used with other settings at groups.b.cloud"


def test_a_folder_of_the_user_s_own_is_found_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "My-Cloud").symlink_to(ECHO)
    found = resolve("name: demo\ncloud: {name: ./My-Cloud}\ngroups: {a: {count: 1}}\n", base=tmp_path)
    assert set(found.clouds) == {"mycloud"}


def test_images_of_the_cloud_s_own_are_taken_where_it_says_so() -> None:
    known = catalogue(cloud=[cloud("free"), cloud("strict", any_image=False)])
    text = "name: demo\ncloud: {name: %s}\ngroups: {a: {count: 1, image: ami-123}}\n"
    with_settings = [one for one in known.clouds.values() if one.name in ("free", "strict")]
    for one in with_settings:
        vars(one).update(variables={}, node_settings=None)
    assert problems(text % "free", known) == []
    assert [one.key for one in problems(text % "strict", known)] == ["groups.a.image"]
