"""The cluster before and after, as boxes."""

from dataclasses import replace

from elasticluster_tf.console import pictures
from elasticluster_tf.console.pictures import Picture
from elasticluster_tf.plan import GroupSize, InfraPlan, Plan
from tests import plans
from tests.plans import node


def kinds(picture: Picture) -> list[str]:
    return [box.kind for box in picture.boxes]


def test_a_square_for_each_node() -> None:
    before, after = pictures.both(plans.of(3))
    assert [text for _, text in before.labels] == [
        "compute: 0 nodes",
        "login: 2 nodes, 1 to replace, 1 to change",
        "old: 1 node, 1 to destroy",
    ]
    assert kinds(before) == ["replace", "change", "destroy"]
    assert kinds(after) == ["create"] * 3 + ["replace", "change"]
    assert [box.title for box in after.boxes[:2]] == ["compute001: create", "compute002: create"]
    assert {box.sign for box in after.boxes} == {"+", "±", "~"}
    assert before.height == after.height


def test_nodes_that_stay_are_drawn_too() -> None:
    plan = Plan("demo", InfraPlan((node("a003"),), (), ()), groups=(GroupSize("a", 2, 3),))
    before, after = pictures.both(plan)
    assert kinds(before) == ["stays", "stays"]
    assert kinds(after) == ["stays", "stays", "create"]


def test_squares_do_not_overlap_and_stay_inside() -> None:
    for picture in pictures.both(plans.of(60)):
        assert len({(box.x, box.y) for box in picture.boxes}) == len(picture.boxes)
        assert all(box.x + box.width <= picture.width for box in picture.boxes)
        assert all(box.y + picture.side <= picture.height for box in picture.boxes)


def test_a_large_group_is_a_bar_on_the_same_scale_on_both_sides() -> None:
    nodes = (*(node(f"a{number:03d}", "destroy") for number in range(1, 501)), node("a501", "replace"))
    plan = Plan("demo", InfraPlan(nodes, (), ()), groups=(GroupSize("a", 1000, 500),))
    before, after = pictures.both(plan)
    assert [(box.kind, box.title) for box in before.boxes] == [
        ("stays", "499 nodes: stays"),
        ("destroy", "500 nodes: destroy"),
        ("replace", "1 node: replace"),
    ]
    assert kinds(after) == ["stays", "replace"]
    assert abs(before.boxes[0].width - after.boxes[0].width) < 5
    assert min(box.width for box in before.boxes) >= 8
    assert before.boxes[-1].x + before.boxes[-1].width <= before.width


def test_more_changes_than_nodes_draw_no_more_than_there_are() -> None:
    """A node that was made in part stands in no group of the state, and yet is changed."""
    plan = replace(plans.of(3), groups=(GroupSize("compute", 0, 1), GroupSize("login", 0, 2)))
    before, after = pictures.both(plan)
    assert kinds(before) == []
    assert kinds(after) == ["create", "replace", "change"]
