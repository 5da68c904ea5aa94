"""JSON Schemas: of cluster.yaml with the variables of clouds and roles, and of the commands' documents."""

from typing import Any, get_args

from pydantic import TypeAdapter

from elasticluster_tf import events, plan, reports, value_types
from elasticluster_tf.checks import Catalogue
from elasticluster_tf.config import ClusterConfig
from elasticluster_tf.data import FORMAT

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def cluster_schema(known: Catalogue) -> dict[str, Any]:
    """A schema that editors complete from (draft 2020-12)."""
    schema = ClusterConfig.model_json_schema()
    schema["$schema"] = _DIALECT
    schema["title"] = "cluster.yaml of ectf"
    schema["$defs"]["CloudChoice"] = _clouds(known, schema["$defs"]["CloudChoice"])
    schema["properties"]["software"] = _software(known, schema["properties"]["software"])
    return schema


# The commands' documents by kind; the generated files stand in docs/schemas/.
_DOCUMENTS: dict[str, Any] = {
    "plan": plan.Plan,
    "up": reports.UpReport,
    "down": reports.DownReport,
    "drift": reports.DriftReport,
    "status": reports.ClusterStatus,
    "nodes": reports.NodesReport,
    "validate": reports.ValidateReport,
    "render": reports.RenderReport,
    "config": reports.ConfigReport,
    "clouds": reports.CloudsReport,
    "software": reports.SoftwareReport,
    "doctor": reports.DoctorReport,
    "cost": reports.CostReport,
    "error": reports.ErrorReport,
}


def document_schemas() -> dict[str, dict[str, Any]]:
    """The schema of each kind of document, and of the events of a run, by name."""
    found = {kind: _document(kind, report) for kind, report in _DOCUMENTS.items()}
    return {**found, "version": _version(), "event": _events()}


def _document(kind: str, report: Any) -> dict[str, Any]:
    schema = TypeAdapter(report).json_schema(mode="serialization")
    schema["properties"] = {"format": {"const": FORMAT}, "kind": {"const": kind}, **schema["properties"]}
    return _closed({"$schema": _DIALECT, **schema})


def _version() -> dict[str, Any]:
    """Versions stand under the names of what has them, which are no names of fields."""
    names = ("ectf", "terraform", "ansible-core", "ansible-runner", "python")
    fields = {"format": {"const": FORMAT}, "kind": {"const": "version"}}
    properties = {**fields, **{name: {"type": "string"} for name in names}}
    return _closed({"$schema": _DIALECT, "title": "Versions", "type": "object", "properties": properties})


def _events() -> dict[str, Any]:
    alternatives = []
    for one in get_args(events.Event):
        schema = TypeAdapter(one).json_schema(mode="serialization")
        schema["properties"] = {"event": {"const": one.kind}, **schema["properties"]}
        alternatives.append(_closed(schema))
    return {"$schema": _DIALECT, "title": "A line of a run with --json", "anyOf": alternatives}


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Every key is always there, and there are no others."""
    for one in (schema, *schema.get("$defs", {}).values()):
        if one.get("type") == "object":
            one["additionalProperties"] = False
            one["required"] = list(one["properties"])
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
                "properties": {**common, **settings, "name": {**common["name"], "const": cloud.name}},
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
