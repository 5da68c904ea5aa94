"""Google Cloud's module: the life of a cluster, bad files, what is open."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from elasticluster_tf import clouds, resources
from elasticluster_tf.config import Group
from tests import scenarios
from tests.builders import shipped
from tests.contract.clouds import steps
from tests.contract.clouds.steps import Newer, Site, Walk
from tests.provider_double import Double, double
from tests.provider_double.clouds.google import Google
from tests.provider_double.making import Making

CLOUD = {"name": "google", "project": "my-project", "region": "europe-west3"}
SITE = Site(
    cloud=CLOUD,
    machine="google_compute_instance",
    machine_id="instance_id",
    types=("e2-standard-2", "e2-standard-4"),
    newer=Newer("google_compute_image", {"self_link": "debian-12-v20260303"}, "debian-12-v20260303"),
    retype="change",
)


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Double]:
    invent = Google.invent

    def anew(cloud: Google, making: Making, name: str) -> str | None:
        """Google gives a new number to a machine that is made again."""
        return str(uuid4().int)[:18] if name == "instance_id" else invent(cloud, making, name)

    monkeypatch.setattr(Google, "invent", anew)
    with double(["google"], tmp_path / "world") as cloud:
        yield cloud


@pytest.fixture
def walk(tmp_path: Path, google: Double) -> Walk:
    folder = tmp_path / "cluster"
    folder.mkdir()
    return Walk(folder, SITE, google)


def test_life(walk: Walk) -> None:
    steps.life(walk)


def test_everything_a_group_can_have(walk: Walk) -> None:
    """One cluster with every option of the module: it is made, a second plan is empty, and it goes."""
    walk.file["cloud"] |= {
        "network": "default",
        "egress": "nat",
        "kms_key": "projects/my-project/locations/europe-west3/keyRings/ring/cryptoKeys/key",
        "service_account": "nodes@my-project.iam.gserviceaccount.com",
        "shared_fs": {"home": {"tier": "ZONAL"}},
        "zones": ["europe-west3-b", "europe-west3-c"],
    }
    own = {
        "local_ssd_count": 2,
        "threads_per_core": 1,
        "nic_type": "GVNIC",
        "reservation": "night",
        "secure_boot": False,
    }
    volumes = {"data": {"size_gb": 20}, "scratch": {"size_gb": 30, "mount": "/scratch"}}
    walk.file["groups"] |= {
        "compute": {
            "count": 3,
            "type": "c3-standard-8",
            "zone": "spread",
            "placement": "apart",
            "volumes": volumes,
        },
        "gpu": {"count": 1, "type": "n1-standard-8", "spot": True, "zone": "europe-west3-b", "disk_gb": 80},
        "mpi": {"count": 2, "type": "c4-standard-4", "placement": "together", "settings": {"google": own}},
    }
    walk.file["groups"]["gpu"]["settings"] = {"google": {"accelerator_type": "nvidia-tesla-t4"}}
    walk.up()
    steps.no_change(walk)
    built, world = walk.built(), walk.double.world
    made = {name: world.one(SITE.machine, name=f"walk-{name}").attributes for name in built}
    assert [built[name].zone for name in steps.WORKERS] == [
        "europe-west3-b",
        "europe-west3-c",
        "europe-west3-b",
    ]
    assert built["compute001"].volumes == {name: f"/dev/disk/by-id/google-{name}" for name in volumes}
    assert made["gpu001"]["guest_accelerator"] == [{"count": 1, "type": "nvidia-tesla-t4"}]
    assert made["gpu001"]["scheduling"][0]["provisioning_model"] == "SPOT"
    assert {made[name]["scheduling"][0]["on_host_maintenance"] for name in ("gpu001", "mpi001")} == {
        "TERMINATE"
    }
    assert made["mpi001"]["boot_disk"][0]["initialize_params"][0]["type"] == "hyperdisk-balanced"
    assert len(made["mpi001"]["scratch_disk"]) == 2
    assert not world.find("google_compute_network")
    unlabelled = [
        one.id
        for one in world.all()
        if "labels" in one.attributes and one.attributes["labels"].get("ectf-cluster") != "walk"
    ]
    assert unlabelled == []
    steps.down(walk)


def test_a_size_is_of_a_family_that_can_be_placed_as_the_group_says() -> None:
    """Compact placement policies take no E2, which is the cheapest elsewhere."""
    place = shipped().clouds["google"]
    for cpus, memory_gb, apart, together in (
        (2, 4, "e2-standard-2", "c3-standard-4"),
        (32, 64, "e2-standard-32", "n2-highmem-32"),
        (30, 120, "e2-standard-32", "c2-standard-30"),
        (32, 976, "m3-ultramem-32", "c3-highmem-176"),
    ):
        size = {"cpus": cpus, "memory_gb": memory_gb}
        for placement, type_ in ((None, apart), ("apart", apart), ("together", together)):
            group = Group.model_validate({"count": 2, "size": size, "placement": placement})
            found = clouds.resolve_size(group, place)
            assert found is not None
            assert found.type == type_


def test_kept_volume(walk: Walk) -> None:
    """It outlives the cluster, and the next one of the name has it again."""
    del walk.file["groups"]["compute"], walk.file["software"]
    walk.file["groups"]["frontend"]["volumes"] = {"home": {"size_gb": 20, "on_destroy": "keep"}}
    walk.up()
    (disk,) = walk.double.world.all("google_compute_disk")
    assert disk.attributes["deletion_policy"] == "ABANDON"
    assert [(one.id, one.node, one.volume) for one in walk.down().kept] == [(disk.id, "frontend001", "home")]
    assert walk.double.world.counts() == {"google_compute_disk": 1}
    walk.up()
    assert walk.double.world.all("google_compute_disk") == [disk]
    steps.no_change(walk)


def test_nothing_is_open_to_the_world(walk: Walk) -> None:
    """Only what the file says in so many words; no identity, no password, no keys of the project."""
    del walk.file["groups"]["compute"], walk.file["software"]
    universe = {"universe_domain": "apis-s3ns.fr", "asset_inventory": False}
    walk.file["cloud"] |= {"project": "s3ns:my-project", **universe}
    walk.up()
    world = walk.double.world
    assert world.configured("google")[-1]["universe_domain"] == "apis-s3ns.fr"
    ranges = [one.attributes["source_ranges"] or [] for one in world.all("google_compute_firewall")]
    assert sorted(ranges) == [[], ["198.51.100.0/24"]]
    (machine,) = world.all(SITE.machine)
    assert machine.attributes["service_account"] == []
    assert machine.attributes["metadata"]["block-project-ssh-keys"] == "TRUE"
    assert machine.attributes["shielded_instance_config"][0]["enable_secure_boot"]
    walk.file["ssh"]["allow_from"] = ["0.0.0.0/0"]
    walk.up()
    rules = [
        one
        for one in world.all("google_compute_firewall")
        if one.attributes["source_ranges"] == ["0.0.0.0/0"]
    ]
    assert [rule.attributes["allow"] for rule in rules] == [[{"ports": ["22"], "protocol": "tcp"}]]
    steps.down(walk)  # a compatible cloud has no asset inventory: nothing is asked for leftovers
    assert not [row for row in world.calls() if "asset" in row["type"]]


def test_terraform_test(tmp_path: Path, google: Double) -> None:
    """The module's own scenarios, on three renderings of one cluster."""
    volumes = {"home": {"size_gb": 10, "on_destroy": "keep"}}
    frontend = {"count": 1, "type": "e2-standard-2", "public_ip": True, "volumes": volumes}
    compute = {"count": 3, "type": "e2-standard-4"}
    idle = {"count": 0, "type": "e2-standard-2", "image": "rocky-9"}
    work = tmp_path / "work"
    for folder, groups in {
        ".": {"compute": compute},
        "without_compute002": {"compute": compute | {"count": 2, "exclude": ["compute002"]}},
        "images": {"compute": compute | {"image": "ubuntu-24.04"}, "idle": idle},
    }.items():
        file = {"name": "demo", "cloud": CLOUD, "groups": {"frontend": frontend, **groups}}
        (tmp_path / "demo.yaml").write_text(json.dumps(file), encoding="utf-8")
        scenarios.render(tmp_path / "demo.yaml", work / folder)
    shutil.copytree(resources.folder("terraform_modules") / "google" / "tests", work / "tests")
    scenarios.run(work, google.environment)
