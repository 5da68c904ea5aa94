"""Clouds: discovered from their folders, chosen by the file, asked what they can give."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from elasticluster_tf import clouds
from elasticluster_tf.clouds import Rule
from elasticluster_tf.config import Group
from elasticluster_tf.errors import EctfError
from tests.builders import CACHE, ECHO, catalogue, cloud, problems, resolve, shipped, write

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


def test_every_folder_with_a_cloud_yaml_is_a_cloud() -> None:
    found = clouds.discover(CACHE / "hcl")
    folders = {path.parent.name for path in ECHO.parents[2].glob("terraform_modules/*/cloud.yaml")}
    assert set(found) == folders
    assert all(one.name == name == one.path.name for name, one in found.items())


def test_a_cloud_tells_its_variables() -> None:
    echo = shipped().clouds["echo"]
    region = echo.variables["region"]
    assert (region.type.kind, region.required, region.default) == ("string", False, "north")
    assert region.description == "Where: another region is another cluster."
    assert "node_settings" not in echo.variables  # given by ectf itself
    assert echo.node_settings is not None
    assert set(echo.node_settings.fields) == {"note", "ports"}
    assert echo.required_providers == {}


def test_providers_come_from_versions_tf(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "cloud.yaml": "title: X\n",
            "versions.tf": 'terraform {\n  required_providers {\n    p = {\n      source  = "a/p"\n'
            '      version = "~> 1.0"\n    }\n  }\n}\n',
        },
    )
    assert clouds.load(tmp_path).required_providers == {"p": {"source": "a/p", "version": "~> 1.0"}}
    assert clouds.load(tmp_path).variables == {}


def test_hcl_that_is_none_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"cloud.yaml": "title: X\n", "variables.tf": "variable {{\n"})
    with pytest.raises(EctfError, match="this is no HCL") as caught:
        _ = clouds.load(tmp_path).variables
    assert caught.value.where == str(tmp_path / "variables.tf")


def test_parsed_hcl_is_kept_by_content(tmp_path: Path) -> None:
    text = 'variable "x" {\n  type = string\n}\n'
    write(tmp_path, {"cloud.yaml": "title: X\n", "variables.tf": text})
    cache = tmp_path / "cache"
    assert list(clouds.load(tmp_path, cache).variables) == ["x"]
    (kept,) = cache.iterdir()
    kept.write_text('{"variable": [{"y": {"type": "string"}}]}', encoding="utf-8")
    assert list(clouds.load(tmp_path, cache).variables) == ["y"]  # read back, not parsed again
    write(tmp_path, {"variables.tf": text + "# changed\n"})
    assert list(clouds.load(tmp_path, cache).variables) == ["x"]
    assert len(list(cache.iterdir())) == 2


def test_a_cloud_yaml_with_unknown_keys_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"cloud.yaml": "title: X\nimagez: {}\n"})
    with pytest.raises(ValidationError, match="imagez"):
        clouds.load(tmp_path)


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


def test_equal_prices_go_to_the_smaller_then_to_the_name() -> None:
    same = [{"type": name, "cpus": cpus, "memory_gb": 4} for name, cpus in (("b", 2), ("a", 2), ("big", 4))]
    found = clouds.resolve_size(sized(), cloud("x", sizes=same))
    assert found is not None
    assert found.type == "a"


def test_sizes_are_free_where_the_cloud_sells_none() -> None:
    assert clouds.resolve_size(sized(cpus=4096), cloud("x")) is None
    assert clouds.resolve_size(Group(count=1), cloud("x", sizes=SIZES)) is None


@pytest.mark.parametrize(
    ("rule", "value", "holds"),
    [
        (Rule("^[a-z]+$", (), ""), "abc", True),
        (Rule("^[a-z]+$", (), ""), "ABC", False),
        (Rule("", ("a", "b"), ""), "b", True),
        (Rule("", ("a", "b"), ""), "c", False),
        (Rule("^[a-z]+$", (), ""), 7, True),
        (Rule("", ("a",), ""), None, True),
    ],
)
def test_rules_that_are_judged_before_terraform_runs(rule: Rule, value: Any, holds: bool) -> None:
    assert rule.holds(value) is holds


def test_rules_are_read_from_validation_blocks() -> None:
    variables = shipped().clouds["echo"].variables
    assert variables["region"].rules == (Rule("^[a-z]+$", (), "A region is a word."),)
    assert variables["tier"].rules == (Rule("", ("gold", "silver"), "A tier is gold or silver."),)
    assert variables["note"].rules == ()


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
