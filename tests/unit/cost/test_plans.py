"""What plans cost: sums by hand for a made-up cloud."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import cost
from elasticluster_tf.cost import Cost
from tests.unit.cost.meter import books, plan, resource, state

GROUPS = {"compute001": "compute", "compute002": "compute", "login001": "login"}
MACHINE = resource("meter_machine", "compute001", type="small", disk=[{"type": "plain", "gb": 20}])


def priced(folder: Path, raw: dict[str, Any], own: str = "", **settings: Any) -> Cost:
    return cost.of_plan(raw, GROUPS, books(folder, own, **settings))


def lines(found: Cost) -> list[tuple[str, str, str, int, str]]:
    return [(one.group, one.kind, one.type, one.count, str(one.monthly)) for one in found.lines]


def test_create(tmp_path: Path) -> None:
    found = priced(tmp_path, plan({}, state(MACHINE, {**MACHINE, "name": "compute002"})))
    # 0.1 * 730 = 73; 20 * 0.073 = 1.46; each twice
    assert lines(found) == [
        ("compute", "node", "small", 2, "146.00"),
        ("compute", "disk", "plain 20 GiB", 2, "2.92"),
    ]
    assert found.after == cost.Total(Decimal("0.2040"), Decimal("148.92"), 0)
    assert found.now == cost.Total()
    assert (found.hourly_difference, found.monthly_difference) == (Decimal("0.2040"), Decimal("148.92"))
    assert found.books == (cost.BookSource("a made-up list", "2026-02-03"),)
    assert not found.estimated


def test_resize_and_groups(tmp_path: Path) -> None:
    login = resource("meter_machine", "login001", type="small", disk=[{"type": "plain", "gb": 10}])
    bigger = {**login, "values": {**login["values"], "type": "big"}}
    found = priced(tmp_path, plan(state(MACHINE, login), state(MACHINE, bigger)))
    compute, frontend = found.groups
    assert (compute.group, compute.monthly_difference, compute.hourly_difference) == (
        "compute",
        Decimal(0),
        Decimal(0),
    )
    # 0.1 * 730 + 10 * 0.073 = 73.73; 0.4 * 730 + 0.73 = 292.73
    assert (frontend.now.monthly, frontend.after.monthly) == (Decimal("73.73"), Decimal("292.73"))
    assert frontend.monthly_difference == found.monthly_difference == Decimal("219.00")
    assert frontend.hourly_difference == Decimal("0.3000")


@pytest.mark.parametrize(
    ("one", "month", "kind", "title"),
    [
        # half of 73, as the folder guesses
        (resource("meter_machine", "compute001", type="small", market=[{"kind": "spot"}], disk=[{"gb": 0}]), "36.50", "node", "small spot"),
        # 50 * 0.073
        (resource("meter_volume", "compute001_home", type="plain", gb=50), "3.65", "volume", "plain 50 GiB"),
        # sold in sizes: the next that holds 9 is 64
        (resource("meter_volume", "compute001_home", type="tiered", gb=9), "7.30", "volume", "tiered 9 GiB"),
        # 0.005 * 730
        (resource("meter_address", "compute001_public", outside=True), "3.65", "address", "address"),
    ],
)  # fmt: skip
def test_one_thing(tmp_path: Path, one: dict[str, Any], month: str, kind: str, title: str) -> None:
    line = priced(tmp_path, plan({}, state(one))).lines[0]
    assert (line.group, line.kind, line.type, str(line.monthly)) == ("compute", kind, title, month)


def test_cards_are_counted(tmp_path: Path) -> None:
    one = {**MACHINE, "values": {**MACHINE["values"], "cards": [{"type": "t9", "count": 4}]}}
    found = priced(tmp_path, plan({}, state(one)))
    assert ("compute", "card", "t9", 4, "1460.00") in lines(found)  # 4 * 0.5 * 730


def test_what_is_free_or_inside_is_left_out(tmp_path: Path) -> None:
    builtin = {**resource("terraform_data", "x"), "provider_name": "terraform.io/builtin/terraform"}
    inside = resource("meter_address", "compute001", outside=False)
    found = priced(tmp_path, plan({}, state(resource("meter_network", "x"), builtin, inside)))
    assert (found.lines, found.unknown) == ((), ())


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (resource("meter_machine", "login001", type="huge", disk=[{"gb": 0}]), "node huge (group login): no price for huge"),
        (resource("meter_machine", "login001", disk=[{"gb": 0}]), "node (group login): its type is not known before it is made"),
        (resource("meter_volume", "login001_x", type="plain"), "volume plain (group login): its size is not known before it is made"),
        (resource("meter_volume", "login001_x", type="odd", gb=5), "volume odd 5 GiB (group login): no price for odd 5 GiB"),
        (resource("meter_volume", "login001_x", type="tiered", gb=65), "volume tiered 65 GiB (group login): no price for tiered 65 GiB"),
        (resource("meter_share", "all"), "share (meter): it is billed by what is used"),
        (resource("meter_robot", "all"), "resource meter_robot (meter): no price for meter_robot"),
    ],
)  # fmt: skip
def test_unknown_is_no_zero(tmp_path: Path, one: dict[str, Any], told: str) -> None:
    found = priced(tmp_path, plan({}, state(one)))
    line = next(line for line in found.lines if line.hourly is None)
    assert (line.hourly, line.monthly) == (None, None)
    assert (found.unknown, found.after.unknown) == ((told,), 1)


def test_an_image_tells_no_size(tmp_path: Path) -> None:
    found = priced(tmp_path, plan({}, state(resource("meter_machine", "login001", type="small"))))
    assert ("login", "disk", "plain 10 GiB", 1, "0.73") in lines(found)
    assert found.estimated and not found.unknown


def test_a_forgotten_volume_is_still_billed(tmp_path: Path) -> None:
    volume = resource("meter_volume", "login001_home", type="plain", gb=100)
    change = {"actions": ["forget"], "before": volume["values"], "after": None}
    gone = {**volume, "module_address": "module.meter", "change": change}
    leaving = {key: value for key, value in volume.items() if key != "values"}  # as Terraform lists it
    found = priced(tmp_path, plan(state(volume), state(leaving), resource_changes=[gone]))
    assert found.now == found.after
    assert found.after.monthly == Decimal("7.30")


def test_types_known_by_id(tmp_path: Path) -> None:
    flavor = resource("meter_flavor", "sized", id="f-1", name="m8", vcpus=8, ram=16384)
    machine = resource("meter_machine", "login001", type_id="f-1", disk=[{"gb": 0}])
    raw = plan(state({**flavor, "mode": "data"}), state(machine))
    own = "{currency: USD, clouds: {meter: {per_cpu: 0.01, per_gb: 0.002}}}"
    # 8 * 0.01 + 16 * 0.002 = 0.112 an hour
    assert lines(priced(tmp_path, raw, own))[0] == ("login", "node", "m8", 1, "81.76")


def test_a_cloud_that_does_not_say_what_costs(tmp_path: Path) -> None:
    found = priced(tmp_path, plan({}, state(MACHINE, module="module.other")))
    assert found.unknown == ("resource meter_machine (group compute): this cloud does not say what costs",)


def test_only_modules_are_looked_at(tmp_path: Path) -> None:
    assert priced(tmp_path, {"planned_values": {"root_module": {"resources": [MACHINE]}}}).lines == ()
