"""The cloud `aws`: its cluster's life, what it refuses, what it opens, its scenarios."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import cli, resources
from elasticluster_tf.errors import InputError
from tests import scenarios
from tests.contract.clouds import steps
from tests.contract.clouds.steps import Newer, Site, Walk
from tests.provider_double import Double, double

KEY = "arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
ZONES, OFFERS = "aws_availability_zones", "aws_ec2_instance_type_offerings"
SITE = Site(
    cloud={"name": "aws", "region": "eu-central-1"},
    machine="aws_instance",
    types=("c7i.large", "c7i.xlarge"),
    newer=Newer("aws_ami", {"id": "ami-0f0e0d0c0b0a09080"}, "ami-0f0e0d0c0b0a09080"),
    retype="change",  # Amazon stops the machine and starts it as the other type
)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Double]:
    with double(["aws"], tmp_path / "world") as found:
        yield found


def test_life(tmp_path: Path, cloud: Double) -> None:
    walk = Walk(tmp_path, SITE, cloud)
    steps.up(walk)
    assert opened(cloud) == {("198.51.100.0/24", 22)}
    assert_hardened_and_labelled(cloud)
    steps.no_change(walk)
    steps.grow(walk)
    steps.shrink_middle(walk)
    steps.label(walk)
    steps.retype(walk)
    steps.newer_image(walk)
    steps.drift(walk)
    steps.down(walk)


def opened(cloud: Double) -> set[tuple[str, int | None]]:
    """What may come from outside the cluster, and to which port."""
    rules = [one.attributes for one in cloud.world.all("aws_vpc_security_group_ingress_rule")]
    return {
        (one["cidr_ipv4"] or one["cidr_ipv6"], one["from_port"])
        for one in rules
        if not one["referenced_security_group_id"]
    }


def assert_hardened_and_labelled(cloud: Double) -> None:
    for machine in cloud.world.all("aws_instance"):
        assert machine.attributes["metadata_options"][0]["http_tokens"] == "required"
        assert machine.attributes["root_block_device"][0]["encrypted"] is True
        assert not machine.attributes["iam_instance_profile"]
        assert {"ectf-group", "ectf-node"} <= set(machine.attributes["tags"])
    for thing in cloud.world.all():
        if "tags" in thing.attributes:
            assert thing.attributes["tags"]["ectf-cluster"] == "walk", thing
            assert thing.attributes["tags"]["managed-by"] == "ectf", thing


def test_a_rich_cluster(tmp_path: Path, cloud: Double) -> None:
    """Existing network, volumes, placement, spot, GPU, arm64, shared file systems, nothing open."""
    walk = Walk(tmp_path, SITE, cloud)
    network: dict[str, Any] = {"network": "vpc-0a1b2c3d", "subnets": ["subnet-0a1b2c3d"]}
    network["public_subnets"] = ["subnet-0b1b2c3d"]
    walk.file["cloud"] |= {**network, "kms_key": KEY, "shared_fs": {"home": {}, "fast": {"type": "lustre"}}}
    walk.file["software"] = {}
    walk.file["ssh"] = {"allow_from": []}
    walk.file["groups"] = {
        "login": {"count": 1, "size": {"cpus": 1, "memory_gb": 1, "burstable": True}, "public_ip": True},
        "compute": {
            "count": 8,
            "size": {"cpus": 4, "memory_gb": 16, "gpus": 1},
            "placement": "apart",
            "spot": True,
            "volumes": {"home": {"size_gb": 5, "on_destroy": "keep"}, "tmp": {"size_gb": 5}},
            "settings": {"aws": {"spot_price": 12, "disk_type": "io2", "disk_iops": 4000}},
        },
        "arm": {"count": 1, "type": "m7g.large", "image": "rocky-9", "placement": "together"},
    }
    walk.up()
    world = cloud.world
    assert not world.all("aws_vpc", "aws_subnet", "aws_nat_gateway")
    assert opened(cloud) == set()
    assert {one.attributes["strategy"] for one in world.all("aws_placement_group")} == {"spread", "cluster"}
    assert world.counts()["aws_placement_group"] == 3
    compute = world.find("aws_instance", instance_type="g4dn.xlarge")
    assert len(compute) == 8
    assert compute[0].attributes["instance_market_options"][0]["spot_options"][0]["max_price"] == "12.000000"
    assert {one.attributes["root_block_device"][0]["kms_key_id"] for one in compute} == {KEY}
    assert world.one("aws_instance", instance_type="t3.micro").attributes["instance_market_options"] == []
    built = walk.built()
    assert built["arm001"].ssh_user == "rocky" and built["login001"].ssh_user == "admin"
    devices = built["compute008"].volumes
    assert set(devices) == {"home", "tmp"}
    for device in devices.values():
        volume = device.removeprefix("/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol")
        assert world.get("aws_ebs_volume", f"vol-{volume}"), device
    names = {one.attributes["device_name"] for one in world.all("aws_volume_attachment")}
    assert len(names) == 2
    assert world.counts()["aws_efs_file_system"] == 1
    assert world.one("aws_fsx_lustre_file_system").attributes["file_system_type_version"] == "2.15"
    steps.no_change(walk)


def test_peers_come_in_and_what_to_mount_is_told(tmp_path: Path, cloud: Double) -> None:
    """What the file says of the cluster's other clouds is open, and nothing else; the inventory knows the mount."""
    walk = Walk(tmp_path, SITE, cloud)
    walk.file["cloud"] |= {"peer_cidrs": ["10.90.0.0/16", "fd00:90::/48"], "shared_fs": {"home": {}}}
    walk.file["groups"] = {"frontend": walk.file["groups"]["frontend"]}
    walk.file["software"] = {}
    walk.up()
    assert opened(cloud) == {("198.51.100.0/24", 22), ("10.90.0.0/16", None), ("fd00:90::/48", None)}
    (system,) = cloud.world.all("aws_efs_file_system")
    told = walk.cluster.inventory()["all"]["vars"]["cluster_shared_fs"]
    assert told["aws"]["home"]["source"] == f"{system.attributes['dns_name']}:/"
    assert told["aws"]["home"]["type"] == "nfs4"
    steps.no_change(walk)


