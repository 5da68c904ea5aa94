"""Software: discovered from its folders; parts, systems, order, conflicts and variables."""

from collections.abc import Mapping
from typing import Any

import pytest

from elasticluster_tf import software as softwares
from elasticluster_tf.config import ClusterConfig
from elasticluster_tf.software import Port, Software
from tests.builders import catalogue, document, problems, software


def config(text: str) -> ClusterConfig:
    return ClusterConfig.model_validate(document(text).data)


def wrong(
    software_text: str, *known: Software, groups: str = "{a: {count: 1}, b: {count: 3}}"
) -> list[tuple[str, str, str]]:
    text = f"name: demo\ngroups: {groups}\nsoftware: {software_text}\n"
    return [(one.key, one.message, one.hint) for one in problems(text, catalogue(software=known))]


@pytest.mark.parametrize(
    ("facts", "text", "found"),
    [
        ({"parts": {"p": {"min": 2}}}, "{x: {p: a}}", [("software.x.p", "part `p` wants at least 2 node(s), there are 1", "name a group for it")]),
        ({"parts": {"p": {"min": 2}}}, "{x: {p: [a, b]}}", []),
        ({"parts": {"p": {"min": 1}}}, "{x: {}}", [("software.x", "part `p` wants at least 1 node(s), there are 0", "name a group for it")]),
        ({"parts": {"p": {"max": 2}}}, "{x: {p: b}}", [("software.x.p", "part `p` takes at most 2 node(s), there are 3", "")]),
        ({"parts": {"p": {"max": 0}}}, "{x: {}}", []),
        ({}, "{x: {workr: a}}", [("software.x.workr", "x has no part `workr`", "did you mean `worker`?")]),
        ({}, "{x: {worker: [a, c]}}", [("software.x.worker", "there is no group `c`", "known: a, b")]),
        ({"supported": ["debian-13"]}, "{x: {worker: a}}", [("software.x.worker", "x does not support debian-12, which `a` runs", "supported: debian-13")]),
        ({"requires": ["y"]}, "{x: {worker: a}}", [("software.x", "works with `y` only", "add `y` to `software:`")]),
        ({"supported": ["debian-12"]}, "{x: {worker: a}}", []),
        ({"supported": ["debian-13"]}, "{x: {}}", []),
    ],
)  # fmt: skip
def test_what_a_software_asks_of_its_groups(facts: Mapping[str, Any], text: str, found: Any) -> None:
    assert wrong(text, software("x", **facts)) == found


def test_images_of_unknown_systems_are_left_to_the_role() -> None:
    text = "{a: {count: 1, image: ami-1}, b: {count: 1}}"
    assert wrong("{x: {worker: a}}", software("x", supported=["debian-13"]), groups=text) == []


@pytest.mark.parametrize(
    ("need", "cloud", "keys"),
    [
        ("fuse", "local", []),
        ("namespaces", "local", []),
        ("nfs", "local", ["software.x.worker"]),
        ("nfs", "static", []),
    ],
)
def test_what_a_cloud_s_hosts_can_not_do(need: str, cloud: str, keys: list[str]) -> None:
    groups = f"{{a: {{count: 1, cloud: {{name: {cloud}, hosts: {{a001: {{address: 192.0.2.1}}}}}}}}}}"
    groups = groups.replace(", hosts: {a001: {address: 192.0.2.1}}", "") if cloud == "local" else groups
    found = wrong("{x: {worker: a}}", software("x", {"worker": {"needs": [need]}}), groups=groups)
    assert [key for key, _, _ in found if key.startswith("software")] == keys


@pytest.mark.parametrize(
    ("part", "wrong_keys"),
    [
        ({}, []),
        ({"min_cpus": 2, "min_memory_gb": 1}, []),
        ({"min_cpus": 4, "min_memory_gb": 1.5}, ["groups.a.size.cpus", "groups.a.size.memory_gb"]),
    ],
)
def test_hosts_that_are_too_small(part: Mapping[str, Any], wrong_keys: list[str]) -> None:
    groups = "{a: {count: 1, size: {cpus: 2, memory_gb: 1}}, b: {count: 1}}"
    found = wrong("{x: {worker: [a, b]}}", software("x", {"worker": part}), groups=groups)
    assert [key for key, _, _ in found] == wrong_keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("{first: {worker: a}, second: {worker: a}}", []),
        ("{second: {worker: a}, first: {worker: a}}", ["software.second"]),
        ("{second: {worker: a}}", []),  # only order is asked for, not presence
    ],
)
def test_order(text: str, keys: list[str]) -> None:
    found = wrong(text, software("first"), software("second", after=["first"]))
    assert [key for key, _, _ in found] == keys


@pytest.mark.parametrize(
    ("text", "shared"),
    [("{x: {worker: a}, y: {worker: b}}", []), ("{x: {worker: [a, b]}, y: {worker: [b, a]}}", ["a", "b"])],
)
@pytest.mark.parametrize("speaker", ["x", "y"])
def test_conflicts_hold_both_ways(text: str, shared: list[str], speaker: str) -> None:
    conflicts = {"x": ["y"], "y": ["x"]}
    known = [software(name, conflicts=conflicts[name] if name == speaker else []) for name in ("x", "y")]
    found = wrong(text, *known)
    assert [message.rsplit("`", 2)[-2] for _, message, _ in found] == shared


def test_groups_needs_and_ports_of_a_cluster() -> None:
    one = software("one", {"head": {"needs": ["fuse"], "ports": [{"port": 80, "public": True}]}, "arm": {}})
    two = software(
        "two", {"node": {"needs": ["disk", "fuse"], "ports": [{"port": 22}, {"port": 7, "protocol": "udp"}]}}
    )
    found = config(
        "name: demo\ngroups: {a: {count: 1}, b: {count: 1}, c: {count: 1}}\n"
        "software: {one: {head: a}, two: {node: [a, b]}}\n"
    )
    assert softwares.groups_of(found, one) == {"head": ("a",), "arm": ()}
    assert {group: softwares.needs(found, [one, two], group) for group in "abc"} == {
        "a": ("disk", "fuse"),
        "b": ("disk", "fuse"),
        "c": (),
    }
    assert softwares.ports(found, [one, two], "a") == (
        Port(port=22),
        Port(port=80, public=True),
        Port(port=7, protocol="udp"),
    )
    assert softwares.ports(found, [one, two], "c") == ()


def test_ports_that_several_parts_share_are_opened_once() -> None:
    one = software("one", {"p": {"ports": [{"port": 80}]}, "q": {"ports": [{"port": 80}]}})
    found = config("name: demo\ngroups: {a: {count: 1}}\nsoftware: {one: {p: a, q: a}}\n")
    assert softwares.ports(found, [one], "a") == (Port(port=80),)
