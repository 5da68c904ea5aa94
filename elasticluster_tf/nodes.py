"""Nodes with names: what is wanted (`Node`), what was built (`BuiltNode`), what they mount (`FileSystem`)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from elasticluster_tf import clouds, software
from elasticluster_tf.clouds import Chosen
from elasticluster_tf.config import ClusterConfig, Group, Volume
from elasticluster_tf.documents import Document
from elasticluster_tf.errors import Problem, did_you_mean
from elasticluster_tf.software import Software


@dataclass(frozen=True)
class Node:
    """One node as the file wants it; sizes in processors, GiB."""

    name: str
    group: str
    index: int
    cloud: str
    image: str
    user: str | None
    type: str | None = None
    cpus: int | None = None
    memory_gb: float | None = None
    gpus: int = 0
    arch: str = "x86_64"
    zone: str | None = None
    placement: str | None = None
    disk_gb: int | None = None
    public_ip: bool = False
    spot: bool = False
    needs: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    volumes: Mapping[str, Volume] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


# What a cloud's module tells of its nodes, beside the resources they are made of: `terraform_data.nodes`.
TOLD = "nodes"


@dataclass(frozen=True)
class BuiltNode:
    """One node as the state knows it: how it is reached, which machine it is, and the cloud it is in."""

    name: str
    group: str
    address: str
    ssh_host: str
    ssh_port: int
    ssh_user: str
    instance_id: str
    private_ip: str | None = None
    public_ip: str | None = None
    zone: str | None = None
    host_key: str | None = None
    volumes: Mapping[str, str] = field(default_factory=dict)
    cloud: str = ""


@dataclass(frozen=True)
class FileSystem:
    """How nodes mount a shared file system that a cloud made, in the words of mount(8)."""

    source: str
    type: str
    options: str = ""


def names(group: str, count: int, exclude: Sequence[str] = ()) -> Iterator[tuple[int, str]]:
    """The first `count` of compute001, compute002, … that `exclude` does not hold, with their numbers."""
    given, index = 0, 0
    while given < count:
        index += 1
        name = f"{group}{index:03d}"
        if name not in exclude:
            given += 1
            yield index, name


def expand(
    config: ClusterConfig, chosen: Mapping[str, Chosen], carried: Sequence[Software]
) -> tuple[Node, ...]:
    """Every node of the cluster, in the order of the file."""
    found: list[Node] = []
    for group_name, group in config.groups.items():
        place = chosen[config.cloud_of(group_name).label]
        common = _common(group, place, software.needs(config, carried, group_name))
        found += [
            Node(name=name, group=group_name, index=index, **common)
            for index, name in names(group_name, group.count, group.exclude)
        ]
    return tuple(found)


def _common(group: Group, place: Chosen, needs: tuple[str, ...]) -> dict[str, Any]:
    image = place.cloud.facts.images.get(group.image)
    found = clouds.resolve_size(group, place.cloud)
    # What software may count on is what was asked for; of a type that was named, what file or cloud say.
    size = group.size or found
    return {
        "cloud": place.label,
        "image": group.image,
        "user": image.user if image else None,
        "type": found.type if found else group.type,
        "cpus": size.cpus if size else None,
        "memory_gb": size.memory_gb if size else None,
        "gpus": size.gpus if size else 0,
        "arch": size.arch if size else "x86_64",
        "zone": group.zone,
        "placement": group.placement,
        "disk_gb": group.disk_gb,
        "public_ip": group.public_ip,
        "spot": group.spot,
        "needs": needs,
        "labels": group.labels,
        "volumes": group.volumes,
        "settings": group.settings.get(place.cloud.name, {}),
    }


def problems(config: ClusterConfig, document: Document, chosen: Mapping[str, Chosen]) -> Iterator[Problem]:
    """What only the names of nodes can show: clashes, exclusions of nothing, missing entries."""
    owner: dict[str, str] = {}
    for group_name, group in config.groups.items():
        own = [name for _, name in names(group_name, group.count, group.exclude)]
        for name in own:
            other = owner.setdefault(name, group_name)
            if other != group_name:
                path = ("groups", group_name)
                hint = "rename one of the groups"
                yield document.problem(path, f"its node `{name}` is also one of `{other}`", hint, at_key=True)
                break
        yield from _exclude_problems(document, group_name, group)
        place = chosen.get(config.cloud_of(group_name).label)
        if place:
            yield from _entry_problems(document, own, place)


def _exclude_problems(document: Document, group_name: str, group: Group) -> Iterator[Problem]:
    for position, name in enumerate(group.exclude):
        number = name.removeprefix(group_name)
        if name == number or not re.fullmatch(r"(?!000)([0-9]{3}|[1-9][0-9]{3,5})", number):
            hint = f"a node's name is `{group_name}001`, `{group_name}002`, …"
            path = ("groups", group_name, "exclude", position)
            yield document.problem(path, f"`{name}` is no node of this group", hint)


def _entry_problems(document: Document, own: Sequence[str], place: Chosen) -> Iterator[Problem]:
    """Clouds whose machines exist already want an entry for each node."""
    for setting in place.cloud.facts.per_node_settings:
        given = place.settings.get(setting) or {}
        if not isinstance(given, dict):
            continue
        for name in own:
            if name not in given:
                hint = did_you_mean(name, list(given)) or "add it, or lower the group's `count`"
                yield document.problem((*place.path, setting), f"there is no entry for node `{name}`", hint)


def group_sizes(nodes: Sequence[Node]) -> dict[str, int]:
    """How many nodes each group has."""
    counts: dict[str, int] = {}
    for node in nodes:
        counts[node.group] = counts.get(node.group, 0) + 1
    return counts