def test_a_compatible_cloud(tmp_path: Path, cloud: Double) -> None:
    walk = Walk(tmp_path, SITE, cloud)
    walk.file["cloud"] = {"name": "aws", "region": "RegionOne", "endpoint": "https://ec2.example.org:8773"}
    walk.file["cloud"]["zones"] = ["nova"]
    for group in walk.file["groups"].values():
        group["image"] = "emi-12345678"
    assert len(walk.plan().nodes) == 4
    block = cloud.world.configured("aws")[-1]
    assert block["endpoints"][0]["ec2"] == "https://ec2.example.org:8773"
    assert block["skip_credentials_validation"] and block["skip_requesting_account_id"]
    # Nor is it asked which zone has which types, which only Amazon tells.
    del walk.file["cloud"]["zones"]
    zones(cloud, ["nova"], {"t1.micro": ["nowhere"]})
    assert len(walk.plan().nodes) == 4


def test_a_plan_refuses_what_only_it_can_judge(tmp_path: Path, cloud: Double) -> None:
    """All at once, each with its place in the file."""
    walk = Walk(tmp_path, SITE, cloud)
    frontend, compute = walk.file["groups"].values()
    frontend["image"] = "debian12"
    compute["zone"] = "us-east-1a"
    assert refused(walk) == {"groups.frontend.image", "groups.compute.zone"}
    compute |= {"zone": "spread", "placement": "together"}
    frontend["image"] = "debian-12"
    assert refused(walk) == {"groups.compute.placement"}
    del compute["zone"], compute["placement"]
    frontend["volumes"] = {"data1": {"size_gb": 5}, "home": {"size_gb": 5}, "tmp": {"size_gb": 5}}
    compute["volumes"] = {"data1": {"size_gb": 5}, "home": {"size_gb": 5}}
    with pytest.raises(
        InputError, match=r"`data1` and `home` would both be /dev/xvdbu\. Rename .* `device_names`"
    ):
        walk.plan()
    assert refused(walk) == {"groups.frontend.volumes", "groups.compute.volumes"}
    walk.file["cloud"]["device_names"] = {"data1": "/dev/sdf", "home": "/dev/sdf"}
    assert refused(walk) == {"groups.frontend.volumes", "groups.compute.volumes"}
    walk.file["cloud"]["device_names"] = {"data1": "/dev/sdf"}
    assert len(walk.plan().nodes) == 4
    assert cloud.world.counts() == {}


