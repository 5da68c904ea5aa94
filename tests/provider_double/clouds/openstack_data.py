"""Answers of OpenStack's data sources."""

import re
from collections.abc import Callable
from typing import Any

from tests.provider_double.making import Scene, digest, uuid
from tests.provider_double.schema import Kind, Values
from tests.provider_double.world import Thing


def answer(scene: Scene, kind: Kind, config: Values) -> Values | None:
    rule = _RULES.get(kind.name)
    return rule(scene, config) if rule else None


def common(scene: Scene, values: Values, name: str) -> str | None:
    if name == "region":
        return str(values.get("region") or scene.settings.text("region", "RegionOne"))
    if name == "fingerprint":
        text = digest(values.get("public_key"), length=32)
        return ":".join(text[index : index + 2] for index in range(0, 32, 2))
    return None


def _image(scene: Scene, config: Values) -> Values | None:
    if scene.world.find("openstack_images_image_v2", name=config.get("name")):
        return None
    name = str(config.get("name") or config.get("name_regex") or config.get("tag") or "image")
    identity = uuid("image", name)
    return {
        "id": identity,
        "name": name,
        "checksum": digest(name, length=32),
        "container_format": "bare",
        "disk_format": "qcow2",
        "file": f"/v2/images/{identity}/file",
        "min_disk_gb": 2,
        "min_ram_mb": 0,
        "size_bytes": 500_000_000,
        "visibility": "public",
    }


def _image_ids(scene: Scene, config: Values) -> Values:
    name = str(config.get("name") or config.get("name_regex") or config.get("tag") or "image")
    return {"id": digest(name, length=9), "ids": [uuid("image", name)]}


def _flavor(scene: Scene, config: Values) -> Values:
    name = str(config.get("name") or config.get("flavor_id") or "m1.small")
    cpus = int(config.get("vcpus") or 2)
    ram = int(config.get("ram") or config.get("min_ram") or cpus * 4096)
    identity = str(config.get("flavor_id") or uuid("flavor", name))
    return {"id": identity, "flavor_id": identity, "name": name, "vcpus": cpus, "ram": ram, "disk": 20}


def _network(scene: Scene, config: Values) -> Values | None:
    """One that the world doesn't know is an existing one, with a subnet."""
    found = _like(scene, "openstack_networking_network_v2", config, ("name", "network_id"))
    if found:
        subnets = scene.world.find("openstack_networking_subnet_v2", network_id=found[0].id)
        return found[0].attributes | {
            "network_id": found[0].id,
            "admin_state_up": "true",
            "subnets": [thing.id for thing in subnets],
        }
    name = str(config.get("name") or "network")
    identity = str(config.get("network_id") or uuid("network", name))
    return {
        "id": identity,
        "network_id": identity,
        "name": name,
        "subnets": [uuid("subnet", identity)],
        "mtu": 1500,
    }


def _subnet(scene: Scene, config: Values) -> Values | None:
    found = _like(
        scene, "openstack_networking_subnet_v2", config, ("name", "subnet_id", "network_id", "cidr")
    )
    if found:
        return found[0].attributes | {"subnet_id": found[0].id}
    identity = str(config.get("subnet_id") or uuid("subnet", config.get("name") or config.get("network_id")))
    cidr = str(config.get("cidr") or "192.168.0.0/16")
    network = config.get("network_id") or uuid("network of", identity)
    name = config.get("name") or "subnet"
    return {
        "id": identity,
        "subnet_id": identity,
        "cidr": cidr,
        "network_id": network,
        "name": name,
        "ip_version": 4,
    }


def _zones(scene: Scene, config: Values) -> Values:
    return {"id": "zones", "names": ["nova"]}


def _ids(type_name: str) -> Callable[[Scene, Values], Values]:
    keys = ("name", "network_id", "device_id", "cidr", "description", "device_owner", "tenant_id")

    def rule(scene: Scene, config: Values) -> Values:
        found = _like(scene, type_name, config, keys)
        return {"ids": [thing.id for thing in found]}

    return rule


def _like(scene: Scene, type_name: str, config: Values, keys: tuple[str, ...]) -> list[Thing]:
    """The objects that agree with the arguments, tags included; by id."""
    wanted = {key: config[key] for key in keys if config.get(key) not in (None, "")}
    tags = set(config.get("tags") or [])
    pattern = config.get("name_regex")
    return sorted(
        (
            thing
            for thing in scene.world.all(type_name)
            if all(_held(thing, key) == value for key, value in wanted.items())
            and tags <= set(thing.attributes.get("tags") or [])
            and (not pattern or re.search(pattern, str(thing.attributes.get("name"))))
        ),
        key=lambda thing: thing.id,
    )


def _held(thing: Thing, key: str) -> Any:
    own = ("network_id", "subnet_id", "port_id")
    kind = thing.type.split("_")[2]
    return thing.id if key in own and key == f"{kind}_id" else thing.attributes.get(key)


_RULES: dict[str, Callable[[Scene, Values], Values | None]] = {
    "openstack_blockstorage_availability_zones_v3": _zones,
    "openstack_compute_availability_zones_v2": _zones,
    "openstack_compute_flavor_v2": _flavor,
    "openstack_images_image_ids_v2": _image_ids,
    "openstack_images_image_v2": _image,
    "openstack_networking_network_v2": _network,
    "openstack_networking_port_ids_v2": _ids("openstack_networking_port_v2"),
    "openstack_networking_subnet_ids_v2": _ids("openstack_networking_subnet_v2"),
    "openstack_networking_subnet_v2": _subnet,
    "openstack_sharedfilesystem_availability_zones_v2": _zones,
}
