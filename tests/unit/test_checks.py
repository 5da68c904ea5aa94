"""All that can be wrong before Terraform runs is found at once."""

import pytest

from elasticluster_tf import checks
from elasticluster_tf.errors import InputError
from tests.builders import CACHE, catalogue, problems, resolve, software


def test_the_catalogue_is_what_is_shipped() -> None:
    found = checks.catalogue(CACHE / "hcl")
    assert {"contract.tf"} <= {path.name for one in found.clouds.values() for path in one.path.iterdir()}
    assert all((one.path / "playbook.yml").is_file() for one in found.software.values())


def test_problems_of_all_kinds_come_together() -> None:
    text = """
name: demo
cloud: {name: echo, regoin: x}
groups:
  Bad: {count: 1}
  a: {count: 1, image: none-1, exclude: [b001]}
software: {tool: {worker: c}, none: {}}
"""
    found = problems(text, catalogue(software=[software("tool")]))
    assert [one.key for one in found] == [
        "groups.Bad",
        "cloud.regoin",
        "groups.a.image",
        "software.tool.worker",
        "software.none",
        "groups.a.exclude.0",
    ]
    assert all(one.place is not None and one.place.line for one in found)


def test_what_can_t_be_typed_is_told_before_the_rest() -> None:
    assert [one.key for one in problems("name: demo\ngroups: {a: {count: x}}\nsoftware: {none: {}}\n")] == [
        "groups.a.count"
    ]


@pytest.mark.parametrize("name", ["tool", "toolworker"])
def test_names_of_groups_that_the_inventory_has_already(name: str) -> None:
    text = f"name: demo\ngroups: {{{name}: {{count: 1}}}}\nsoftware: {{tool: {{worker: {name}}}}}\n"
    found = problems(text, catalogue(software=[software("tool")]))
    assert [one.key for one in found] == (["groups.tool"] if name == "tool" else [])


@pytest.mark.parametrize(
    ("part", "group", "told"),
    [
        ({"min_cpus": 1}, "type: new", True),
        ({"min_memory_gb": 1}, "type: new", True),
        ({"min_cpus": 1}, "type: new, size: {cpus: 1, memory_gb: 1}", False),
        ({"min_cpus": 1}, "type: large", False),
        ({}, "type: new", False),
    ],
)
def test_software_that_has_to_know_what_a_type_has(part: dict[str, int], group: str, told: bool) -> None:
    text = f"name: demo\ncloud: {{name: echo}}\ngroups: {{a: {{count: 1, {group}}}}}\nsoftware: {{tool: {{worker: a}}}}\n"
    found = problems(text, catalogue(software=[software("tool", {"worker": part})]))
    assert [one.key for one in found] == (["groups.a.type"] if told else [])
    assert all("beside `type`" in one.hint and "`new`" in one.message for one in found)


def test_a_right_file_is_resolved() -> None:
    found = resolve(
        "name: demo\ngroups: {a: {count: 2}}\nsoftware: {tool: {worker: a}}\n",
        catalogue(software=[software("tool")]),
    )
    assert found.config.name == "demo"
    assert [one.name for one in found.software] == ["tool"]
    assert [node.name for node in found.nodes] == ["a001", "a002"]
    assert set(found.clouds) == {"local"}


def test_everything_wrong_is_one_error() -> None:
    with pytest.raises(InputError, match=r"Bad(.|\n)*Also"):
        resolve("name: demo\ngroups: {Bad: {count: 1}, Also: {count: 1}}\n")


QUOTA = """
name: demo
cloud: {name: echo, quota: {nodes: 3, cpus: CPUS, gpus: 0, memory_gb: 68}}
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 2}}
  compute: {count: 2, size: {cpus: 3, memory_gb: 8}}
  given: {count: 0, type: graphic}
"""


def test_a_quota_is_what_machines_have_and_not_what_was_asked_for() -> None:
    """`small` has 2 processors, and `large`, which holds 3, has 8."""
    resolve(QUOTA.replace("CPUS", "18"))
    found = problems(QUOTA.replace("CPUS", "17").replace("memory_gb: 68", "memory_gb: 67.5"))
    assert [(one.key, one.message, one.hint) for one in found] == [
        ("cloud.quota.cpus", "the groups ask for 18", "frontend: 2, compute: 16"),
        ("cloud.quota.memory_gb", "the groups ask for 68", "frontend: 4, compute: 64"),
    ]
    (one,) = problems(QUOTA.replace("CPUS", "18").replace("given: {count: 0", "given: {count: 1"))[:1]
    assert (one.key, one.message) == ("cloud.quota.nodes", "the groups ask for 4")


def test_a_quota_is_of_one_cloud_and_no_setting_of_its_module() -> None:
    text = """
name: demo
cloud: {name: echo}
groups:
  here: {count: 5}
  there: {count: 2, cloud: {name: echo, alias: other, quota: {nodes: 1}}}
"""
    (one,) = problems(text)
    assert (one.key, one.hint) == ("groups.there.cloud.quota.nodes", "there: 2")
    found = resolve(text.replace("nodes: 1", "nodes: 2"))
    assert [dict(place.settings) for place in found.clouds.values()] == [{}, {}]
    (one,) = problems(text.replace("nodes: 1", "node: 1"))
    assert "nodes" in one.hint
