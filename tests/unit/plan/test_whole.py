"""The plan as one."""

from elasticluster_tf.plan import GroupSize, group_sizes
from tests.builders import built, resolve


def test_groups_before_and_after() -> None:
    nodes = resolve("name: demo\ngroups: {a: {count: 2}, b: {count: 1}}\n").nodes
    state = {name: built(name) for name in ("b001", "b002", "old001")}
    assert group_sizes(nodes, state) == (GroupSize("a", 0, 2), GroupSize("b", 2, 1), GroupSize("old", 1, 0))
