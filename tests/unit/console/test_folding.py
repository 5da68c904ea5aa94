"""Names and rows in little room."""

import pytest

from elasticluster_tf.console import folding


@pytest.mark.parametrize(
    ("names", "folded"),
    [
        (["a001"], "a001"),
        (["a001", "a002", "a003"], "a[001-003]"),
        (["a001", "a003"], "a[001,003]"),
        (["a001", "a002", "a004", "a009", "a010"], "a[001-002,004,009-010]"),
        (["a998", "a999", "a1000", "a1001"], "a[998-1001]"),
    ],
)
def test_names_are_folded(names: list[str], folded: str) -> None:
    assert folding.fold(names) == folded


def test_many_ranges_are_counted() -> None:
    names = [f"a{number:03d}" for number in (1, 2, 4, 6, 8, 9)]
    assert folding.fold(names, 2) == "a[001-002,004,and 3 more]"
    assert folding.fold(names, 4) == folding.fold(names) == "a[001-002,004,006,008-009]"


def test_each_group_is_folded_wherever_its_names_stand() -> None:
    assert folding.fold_all(["a001", "b001", "a002", "volume"]) == "a[001-002] b001 volume"
    assert folding.fold_all(["a001", "b001", "c001", "c002"], 2) == "a001 b001 and 2 more"
    assert folding.fold_all([]) == ""


@pytest.mark.parametrize(
    ("wanted", "room", "given"),
    [
        ([3, 4], 10, [3, 4]),
        ([100, 2, 100], 12, [5, 2, 5]),
        ([100, 100], 0, [0, 0]),
        ([100], -5, [0]),
        ([], 5, []),
        ([0, 7], 5, [0, 5]),
    ],
)
def test_room_is_shared(wanted: list[int], room: int, given: list[int]) -> None:
    assert folding.shares(wanted, room) == given
