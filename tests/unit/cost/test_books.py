"""Price books: the order they count in, currencies, and what is wrong with a user's own."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from elasticluster_tf import cost
from elasticluster_tf.clouds import Chosen
from elasticluster_tf.cost import Cost
from elasticluster_tf.cost import books as reading
from elasticluster_tf.errors import InputError
from tests.unit.cost.meter import COSTS, PRICES, books, chosen, cloud, plan, resource, state

MACHINE = resource("meter_machine", "login001", type="small", disk=[{"type": "plain", "gb": 100}])
SPOT = resource("meter_machine", "login001", type="small", market=[{"kind": "spot"}], disk=[{"gb": 0}])


def node(folder: Path, own: str = "", one: dict[str, object] = MACHINE, **settings: object) -> str:
    """A month of the machine alone."""
    found = priced(folder, own, one, **settings)
    return str(found.lines[0].monthly)


def priced(folder: Path, own: str, one: dict[str, object] = MACHINE, **settings: object) -> Cost:
    groups = {"login001": "login"}
    return cost.of_plan(plan({}, state(one)), groups, books(folder, own, **settings))


def test_the_region_decides(tmp_path: Path) -> None:
    assert node(tmp_path) == "73.00"  # 0.1 * 730
    assert node(tmp_path, region="south") == "146.00"  # 0.2 * 730
    assert node(tmp_path, region="east") == "None"
    # 100 * 0.146 where the region has a price of its own, else 100 * 0.073
    assert str(priced(tmp_path, "", region="south").lines[1].monthly) == "14.60"
    assert str(priced(tmp_path, "").lines[1].monthly) == "7.30"


@pytest.mark.parametrize(
    ("own", "month"),
    [
        ("{nodes: {small: 0.03}}", "21.90"),  # 0.03 * 730
        ("{nodes: {small: 0.03}, regions: {north: {nodes: {small: 0.04}}}}", "29.20"),  # 0.04 * 730
        ("{per_cpu: 0.01, per_gb: 0.005}", "29.20"),  # (2 * 0.01 + 4 * 0.005) * 730
        ("{per_gb: 0.005}", "14.60"),  # 4 * 0.005 * 730
        ("{nodes: {big: 9}}", "73.00"),  # the shipped price
        ("{nodes: {small: 0}}", "0.00"),  # free is a price, too
    ],
)
def test_the_own_book_comes_first(tmp_path: Path, own: str, month: str) -> None:
    assert node(tmp_path, f"{{currency: USD, clouds: {{meter: {own}}}}}") == month


def test_a_spot_price_of_the_own_book_is_no_estimate(tmp_path: Path) -> None:
    guessed = priced(tmp_path, "", SPOT).lines[0]
    assert (str(guessed.monthly), guessed.estimate) == ("36.50", True)  # half of 73
    own = "{currency: USD, clouds: {meter: {spot: {small: 0.02}}}}"
    told = priced(tmp_path, own, SPOT).lines[0]
    assert (str(told.monthly), told.estimate, told.reason) == ("14.60", False, "")


def test_currencies(tmp_path: Path) -> None:
    own = "{currency: EUR, source: Rates, date: 2026-01-01, %s clouds: {meter: {disks: {'*': 0.10}}}}"
    strange = priced(tmp_path, own % "")
    assert strange.currency == "EUR"
    assert strange.unknown == (
        "node small (group login): its price is in USD, and the price book has no rate from that to EUR",
    )
    assert strange.after.monthly == Decimal("10.00")  # the disk alone: 100 * 0.10
    rated = priced(tmp_path, own % "rates: {USD: 0.9},")
    assert (rated.unknown, str(rated.after.monthly)) == ((), "75.70")  # 73 * 0.9 + 10
    assert rated.books[0] == cost.BookSource("Rates", "2026-01-01")


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("clouds: {}\n", ":1:1", "this key is required", ""),
        ("currency: EUR\nclouds:\n  meter:\n    nodse: {}\n", ":4:5", "unknown key", "did you mean `nodes`?"),
        ("currency: EUR\ncluods: {}\n", ":2:1", "unknown key", "did you mean `clouds`?"),
        ("currency: EUR\nclouds:\n  meter:\n    nodes: {small: -1}\n", ":4:20", "must be at least 0, not -1", ""),
        ("currency: Euro\nclouds: {}\n", ":1:11", "'Euro' does not fit the form", ""),
        ("currency: EUR\nclouds:\n  meter:\n    regions:\n      north: {disk: {}}\n", ":5:15", "unknown key", "did you mean `disks`?"),
        ("currency: EUR\nclouds: {meter: {per_cpu: cheap}}\n", ":2:27", "decimal", ""),
    ],
)  # fmt: skip
def test_wrong_books(tmp_path: Path, text: str, place: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        books(tmp_path, text)
    told = [str(one) for one in caught.value.problems]
    assert any(f"prices.yaml{place}" in one and message in one and hint in one for one in told), told


def test_a_named_book_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("{currency: CHF, clouds: {}}", encoding="utf-8")
    assert cost.shelve(chosen(tmp_path), tmp_path, "site.yaml", {}).currency == "CHF"
    with pytest.raises(InputError, match="can't read the file"):
        cost.shelve(chosen(tmp_path), tmp_path, "none.yaml", {})
    assert cost.shelve(chosen(tmp_path), tmp_path, None, {}).currency == "USD"


def test_a_cloud_without_a_book(tmp_path: Path) -> None:
    assert reading.read_shipped(cloud(tmp_path, prices=None).path) is None
    found = reading.read_shipped(cloud(tmp_path, prices=PRICES).path)
    assert found and found.prices.regions["north"].nodes["small"] == Decimal("0.1")


def test_shipped_prices_hold_with_some_settings_only(tmp_path: Path) -> None:
    told = cloud(tmp_path, costs=f"listed: {{endpoint: null}}\n{COSTS}")
    elsewhere = Chosen("meter", told, {"region": "north", "endpoint": "https://x.org"}, ("cloud",), False)
    found = cost.shelve({"meter": elsewhere}, tmp_path, None, {})
    assert (found.shelves["meter"].lists, found.sources) == ((), ())
    here = replace(elsewhere, settings={"region": "north"})
    assert cost.shelve({"meter": here}, tmp_path, None, {}).shelves["meter"].lists
