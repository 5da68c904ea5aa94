"""Names of nodes, and what each node is asked to be."""

import pytest

from elasticluster_tf import nodes
from tests.builders import catalogue, problems, resolve, software


@pytest.mark.parametrize(
    ("count", "exclude", "expected"),
    [
        (0, (), []),
        (3, (), [(1, "c001"), (2, "c002"), (3, "c003")]),
        (2, ("c002",), [(1, "c001"), (3, "c003")]),
        (2, ("c001", "c003"), [(2, "c002"), (4, "c004")]),
        (1, ("c009",), [(1, "c001")]),
    ],
)
def test_names(count: int, exclude: tuple[str, ...], expected: list[tuple[int, str]]) -> None:
    assert list(nodes.names("c", count, exclude)) == expected


def test_names_beyond_three_digits_keep_those_before_them() -> None:
    found = [name for _, name in nodes.names("c", 1001)]
    assert found[998:] == ["c999", "c1000", "c1001"]
    assert found[:998] == [name for _, name in nodes.names("c", 998)]


def test_a_node_carries_what_its_group_says() -> None:
    text = """
name: demo
cloud: {name: echo}
groups:
  head:
    count: 1
    size: {cpus: 3, memory_gb: 1.5}
    public_ip: true
    labels: {a: b}
    volumes: {data: {size_gb: 1, mount: /data}}
    settings: {echo: {note: hi}, local: {devices: [x]}}
    disk_gb: 9
    zone: z1
    placement: apart
  odd: {count: 2, exclude: [odd001], type: huge, image: oldix-1}
software: {tool: {worker: head}}
"""
    found = resolve(text, catalogue(software=[software("tool", {"worker": {"needs": ["fuse"]}})])).nodes
    assert [(node.name, node.index) for node in found] == [("head001", 1), ("odd002", 2), ("odd003", 3)]
    head, odd, _ = found
    assert (head.cloud, head.user, head.image, head.type) == ("echo", "admin", "debian-12", "large")
    assert (head.cpus, head.memory_gb, head.disk_gb, head.public_ip) == (3, 1.5, 9, True)
    assert (head.zone, head.placement, head.needs) == ("z1", "apart", ("fuse",))
    assert head.settings == {"note": "hi"}  # only those of its own cloud
    assert head.volumes["data"].mount == "/data"
    assert (odd.type, odd.cpus, odd.user, odd.needs, odd.settings) == ("huge", None, "root", (), {})


def test_a_type_of_the_clouds_list_says_how_large_a_node_is() -> None:
    found = resolve("name: demo\ncloud: {name: echo}\ngroups: {a: {count: 1, type: graphic}}\n").nodes
    assert (found[0].type, found[0].cpus, found[0].memory_gb, found[0].gpus) == ("graphic", 8, 32, 1)


def test_a_size_beside_a_type_says_what_the_cloud_does_not_tell() -> None:
    group = "{count: 1, type: new, size: {cpus: 96, memory_gb: 384, gpus: 2}}"
    (node,) = resolve(f"name: demo\ncloud: {{name: echo}}\ngroups: {{a: {group}}}\n").nodes
    assert (node.type, node.cpus, node.memory_gb, node.gpus) == ("new", 96, 384, 2)


def test_an_image_that_only_the_cloud_knows_has_no_user() -> None:
    found = resolve("name: demo\ngroups: {a: {count: 1, image: registry/own}}\n").nodes
    assert (found[0].image, found[0].user) == ("registry/own", None)


def test_one_clash_a_group_is_enough() -> None:
    found = problems("name: demo\ngroups: {c: {count: 1105}, c1: {count: 104}}\n")
    assert [one.message for one in found] == ["its node `c1001` is also one of `c`"]


def test_entries_are_asked_for_the_nodes_of_the_cloud_alone() -> None:
    text = """
name: demo
cloud: {name: static, hosts: {a001: {address: x}}}
groups: {a: {count: 1}, b: {count: 1, cloud: {name: echo}}}
"""
    assert problems(text) == []


def test_an_excluded_node_needs_no_entry() -> None:
    text = "name: demo\ncloud: {name: static, hosts: {a002: {address: x}}}\ngroups: {a: {count: 1, exclude: [a001]}}\n"
    assert problems(text) == []


def test_group_sizes() -> None:
    found = resolve("name: demo\ngroups: {a: {count: 2}, b: {count: 0}, c: {count: 1}}\n").nodes
    assert nodes.group_sizes(found) == {"a": 2, "c": 1}
