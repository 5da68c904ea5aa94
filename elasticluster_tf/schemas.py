"""The JSON Schema of cluster.yaml: the models' own, with the variables of clouds and roles."""

from typing import Any

from elasticluster_tf import value_types
from elasticluster_tf.checks import Catalogue
from elasticluster_tf.config import ClusterConfig


def cluster_schema(known: Catalogue) -> dict[str, Any]:
    """A schema that editors complete from (draft 2020-12)."""
    schema = ClusterConfig.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "cluster.yaml of ectf"
    schema["$defs"]["CloudChoice"] = _clouds(known, schema["$defs"]["CloudChoice"])
    schema["properties"]["software"] = _software(known, schema["properties"]["software"])
    return schema


def _clouds(known: Catalogue, base: dict[str, Any]) -> dict[str, Any]:
    """One alternative a cloud, told apart by `name`; a path names a module of the user's own."""
    common = base["properties"]
    alternatives = []
    for cloud in known.clouds.values():
        settings = {
            name: value_types.json_schema(one.type, one.description) for name, one in cloud.variables.items()
        }
        required = [name for name, one in cloud.variables.items() if one.required]
        alternatives.append(
            {
                "title": cloud.facts.title,
                "type": "object",
                "properties": {**common, **settings, "name": {"const": cloud.name}},
                "required": ["name", *required],
                "additionalProperties": False,
            }
        )
    own = {"title": "A module of your own", "type": "object", "required": ["name"]}
    own["properties"] = {"name": {"type": "string", "pattern": "/"}}  # type: ignore[assignment]
    return {"description": base.get("description", ""), "anyOf": [*alternatives, own]}


def _software(known: Catalogue, base: dict[str, Any]) -> dict[str, Any]:
    properties = {}
    groups = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    for one in known.software.values():
        parts = {part: {**groups, "description": fact.description} for part, fact in one.facts.parts.items()}
        variables = {
            name: value_types.json_schema(variable.type, variable.description)
            for name, variable in one.variables.items()
        }
        properties[one.name] = {
            "title": one.facts.title,
            "type": "object",
            "properties": {
                **parts,
                "vars": {"type": "object", "properties": variables, "additionalProperties": False},
            },
            "additionalProperties": False,
        }
    return {
        "description": base.get("description", ""),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
