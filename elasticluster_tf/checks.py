"""Everything that can be wrong before Terraform runs, found at once, and the cluster as resolved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from elasticluster_tf import clouds, config, content, nodes, software
from elasticluster_tf.clouds import Chosen, Cloud
from elasticluster_tf.config import CloudChoice, ClusterConfig
from elasticluster_tf.content import Content
from elasticluster_tf.documents import Document, KeyPath
from elasticluster_tf.errors import InputError, Problem
from elasticluster_tf.nodes import Node
from elasticluster_tf.software import Software


@dataclass(frozen=True)
class Catalogue:
    """The clouds and the software that were discovered, by name."""

    clouds: Mapping[str, Cloud]
    software: Mapping[str, Software]


@dataclass(frozen=True)
class Resolved:
    """A cluster file that is right: configuration, clouds, software, nodes, and content of one's own."""

    config: ClusterConfig
    document: Document
    clouds: Mapping[str, Chosen]
    software: tuple[Software, ...]
    nodes: tuple[Node, ...]
    content: Content = field(default_factory=Content)


def catalogue(hcl_cache: Path | None = None, own_roles: Path | None = None) -> Catalogue:
    """What is shipped, and the software in the user's own folder of roles."""
    return Catalogue(clouds.discover(hcl_cache), software.discover(own_roles))


def resolve(document: Document, base: Path, known: Catalogue) -> Resolved:
    """Check everything.

    `base` is the folder relative paths of the file start from. Raises InputError with all problems.
    """
    typed, problems = config.parse(document)
    found = list(problems)
    if typed is None:
        raise InputError(found)
    chosen, wrong = clouds.choose(typed, document, base, known.clouds)
    found += wrong
    systems: dict[str, str] = {}
    gives: dict[str, tuple[str, ...]] = {}
    for name, group in typed.groups.items():
        place = chosen.get(typed.cloud_of(name).label)
        if place is None:
            continue
        found += clouds.group_problems(document, name, group, place)
        if place.cloud.facts.gives is not None:
            gives[name] = place.cloud.facts.gives
        if image := place.cloud.facts.images.get(group.image):
            systems[name] = image.os
    carried, wrong = software.choose(typed, document, known.software, systems, gives)
    found += wrong
    own, wrong = content.find(typed, document, base)
    found += wrong
    found += clouds.label_problems(document, typed, chosen)
    found += nodes.problems(typed, document, chosen)
    found += _untold_sizes(document, typed, chosen, carried)
    found += _name_clashes(document, typed, carried)
    found += _over_quota(document, typed, chosen)
    if typed.prices and not (base / typed.prices).is_file():
        hint = "the path starts from the cluster file's folder"
        found.append(document.problem(("prices",), f"there is no file {typed.prices}", hint))
    if found:
        raise InputError(found)
    return Resolved(typed, document, chosen, carried, nodes.expand(typed, chosen, carried), own)


def _untold_sizes(
    document: Document, typed: ClusterConfig, chosen: Mapping[str, Chosen], carried: tuple[Software, ...]
) -> Iterator[Problem]:
    """Groups of a type of which nobody says what it has, under software that has to know."""
    wanting = {
        group: f"part `{part}` of {one.name}"
        for one in carried
        for part, wanted in one.facts.parts.items()
        if wanted.min_cpus or wanted.min_memory_gb
        for group in typed.software[one.name].parts.get(part, ())
    }
    for name, group in typed.groups.items():
        place = chosen.get(typed.cloud_of(name).label)
        if place is None or name not in wanting or group.size or not group.type:
            continue
        if "type" not in place.cloud.facts.unsupported and clouds.resolve_size(group, place.cloud) is None:
            message = (
                f"{wanting[name]} has to know what `{group.type}` has, and {place.cloud.name} does not tell"
            )
            hint = "say it by `size: {cpus: …, memory_gb: …}` beside `type`"
            yield document.problem(("groups", name, "type"), message, hint)


def _over_quota(document: Document, typed: ClusterConfig, chosen: Mapping[str, Chosen]) -> Iterator[Problem]:
    """Clouds of which more is asked than their `quota`; machines of unknown types count as machines alone."""
    choices: dict[KeyPath, CloudChoice | None] = {("cloud",): typed.cloud}
    choices |= {("groups", name, "cloud"): group.cloud for name, group in typed.groups.items()}
    for path, choice in choices.items():
        if choice is None or choice.quota is None or choice.label not in chosen:
            continue
        for what, by_group in _asked_of(typed, chosen[choice.label]).items():
            most, asked = getattr(choice.quota, what), sum(by_group.values())
            if most is not None and asked > most:
                hint = ", ".join(f"{name}: {number:g}" for name, number in by_group.items() if number)
                yield document.problem((*path, "quota", what), f"the groups ask for {asked:g}", hint)


def _asked_of(typed: ClusterConfig, place: Chosen) -> dict[str, dict[str, float]]:
    """What each group has in a cloud, under the keys of a quota."""
    own = {name: one for name, one in typed.groups.items() if typed.cloud_of(name).label == place.label}
    sizes = {name: clouds.resolve_size(one, place.cloud) or one.size for name, one in own.items()}
    return {
        "nodes": {name: one.count for name, one in own.items()},
        **{
            what: {name: one.count * getattr(sizes[name], what, 0) for name, one in own.items()}
            for what in ("cpus", "gpus", "memory_gb")
        },
    }


def _name_clashes(document: Document, typed: ClusterConfig, carried: tuple[Software, ...]) -> list[Problem]:
    """A node group may not bear the name of an inventory group that a software makes."""
    taken = {one.name for one in carried}
    taken |= {f"{one.name}_{part}" for one in carried for part in one.facts.parts}
    return [
        document.problem(
            ("groups", name), f"`{name}` is also a software's group in the inventory", "rename it", True
        )
        for name in typed.groups
        if name in taken
    ]
