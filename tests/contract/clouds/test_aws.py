"""The cloud `aws`: its cluster's life, what it refuses, what it opens, its scenarios."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import cli, resources
from elasticluster_tf.errors import InputError
from tests import scenarios
from tests.contract.clouds import steps
from tests.contract.clouds.steps import Site, Walk
from tests.provider_double import Double, double

CANARIES = ("AKIACANARYCANARY0001", "canary/secret/0002", "canary-session-token-0003")
SITE = Site(
    cloud={"name": "aws", "region": "eu-central-1"},
    machine="aws_instance",
    types=("c7i.large", "c7i.xlarge"),
    retype="change",  # Amazon stops the machine and starts it as the other type
    environment=dict(
        zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), CANARIES, strict=True)
    ),
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
    steps.drift(walk)
    steps.private(tmp_path / ".ectf", CANARIES)
    steps.down(walk)
    steps.private(tmp_path / ".ectf", CANARIES)


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
    walk.file["cloud"] |= {**network, "shared_fs": {"home": {}, "fast": {"type": "lustre"}}}
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
            "settings": {"aws": {"spot_price": 0.4, "disk_type": "io2", "disk_iops": 4000}},
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
    assert compute[0].attributes["instance_market_options"][0]["spot_options"][0]["max_price"] == "0.4"
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
    assert world.counts()["aws_fsx_lustre_file_system"] == world.counts()["aws_efs_file_system"] == 1
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
    assert cloud.world.counts() == {}


def refused(walk: Walk) -> set[str]:
    """The keys that a plan complains about."""
    with pytest.raises(InputError) as raised:
        walk.plan()
    assert all(one.place for one in raised.value.problems)
    return {one.key for one in raised.value.problems}


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
