"""What a cluster file costs, without Terraform."""

from pathlib import Path
from typing import Any

from elasticluster_tf import cost
from elasticluster_tf.cost import Cost
from tests.builders import catalogue, cluster_text, resolve
from tests.unit.cost.meter import books, cloud


def priced(folder: Path, own: str = "", known: Any = None, **groups: Any) -> Cost:
    settings: dict[str, Any] = groups.pop("settings", {})
    text = cluster_text(cloud={"name": "meter"}, groups=groups)
    resolved = resolve(text, catalogue(cloud=[known or cloud(folder)]))
    resolved.clouds["meter"].settings.update(region="north", **settings)
    return cost.of_nodes(resolved, books(folder, own, **settings))


def lines(found: Cost) -> list[tuple[str, str, str, int, str]]:
    return [(one.group, one.kind, one.type, one.count, str(one.monthly)) for one in found.lines]


def test_all_that_a_group_can_have(tmp_path: Path) -> None:
    volumes = {"home": {"size_gb": 100}}
    found = priced(
        tmp_path,
        login={"count": 1, "type": "small", "public_ip": True, "disk_gb": 20, "volumes": volumes},
        work={"count": 3, "type": "big", "spot": True},
    )
    assert lines(found) == [
        ("login", "node", "small", 1, "73.00"),  # 0.1 * 730
        ("login", "address", "address", 1, "3.65"),  # 0.005 * 730
        ("login", "disk", "plain 20 GiB", 1, "1.46"),  # 20 * 0.073
        ("login", "volume", "plain 100 GiB", 1, "7.30"),  # 100 * 0.073
        ("work", "node", "big spot", 3, "438.00"),  # 3 * 0.4 * 730 / 2
        ("work", "disk", "fast 10 GiB", 3, "None"),  # big machines have fast disks, which have no price
        ("", "gateway", "gateway", 1, "36.50"),  # 0.05 * 730
    ]
    assert (str(found.after.monthly), found.after.unknown) == ("559.91", 3)
    assert [share.group for share in found.groups] == ["login", "work", ""]
    assert found.estimated


def test_a_gateway_for_private_nodes_only(tmp_path: Path) -> None:
    public = priced(tmp_path, login={"count": 1, "type": "small", "public_ip": True})
    assert "gateway" not in [line.kind for line in public.lines]
    forced = priced(
        tmp_path, login={"count": 1, "type": "small", "public_ip": True}, settings={"egress": "nat"}
    )
    assert "gateway" in [line.kind for line in forced.lines]


def test_sizes_by_processor(tmp_path: Path) -> None:
    own = "{currency: CHF, clouds: {meter: {per_cpu: 0.02, per_gb: 0.01}}}"
    size = {"cpus": 2, "memory_gb": 4}
    found = priced(tmp_path, own, work={"count": 1, "size": size})
    assert lines(found)[0] == ("work", "node", "small", 1, "58.40")  # (2 * 0.02 + 4 * 0.01) * 730


def test_the_smallest_flavor_that_holds_a_size(tmp_path: Path) -> None:
    flavors = {
        "m4": {"cpus": 4, "memory_gb": 8},
        "m2": {"cpus": 2, "memory_gb": 8},
        "g2": {"cpus": 2, "memory_gb": 4, "gpus": 1},
        "a2": {"cpus": 2, "memory_gb": 4, "arch": "arm64"},
        "m1": {"cpus": 1, "memory_gb": 4},
    }
    own = "{currency: USD, clouds: {meter: {nodes: {m2: 0.01, m4: 1, g2: 1, a2: 1, m1: 1}}}}"
    direct = cloud(tmp_path)
    direct = type(direct)(
        "meter", direct.path, direct.facts.model_copy(update={"sizes": "direct"}), direct.hcl_cache
    )
    found = priced(
        tmp_path,
        own,
        direct,
        work={"count": 1, "size": {"cpus": 2, "memory_gb": 4}},
        settings={"flavors": flavors},
    )
    assert lines(found)[0] == ("work", "node", "m2", 1, "7.30")


def test_a_cloud_that_does_not_say_what_costs(tmp_path: Path) -> None:
    bare = cloud(tmp_path, costs="")
    (bare.path / "costs.yaml").unlink(missing_ok=True)
    resolved = resolve(cluster_text(cloud={"name": "meter"}), catalogue(cloud=[bare]))
    found = cost.of_nodes(resolved, cost.shelve(resolved.clouds, tmp_path, None, {}))
    assert found.unknown == ("node (group compute): this cloud does not say what costs",)
