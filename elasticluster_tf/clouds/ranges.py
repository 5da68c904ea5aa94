"""Networks of several clouds in one cluster: their ranges may not overlap, or no node finds the other's."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from elasticluster_tf.clouds.folders import Cloud
from elasticluster_tf.documents import Document, KeyPath
from elasticluster_tf.errors import Problem


@dataclass(frozen=True)
class Range:
    """The range of the network that is made in one of the clouds, and where the file says so."""

    label: str
    path: KeyPath
    network: ipaddress.IPv4Network | ipaddress.IPv6Network


def find(label: str, path: KeyPath, settings: Mapping[str, Any], cloud: Cloud) -> Iterator[Range]:
    """The range of the network that a cloud's module makes, if it makes one."""
    own = cloud.facts.own_range
    if own is None or settings.get(own.unless) is not None:
        return
    value = settings.get(own.setting) or cloud.variables[own.setting].default
    try:
        yield Range(label, (*path, own.setting), ipaddress.ip_network(value, strict=False))
    except ValueError:
        return  # told by the setting's own rules


def problems(document: Document, ranges: Iterable[Range]) -> Iterator[Problem]:
    """Each pair that overlaps, told at the second one."""
    for first, second in combinations(ranges, 2):
        if first.network.version == second.network.version and first.network.overlaps(second.network):
            message = f"{second.network} overlaps {first.network}, the network of `{first.label}`"
            yield document.problem(second.path, message, f"choose another `{second.path[-1]}`")
