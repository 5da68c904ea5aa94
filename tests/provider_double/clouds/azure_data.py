"""Answers of Azure's data sources."""

import os
import re
from collections.abc import Callable

from tests.provider_double.clouds.base import contains
from tests.provider_double.making import Scene, digest
from tests.provider_double.schema import Kind, Values
from tests.provider_double.world import Thing

SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
# A resource of its own: /subscriptions/S/resourceGroups/G/providers/NAMESPACE/TYPE/NAME
_TRACKED = re.compile(r"/subscriptions/[^/]+/resourceGroups/([^/]+)/providers/([^/]+/[^/]+)/([^/|]+)")
TENANT = "00000000-0000-4000-8000-000000000002"


def answer(scene: Scene, kind: Kind, config: Values) -> Values | None:
    rule = _RULES.get(kind.name)
    return rule(scene, config) if rule else None


def subscription(scene: Scene) -> str:
    return scene.settings.text("subscription_id", os.environ.get("ARM_SUBSCRIPTION_ID") or SUBSCRIPTION)


def tenant(name: str) -> str | None:
    return TENANT if name == "tenant_id" else None


def path(scene: Scene, config: Values, below: str) -> str:
    group = config.get("resource_group_name") or "group"
    return f"/subscriptions/{subscription(scene)}/resourceGroups/{group}/providers/{below}"


def _platform_image(scene: Scene, config: Values) -> Values:
    version = (
        config.get("version") or f"1.0.{int(digest(config.get('offer'), config.get('sku'), length=6), 16)}"
    )
    where = f"/Subscriptions/{subscription(scene)}/Providers/Microsoft.Compute/Locations/{config['location']}"
    publisher = f"{where}/Publishers/{config['publisher']}/ArtifactTypes/VMImage"
    return {
        "id": f"{publisher}/Offers/{config['offer']}/Skus/{config['sku']}/Versions/{version}",
        "version": version,
    }


def _client(scene: Scene, config: Values) -> Values:
    return {
        "id": "client",
        "client_id": "00000000-0000-4000-8000-000000000003",
        "object_id": "00000000-0000-4000-8000-000000000004",
        "subscription_id": subscription(scene),
        "tenant_id": TENANT,
    }


def _subscription(scene: Scene, config: Values) -> Values:
    identity = config.get("subscription_id") or subscription(scene)
    return {
        "id": f"/subscriptions/{identity}",
        "subscription_id": identity,
        "display_name": "double",
        "state": "Enabled",
        "tenant_id": TENANT,
    }


def _resources(scene: Scene, config: Values) -> Values:
    """What has a group, a type, a name, tags; parts of others (subnets, rules) are not listed."""
    found = []
    for thing in scene.world.all(*scene.catalogue.resources):
        match = _TRACKED.fullmatch(thing.id)
        if not match or not _wanted(thing, match, config):
            continue
        group, kind, name = match.groups()
        held = thing.attributes
        row = {"id": thing.id, "name": name, "type": kind, "resource_group_name": group}
        found.append(row | {"location": held.get("location"), "tags": held.get("tags") or {}})
    return {"id": f"resource-{digest(config)}", "resources": found}


def _wanted(thing: Thing, match: re.Match[str], config: Values) -> bool:
    group, kind, name = match.groups()
    asked = {"resource_group_name": group, "type": kind, "name": name}
    same = all(
        not config.get(key) or str(config[key]).lower() == value.lower() for key, value in asked.items()
    )
    return same and contains(thing.attributes.get("tags") or {}, config.get("required_tags"))


def _existing(below: str, more: Values) -> Callable[[Scene, Values], Values | None]:
    """An object that the world doesn't know is taken as existing; one it knows is answered from there."""

    def rule(scene: Scene, config: Values) -> Values | None:
        identity = path(scene, config, below.format(**config))
        type_name = {"subnets": "azurerm_subnet", "virtualNetworks": "azurerm_virtual_network"}.get(
            below.split("/")[-2], ""
        )
        if scene.world.get(type_name, identity):
            return None
        return {"id": identity, **more}

    return rule


_RULES: dict[str, Callable[[Scene, Values], Values | None]] = {
    "azurerm_client_config": _client,
    "azurerm_platform_image": _platform_image,
    "azurerm_resources": _resources,
    "azurerm_subnet": _existing(
        "Microsoft.Network/virtualNetworks/{virtual_network_name}/subnets/{name}",
        {"address_prefix": "10.240.0.0/16", "address_prefixes": ["10.240.0.0/16"]},
    ),
    "azurerm_subscription": _subscription,
    "azurerm_virtual_network": _existing(
        "Microsoft.Network/virtualNetworks/{name}",
        {"address_space": ["10.240.0.0/16"], "location": "westeurope", "subnets": []},
    ),
}
