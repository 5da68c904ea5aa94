"""Sums: exact until they are written down."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from elasticluster_tf.cost import Books, Prices, Rules, pricing
from elasticluster_tf.cost.books import Shelf
from elasticluster_tf.cost.rules import Item

DISK = Item("here", "compute", "disk", "size", "plain", Decimal(10))
NODE = Item("here", "compute", "node", "type", "small")


def books(**prices: object) -> Books:
    shelf = Shelf(Rules(), "", (Prices.model_validate(prices),), ("USD",), (Decimal(1),))
    return Books("USD", {"here": shelf}, ())


def test_an_endless_price_adds_up() -> None:
    # 10 GiB * 0.001 = a cent a month, the hour of which has no end: 0.01 / 730
    one = pricing.price(DISK, books(disks={"plain": "0.001"}))
    assert one.hourly == Fraction(1, 73000)
    found = pricing.cost([], [DISK] * 1000, [], books(disks={"plain": "0.001"}))
    assert found.after.monthly == Decimal("10.00")
    assert [(line.count, line.monthly) for line in found.lines] == [(1000, Decimal("10.00"))]


@pytest.mark.parametrize(
    ("amount", "month"),
    [("0.00068493", "0.50"), ("0.0006780", "0.49"), ("0.00685", "5.00"), ("0.0068561643835616438", "5.00")],
)
def test_rounding(amount: str, month: str) -> None:
    found = pricing.cost([], [NODE], [], books(nodes={"small": amount}))
    assert str(found.after.monthly) == month


def test_half_a_cent_is_rounded_up() -> None:
    tiers = {"plain": {"10": "0.125"}}
    assert str(pricing.cost([], [DISK], [], books(disks=tiers)).after.monthly) == "0.13"


def test_lines_by_group_machines_first() -> None:
    login = replace(NODE, group="login")
    shared = replace(DISK, group="")
    after = [shared, DISK, NODE, login, replace(NODE, number=2)]
    found = pricing.cost([], after, ["login", "compute"], books(nodes={"small": 1}, disks={"*": 1}))
    assert [(line.group, line.kind, line.count) for line in found.lines] == [
        ("login", "node", 1),
        ("compute", "node", 3),
        ("compute", "disk", 1),
        ("", "disk", 1),
    ]
    assert [share.group for share in found.groups] == ["login", "compute", ""]


def test_what_goes_is_in_its_group_too() -> None:
    found = pricing.cost([replace(NODE, group="old")], [], ["compute"], books(nodes={"small": 1}))
    assert [(share.group, str(share.now.hourly)) for share in found.groups] == [
        ("compute", "0.0000"),
        ("old", "1.0000"),
    ]


def test_unknown_now_is_told_as_well() -> None:
    found = pricing.cost([NODE], [], [], books())
    assert (found.now.unknown, found.after.unknown) == (1, 0)
    assert found.unknown == ("node small (group compute): no price for small",)


def test_spot_without_a_factor_is_unknown() -> None:
    found = pricing.price(replace(NODE, spot=True), books(nodes={"small": 1}))
    assert (found.hourly, found.reason) == (None, "no spot price for small")


def test_a_size_without_a_type() -> None:
    sized = replace(NODE, type="", cpus=2, memory_gb=4.0)
    found = pricing.cost([], [sized], [], books(per_cpu="0.5"))
    assert [(line.type, str(line.hourly)) for line in found.lines] == [("2 CPU, 4 GiB", "1.000000")]
