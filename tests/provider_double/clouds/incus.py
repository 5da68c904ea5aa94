"""Incus: things are known by their names, no resource has an id, and an update knows no computed value beforehand."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.provider_double.clouds.base import Base
from tests.provider_double.making import Making, Scene, digest, mac, random_hex
from tests.provider_double.problems import Problem
from tests.provider_double.schema import Kind, Values
from tests.provider_double.values import UNKNOWN, is_unknown, known

# What tells one thing from another, after its project.
_NAMED: Mapping[str, tuple[str, ...]] = {
    "incus_network_forward": ("network", "listen_address"),
    "incus_storage_volume": ("pool", "name"),
}
_DEFAULTS: Mapping[str, Values] = {
    "incus_instance": {"description": "", "ephemeral": False, "running": True, "type": "container"},
    "incus_network": {"description": ""},
    "incus_network_acl": {"description": ""},
    "incus_network_forward": {"description": ""},
    "incus_storage_volume": {"description": "", "content_type": "filesystem", "type": "custom"},
}
# Computed, and kept by the provider when something else changes.
_KEPT = ("architecture", "managed", "type")


class Incus(Base):
    def identity(self, type_name: str, values: Values) -> str:
        parts = [values.get(name) for name in ("project", *_NAMED.get(type_name, ("name",)))]
        return "/".join("" if part is None or is_unknown(part) else str(part) for part in parts)

    def identify(self, making: Making) -> str:
        return self.identity(making.type, making.values)

    def import_ids(self, scene: Scene, type_name: str, given: str) -> Iterable[str]:
        place = given.rpartition(":")[2]
        return (place, f"/{place}") if type_name not in _NAMED else (place,)

    def adjust(self, scene: Scene, kind: Kind, planned: Values, prior: Values | None) -> None:
        defaults = _DEFAULTS.get(kind.name, {})
        for name, attribute in kind.block.attributes.items():
            if is_unknown(planned.get(name)) and name in defaults:
                planned[name] = defaults[name]
            elif prior and attribute.computed and not attribute.optional and name not in _KEPT:
                planned[name] = UNKNOWN

    def answer(self, scene: Scene, kind: Kind, config: Values) -> Values | None:
        if kind.name == "incus_image":
            if config.get("remote") == "images":
                raise Problem('Remote "images" (simplestreams) is not an InstanceServer')
            return {
                "fingerprint": digest(
                    *(config.get(name) for name in ("name", "type", "architecture")), length=64
                ),
                "aliases": [config.get("name")],
                "created_at": 1,
            }
        if kind.name == "incus_network" and not scene.world.find(kind.name, name=config.get("name")):
            address = {"ipv4.address": "192.168.0.1/16", "ipv4.nat": "true"}
            return {"config": address, "managed": True, "type": "bridge", "status": "Created"}
        return None

    def incus_instance(self, making: Making) -> Values:
        before = known(making.prior) or {}
        nics = [one["properties"] for one in known(making.values["device"]) if one["type"] == "nic"]
        address = next((nic["ipv4.address"] for nic in nics if "ipv4.address" in nic), "")
        return {
            "architecture": "x86_64",
            "ipv4_address": address,
            "ipv6_address": "",
            "mac_address": before.get("mac_address") or mac(random_hex()),
            "status": "Running",
            "target": before.get("target") or "",
        }

    def incus_network(self, making: Making) -> Values:
        return {"managed": True, "type": "bridge"}

    def incus_storage_volume(self, making: Making) -> Values:
        return {"location": making.text("target", "none"), "target": ""}

    def refuse_update(self, kind: Kind, prior: Values, planned: Values) -> str:
        empty = [name for name, held in (known(planned).get("config") or {}).items() if held == ""]
        return f"a key of a configuration is never empty: {', '.join(empty)}" if empty else ""

    def invent(self, making: Making, name: str) -> str | None:
        return ""


def devices(instance: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """The properties of an instance's devices, by name."""
    return {one["name"]: one["properties"] for one in instance["device"]}
