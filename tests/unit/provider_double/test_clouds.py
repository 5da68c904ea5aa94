"""Rules of single clouds that module authors rely on, without Terraform in between."""

from pathlib import Path
from typing import Any

import pytest

from tests.provider_double import World
from tests.provider_double.problems import Problem
from tests.provider_double.provider import Provider
from tests.provider_double.schema import load
from tests.provider_double.values import conform


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def make(world: World, provider_name: str, type_name: str, /, **arguments: Any) -> dict[str, Any]:
    provider = Provider(load(provider_name), world)
    proposed = conform(provider.catalogue.resources[type_name].block, arguments)
    state, failed = provider.create("", type_name, provider.plan("", type_name, None, proposed).values)
    assert failed is None
    return state


def change(world: World, provider_name: str, type_name: str, prior: dict[str, Any], **arguments: Any) -> Any:
    provider = Provider(load(provider_name), world)
    planned = provider.plan("", type_name, prior, prior | arguments)
    return provider.update("", type_name, prior, planned.values), planned


def test_names_that_are_ids_can_be_used_once(world: World) -> None:
    make(world, "google", "google_compute_network", name="net")
    with pytest.raises(Problem, match="already exists"):
        make(world, "google", "google_compute_network", name="net")
    make(world, "aws", "aws_key_pair", key_name="k", public_key="ssh-ed25519 AAAA")
    with pytest.raises(Problem, match="already exists"):
        make(world, "aws", "aws_key_pair", key_name="k", public_key="ssh-ed25519 AAAA")


def test_an_address_asked_for_has_to_be_free_and_in_the_subnet(world: World) -> None:
    subnet = make(world, "aws", "aws_subnet", vpc_id="vpc-1", cidr_block="10.0.0.0/29")["id"]
    assert make(world, "aws", "aws_network_interface", subnet_id=subnet)["private_ip"] == "10.0.0.4"
    for wanted, refusal in (("10.0.0.4", "in use"), ("10.9.0.4", "outside")):
        with pytest.raises(Problem, match=refusal):
            make(world, "aws", "aws_network_interface", subnet_id=subnet, private_ips=[wanted])
    make(world, "aws", "aws_network_interface", subnet_id=subnet, private_ips=["10.0.0.6"])
    assert make(world, "aws", "aws_network_interface", subnet_id=subnet)["private_ip"] == "10.0.0.5"
    with pytest.raises(Problem, match="no free address"):
        make(world, "aws", "aws_network_interface", subnet_id=subnet)


def test_labels_and_tags_of_the_provider_block_are_added(world: World) -> None:
    provider = Provider(load("aws"), world)
    provider.configure("", {"default_tags": [{"tags": {"a": "1", "b": "1"}}]})
    block = provider.catalogue.resources["aws_vpc"].block
    planned = provider.plan("", "aws_vpc", None, conform(block, {"tags": {"b": "2"}}))
    assert planned.values["tags_all"] == {"a": "1", "b": "2"}


def test_a_google_machine_is_stopped_only_if_that_is_allowed(world: World) -> None:
    named = {
        "name": "n",
        "zone": "z",
        "machine_type": "e2-small",
        "boot_disk": [{}],
        "network_interface": [{}],
    }
    machine = make(world, "google", "google_compute_instance", **named)
    with pytest.raises(Problem, match="allow_stopping_for_update"):
        change(world, "google", "google_compute_instance", machine, machine_type="e2-medium")
    allowed = {"machine_type": "e2-medium", "allow_stopping_for_update": True}
    after, planned = change(world, "google", "google_compute_instance", machine, **allowed)
    assert (after["id"], after["machine_type"], planned.replace) == (machine["id"], "e2-medium", [])


def test_user_data_replaces_an_aws_machine_only_if_told_so(world: World) -> None:
    machine = make(world, "aws", "aws_instance", ami="ami-1", instance_type="t3.small", user_data="one")
    _after, planned = change(world, "aws", "aws_instance", machine, user_data="two")
    assert planned.replace == []
    told = {"user_data": "three", "user_data_replace_on_change": True}
    _after, planned = change(world, "aws", "aws_instance", machine, **told)
    assert planned.replace == [("user_data",)]


@pytest.mark.parametrize(
    "arguments",
    [
        {"root_block_device": [{"kms_key_id": "alias/mine"}]},
        {"instance_market_options": [{"spot_options": [{"max_price": "12"}]}]},
    ],
)
def test_what_aws_writes_its_own_way_replaces_the_machine(world: World, arguments: dict[str, Any]) -> None:
    made = make(world, "aws", "aws_instance", **arguments)
    provider = Provider(load("aws"), world)
    seen = provider.read("aws_instance", made)
    assert seen is not None and seen != made
    assert provider.plan("", "aws_instance", seen, made).replace


def test_protected_machines_stay(world: World) -> None:
    machine = make(world, "aws", "aws_instance", ami="ami-1", disable_api_termination=True)
    with pytest.raises(Problem, match="disableApiTermination"):
        Provider(load("aws"), world).delete("aws_instance", machine)


@pytest.mark.parametrize("given", ["{id}", "https://www.googleapis.com/compute/v1/{id}", "z/home", "home"])
def test_google_ids_to_import_by(world: World, given: str) -> None:
    disk = make(world, "google", "google_compute_disk", name="home", zone="z", project="p")
    found = Provider(load("google"), world).imported(
        "", "google_compute_disk", given.replace("{id}", disk["id"])
    )
    assert found == disk


def test_an_import_of_nothing_fails(world: World) -> None:
    with pytest.raises(Problem, match="no aws_ebs_volume"):
        Provider(load("aws"), world).imported("", "aws_ebs_volume", "vol-1")


def test_addresses_of_machines_are_those_of_their_interfaces(world: World) -> None:
    port = make(world, "openstack", "openstack_networking_port_v2", network_id="net-1")
    machine = make(
        world, "openstack", "openstack_compute_instance_v2", name="n", network=[{"port": port["id"]}]
    )
    assert machine["access_ip_v4"] == port["all_fixed_ips"][0]
    assert machine["network"][0]["mac"] == port["mac_address"]
    address = make(world, "openstack", "openstack_networking_floatingip_v2", pool="p", port_id=port["id"])
    assert address["fixed_ip"] == machine["access_ip_v4"]
    place = {"location": "westeurope", "resource_group_name": "g"}
    public = make(world, "azure", "azurerm_public_ip", name="p", allocation_method="Static", **place)
    entry = {"name": "main", "private_ip_address_allocation": "Dynamic", "public_ip_address_id": public["id"]}
    nic = make(world, "azure", "azurerm_network_interface", name="n", ip_configuration=[entry], **place)
    vm = make(
        world,
        "azure",
        "azurerm_linux_virtual_machine",
        name="n",
        network_interface_ids=[nic["id"]],
        **place,
    )
    assert vm["private_ip_address"] == nic["private_ip_address"]
    assert vm["public_ip_address"] == public["ip_address"]
