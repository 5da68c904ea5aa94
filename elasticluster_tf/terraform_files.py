"""The Terraform half of the work folder as texts: values in, {path: text} out; nothing is touched.

Structure goes to HCL, every value of the user's to terraform.tfvars.json, where Terraform takes
strings literally.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elasticluster_tf import software, templating
from elasticluster_tf.clouds import Chosen, Cloud
from elasticluster_tf.config import ClusterConfig, State
from elasticluster_tf.nodes import Node
from elasticluster_tf.software import Software

Files = dict[str, str]

# What of a cloud's folder is not part of the module.
_NOT_COPIED = ("cloud.yaml", "costs.yaml", "prices.json", "example.yaml", "README.md")
STATE_PATH = "keep/terraform.tfstate"
_MANAGED_BY = {"managed-by": "ectf"}


@dataclass(frozen=True)
class RootInput:
    """What the root module is made from.

    `emptied` leaves only the providers, so that everything the state holds is destroyed; `retired` are the
    labels of clouds for which the same is done alone.
    """

    name: str
    state: State
    default_cloud: str
    clouds: Mapping[str, Chosen]
    nodes: tuple[Node, ...]
    ssh_allow_from: tuple[str, ...] = ()
    labels: Mapping[str, str] | None = None
    ports: Mapping[str, tuple[software.Port, ...]] | None = None
    emptied: bool = False
    retired: frozenset[str] = frozenset()


def root_input(
    config: ClusterConfig, clouds: Mapping[str, Chosen], carried: Sequence[Software], nodes: tuple[Node, ...]
) -> RootInput:
    """The input for a cluster as its file wants it."""
    return RootInput(
        name=config.name,
        state=config.state,
        default_cloud=config.cloud.label,
        clouds=clouds,
        nodes=nodes,
        ssh_allow_from=config.ssh.allow_from,
        labels=config.labels,
        ports={group: software.ports(config, carried, group) for group in config.groups},
    )


def render(wanted: RootInput) -> Files:
    """All files that depend on the cluster file alone."""
    files = {
        "main.tf": _main(wanted),
        "terraform.tfvars.json": _json(_values(wanted)),
        ".gitignore": "*\n",
    }
    if wanted.state.backend != "local" and wanted.state.settings:
        files["backend.tfbackend.json"] = _json(wanted.state.settings)
    for label, chosen in wanted.clouds.items():
        if wanted.emptied or label in wanted.retired:
            continue
        own = [node for node in wanted.nodes if node.cloud == label]
        files.update(_module(f"modules/{label}", chosen, own, wanted.ports or {}))
    return files


def leftovers(wanted: RootInput, label: str) -> Files:
    """A small root module that asks a cloud what still carries the cluster's label; none if it can't tell."""
    chosen = wanted.clouds[label]
    folder = chosen.cloud.path / "leftovers"
    files = {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in _texts(folder)}
    if files:
        values = {"cluster_name": wanted.name, "settings": chosen.settings}
        files["terraform.tfvars.json"] = _json(values)
    return files


def _module(
    folder: str, chosen: Chosen, nodes: Sequence[Node], ports: Mapping[str, tuple[software.Port, ...]]
) -> Files:
    cloud = chosen.cloud
    files = {
        f"{folder}/{path.relative_to(cloud.path)}": path.read_text(encoding="utf-8")
        for path in _texts(cloud.path)
        if path.name not in _NOT_COPIED and path.suffix != ".j2"
    }
    stamp = templating.template(cloud.path / "node.tf.j2")
    blocks = [stamp.render(_stamped(node, chosen, ports)).strip() + "\n" for node in nodes]
    files[f"{folder}/nodes.tf"] = "\n".join(
        ["# One block per node, stamped from the cloud's node.tf.j2.\n", *blocks]
    )
    return files


def _stamped(node: Node, chosen: Chosen, ports: Mapping[str, tuple[software.Port, ...]]) -> dict[str, Any]:
    """What a node's blocks are stamped from: checked names, and which parts of it there are; no values.

    A block that a node has no use for is not written at all: each costs a plan of many nodes time and memory.
    """
    return {
        "name": node.name,
        "group": node.group,
        "volumes": sorted(node.volumes),
        "public_ip": node.public_ip,
        "public_ports": any(port.public for port in ports.get(node.group, ())),
        "spot": node.spot,
        "disk": node.disk_gb is not None,
        "placement": node.placement is not None,
        "settings": _given(chosen.settings),
        "options": _given(node.settings),
    }


def _given(settings: Mapping[str, Any]) -> list[str]:
    return sorted(name for name, value in settings.items() if value is not None)


def _texts(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.is_file():
            yield path
        elif path.name not in ("ci", "leftovers", "tests"):
            yield from _texts(path)


def _main(wanted: RootInput) -> str:
    providers: dict[str, dict[str, str]] = {}
    modules = []
    for label, chosen in sorted(wanted.clouds.items()):
        own = chosen.cloud.required_providers
        providers.update(own)
        alias = label if chosen.aliased else ""
        block = chosen.cloud.path / "provider.tf.j2"
        modules.append(
            {
                "label": label,
                "settings": sorted(chosen.settings),
                "node_settings": chosen.cloud.node_settings is not None,
                "shared_fs": "shared_fs" in _given(chosen.settings),
                "providers": sorted(own) if alias else [],
                "called": not wanted.emptied and label not in wanted.retired,
                "provider": templating.template(block).render(label=label, alias=alias)
                if block.is_file()
                else "",
            }
        )
    values = {
        "backend": wanted.state.backend,
        "state_path": STATE_PATH,
        "providers": sorted(providers.items()),
        "modules": modules,
        "emptied": wanted.emptied,
        "bootstrap": any(one.cloud.facts.first_host_key == "user_data" for one in wanted.clouds.values()),
    }
    return templating.render("main.tf.j2", values)


def _values(wanted: RootInput) -> dict[str, Any]:
    return {
        "cluster": _identity(wanted),
        "cluster_name": wanted.name,
        "images": {label: _lookups(chosen.cloud, wanted.nodes) for label, chosen in wanted.clouds.items()},
        "labels": {**(wanted.labels or {}), **_MANAGED_BY, "ectf-cluster": wanted.name},
        "node_settings": {
            label: {n.name: n.settings for n in wanted.nodes if n.cloud == label and n.settings}
            for label in wanted.clouds
        },
        "nodes": {
            label: {n.name: _node(n) for n in wanted.nodes if n.cloud == label} for label in wanted.clouds
        },
        "ports": {
            group: [_port(port) for port in ports] for group, ports in (wanted.ports or {}).items() if ports
        },
        "settings": {label: chosen.settings for label, chosen in wanted.clouds.items()},
        "ssh_allow_from": list(wanted.ssh_allow_from),
        "ssh_user": {
            label: {n.image: n.user for n in wanted.nodes if n.cloud == label and n.user}
            for label in wanted.clouds
        },
    }


def _lookups(cloud: Cloud, nodes: Sequence[Node]) -> dict[str, Any]:
    """How the cloud finds the portable images that are used."""
    images = {node.image: cloud.facts.images.get(node.image) for node in nodes}
    return {name: image.lookup for name, image in images.items() if image and image.lookup is not None}


def _identity(wanted: RootInput) -> dict[str, Any]:
    """What the state keeps, so that the cluster is known again and can be emptied without its file."""
    return {
        "name": wanted.name,
        "default_cloud": wanted.default_cloud,
        "images": {node.group: node.image for node in wanted.nodes},
        "clouds": {
            label: {
                "name": chosen.cloud.name,
                "aliased": chosen.aliased,
                "identity": chosen.identity,
                "settings": {
                    key: value
                    for key, value in chosen.settings.items()
                    if key not in chosen.cloud.facts.per_node_settings
                },
            }
            for label, chosen in wanted.clouds.items()
        },
    }


def _node(node: Node) -> dict[str, Any]:
    """The contract's object; what is not set is left out, so that its default stays in one place."""
    values: dict[str, Any] = {
        "group": node.group,
        "index": node.index,
        "type": node.type,
        "cpus": node.cpus,
        "memory_gb": node.memory_gb,
        "gpus": node.gpus,
        "arch": node.arch,
        "zone": node.zone,
        "placement": node.placement,
        "image": node.image,
        "disk_gb": node.disk_gb,
        "public_ip": node.public_ip,
        "spot": node.spot,
        "needs": list(node.needs),
        "labels": dict(node.labels),
        "volumes": {name: volume.model_dump(exclude_none=True) for name, volume in node.volumes.items()},
    }
    return {
        key: value for key, value in values.items() if value not in (None, [], {}, False) or key == "index"
    }


def _port(port: software.Port) -> dict[str, Any]:
    return {
        key: value for key, value in port.model_dump().items() if value is not None and key != "description"
    }


def _json(values: Any) -> str:
    return json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
