"""The clouds a cluster file uses, and what it asks of them that they can't give."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elasticluster_tf import documents
from elasticluster_tf.clouds import ranges, settings
from elasticluster_tf.clouds.facts import SizeType
from elasticluster_tf.clouds.folders import Cloud, load
from elasticluster_tf.config import ClusterConfig, Group
from elasticluster_tf.documents import Document, KeyPath
from elasticluster_tf.errors import Problem, did_you_mean


@dataclass(frozen=True)
class Chosen:
    """A cloud in use: its label in the root module, its settings, and where the file says so."""

    label: str
    cloud: Cloud
    settings: dict[str, Any]
    path: KeyPath
    aliased: bool

    @property
    def identity(self) -> dict[str, Any]:
        """Where a cluster is: the settings that say so, with the module's defaults for unset ones."""
        variables = self.cloud.variables
        return {
            key: self.settings.get(key, variables[key].default if key in variables else None)
            for key in self.cloud.facts.identity
        }


def choose(
    config: ClusterConfig, document: Document, base: Path, known: Mapping[str, Cloud]
) -> tuple[dict[str, Chosen], list[Problem]]:
    """The clouds the groups are built in, by label, and what is wrong with their settings."""
    chosen: dict[str, Chosen] = {}
    problems: list[Problem] = []
    wanted: list[KeyPath] = [
        ("groups", name, "cloud") for name, group in config.groups.items() if group.cloud
    ]
    if len(wanted) < len(config.groups):
        wanted.insert(0, ("cloud",))
    for path in wanted:
        choice = config.cloud if path == ("cloud",) else config.cloud_of(str(path[1]))
        cloud = _find(choice.name, base, known)
        if cloud is None:
            hint = did_you_mean(choice.name, list(known)) or "`ectf clouds` lists them"
            problems.append(document.problem((*path, "name"), f"there is no cloud `{choice.name}`", hint))
            continue
        found = Chosen(choice.label, cloud, choice.settings, path, choice.alias is not None)
        before = chosen.setdefault(found.label, found)
        if before is found:
            problems += _name_problems(document, config.name, cloud)
            problems += _ssh_problems(document, config.ssh.allow_from, cloud)
            problems += settings.problems(document, found.path, found.settings, cloud)
        elif (before.cloud, before.settings) != (cloud, found.settings):
            message = f"`{found.label}` is used with other settings at {_dotted(before.path)}"
            problems.append(document.problem(path, message, "give both an `alias:`"))
    found_ranges = [
        one
        for place in chosen.values()
        for one in ranges.find(place.label, place.path, place.settings, place.cloud)
    ]
    problems += ranges.problems(document, found_ranges)
    return chosen, problems


def _dotted(path: KeyPath) -> str:
    return documents.dotted(path)


def _name_problems(document: Document, name: str, cloud: Cloud) -> Iterator[Problem]:
    if len(name) > cloud.facts.name_limit:
        message = f"{cloud.name} leaves room for {cloud.facts.name_limit} characters, not {len(name)}"
        yield document.problem(("name",), message, "choose a shorter name")
    rule = cloud.facts.name_rule
    if rule and not rule.fits(name):
        yield document.problem(("name",), f"{cloud.name} does not take the name `{name}`", rule.hint)


def _ssh_problems(document: Document, allowed: Sequence[str], cloud: Cloud) -> Iterator[Problem]:
    if cloud.facts.ipv4_only and allowed and all(":" in one for one in allowed):
        message = f"{cloud.name} has IPv4 networks alone, and no range of IPv4 is let in"
        yield document.problem(("ssh", "allow_from"), message, "add one, as in 198.51.100.0/24")


def _find(name: str, base: Path, known: Mapping[str, Cloud]) -> Cloud | None:
    """A shipped cloud, or the user's own folder, named by a path from the cluster file."""
    if "/" not in name:
        return known.get(name)
    folder = (base / name).resolve()
    return load(folder) if (folder / "cloud.yaml").is_file() else None


def group_problems(document: Document, name: str, group: Group, chosen: Chosen) -> Iterator[Problem]:
    """What of a group this cloud can't give: image, size, keys, its own settings."""
    path = ("groups", name)
    yield from _image_problems(document, path, group, chosen.cloud)
    yield from _capability_problems(document, path, group, chosen.cloud)
    own = group.settings.get(chosen.cloud.name)
    if own is not None and chosen.cloud.node_settings is None:
        message = f"{chosen.cloud.name} has no settings per node"
        yield document.problem((*path, "settings", chosen.cloud.name), message, at_key=True)
    elif own is not None:
        where = (*path, "settings", chosen.cloud.name)
        yield from settings.node_problems(document, where, own, chosen.settings, chosen.cloud)


