"""OpenStack's module: the life of a cluster, bad files, what is open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from elasticluster_tf import cli, resources
from elasticluster_tf.errors import InputError
from tests import scenarios
from tests.contract.clouds import steps
from tests.contract.clouds.steps import Newer, Site, Walk
from tests.provider_double import Double, Thing, double

MODULE = resources.folder("terraform_modules") / "openstack"
EXAMPLES = Path(__file__).parents[3] / "examples"
VOLUME = "openstack_blockstorage_volume_v3"
RULE = "openstack_networking_secgroup_rule_v2"
GROUP = "openstack_networking_secgroup_v2"
IMAGES = "openstack_images_image_ids_v2"
NEWER = "6f1d2c3b-4a5e-4b6f-8c7d-9e0f1a2b3c4d"
SHARED_NETWORK = "10f3d1a1-6f3b-4a0e-8a39-1c1e0a4d5b6f"

SITE = Site(
    cloud={"name": "openstack", "cloud": "mysite", "external_network": "public"},
    machine="openstack_compute_instance_v2",
    types=("m1.small", "m1.large"),
    sizes=({"cpus": 2, "memory_gb": 4}, {"cpus": 8, "memory_gb": 16}),
    newer=Newer(IMAGES, {"id": "1", "ids": [NEWER]}, NEWER),
    retype="change",
)


@pytest.fixture
def openstack(tmp_path: Path) -> Iterator[Double]:
    with double(["openstack"], tmp_path / "world") as cloud:
        yield cloud


@pytest.fixture
def walk(tmp_path: Path, openstack: Double) -> Walk:
    folder = tmp_path / "cluster"
    folder.mkdir()
    return Walk(folder, SITE, openstack)


def only_frontend(walk: Walk, **more: object) -> None:
    """A cluster of one node, for what one node can show."""
    del walk.file["groups"]["compute"], walk.file["software"]
    walk.file["groups"]["frontend"] |= more


def test_life(walk: Walk) -> None:
    steps.life(walk)


def test_everything_a_group_can_have(walk: Walk) -> None:
    """One cluster with every option of the module: it is made, a second plan is empty, and it goes."""
    world = walk.double.world
    world.fixture("openstack_compute_availability_zones_v2", {"id": "z", "names": ["az1", "az2", "internal"]})
    walk.file["cloud"] |= {
        "auth_url": "https://keystone.example.org:5000/v3",
        "region": "RegionOne",
        "interface": "internal",
        "endpoint_overrides": {"compute": "https://nova.example.org/v2.1/"},
        "cidr": "10.41.0.0/20",
        "dns_nameservers": ["192.0.2.53"],
        "flavors": {"huge": {"cpus": 64, "memory_gb": 256}, "gpu.2": {"cpus": 8, "memory_gb": 64, "gpus": 2}},
        "site_images": {"debian-12": "Our Debian"},
        "placement_policy": "strict",
        "disk_type": "fast-encrypted",
        "volume_zone": "node",
        "volume_bus": "scsi",
        "config_drive": True,
        "shared_fs": {"projects": {"size_gb": 100}},
    }
    size = {"cpus": 4, "memory_gb": 16, "gpus": 1}
    own = {"volume_type": "bulk", "security_group_ids": [SHARED_NETWORK], "login_user": "admin"}
    walk.file["groups"]["compute"] = {"count": 3, "size": size, "zone": "spread", "placement": "apart"}
    walk.group.update({"disk_gb": 80, "volumes": {"data": {"size_gb": 20}}, "settings": {"openstack": own}})
    walk.up()
    block = world.configured("openstack")[-1]
    assert block["auth_url"] == "https://keystone.example.org:5000/v3"
    assert (block["region"], block["endpoint_type"]) == ("RegionOne", "internal")
    built, machines = walk.built(), named(walk, SITE.machine, "compute")
    assert [one.attributes["availability_zone"] for one in machines] == ["az1", "az2", "az1"]
    for values, volume in zip([one.attributes for one in machines], named(walk, VOLUME, "data"), strict=True):
        assert (values["flavor_name"], values["config_drive"]) == ("gpu.2", True)
        assert values["block_device"][0]["source_type"] == "volume" and values["scheduler_hints"][0]["group"]
        assert volume.attributes["availability_zone"] == values["availability_zone"]
        assert volume.attributes["volume_type"] == "bulk"
        path = built[values["metadata"]["ectf-node"]].volumes["data"]
        assert path == f"/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_{volume.id}"
    (group,) = world.all("openstack_compute_servergroup_v2")
    assert group.attributes["policies"] == ["anti-affinity"]
    assert built["compute001"].ssh_user == "admin"
    (access,) = world.all("openstack_sharedfilesystem_share_access_v2")
    assert access.attributes["access_to"] == "10.41.0.0/20"
    assert set(walk.state().shared_fs) == {"openstack"}
    steps.no_change(walk)
    world.fixture("openstack_compute_availability_zones_v2", {"id": "z", "names": ["az0", "az1", "az2"]})
    steps.no_change(walk)  # a new zone moves no node
    steps.down(walk)


def test_labels_are_on_everything_that_takes_them(walk: Walk) -> None:
    walk.file["labels"] = {"project": "walk", "long": "x" * 60}
    only_frontend(walk, labels={"owner": "me"}, volumes={"data": {"size_gb": 1}}, disk_gb=20)
    walk.up()
    bare = ("keypair", "secgroup_rule", "interface", "attach")  # what has neither tags nor metadata
    for name in walk.double.world.counts():
        for thing in walk.double.world.all(name):
            if not any(part in name for part in bare):
                tags = thing.attributes.get("tags") or []
                found = thing.attributes.get("metadata") or dict(tag.split("=", 1) for tag in tags)
                wanted = {"ectf-cluster": "walk", "managed-by": "ectf", "project": "walk"}
                if name.split("_")[2] in ("instance", "port", "floatingip", "volume"):
                    wanted |= {"ectf-node": "frontend001", "ectf-group": "frontend", "owner": "me"}
                assert wanted.items() <= found.items(), name


def test_existing_network(walk: Walk) -> None:
    """Nothing of the network is made, and nothing of it goes; its own addresses may be the public ones."""
    del walk.file["cloud"]["external_network"]
    walk.file["cloud"] |= {"network": SHARED_NETWORK, "subnet": "campus", "public_ip_from": "network"}
    walk.up()
    assert not [name for name in walk.double.world.counts() if "router" in name or "floatingip" in name]
    (port,) = named(walk, "openstack_networking_port_v2", "frontend001")
    assert port.attributes["network_id"] == SHARED_NETWORK
    built = walk.built()
    assert built["frontend001"].public_ip == built["frontend001"].address
    assert built["compute001"].public_ip is None
    steps.no_change(walk)
    steps.down(walk)


def test_image_and_user_data_stay(walk: Walk) -> None:
    """A newer image of the same name replaces nothing; another one in the file replaces the machine."""
    only_frontend(walk, disk_gb=20)
    walk.up()
    before = walk.built()["frontend001"]
    walk.double.world.fixture(IMAGES, {"id": "1", "ids": ["newer"]})
    steps.no_change(walk)
    walk.file["groups"]["frontend"]["image"] = "ubuntu-24.04"
    walk.up()
    after = walk.built()["frontend001"]
    assert after.instance_id != before.instance_id
    assert (after.address, after.public_ip) == (before.address, before.public_ip)
    assert (before.ssh_user, after.ssh_user) == ("debian", "ubuntu")


def test_kept_volume(walk: Walk) -> None:
    """It outlives the cluster, and the next one of the name has it again when the file names it."""
    only_frontend(walk, volumes={"home": {"size_gb": 20, "on_destroy": "keep"}, "tmp": {"size_gb": 1}})
    walk.up()
    (home,) = named(walk, VOLUME, "home")
    path = walk.built()["frontend001"].volumes["home"]
    # This provider can't list volumes, so the id that the state knew is told before it is forgotten.
    assert [(one.id, one.name) for one in walk.down().kept] == [(home.id, "frontend001_home")]
    assert walk.double.world.counts() == {VOLUME: 1}
    walk.file["cloud"]["kept_volumes"] = {"frontend001_home": home.id}
    walk.up()
    assert [one.id for one in named(walk, VOLUME, "home")] == [home.id]
    assert walk.built()["frontend001"].volumes["home"] == path
    steps.no_change(walk)
    assert [(one.id, one.node, one.volume) for one in walk.down().kept] == [(home.id, "frontend001", "home")]


def test_nothing_is_open_to_the_world(walk: Walk) -> None:
    """Only what the file says in so many words."""
    world, open_to_all = walk.double.world, ("0.0.0.0/0", "::/0")

    def incoming() -> list[tuple[object, ...]]:
        keys = ("remote_ip_prefix", "protocol", "port_range_min", "port_range_max")
        rules = [one.attributes for one in world.all(RULE) if one.attributes["direction"] == "ingress"]
        return [tuple(rule[key] for key in keys) for rule in rules if not rule["remote_group_id"]]

    def open_ssh() -> list[str]:
        """Security groups of the frontend that let SSH in."""
        (port,) = named(walk, "openstack_networking_port_v2", "frontend001")
        rules = [one.attributes for one in world.all(RULE) if one.attributes["port_range_min"] == 22]
        opened = {rule["security_group_id"] for rule in rules} & set(port.attributes["security_group_ids"])
        return sorted(one.attributes["name"] for one in world.all(GROUP) if one.id in opened)

    only_frontend(walk)
    walk.up()
    assert incoming() == [("198.51.100.0/24", "tcp", 22, 22)]
    assert open_ssh() == ["walk-public"]
    assert all(group.attributes["delete_default_rules"] for group in world.all(GROUP))
    (machine,) = world.all(SITE.machine)
    assert not machine.attributes["admin_pass"]
    walk.file["cloud"]["egress"] = "none"
    walk.file["groups"]["frontend"]["public_ip"] = False
    walk.up()
    assert "openstack_networking_router_v2" not in world.counts()
    (cluster,) = [one for one in world.all(GROUP) if one.attributes["name"] == "walk"]
    own = [one.attributes for one in world.all(RULE) if one.attributes["security_group_id"] == cluster.id]
    assert not [rule for rule in own if rule["remote_ip_prefix"] in open_to_all]
    assert open_ssh() == ["walk"]  # by a VPN, or from the network: nowhere else could it come in
    walk.file["ssh"]["allow_from"] = []
    walk.up()
    assert incoming() == []
    walk.file["ssh"]["allow_from"] = list(open_to_all)
    walk.up()
    assert sorted(incoming()) == [(one, "tcp", 22, 22) for one in sorted(open_to_all)]


def test_a_plan_refuses_what_only_it_can_judge(walk: Walk) -> None:
    """All at once, each with its place in the file, and nothing is made."""
    frontend, compute = walk.file["groups"].values()
    walk.double.world.fixture(IMAGES, {"id": "0", "ids": []}, match={"name": "Debain"})
    walk.file["software"] = {}
    walk.file["cloud"]["flavors"] = {"m1.small": {"cpus": 2, "memory_gb": 4}}
    frontend["image"] = "Debain"
    del compute["type"]
    compute["size"] = {"cpus": 4, "memory_gb": 4}
    assert refused(walk) == {"groups.frontend.image", "groups.compute.size"}
    frontend["image"] = "debian-12"
    compute |= {"size": {"cpus": 2, "memory_gb": 4, "gpus": 1}}
    walk.file["cloud"]["flavors"] = {}
    assert refused(walk) == {"groups.compute.size.gpus"}
    assert walk.double.world.counts() == {}


def refused(walk: Walk) -> set[str]:
    """The keys that a plan complains about."""
    with pytest.raises(InputError) as raised:
        walk.plan()
    assert all(one.place for one in raised.value.problems)
    return {one.key for one in raised.value.problems}


def named(walk: Walk, kind: str, part: str) -> list[Thing]:
    """What has this in its name, by name."""
    found = [one for one in walk.double.world.all(kind) if part in one.attributes["name"]]
    return sorted(found, key=lambda one: str(one.attributes["name"]))


def test_examples() -> None:
    overlay = EXAMPLES / "clouds" / "openstack.yaml"
    for files in ([MODULE / "example.yaml"], [EXAMPLES / "slurm.yaml", overlay]):
        assert cli.run(["validate", *map(str, files)]) == 0


def test_scenarios(tmp_path: Path, openstack: Double) -> None:
    scenarios.prepare("openstack", tmp_path)
    scenarios.run(tmp_path, openstack.environment)
