"""What a cluster costs on each cloud, to the cent: real plans against sums made by hand.

The unit prices are those of the shipped price books; where a book is renewed, the sums are made anew, by hand.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import cost
from elasticluster_tf.cost import Cost
from elasticluster_tf.terraform import Runner
from tests.contract.clouds import test_aws, test_azure, test_google, test_openstack
from tests.contract.clouds.steps import Site, Walk
from tests.provider_double import double


@dataclass(frozen=True)
class Table:
    """A month by group, written by hand: as first built, and with the frontend resized to the second type."""

    site: Site
    currency: str
    frontend: str
    compute: str
    shared: str
    total: str
    resized: str
    resized_total: str
    unknown_type: str
    without_type: str  # the total less the frontend's machine
    spot: bool = True
    own: str = ""


# Each frontend: one machine, a boot disk of 32 GiB, a volume of 50 GiB, a public address.
# Each compute node: one spot machine at 0.4 of the price, a boot disk of 32 GiB. Shared: NAT gateway and its address.
TABLES = {
    "aws": Table(
        test_aws.SITE,
        "USD",
        # 0.10185 * 730 = 74.3505; 32 * 0.0952 = 3.0464; 50 * 0.0952 = 4.76; 0.005 * 730 = 3.65: 85.8069
        frontend="85.81",
        # 2 * (0.10185 * 0.4 * 730 = 29.7402; 32 * 0.0952 = 3.0464): 65.5732
        compute="65.57",
        # 0.052 * 730 = 37.96; 0.005 * 730 = 3.65
        shared="41.61",
        total="192.99",  # 85.8069 + 65.5732 + 41.61 = 192.9901
        # 0.2037 * 730 = 148.701 instead of 74.3505: 160.1574
        resized="160.16",
        resized_total="267.34",  # 160.1574 + 65.5732 + 41.61 = 267.3406
        unknown_type="c99.large",
        without_type="118.64",  # 192.9901 - 74.3505 = 118.6396
    ),
    "google": Table(
        test_google.SITE,
        "USD",
        # 0.08634 * 730 = 63.0282; 32 * 0.12 = 3.84; 50 * 0.12 = 6; 0.005 * 730 = 3.65: 76.5182
        frontend="76.52",
        # 2 * (0.08634 * 0.4 * 730 = 25.21128; 32 * 0.12 = 3.84): 58.10256
        compute="58.10",
        # 0.044 * 730 = 32.12; 0.005 * 730 = 3.65
        shared="35.77",
        total="170.39",  # 76.5182 + 58.10256 + 35.77 = 170.39076
        # 0.17267 * 730 = 126.0491 instead of 63.0282: 139.5391
        resized="139.54",
        resized_total="233.41",  # 139.5391 + 58.10256 + 35.77 = 233.41166
        unknown_type="e9-standard-2",
        without_type="107.36",  # 170.39076 - 63.0282 = 107.36256
    ),
    "azure": Table(
        test_azure.SITE,
        "USD",
        # 0.104 * 730 = 75.92; a disk of 32 GiB: 2.40; the next that holds 50, of 64: 4.80; 0.005 * 730 = 3.65
        frontend="86.77",
        # 2 * (0.104 * 0.4 * 730 = 30.368; 2.40): 65.536
        compute="65.54",
        # 0.045 * 730 = 32.85; 0.005 * 730 = 3.65
        shared="36.50",
        total="188.81",  # 86.77 + 65.536 + 36.50 = 188.806
        # 0.208 * 730 = 151.84 instead of 75.92
        resized="162.69",
        resized_total="264.73",  # 162.69 + 65.536 + 36.50 = 264.726
        unknown_type="Standard_D2xx_v9",
        without_type="112.89",  # 188.806 - 75.92 = 112.886
    ),
    "openstack": Table(
        test_openstack.SITE,
        "EUR",
        # 0.05 * 730 = 36.50; 32 * 0.10 = 3.20; 50 * 0.10 = 5; 0.004 * 730 = 2.92
        frontend="47.62",
        # 2 * (36.50; 3.20)
        compute="79.40",
        # the router: 0.01 * 730
        shared="7.30",
        total="134.32",
        # 0.20 * 730 = 146 instead of 36.50
        resized="157.12",
        resized_total="243.82",
        unknown_type="m9.huge",
        without_type="97.82",
        spot=False,
        own="{currency: EUR, source: Rates of the site, date: 2026-01-01, clouds: {openstack:"
        " {nodes: {m1.small: 0.05, m1.large: 0.20}, disks: {'*': 0.10}, each: {address: 0.004, gateway: 0.01}}}}",
    ),
}


def file_of(table: Table) -> dict[str, Any]:
    common = {"type": table.site.types[0], "image": "debian-12", "disk_gb": 32}
    return {
        "name": "walk",
        "cloud": dict(table.site.cloud),
        "groups": {
            "frontend": {"count": 1, "public_ip": True, "volumes": {"home": {"size_gb": 50}}, **common},
            "compute": {"count": 2, **common, **({"spot": True} if table.spot else {})},
        },
    }


def months(found: Cost, moment: str = "after") -> tuple[str, ...]:
    """Frontend, compute, shared, total."""
    by_group = {share.group: getattr(share, moment).monthly for share in found.groups}
    total = getattr(found, moment).monthly
    return tuple(str(one) for one in (by_group["frontend"], by_group["compute"], by_group[""], total))


@dataclass
class Estimates:
    """Estimates of a walk's file as it is at the moment."""

    walk: Walk
    plans: list[dict[str, Any]]

    def books(self) -> cost.Books:
        source = self.walk.cluster.source
        return cost.shelve(source.resolved.clouds, source.base, source.resolved.config.prices, {})

    def from_plan(self) -> Cost:
        self.walk.cluster.plan()
        groups = {f"{group}{number:03d}": group for group in ("frontend", "compute") for number in (1, 2)}
        return cost.of_plan(self.plans[-1], groups, self.books())

    def from_file(self) -> Cost:
        return cost.of_nodes(self.walk.cluster.source.resolved, self.books())


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The JSON of every plan that is made."""
    found: list[dict[str, Any]] = []
    shown = Runner.shown_plan

    def kept(runner: Runner) -> dict[str, Any]:
        found.append(shown(runner))
        return found[-1]

    monkeypatch.setattr(Runner, "shown_plan", kept)
    return found


@pytest.mark.parametrize("name", TABLES)
def test_to_the_cent(name: str, tmp_path: Path, plans: list[dict[str, Any]]) -> None:
    table = TABLES[name]
    if table.own:
        (tmp_path / "prices.yaml").write_text(table.own, encoding="utf-8")
    with double([name], tmp_path / "world") as cloud:
        walk = Walk(tmp_path, table.site, cloud, file_of(table))
        estimates = Estimates(walk, plans)
        built = (table.frontend, table.compute, table.shared, table.total)

        create = estimates.from_plan()
        assert create.currency == table.currency
        assert (months(create), create.unknown) == (built, ())
        assert months(create, "now") == ("0.00",) * 4
        assert estimates.from_file() == create, "the file alone gives what the plan gives"

        walk.up()
        same = estimates.from_plan()
        assert months(same, "now") == months(same) == built
        assert same.monthly_difference == 0

        frontend = walk.file["groups"]["frontend"]
        frontend["type"] = table.site.types[1]
        resize = estimates.from_plan()
        assert months(resize, "now") == built
        assert months(resize) == (table.resized, table.compute, table.shared, table.resized_total)
        assert resize.monthly_difference == Decimal(table.resized_total) - Decimal(table.total)

        frontend["type"] = table.unknown_type
        strange = estimates.from_plan()
        assert (str(strange.after.monthly), strange.after.unknown) == (table.without_type, 1)
        assert strange.unknown == (
            f"node {table.unknown_type} (group frontend): no price for {table.unknown_type}",
        )


def test_a_kept_volume_is_billed_on(tmp_path: Path, plans: list[dict[str, Any]]) -> None:
    """Terraform forgets it, Amazon does not: 50 * 0.0952 = 4.76 a month."""
    table = TABLES["aws"]
    with double(["aws"], tmp_path / "world") as cloud:
        walk = Walk(tmp_path, table.site, cloud, file_of(table))
        del walk.file["groups"]["compute"]
        frontend = walk.file["groups"]["frontend"]
        frontend["volumes"]["home"]["on_destroy"] = "keep"
        walk.up()
        frontend["count"] = 0
        found = Estimates(walk, plans).from_plan()
        assert (str(found.now.monthly), str(found.after.monthly)) == (table.frontend, "4.76")
        assert [(line.kind, line.type) for line in found.lines] == [("volume", "gp3 50 GiB")]
