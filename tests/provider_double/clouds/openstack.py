"""OpenStack: UUIDs, ports that hold the addresses."""

from collections.abc import Iterable
from typing import Any, ClassVar

from tests.provider_double.clouds import openstack_data
from tests.provider_double.clouds.base import Base, Recomputed, union
from tests.provider_double.making import Making, Scene, digest, mac, random_hex, uuid
from tests.provider_double.schema import Kind, Values
from tests.provider_double.values import known

_NAMED = {
    "openstack_compute_keypair_v2": ("name",),
    "openstack_compute_interface_attach_v2": ("instance_id", "port_id"),
    "openstack_compute_volume_attach_v2": ("instance_id", "volume_id"),
    "openstack_networking_floatingip_associate_v2": ("floating_ip",),
    "openstack_networking_router_interface_v2": ("port_id",),
}
_TENANT = "00000000000040008000000000000001"


class Openstack(Base):
    recomputed: ClassVar[Recomputed] = {
        "metadata": ("all_metadata",),
        "public_key": ("fingerprint",),
        "tags": ("all_tags",),
    }

    def identify(self, making: Making) -> str:
        if making.type == "openstack_networking_floatingip_associate_v2":
            held = making.scene.world.find(
                "openstack_networking_floatingip_v2", address=making.text("floating_ip")
            )
            return held[0].id if held else uuid()
        parts = [making.text(name) for name in _NAMED.get(making.type, ())]
        return "/".join(parts) if parts and all(parts) else uuid(random_hex())

    def labels(self, scene: Scene, kind: Kind, planned: Values) -> None:
        if "metadata" in kind.block.attributes:
            union(kind, planned, "all_metadata", planned.get("metadata"))

    def invent(self, making: Making, name: str) -> str | None:
        return openstack_data.common(making.scene, making.values, name)

    def answer(self, scene: Scene, kind: Kind, config: Values) -> Values | None:
        return openstack_data.answer(scene, kind, config)

    def import_ids(self, scene: Scene, type_name: str, given: str) -> Iterable[str]:
        return (given,)

    def details(self, making: Making) -> Values:
        tags = {
            "all_tags": known(making.values.get("tags")) or [],
            "tenant_id": _TENANT,
            "project_id": _TENANT,
        }
        return tags | super().details(making)

    def openstack_networking_network_v2(self, making: Making) -> Values:
        return {"admin_state_up": True, "mtu": 1450, "shared": False, "port_security_enabled": True}

    def openstack_networking_subnet_v2(self, making: Making) -> Values:
        cidr = making.text("cidr", "192.168.0.0/24")
        return {"cidr": cidr, "gateway_ip": cidr.split("/")[0].rsplit(".", 1)[0] + ".1"}

    def openstack_networking_router_v2(self, making: Making) -> Values:
        address = making.scene.public_address(making.owner)
        fixed = [{"ip_address": address, "subnet_id": uuid("external")}]
        return {"admin_state_up": True, "enable_snat": True, "distributed": False, "external_fixed_ip": fixed}

    def openstack_networking_router_interface_v2(self, making: Making) -> Values:
        return {"port_id": uuid(making.id, "port")}

    def openstack_networking_port_v2(self, making: Making) -> Values:
        fixed = known(making.values.get("fixed_ip")) or [{}]
        found = [] if making.values.get("no_fixed_ip") else [self.fixed(making, item) for item in fixed]
        groups = known(making.values.get("security_group_ids")) or [uuid("default security group")]
        return {
            "admin_state_up": True,
            "all_fixed_ips": found,
            "all_security_group_ids": [] if making.values.get("no_security_groups") else groups,
            "mac_address": mac(making.id),
            "port_security_enabled": True,
            "binding": [{"vif_type": "ovs", "vnic_type": "normal"}],
        }

    def fixed(self, making: Making, item: Values) -> str:
        scene = making.scene
        subnet_id = item.get("subnet_id") or _subnet_of(scene, making.text("network_id"))
        cidr = scene.lookup("openstack_networking_subnet_v2", subnet_id).get("cidr") or "192.168.0.0/16"
        return scene.address(subnet_id, cidr, making.owner, item.get("ip_address"))

    def openstack_networking_floatingip_v2(self, making: Making) -> Values:
        port = making.scene.lookup("openstack_networking_port_v2", known(making.values.get("port_id")))
        fixed = (port.get("all_fixed_ips") or [""])[0]
        return {"address": making.scene.public_address(making.owner), "fixed_ip": fixed}

    def openstack_networking_floatingip_associate_v2(self, making: Making) -> Values:
        port = making.scene.lookup("openstack_networking_port_v2", making.values.get("port_id"))
        return {"fixed_ip": (port.get("all_fixed_ips") or [""])[0]}

    def openstack_compute_instance_v2(self, making: Making) -> Values:
        networks = known(making.values.get("network")) or []
        found = [self.network(making, index, item) for index, item in enumerate(networks)]
        access = next((item for item in networks if item.get("access_network")), None)
        chosen = found[networks.index(access)] if access else (found[0] if found else {})
        flavor = making.text("flavor_name") or making.text("flavor_id") or "m1.small"
        image = making.text("image_name") or making.text("image_id")
        return {
            "access_ip_v4": chosen.get("fixed_ip_v4", ""),
            "availability_zone": "nova",
            "flavor_id": uuid("flavor", flavor),
            "flavor_name": flavor,
            "image_id": uuid("image", image) if image else "Attempt to boot from volume - no image supplied",
            "image_name": image,
            "network": found,
            "security_groups": ["default"],
        }

    def network(self, making: Making, index: int, item: Values) -> Values:
        scene = making.scene
        port = scene.lookup("openstack_networking_port_v2", item.get("port"))
        network_id = port.get("network_id") or item.get("uuid") or uuid("network", item.get("name"))
        address = (port.get("all_fixed_ips") or [""])[0]
        if not port:
            subnet_id = _subnet_of(scene, network_id)
            cidr = scene.lookup("openstack_networking_subnet_v2", subnet_id).get("cidr") or "192.168.0.0/16"
            owner = making.owner if index == 0 else f"{making.owner}#{index}"
            address = scene.address(subnet_id, cidr, owner, item.get("fixed_ip_v4"))
        name = scene.lookup("openstack_networking_network_v2", network_id).get("name")
        return {
            "fixed_ip_v4": address,
            "fixed_ip_v6": "",
            "mac": port.get("mac_address") or mac(making.id, index),
            "name": name or item.get("name") or "network",
            "port": item.get("port") or "",
            "uuid": network_id,
        }

    def openstack_compute_volume_attach_v2(self, making: Making) -> Values:
        held = making.scene.world.find(
            "openstack_compute_volume_attach_v2", instance_id=making.text("instance_id")
        )
        taken = {thing.attributes.get("device") for thing in held if thing.id != making.id}
        return {"device": next(name for name in map(_device, range(1, 26)) if name not in taken)}

    def openstack_blockstorage_volume_v3(self, making: Making) -> Values:
        return {"availability_zone": "nova", "volume_type": "__DEFAULT__"}

    def openstack_compute_keypair_v2(self, making: Making) -> Values:
        return {"user_id": digest("user", length=32)}

    def openstack_sharedfilesystem_share_v2(self, making: Making) -> Values:
        path = f"10.254.0.5:/shares/{making.id}"
        locations = [{"path": path, "preferred": "true"}]
        return {"export_locations": locations, "availability_zone": "nova", "share_type": "default"}


def _device(index: int) -> str:
    return f"/dev/vd{chr(ord('a') + index)}"


def _subnet_of(scene: Scene, network_id: Any) -> str:
    """A network's first subnet; its own id where the world knows none."""
    found = scene.world.find("openstack_networking_subnet_v2", network_id=network_id)
    return found[0].id if found else str(network_id)
