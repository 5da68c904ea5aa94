"""Clouds and software as plain data and as rows, for listing."""

from collections.abc import Mapping, Sequence
from typing import Any

from elasticluster_tf import value_types
from elasticluster_tf.checks import Catalogue
from elasticluster_tf.errors import InputError, Problem, did_you_mean


def clouds(known: Catalogue, name: str | None) -> list[dict[str, Any]]:
    """The clouds, or the one named; settings only of that one, as reading them takes time."""
    return [
        {
            "name": cloud.name,
            "title": cloud.facts.title,
            "images": sorted(cloud.facts.images),
            "sizes": "any"
            if cloud.facts.sizes == "direct"
            else [one.model_dump() for one in cloud.facts.sizes],
            "credentials": list(cloud.facts.credentials),
            "settings": [_variable(one) for one in cloud.variables.values()],
        }
        for cloud in _chosen(known.clouds, name, "cloud")
    ]


def software(known: Catalogue, name: str | None) -> list[dict[str, Any]]:
    """The software, or the one named."""
    return [
        {
            "name": one.name,
            "title": one.facts.title,
            "parts": {part: fact.model_dump(mode="json") for part, fact in one.facts.parts.items()},
            "after": list(one.facts.after),
            "conflicts": list(one.facts.conflicts),
            "supported": list(one.facts.supported),
            "settings": [_variable(variable) for variable in one.variables.values()],
        }
        for one in _chosen(known.software, name, "software")
    ]


def rows(found: Sequence[Mapping[str, Any]], whole: bool) -> list[tuple[str, ...]]:
    """A table: one row an entry, or one row a setting of the single entry."""
    body: list[tuple[str, ...]]
    if whole:
        settings = found[0]["settings"]
        body = [
            (
                one["name"],
                one["type"],
                "required" if one["required"] else str(one["default"]),
                one["description"],
            )
            for one in settings
        ]
        return [("setting", "type", "default", "description"), *body]
    if found and "parts" in found[0]:
        body = [
            (one["name"], one["title"], ", ".join(one["parts"]), _ports(one), ", ".join(one["supported"]))
            for one in found
        ]
        return [("software", "title", "parts", "ports", "supported"), *body]
    body = [
        (one["name"], one["title"], ", ".join(one["images"]), ", ".join(s["name"] for s in one["settings"]))
        for one in found
    ]
    return [("cloud", "title", "images", "settings"), *body]


def image_rows(known: Catalogue, name: str | None) -> list[tuple[str, ...]]:
    """A table of portable images: how each is logged in to, and for which processors it is there."""
    body = [
        (cloud.name, image, facts.os, facts.user, ", ".join(facts.arch))
        for cloud in _chosen(known.clouds, name, "cloud")
        for image, facts in sorted(cloud.facts.images.items())
    ]
    return [("cloud", "image", "system", "user", "arch"), *body]


def size_rows(known: Catalogue, name: str | None) -> list[tuple[str, ...]]:
    """A table of the types that a portable size can resolve to, cheapest first."""
    body = []
    for cloud in _chosen(known.clouds, name, "cloud"):
        sizes = () if cloud.facts.sizes == "direct" else cloud.facts.sizes
        for one in sorted(sizes, key=lambda size: size.price):
            kind = f"{one.arch}{', burstable' if one.burstable else ''}"
            numbers = (str(one.cpus), f"{one.memory_gb:g}", str(one.gpus), f"{one.price:g}")
            body.append((cloud.name, one.type, *numbers, kind))
    return [("cloud", "type", "cpus", "memory_gb", "gpus", "usd_per_hour", "kind"), *body]


def _ports(one: Mapping[str, Any]) -> str:
    return ", ".join(str(port["port"]) for part in one["parts"].values() for port in part["ports"])


def _chosen(known: Mapping[str, Any], name: str | None, kind: str) -> list[Any]:
    if name is None:
        return list(known.values())
    if name not in known:
        raise InputError([Problem(f"there is no {kind} `{name}`", "", None, did_you_mean(name, list(known)))])
    return [known[name]]


def _variable(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": one.type.kind,
        "required": one.required,
        "default": one.default,
        "description": one.description,
        "schema": value_types.json_schema(one.type, one.description),
    }
