"""A made-up cloud that bills everything there is, as a folder; and plans of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from elasticluster_tf.clouds import Chosen, Cloud, CloudFacts
from elasticluster_tf.cost import Books, shelve
from tests.builders import CACHE, write

COSTS = """
region: region
spot: {factor: 0.5, source: a guess}
free: [meter_net*]
sizes_setting: flavors
sizes_from: {data: meter_flavor, cpus: vcpus, memory_mb: ram}
resources:
  meter_machine:
    - {kind: node, by: type, type: [type, type_id], spot: {market.0.kind: spot}}
    - {kind: disk, by: size, type: disk.0.type, size: disk.0.gb, default_size: 10, default_type: plain}
    - {kind: card, by: each, each: cards, type: each.type, number: each.count}
  meter_volume: [{kind: volume, by: size, type: type, size: gb}]
  meter_address: [{kind: address, by: each, when: {outside: true}}]
  meter_gateway: [{kind: gateway, by: each, estimate: the most it costs}]
  meter_share: [{kind: share, by: use}]
nodes:
  - {kind: node, by: type, type: node.type, spot: {node.spot: true}}
  - {kind: disk, by: size, size: node.disk_gb, default_size: 10, default_type: {"^big": fast, "": plain}}
  - {kind: volume, by: size, each: node.volumes, type: [settings.disk, cloud.disk], size: each.size_gb, default_type: plain}
  - {kind: address, by: each, when: {node.public_ip: true}}
cluster:
  - {kind: gateway, by: each, estimate: the most it costs, when: [{cloud.egress: nat}, {cloud.egress: null, cluster.private: true}]}
"""
PRICES: dict[str, Any] = {
    "currency": "USD",
    "sources": [{"source": "a made-up list", "date": "2026-02-03"}],
    "prices": {
        "disks": {"plain": 0.073, "tiered": {"8": 1.46, "64": 7.30}},
        "each": {"address": 0.005, "gateway": 0.05, "t9": 0.5},
        "regions": {
            "north": {"nodes": {"small": 0.1, "big": 0.4}},
            "south": {"nodes": {"small": 0.2}, "disks": {"plain": 0.146}},
        },
    },
}


def cloud(folder: Path, costs: str = COSTS, prices: Mapping[str, Any] | None = PRICES) -> Cloud:
    """The cloud `meter`, whose folder is written."""
    texts = {"costs.yaml": costs} if costs else {}
    if prices is not None:
        texts["prices.json"] = json.dumps(prices)
    write(folder / "meter", {"cloud.yaml": "title: Meter\n", **texts})
    facts = {"title": "Meter", "sizes": [{"type": "small", "cpus": 2, "memory_gb": 4, "price": 1}]}
    return Cloud("meter", folder / "meter", CloudFacts.model_validate(facts), CACHE / "hcl")


def chosen(folder: Path, **settings: Any) -> dict[str, Chosen]:
    """The cloud in use, in the region `north` unless the settings say otherwise."""
    return {"meter": Chosen("meter", cloud(folder), {"region": "north", **settings}, ("cloud",), False)}


def books(folder: Path, own: str = "", **settings: Any) -> Books:
    """The books of a cluster in `meter`, with this book of the user's."""
    if own:
        (folder / "prices.yaml").write_text(own, encoding="utf-8")
    return shelve(chosen(folder, **settings), folder, None, {})


def resource(kind: str, title: str, /, **values: Any) -> dict[str, Any]:
    """One resource as a plan's JSON has it."""
    return {
        "mode": "managed",
        "type": kind,
        "name": title,
        "provider_name": "example.org/x/meter",
        "values": values,
    }


def state(*resources: Mapping[str, Any], module: str = "module.meter") -> dict[str, Any]:
    """Values of a state, all in one module."""
    return {"root_module": {"child_modules": [{"address": module, "resources": list(resources)}]}}


def plan(now: Mapping[str, Any], after: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A plan's JSON."""
    return {"prior_state": {"values": now}, "planned_values": after, **more}
