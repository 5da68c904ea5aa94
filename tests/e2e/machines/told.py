"""What each cloud tells a machine about itself, and which public address leads to it: read from the double's world."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.provider_double import World
from tests.provider_double.clouds.incus import devices
from tests.provider_double.making import MACHINES
from tests.provider_double.world import Thing

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """What a new machine hears: `user` where the cloud names the login user, `metadata` for Google's agent.

    `vendor_data` where the cloud brings the login key by it.
    """

    address: str
    public_keys: tuple[str, ...] = ()
    user_data: str | None = None
    user: str = ""
    metadata: Mapping[str, str] | None = None
    vendor_data: str | None = None


def to_machine(world: World, type_name: str, machine: Values) -> Told:
    """By the machine's attributes, and those of what they name."""
    return _TOLD[type_name](world, machine)


def public_addresses(world: World) -> dict[str, str]:
    """Machine's id → public address, for those that have one by now."""
    found = {thing.id: _PUBLIC[thing.type](world, thing.attributes) for thing in world.all(*MACHINES)}
    return {identity: address for identity, address in found.items() if address}


def _aws(world: World, machine: Values) -> Told:
    return Told(
        machine["private_ip"],
        _public_keys(world.find("aws_key_pair", key_name=machine["key_name"])),
        machine["user_data"],
    )


def _aws_public(world: World, machine: Values) -> str:
    interfaces = [block["network_interface_id"] for block in machine["primary_network_interface"]]
    return _first(
        eip.attributes["public_ip"]
        for eip in world.all("aws_eip")
        if eip.attributes["network_interface"] in interfaces
    )


def _azure(world: World, machine: Values) -> Told:
    data = machine["custom_data"]
    return Told(
        machine["private_ip_address"],
        tuple(key["public_key"] for key in machine["admin_ssh_key"]),
        base64.b64decode(data).decode() if data else None,
        machine["admin_username"],
    )


def _azure_public(world: World, machine: Values) -> str:
    return str(machine["public_ip_address"] or "")


def _google(world: World, machine: Values) -> Told:
    return Told(machine["network_interface"][0]["network_ip"], metadata=machine["metadata"])


def _google_public(world: World, machine: Values) -> str:
    return _first(config["nat_ip"] for config in machine["network_interface"][0]["access_config"])


def _openstack(world: World, machine: Values) -> Told:
    return Told(
        machine["network"][0]["fixed_ip_v4"],
        _public_keys(world.find("openstack_compute_keypair_v2", name=machine["key_pair"])),
        machine["user_data"],
    )


def _openstack_public(world: World, machine: Values) -> str:
    ports = [network["port"] for network in machine["network"]]
    return _first(
        floating.attributes["address"]
        for floating in world.all("openstack_networking_floatingip_v2")
        if floating.attributes["port_id"] in ports
    )


def _incus(world: World, machine: Values) -> Told:
    config = machine["config"]
    return Told(
        devices(machine)["eth0"]["ipv4.address"],
        user_data=config.get("cloud-init.user-data"),
        vendor_data=config["cloud-init.vendor-data"],
    )


def _incus_public(world: World, machine: Values) -> str:
    address = devices(machine)["eth0"]["ipv4.address"]
    return _first(
        forward.attributes["listen_address"]
        for forward in world.all("incus_network_forward")
        if forward.attributes["config"]["target_address"] == address
    )


def _public_keys(held: list[Thing]) -> tuple[str, ...]:
    return tuple(key.attributes["public_key"] for key in held)


def _first(addresses: Any) -> str:
    return next(iter(addresses), "") or ""


_TOLD: Mapping[str, Callable[[World, Values], Told]] = {
    "aws_instance": _aws,
    "azurerm_linux_virtual_machine": _azure,
    "google_compute_instance": _google,
    "incus_instance": _incus,
    "openstack_compute_instance_v2": _openstack,
}
_PUBLIC: Mapping[str, Callable[[World, Values], str]] = {
    "aws_instance": _aws_public,
    "azurerm_linux_virtual_machine": _azure_public,
    "google_compute_instance": _google_public,
    "incus_instance": _incus_public,
    "openstack_compute_instance_v2": _openstack_public,
}