def label_problems(
    document: Document, config: ClusterConfig, chosen: Mapping[str, Chosen]
) -> Iterator[Problem]:
    """Labels of the whole cluster that one of its clouds refuses, and settings of clouds there are not."""
    for place in chosen.values():
        yield from _reserved(document, (), config.labels, place.cloud)
    known = {place.cloud.name for place in chosen.values()}
    for name, group in config.groups.items():
        for cloud in group.settings:
            if cloud not in known and (near := did_you_mean(cloud, list(known))).startswith("did"):
                path = ("groups", name, "settings", cloud)
                yield document.problem(path, f"no group is built in a cloud `{cloud}`", near, at_key=True)


def _reserved(
    document: Document, path: KeyPath, labels: Mapping[str, str], cloud: Cloud
) -> Iterator[Problem]:
    for label, value in labels.items():
        if not re.fullmatch(cloud.facts.label_values, value):
            message = f"{cloud.name} does not take this value of a label"
            hint = f"a value has the form {cloud.facts.label_values}"
            yield document.problem((*path, "labels", label), message, hint)
        if any(re.fullmatch(pattern, label) for pattern in cloud.facts.reserved_labels):
            message = f"{cloud.name} does not take the label `{label}`"
            yield document.problem((*path, "labels", label), message, "choose another name", at_key=True)


def _image_problems(document: Document, path: KeyPath, group: Group, cloud: Cloud) -> Iterator[Problem]:
    facts = cloud.facts
    image = facts.images.get(group.image)
    if image is None and not facts.any_image:
        hint = did_you_mean(group.image, list(facts.images))
        yield document.problem((*path, "image"), f"{cloud.name} has no image `{group.image}`", hint)
    if group.size is None:
        return
    if image and facts.sizes != "direct" and group.size.arch not in image.arch:
        message = f"{cloud.name} has `{group.image}` only for {', '.join(image.arch)}"
        yield document.problem((*path, "size", "arch"), message, "choose another image or arch")
    elif group.type:
        yield from _told_twice(document, path, group, cloud)
    elif facts.sizes != "direct" and resolve_size(group, cloud) is None:
        hint = f"`ectf clouds {cloud.name} --sizes` lists them; or name a `type:`"
        placed = cloud.facts.not_together and group.placement == "together"
        message = f"{cloud.name} has no type of this size" + (" that it places together" if placed else "")
        yield document.problem((*path, "size"), message, hint)


def _told_twice(document: Document, path: KeyPath, group: Group, cloud: Cloud) -> Iterator[Problem]:
    """A size beside a type tells what nobody else does; what the cloud's list says needs no second word."""
    if known := resolve_size(group, cloud):
        has = f"{known.cpus} cpus and {known.memory_gb:g} GiB"
        message = f"`size` and `type` say the same: `{known.type}` is known to have {has}"
        yield document.problem((*path, "size"), message, "keep one of them", at_key=True)


def _capability_problems(document: Document, path: KeyPath, group: Group, cloud: Cloud) -> Iterator[Problem]:
    for key, instead in cloud.facts.unsupported.items():
        if getattr(group, key, None):
            yield document.problem((*path, key), f"{cloud.name} has no `{key}`", instead)
    if group.type and not _placeable(group, group.type, cloud):
        message = f"{cloud.name} does not place machines of the type `{group.type}` together"
        hint = "name a type of another family, or take `placement: together` out"
        yield document.problem((*path, "type"), message, hint)
    yield from _reserved(document, path, group.labels, cloud)


def _placeable(group: Group, type_: str, cloud: Cloud) -> bool:
    """Whether the group may be placed as it says with machines of this type."""
    return group.placement != "together" or not re.fullmatch(cloud.facts.not_together, type_)


def resolve_size(group: Group, cloud: Cloud) -> SizeType | None:
    """The type that the group names, else the cheapest that holds its size and can be placed as it says.

    Burstable only when asked for. None where the cloud's list has no such type, or the cloud has no list.
    """
    size = group.size
    if cloud.facts.sizes == "direct":
        return None
    if group.type or size is None:
        return next((one for one in cloud.facts.sizes if one.type == group.type), None)
    fitting = [
        one
        for one in cloud.facts.sizes
        if one.cpus >= size.cpus
        and one.memory_gb >= size.memory_gb
        and (one.gpus >= size.gpus > 0 or one.gpus == size.gpus == 0)
        and one.arch == size.arch
        and (size.burstable or not one.burstable)
        and _placeable(group, one.type, cloud)
    ]
    return min(fitting, key=lambda one: (one.price, one.cpus, one.memory_gb, one.type), default=None)
