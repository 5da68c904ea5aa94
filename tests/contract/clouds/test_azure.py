"""The Azure module under real ectf and real Terraform, on the provider double."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from elasticluster_tf.errors import EctfError, InputError
from tests import scenarios
from tests.contract.clouds import steps
from tests.contract.clouds.steps import Site, Walk
from tests.provider_double import Double, World, double
from tests.provider_double.clouds.azure import Azure
from tests.provider_double.making import Making
from tests.provider_double.schema import Values

MODULE = Path(__file__).parents[3] / "terraform_modules" / "azure"
MACHINE = "azurerm_linux_virtual_machine"
DISK, GROUP, RULE = "azurerm_managed_disk", "azurerm_resource_group", "azurerm_network_security_rule"
INTERFACE = "azurerm_network_interface"
SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
SITE = Site(
    cloud={"name": "azure", "location": "westeurope", "subscription_id": SUBSCRIPTION},
    machine=MACHINE,
    machine_id="virtual_machine_id",  # a machine made anew has the old one's id, which is a path of names
    types=("Standard_D2as_v5", "Standard_D4as_v5"),
    retype="change",  # Azure restarts the machine as another size
    environment={"ARM_CLIENT_SECRET": "of nobody"},
)


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Double]:
    details = Azure.azurerm_linux_virtual_machine

    def guid(cloud: Azure, making: Making) -> Values:
        """Azure gives another GUID to a machine that is made again under its name."""
        return {**details(cloud, making), SITE.machine_id: str(uuid4())}

    monkeypatch.setattr(Azure, "azurerm_linux_virtual_machine", guid)
    with double(["azure"], tmp_path / "world") as found:
        yield found


@pytest.fixture
def walk(tmp_path: Path, azure: Double) -> Walk:
    folder = tmp_path / "cluster"
    folder.mkdir()
    return Walk(folder, SITE, azure)


def test_life(walk: Walk) -> None:
    steps.life(walk)


def test_kept_volume(walk: Walk) -> None:
    """A kept volume stays when the cluster goes, and the next `up` takes it back."""
    walk.file["cloud"]["resource_group"] = "lab"
    walk.group["count"] = 1
    walk.file["groups"]["frontend"]["volumes"] = {
        "home": {"size_gb": 50, "on_destroy": "keep"},
        "scratch": {"size_gb": 10},
    }
    walk.up()
    world = walk.double.world
    (disk,) = world.find(DISK, name="walk-frontend001-home")
    assert walk.built()["frontend001"].volumes == {
        "home": "/dev/disk/azure/scsi1/lun19",
        "scratch": "/dev/disk/azure/scsi1/lun13",
    }
    steps.no_change(walk)
    report = walk.down()
    assert [one.id for one in report.kept] == [disk.id]
    assert world.counts() == {DISK: 1}
    walk.up()
    assert len(world.calls("create", DISK)) == 3  # home once, scratch twice
    assert world.one(DISK, name="walk-frontend001-home") == disk
    assert walk.built()["frontend001"].volumes["home"] == "/dev/disk/azure/scsi1/lun19"


def test_everything_a_group_can_have(walk: Walk) -> None:
    """One cluster with every option, in an existing network: made, a second plan is empty, and it goes."""
    walk.file["cloud"] |= {
        "resource_group": "lab",
        "network": "hub",
        "subnet": "compute",
        "disk_type": "Premium_LRS",
        "volume_type": "PremiumV2_LRS",
        "encryption_at_host": True,
        "zones": ["2", "3"],
        "shared_fs": {"home": {"size_gb": 200}},
        "environment": "usgovernment",
    }
    lab = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/lab/providers"
    identity = f"{lab}/Microsoft.ManagedIdentity/userAssignedIdentities/nodes"
    image = f"{lab}/Microsoft.Compute/images/own"
    size = {"type": "Standard_D4as_v5"}
    walk.file["groups"] |= {
        "compute": {"count": 3, **size, "zone": "spread", "volumes": {"data": {"size_gb": 20}}},
        "mpi": {"count": 2, "type": "Standard_HB120rs_v3", "placement": "together", "image": "rocky-9"},
        "apart": {"count": 1, **size, "placement": "apart", "image": "Debian:debian-13:13-gen2:latest"},
        "gpu": {"count": 1, "type": "Standard_NC4as_T4_v3", "spot": True, "disk_gb": 80},
        "new": {"count": 1, "type": "Standard_D4as_v6", "image": image, "zone": "2"},
    }
    walk.file["groups"]["new"]["volumes"] = {"data": {"size_gb": 20}}
    walk.file["groups"]["gpu"]["settings"] = {"azure": {"spot_max_price": 0.25, "identities": [identity]}}
    walk.up()
    steps.no_change(walk)
    built, world = walk.built(), walk.double.world
    made = {name: world.one(MACHINE, name=f"walk-{name}").attributes for name in built}
    assert [built[name].zone for name in steps.WORKERS] == ["2", "3", "2"]
    spot = [made["gpu001"][key] for key in ("priority", "max_bid_price", "eviction_policy")]
    assert spot == ["Spot", 0.25, "Delete"]
    assert made["gpu001"]["identity"][0]["identity_ids"] == [identity]
    assert made["mpi001"]["proximity_placement_group_id"] and made["apart001"]["availability_set_id"]
    assert made["mpi001"]["plan"][0]["product"] == "rockylinux-x86_64"
    assert made["apart001"]["source_image_reference"][0]["offer"] == "debian-13"
    assert made["new001"]["source_image_id"] == image
    assert built["new001"].volumes == {"data": "/dev/disk/azure/data/by-lun/21"}
    assert {name for name in made if made[name]["vtpm_enabled"]} == {"frontend001", *steps.WORKERS}
    kinds = ("azurerm_virtual_network", "azurerm_subnet", "azurerm_nat_gateway", GROUP)
    assert not any(world.all(kind) for kind in kinds)
    tagged = [one for one in world.all() if "tags" in one.attributes]
    assert [one.id for one in tagged if one.attributes["tags"].get("ectf-cluster") != "walk"] == []
    assert world.configured("azure")[-1]["environment"] == "usgovernment"
    steps.down(walk)


def test_another_family_of_types(walk: Walk) -> None:
    """The interface keeps what it was made with: Azure judges it by the size that the machine has, not by the next."""
    world = walk.double.world
    walk.group["type"] = "Standard_B2s"
    fast = {"count": 1, "size": {"cpus": 2, "memory_gb": 4}}
    walk.file["groups"]["fast"] = fast
    walk.up()
    before = walk.built()
    machine = world.one(MACHINE, name="walk-fast001")
    assert machine.attributes["size"] == "Standard_F2s_v2"
    assert accelerated(world) == {"frontend001", "fast001"}
    world.fail("update", INTERFACE, error="VMSizeIsNotPermittedToEnableAcceleratedNetworking")
    walk.group["type"] = "Standard_D2as_v5"
    assert steps.only(walk.up()) == dict.fromkeys(steps.WORKERS, "change")
    assert accelerated(world) == {"frontend001", "fast001"}
    fast["size"] = {"cpus": 4, "memory_gb": 16}
    assert steps.only(walk.up()) == {"fast001": "change"}
    steps.untouched(walk, before, before)
    steps.no_change(walk)
    del fast["size"]
    fast["type"] = "Standard_B2ms"
    with pytest.raises(InputError) as told:
        walk.plan()
    (problem,) = told.value.problems
    assert problem.key == "groups.fast" and problem.place
    assert (
        "Standard_B2ms is not known to have" in problem.message
        and "accelerated_networking: true" in problem.message
    )
    fast["settings"] = {"azure": {"accelerated_networking": True}}
    assert steps.only(walk.plan()) == {"fast001": "change"}


def accelerated(world: World) -> set[str]:
    """The nodes whose interfaces have accelerated networking."""
    found = [one.attributes for one in world.all(INTERFACE)]
    return {one["tags"]["ectf-node"] for one in found if one["accelerated_networking_enabled"]}


def test_nothing_is_open_to_the_world(walk: Walk) -> None:
    """Only what the file says in so many words; no identity, no password, no extensions."""
    walk.group["count"] = 1
    walk.up()
    world = walk.double.world
    assert sources(world) == {"ssh": ["198.51.100.0/24"], "inside": ["10.80.0.0/17"]}
    machine = world.one(MACHINE, name="walk-frontend001").attributes
    on = ("disable_password_authentication", "secure_boot_enabled", "vtpm_enabled")
    assert all(machine[name] for name in on)
    assert not machine["identity"] and not machine["allow_extension_operations"]
    assert not world.one("azurerm_subnet").attributes["default_outbound_access_enabled"]
    walk.file["ssh"]["allow_from"] = ["0.0.0.0/0", "2001:db8::/32"]
    walk.up()
    assert sources(world)["ssh"] == ["0.0.0.0/0"]
    walk.file["ssh"]["allow_from"] = []
    walk.up()
    assert "ssh" not in sources(world)


def sources(world: World) -> dict[str, list[str]]:
    """Where each rule that allows something lets it come from."""
    rules = [one.attributes for one in world.all(RULE) if one.attributes["access"] == "Allow"]
    return {
        rule["name"]: rule["source_address_prefixes"] or [rule["source_address_prefix"]] for rule in rules
    }


def test_group_that_does_not_fit(walk: Walk) -> None:
    """What only Terraform can tell is told at plan: the group, the key, what to do; nothing is made."""
    walk.file["groups"]["compute"] |= {"zone": "westeurope-1", "disk_gb": 10, "image": "debain-12"}
    walk.file["groups"]["frontend"]["volumes"] = {"home": {"size_gb": 50, "on_destroy": "keep"}}
    with pytest.raises(EctfError) as told:
        walk.up()
    found = f"{told.value} {told.value.detail}"
    for wanted in (
        "groups.compute.zone",
        "groups.compute.image",
        "groups.frontend.volumes",
        "az group create",
    ):
        assert wanted in found
    assert walk.double.world.counts() == {}


def test_scenarios(tmp_path: Path, azure: Double) -> None:
    scenarios.prepare("azure", tmp_path)
    scenarios.run(tmp_path, azure.environment)
