"""What the state says: nodes, the cluster's identity, how much there is.

Read by `terraform state pull`, which works with every backend and starts no provider. The format is
version 4, stable since Terraform 0.12.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from elasticluster_tf.errors import EctfError
from elasticluster_tf.nodes import BuiltNode, FileSystem
from elasticluster_tf.plan import Record, record
from elasticluster_tf.terraform import built


class StoredCloud(BaseModel):
    """A cloud as the state remembers it: enough to empty it without the cluster file."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    name: str
    aliased: bool = False
    identity: dict[str, Any] = {}
    settings: dict[str, Any] = {}


class _Identity(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    name: str
    default_cloud: str
    clouds: dict[str, StoredCloud]
    images: dict[str, str] = {}


@dataclass(frozen=True)
class Resource:
    """One managed resource of the state."""

    address: str
    module: str
    type: str
    name: str
    tainted: bool
    keep: bool = False
    id: str = field(default="", compare=False)


@dataclass(frozen=True)
class State:
    """The state of one cluster; without resources for one that does not exist.

    `shared_fs` are the shared file systems by cloud and name; `bootstrap` are the private halves of first
    host keys by node, dead after the first contact; `record` is what every host was configured from.
    """

    resources: tuple[Resource, ...] = ()
    nodes: Mapping[str, BuiltNode] = field(default_factory=dict)
    cluster: str = ""
    default_cloud: str = ""
    clouds: Mapping[str, StoredCloud] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    bastions: Mapping[str, str | None] = field(default_factory=dict)
    shared_fs: Mapping[str, Mapping[str, FileSystem]] = field(default_factory=dict)
    ssh_public_key: str = ""
    bootstrap: Mapping[str, str] = field(default_factory=dict, repr=False)
    record: Record = field(default_factory=Record)
    serial: int = 0
    lineage: str = ""

    @property
    def exists(self) -> bool:
        """Whether anything was built and not destroyed."""
        return bool(self.resources)


def parse(raw: Mapping[str, Any]) -> State:
    """The state from Terraform's own JSON."""
    if raw.get("version", 4) != 4:
        raise EctfError(f"the state has format {raw.get('version')}, which this ectf does not know")
    resources = tuple(
        _resource(one, index)
        for one in raw.get("resources", [])
        if one["mode"] == "managed"
        for index in one["instances"]
    )
    outputs = {name: one["value"] for name, one in raw.get("outputs", {}).items()}
    stored = _input(raw, "cluster")
    identity = _Identity.model_validate(stored) if stored else None
    return State(
        resources=resources,
        nodes=built.nodes(raw),
        cluster=identity.name if identity else "",
        default_cloud=identity.default_cloud if identity else "",
        clouds=identity.clouds if identity else {},
        images=identity.images if identity else {},
        bastions=_by_cloud(outputs, "bastion_"),
        shared_fs={
            label: {name: _file_system(one) for name, one in found.items()}
            for label, found in _by_cloud(outputs, "shared_fs_").items()
        },
        bootstrap=_input(raw, "bootstrap"),
        record=record.parse(_input(raw, "configured")),
        ssh_public_key=str(outputs.get("ssh_public_key") or ""),
        serial=int(raw.get("serial", 0)),
        lineage=str(raw.get("lineage", "")),
    )


def _by_cloud(outputs: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The outputs of one kind, by the cloud's label."""
    return {name.removeprefix(prefix): value for name, value in outputs.items() if name.startswith(prefix)}


def _resource(raw: Mapping[str, Any], instance: Mapping[str, Any]) -> Resource:
    module = str(raw.get("module", ""))
    head = f"{module}." if module else ""
    key = instance.get("index_key")
    index = "" if key is None else f"[{key}]" if isinstance(key, int) else f'["{key}"]'
    address = f"{head}{raw['type']}.{raw['name']}{index}"
    attributes = instance.get("attributes") or {}
    return Resource(
        address,
        module,
        raw["type"],
        raw["name"],
        instance.get("status") == "tainted",
        _keeps(attributes),
        # Where a provider knows things by their names alone, that is what finds one again.
        str(attributes.get("id") or attributes.get("name") or ""),
    )


def _keeps(attributes: Mapping[str, Any]) -> bool:
    """Whether a resource carries the label that says it is to be kept; on some clouds after a prefix."""
    return any(
        key.rpartition(".")[2] == "ectf-keep" and held == "true"
        for value in attributes.values()
        if isinstance(value, dict)
        for key, held in value.items()
    )


def _input(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What a `terraform_data` of the root module remembers; such values stand beside their type."""
    for one in raw.get("resources", []):
        if one["type"] == "terraform_data" and one["name"] == name and not one.get("module"):
            for instance in one["instances"]:
                stored = instance["attributes"].get("input") or {}
                return dict(stored.get("value", stored) or {})
    return {}


def _file_system(value: Mapping[str, Any]) -> FileSystem:
    """What the type knows of what a module tells; keys of the future are left alone."""
    known = FileSystem.__dataclass_fields__
    return FileSystem(**{key: inner for key, inner in value.items() if key in known and inner is not None})
