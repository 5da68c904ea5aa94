"""What data sources answer, without Terraform in between."""

from pathlib import Path
from typing import Any

import pytest

from tests.provider_double import World
from tests.provider_double.problems import Problem
from tests.provider_double.provider import Provider
from tests.provider_double.schema import PROVIDERS, load
from tests.provider_double.values import conform, encode

TAGS = {"ectf-cluster": "demo"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def ask(world: World, provider_name: str, type_name: str, /, **arguments: Any) -> dict[str, Any]:
    provider = Provider(load(provider_name), world)
    config = conform(provider.catalogue.data[type_name].block, arguments)
    return provider.data("", type_name, config)


def test_answers_are_the_same_in_every_run(world: World) -> None:
    wanted = {"owners": ["amazon"], "filter": [{"name": "name", "values": ["debian-12-amd64-*"]}]}
    one, two = (ask(world, "aws", "aws_ami", **wanted) for _time in range(2))
    assert one == two
    assert one["id"].startswith("ami-")
    assert one["filter"] == wanted["filter"]


def test_a_fixture_goes_first_and_may_be_an_error(world: World) -> None:
    world.fixture("aws_ami", {"error": "Your query returned no results"})
    world.fixture("aws_ami", {"id": "ami-mine"}, match={"owners": ["me"]})
    assert ask(world, "aws", "aws_ami", owners=["me"])["id"] == "ami-mine"
    with pytest.raises(Problem, match="returned no results"):
        ask(world, "aws", "aws_ami", owners=["amazon"])


def test_things_are_found_by_tag(world: World) -> None:
    world.add("aws_instance", "i-1", tags=TAGS, private_ip="10.0.0.4")
    world.add("aws_instance", "i-2", tags={"ectf-cluster": "other"}, private_ip="10.0.0.5")
    world.add("aws_ebs_volume", "vol-1", tags_all=TAGS, arn="arn:vol-1")
    found = ask(world, "aws", "aws_instances", instance_tags=TAGS)
    assert (found["ids"], found["private_ips"]) == (["i-1"], ["10.0.0.4"])
    by_tag = [{"name": "tag:ectf-cluster", "values": ["demo"]}]
    assert ask(world, "aws", "aws_ebs_volumes", filter=by_tag)["ids"] == ["vol-1"]
    assert ask(world, "aws", "aws_ebs_volume", filter=by_tag)["id"] == "vol-1"
    by_key = [{"key": "ectf-cluster", "values": ["demo"]}]
    rows = ask(world, "aws", "aws_resourcegroupstaggingapi_resources", tag_filter=by_key)
    assert [row["resource_arn"] for row in rows["resource_tag_mapping_list"]] == ["arn:vol-1"]


def test_things_are_found_by_label_on_the_other_clouds(world: World) -> None:
    disk = "projects/p/zones/z/disks/home"
    world.add("google_compute_disk", disk, name="home", labels=TAGS)
    search = {"scope": "projects/p", "query": "labels.ectf-cluster=demo"}
    (row,) = ask(world, "google", "google_cloud_asset_search_all_resources", **search)["results"]
    assert row["name"] == f"//compute.googleapis.com/{disk}"
    group = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute"
    world.add("azurerm_managed_disk", f"{group}/disks/home", name="home", tags=TAGS)
    world.add("azurerm_managed_disk", f"{group}/disks/other", name="other", tags={})
    found = ask(world, "azure", "azurerm_resources", required_tags=TAGS)["resources"]
    assert [(row["name"], row["type"]) for row in found] == [("home", "Microsoft.Compute/disks")]
    world.add("openstack_networking_port_v2", "p-1", name="a", tags=["ectf-cluster=demo"])
    ids = ask(world, "openstack", "openstack_networking_port_ids_v2", tags=["ectf-cluster=demo"])["ids"]
    assert ids == ["p-1"]
    assert ask(world, "openstack", "openstack_networking_port_v2", port_id="p-1")["name"] == "a"


def test_a_machine_or_volume_that_is_not_there_is_an_error(world: World) -> None:
    with pytest.raises(Problem, match="no matching aws_ebs_volume"):
        ask(world, "aws", "aws_ebs_volume", filter=[{"name": "volume-id", "values": ["vol-1"]}])
    with pytest.raises(Problem, match="no matching openstack_compute_instance_v2"):
        ask(world, "openstack", "openstack_compute_instance_v2", id="none")


def test_networks_that_nobody_made_exist_already(world: World) -> None:
    assert ask(world, "openstack", "openstack_networking_network_v2", name="campus")["id"]
    prefixes = ask(
        world,
        "azure",
        "azurerm_subnet",
        name="s",
        virtual_network_name="v",
        resource_group_name="g",
    )["address_prefixes"]
    assert prefixes == ["10.240.0.0/16"]
    assert ask(world, "aws", "aws_subnet", id="subnet-1")["id"] == "subnet-1"


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_data_source_answers_without_nulls_in_its_id(world: World, name: str) -> None:
    for type_name, kind in load(name).data.items():
        required = {key: "x" for key, held in kind.block.attributes.items() if held.required}
        try:
            answer = ask(world, name, type_name, **required)
        except Problem as problem:
            assert "no matching" in str(problem)
            continue
        assert answer.get("id") or "id" not in kind.block.attributes, type_name
        assert encode(answer)