def refused(walk: Walk) -> set[str]:
    """The keys that a plan complains about."""
    with pytest.raises(InputError) as raised:
        walk.plan()
    assert all(one.place for one in raised.value.problems)
    return {one.key for one in raised.value.problems}


def test_what_amazon_opens_later_moves_no_node(tmp_path: Path, cloud: Double) -> None:
    """Zones without the type are left out; those there were at first stay, and a new group has today's."""
    walk = Walk(tmp_path, SITE, cloud)
    walk.file["software"] = {}
    walk.group["zone"] = "spread"
    a, b, c = (f"eu-central-1{letter}" for letter in "abc")
    zones(cloud, [c, b], {"c7i.large": [c, b]})
    walk.up()
    before = walk.built()
    assert [before[name].zone for name in (steps.FRONTEND, *steps.WORKERS)] == [b, b, c, b]
    zones(cloud, [c, b, a], {"c7i.large": [a, b, c], "m7i.large": [a, c]})
    steps.no_change(walk)
    walk.file["groups"]["more"] = {"count": 2, "type": "m7i.large", "image": "debian-12", "zone": "spread"}
    assert set(steps.actions(walk.up())) == {"more001", "more002"}
    steps.untouched(walk, before, before)
    assert [walk.built()[name].zone for name in ("more001", "more002")] == [a, c]


def test_a_type_that_no_zone_has_is_refused(tmp_path: Path, cloud: Double) -> None:
    walk = Walk(tmp_path, SITE, cloud)
    frontend, compute = walk.file["groups"].values()
    zones(
        cloud,
        ["eu-central-1a", "eu-central-1b"],
        {"c7i.large": ["eu-central-1a"], "c7i.xlarge": ["eu-central-1b"]},
    )
    compute["type"] = "c7i.xlarge"
    assert refused(walk) == {"groups.frontend.type", "groups.compute.type"}
    frontend["zone"] = "eu-central-1a"
    assert {one.action for one in walk.plan().nodes} == {"create"}
    compute |= {"type": "m7i.large", "zone": "spread"}
    assert refused(walk) == {"groups.compute.type"}
    assert cloud.world.counts() == {}


def zones(cloud: Double, names: list[str], offers: Mapping[str, list[str]]) -> None:
    """What zones the region has, and which types are in them."""
    cloud.world.fixture(ZONES, {"id": "eu-central-1", "names": names})
    pairs = [(name, zone) for name, offered in offers.items() for zone in offered]
    types, locations = (list(column) for column in zip(*pairs, strict=True))
    cloud.world.fixture(OFFERS, {"id": "eu-central-1", "instance_types": types, "locations": locations})


def test_a_kept_volume_outlives_the_cluster_and_is_adopted(tmp_path: Path, cloud: Double) -> None:
    walk = Walk(tmp_path, SITE, cloud)
    walk.file["software"] = {}
    walk.file["groups"] = {"frontend": {**walk.file["groups"]["frontend"], "volumes": {}}}
    volumes = walk.file["groups"]["frontend"]["volumes"]
    volumes |= {"home": {"size_gb": 5, "on_destroy": "keep"}, "tmp": {"size_gb": 5}}
    walk.up()
    device = walk.built()["frontend001"].volumes["home"]
    report = walk.down()
    assert [(one.type, one.kept, one.node, one.volume) for one in report.kept] == [
        ("aws_ebs_volume", True, "frontend001", "home")
    ]
    assert cloud.world.counts() == {"aws_ebs_volume": 1}
    walk.up()
    assert walk.built()["frontend001"].volumes["home"] == device
    assert cloud.world.counts()["aws_ebs_volume"] == 2
    steps.no_change(walk)


def test_the_examples_are_good() -> None:
    module = resources.folder("terraform_modules") / "aws"
    examples = Path(__file__).parents[3] / "examples"
    for files in ([module / "example.yaml"], [examples / "slurm.yaml", examples / "clouds" / "aws.yaml"]):
        assert cli.run(["validate", *map(str, files)]) == 0


def test_scenarios(tmp_path: Path, cloud: Double) -> None:
    scenarios.prepare("aws", tmp_path)
    scenarios.run(tmp_path, cloud.environment)
