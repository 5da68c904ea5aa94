"""Incus's module: the life of a cluster, what is open, volumes, virtual machines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from elasticluster_tf import cli, resources
from elasticluster_tf.errors import InputError
from tests import scenarios
from tests.contract.clouds import steps
from tests.contract.clouds.steps import Site, Walk
from tests.provider_double import Double, Thing, double
from tests.provider_double.clouds.incus import devices

MODULE = resources.folder("terraform_modules") / "incus"
EXAMPLES = Path(__file__).parents[3] / "examples"
VOLUME, ACL = "incus_storage_volume", "incus_network_acl"

SITE = Site(
    cloud={"name": "incus", "public_addresses": {"frontend001": "192.0.2.10"}},
    machine="incus_instance",
    sizes=({"cpus": 1, "memory_gb": 2}, {"cpus": 2, "memory_gb": 4}),
    retype="change",
    machine_id="mac_address",
)


@pytest.fixture
def incus(tmp_path: Path) -> Iterator[Double]:
    with double(["incus"], tmp_path / "world") as cloud:
        yield cloud


@pytest.fixture
def walk(tmp_path: Path, incus: Double) -> Walk:
    folder = tmp_path / "cluster"
    folder.mkdir()
    return Walk(folder, SITE, incus)


def only_frontend(walk: Walk, **more: object) -> None:
    """A cluster of one node, for what one node can show."""
    del walk.file["groups"]["compute"], walk.file["software"]
    walk.file["groups"]["frontend"] |= more


def instance(walk: Walk, name: str) -> Thing:
    return walk.double.world.one(SITE.machine, name=f"walk-{name}")


def test_life(walk: Walk) -> None:
    steps.life(walk)


def test_everything_a_group_can_have(walk: Walk) -> None:
    """One cluster with every option of the module: it is made, a second plan is empty, and it goes."""
    walk.file["cloud"] |= {
        "remote": "lab",
        "address": "https://incus.example.org:8443",
        "config_dir": "/etc/incus-client",
        "project": "hpc",
        "network": "lan",
        "cidr": "192.168.32.0/20",
        "address_offsets": {"compute": 100},
        "image_remote": "mirror",
        "members": ["east", "west"],
        "pool": "fast",
        "login_user": "admin",
    }
    own = {
        "instance_type": "virtual-machine",
        "pool": "bulk",
        "gpus": ["0000:41:00.0"],
        "config": {"security.secureboot": "false"},
    }
    walk.group.update({"size": {"cpus": 4, "memory_gb": 1.5, "gpus": 1}, "zone": "spread", "disk_gb": 80})
    walk.group.update({"image": "mine", "volumes": {"data": {"size_gb": 20}}, "settings": {"incus": own}})
    walk.up()
    (block,) = walk.double.world.configured("incus")[-1]["remote"]
    assert (block["name"], block["address"]) == ("lab", "https://incus.example.org:8443")
    assert "incus_network" not in walk.double.world.counts()
    machines = [instance(walk, name).attributes for name in steps.WORKERS]
    assert [one["target"] for one in machines] == ["east", "west", "east"]
    for values in machines:
        held = devices(values)
        assert (values["type"], values["project"]) == ("virtual-machine", "hpc")
        assert values["config"]["limits.memory"] == "1536MiB" and values["config"]["limits.cpu"] == "4"
        assert values["config"]["security.secureboot"] == "false"
        assert held["root"] == {"path": "/", "pool": "bulk", "size": "80GiB"}
        assert held["eth0"]["security.acls"] == "walk"
        assert held["gpu-0000-41-00-0"] == {"gputype": "physical", "pci": "0000:41:00.0"}
        assert held["vdata"].keys() == {"pool", "source"}  # a disk, which has no place
    volume = walk.double.world.one(VOLUME, name="walk-compute002-data").attributes
    assert (volume["content_type"], volume["pool"], volume["target"]) == ("block", "bulk", "west")
    built = walk.built()
    assert built["compute001"].address == "192.168.32.116"  # 16 that are left out, and 100
    assert built["compute001"].ssh_user == "admin" and built["compute001"].zone == "east"
    assert built["compute001"].volumes == {"data": "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_incus_vdata"}
    assert instance(walk, "frontend001").attributes["image"] == "mirror:debian/12/cloud"
    assert len(machines[0]["image"]) == 64  # looked up for what it is to be
    steps.no_change(walk)
    steps.down(walk)


def test_labels_are_on_everything(walk: Walk) -> None:
    walk.file["labels"] = {"project": "walk"}
    only_frontend(walk, labels={"owner": "me"}, volumes={"data": {"size_gb": 1}})
    walk.up()
    for thing in walk.double.world.all():
        wanted = {"ectf-cluster": "walk", "managed-by": "ectf", "project": "walk"}
        if thing.type not in (ACL, "incus_network"):
            wanted |= {"ectf-node": "frontend001", "ectf-group": "frontend", "owner": "me"}
        found = {key.removeprefix("user."): value for key, value in thing.attributes["config"].items()}
        assert wanted.items() <= found.items(), thing.type


def test_a_long_name_fits_a_bridge(walk: Walk) -> None:
    walk.file["name"] = "a-cluster-with-quite-a-long-nam"
    only_frontend(walk)
    walk.up()
    (network,) = walk.double.world.all("incus_network")
    assert network.attributes["name"].startswith("a-cluste-") and len(network.attributes["name"]) == 15


def test_image_and_user_data_stay(walk: Walk) -> None:
    """A newer image of the same name replaces nothing; another one in the file replaces the instance."""
    only_frontend(walk, image="mine")
    walk.file["cloud"]["login_user"] = "debian"
    walk.up()
    before = walk.built()["frontend001"]
    assert instance(walk, "frontend001").attributes["image"]
    walk.double.world.fixture("incus_image", {"fingerprint": "f" * 64})
    steps.no_change(walk)
    walk.up(refresh_images=["frontend"])
    assert instance(walk, "frontend001").attributes["image"] == "f" * 64
    before = walk.built()["frontend001"]
    walk.file["groups"]["frontend"]["image"] = "ubuntu-24.04"
    walk.up()
    after = walk.built()["frontend001"]
    assert after.instance_id != before.instance_id
    assert (after.address, after.public_ip) == (before.address, before.public_ip)
    assert (before.ssh_user, after.ssh_user) == ("debian", "ubuntu")


def test_kept_volume(walk: Walk) -> None:
    """It outlives the cluster, and the next one of the name has it again when the file names it."""
    volumes = {"home": {"size_gb": 20, "mount": "/home", "on_destroy": "keep"}, "tmp": {"size_gb": 1}}
    only_frontend(walk, volumes=volumes)
    walk.up()
    assert walk.built()["frontend001"].volumes == {"home": "/home", "tmp": "/mnt/tmp"}
    # This provider can't list volumes, so the name that the state knew is told before it is forgotten.
    (told,) = walk.down().kept
    assert (told.id, told.name) == ("walk-frontend001-home", "frontend001_home")
    assert walk.double.world.counts() == {VOLUME: 1}
    walk.double.world.edit(VOLUME, "/default/walk-frontend001-home", location="the same one")
    walk.file["cloud"]["kept_volumes"] = {"frontend001_home": "default"}
    walk.up()
    home = walk.double.world.one(VOLUME, name="walk-frontend001-home")
    assert home.attributes["location"] == "the same one"
    steps.no_change(walk)
    (told,) = walk.down().kept
    assert (told.id, told.node, told.volume) == ("/default/walk-frontend001-home", "frontend001", "home")


def test_nothing_is_open_to_the_world(walk: Walk) -> None:
    """Only what the file says in so many words."""
    only_frontend(walk)
    walk.up()
    address = walk.built()["frontend001"].address
    inside = {("10.60.0.0/16", "", ""), ("10.60.0.1", "", "22")}
    assert incoming(walk) == {*inside, ("198.51.100.0/24", address, "22")}
    assert devices(instance(walk, "frontend001").attributes)["eth0"]["ipv4.address"] == address
    walk.file["cloud"]["egress"] = "none"
    walk.file["groups"]["frontend"]["public_ip"] = False
    walk.up()
    assert incoming(walk) == inside
    (network,) = walk.double.world.all("incus_network")
    assert network.attributes["config"]["ipv4.nat"] == "false"
    (acl,) = walk.double.world.all(ACL)
    assert [rule["destination"] for rule in acl.attributes["egress"]] == ["10.60.0.0/16"]
    walk.file["ssh"]["allow_from"] = ["0.0.0.0/0", "::/0"]
    walk.file["groups"]["frontend"]["public_ip"] = True
    walk.up()
    assert incoming(walk) == {*inside, ("0.0.0.0/0", address, "22")}  # nodes have no IPv6


def incoming(walk: Walk) -> set[tuple[str, str, str]]:
    """Whence, whereto and which port, of all that is let in."""
    (acl,) = walk.double.world.all(ACL)
    keys = ("source", "destination", "destination_port")
    found = {tuple(rule[key] for key in keys) for rule in acl.attributes["ingress"]}
    return {(one, two, three) for one, two, three in found}


def test_addresses_depend_on_no_other_group(walk: Walk) -> None:
    walk.up()
    before = walk.built()
    walk.file["groups"] = {"aaa": dict(walk.group, count=2), **walk.file["groups"]}
    walk.up()
    steps.untouched(walk, before, before)


def test_a_plan_refuses_what_only_it_can_judge(walk: Walk) -> None:
    """All at once, each with its place in the file, and nothing is made."""
    frontend, compute = walk.file["groups"].values()
    walk.file["software"] = {}
    walk.file["cloud"] |= {"public_addresses": {}, "address_offsets": {"frontend": 7, "compute": 5}}
    frontend["image"] = "images:alpine/edge/cloud"
    compute |= {"zone": "spread", "size": {"cpus": 1, "memory_gb": 1, "gpus": 1}}
    assert refused(walk) == {
        "groups.frontend",
        "groups.frontend.public_ip",
        "groups.frontend.image",
        "groups.compute",
        "groups.compute.zone",
        "groups.compute.size.gpus",
    }
    assert walk.double.world.counts() == {}


def refused(walk: Walk) -> set[str]:
    """The keys that a plan complains about."""
    with pytest.raises(InputError) as raised:
        walk.plan()
    assert all(one.place for one in raised.value.problems)
    return {one.key for one in raised.value.problems}


def test_examples() -> None:
    overlay = EXAMPLES / "clouds" / "incus.yaml"
    for files in ([MODULE / "example.yaml"], [EXAMPLES / "slurm.yaml", overlay]):
        assert cli.run(["validate", *map(str, files)]) == 0


def test_scenarios(tmp_path: Path, incus: Double) -> None:
    scenarios.prepare("incus", tmp_path)
    scenarios.run(tmp_path, incus.environment)
