"""What a cluster will cost by its file alone: no Terraform, no credentials."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from elasticluster_tf.checks import Resolved
from elasticluster_tf.clouds import Chosen
from elasticluster_tf.cost import pricing, rules
from elasticluster_tf.cost.books import Books, settings
from elasticluster_tf.cost.rules import Item
from elasticluster_tf.estimate import Cost
from elasticluster_tf.nodes import Node


def of_nodes(resolved: Resolved, books: Books) -> Cost:
    """The estimate of a cluster as its file wants it, from nothing."""
    after: list[Item] = []
    for label, chosen in resolved.clouds.items():
        nodes = [node for node in resolved.nodes if node.cloud == label]
        after += _of_cloud(chosen, nodes, books)
    return pricing.cost((), after, list(resolved.config.groups), books)


def _of_cloud(chosen: Chosen, nodes: list[Node], books: Books) -> Iterator[Item]:
    shelf = books.shelves.get(chosen.label)
    found = shelf.rules if shelf else None
    if found is None:
        for node in nodes:
            yield Item(chosen.label, node.group, "node", "use", node.type or "")
        return
    around = _around(chosen, nodes)
    for node in nodes:
        kind = node.type or _smallest(node, around["cloud"].get(found.sizes_setting) or {})
        volumes = {name: volume.model_dump() for name, volume in node.volumes.items()}
        own = {**asdict(node), "type": kind, "volumes": volumes}
        values = {**around, "node": own, "settings": node.settings}
        for part in found.nodes:
            for item in rules.items(part, values, chosen.label, node.group):
                sized = item.by == "type"
                yield replace(item, cpus=node.cpus, memory_gb=node.memory_gb) if sized else item
    for part in found.cluster:
        yield from rules.items(part, around, chosen.label, "")


def _around(chosen: Chosen, nodes: list[Node]) -> Mapping[str, Any]:
    """What holds for the whole cloud: its settings with their defaults, and which nodes there are."""
    public = [node.public_ip for node in nodes]
    return {
        "cloud": settings(chosen),
        "cluster": {"public": any(public), "private": not all(public)},
    }


def _smallest(node: Node, types: Mapping[str, Any]) -> str | None:
    """The smallest type that the cluster file tells of and that holds the node, as the modules choose it."""
    fitting = [
        (has["cpus"], has["memory_gb"], name)
        for name, has in types.items()
        if has["cpus"] >= (node.cpus or 0)
        and has["memory_gb"] >= (node.memory_gb or 0)
        and has.get("arch", "x86_64") == node.arch
        and (has.get("gpus", 0) == 0) == (node.gpus == 0)
        and has.get("gpus", 0) >= node.gpus
    ]
    return min(fitting)[2] if fitting else None
