"""The Ansible half of the work folder as texts: nodes and software in, {path: text} out.

What depends on the cluster file alone (`render`) is apart from what the state tells (`connect`).
"""

import json
import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from elasticluster_tf import content, resources, software, templating
from elasticluster_tf.config import ClusterConfig
from elasticluster_tf.content import Content
from elasticluster_tf.nodes import BuiltNode, FileSystem, Node
from elasticluster_tf.software import BASE_ROLE, Software

Files = dict[str, str]
# Shared file systems by the cloud's label and their name.
FileSystems = Mapping[str, Mapping[str, FileSystem]]

SHARED_FS = "cluster_shared_fs"  # the variable that has them

# Files of a role that a run does not need.
_NOT_COPIED = ("software.yaml", "playbook.yml", "README.md", "molecule", "tests")
# Our plugins, by kind: the folder beside the playbooks where Ansible finds them without being told.
_PLUGINS = {
    "lookup": "lookup_plugins",
    "module": "library",
    "action": "action_plugins",
    "filter": "filter_plugins",
}
PLUGIN_FOLDERS = tuple(f"ansible/{folder}/" for folder in _PLUGINS.values())
# Characters that would make Ansible evaluate a text.
_MARKS = ("{{", "{%", "{#")


@dataclass(frozen=True)
class Access:
    """Where the files that SSH needs are: absolute paths on this machine."""

    ssh_config: Path
    known_hosts: Path
    identity: Path


def render(config: ClusterConfig, carried: Sequence[Software], own: Content = Content()) -> Files:
    """Playbooks, roles and settings: all that the cluster file, and the content it names, decide."""
    playbooks = content.imports(own)
    values = {
        "software": [one.name for one in carried],
        "before": playbooks.get(content.BEFORE, []),
        "after": playbooks.get(content.AFTER, []),
    }
    files = {
        "ansible/site.yml": templating.render("site.yml.j2", values),
        "ansible/addresses.yml": templating.render("addresses.yml.j2", {}),
        "ansible/ansible.cfg": templating.render("ansible.cfg.j2", {"forks": _forks(config)}),
        "ansible/inventory": templating.render("inventory.j2", {}),
    }
    plugins = Path(__file__).parent / "ansible_plugins"
    for kind, beside_playbooks in _PLUGINS.items():
        for path in sorted((plugins / kind).glob("[a-z]*.py")):
            files[f"ansible/{beside_playbooks}/{path.name}"] = path.read_text(encoding="utf-8")
    files.update(content.render(own))
    shipped = resources.folder("roles")
    for name in [BASE_ROLE, *(role for one in carried for role in one.facts.roles)]:
        files.update(_role(shipped / name, name))
    for one in carried:
        files.update(_role(one.path, one.name))
        files[f"ansible/{one.name}.yml"] = (one.path / "playbook.yml").read_text(encoding="utf-8")
    return files


def _forks(config: ClusterConfig) -> int:
    """As many nodes at once as there are, within what one machine's ssh processes can bear."""
    return max(5, min(50, sum(group.count for group in config.groups.values())))


def _role(folder: Path, name: str) -> Files:
    return content.tree(folder, f"ansible/roles/{name}", _NOT_COPIED)


def connect(
    config: ClusterConfig,
    carried: Sequence[Software],
    nodes: Sequence[Node],
    built: Mapping[str, BuiltNode],
    access: Access,
    bastions: Mapping[str, str | None],
    bootstrapped: Collection[str],
    known_hosts: str,
    fingerprints: Mapping[str, str] | None = None,
    shared_fs: FileSystems = MappingProxyType({}),
) -> Files:
    """Inventory, known_hosts and ssh_config: what is known once the nodes are built."""
    tree = inventory(config, carried, nodes, built, access, bastions, bootstrapped, shared_fs)
    for group in config.groups:
        for name, host in tree["all"]["children"][group]["hosts"].items():
            if name in (fingerprints or {}):
                host["node_fingerprint"] = (fingerprints or {})[name]
    return {
        "ansible/hosts.yml": _unsafe_yaml(tree) + "\n",
        "known_hosts": known_hosts,
        "ssh_config": ssh_config(built, access, bastions),
    }


def inventory(
    config: ClusterConfig,
    carried: Sequence[Software],
    nodes: Sequence[Node],
    built: Mapping[str, BuiltNode],
    access: Access,
    bastions: Mapping[str, str | None],
    bootstrapped: Collection[str] = (),
    shared_fs: FileSystems = MappingProxyType({}),
) -> dict[str, Any]:
    """Ansible's YAML inventory as data. Nodes that are not built are left out.

    Nodes of `bootstrapped` got their first host key by user data; the role `base` gives them the final one.
    Where clouds made shared file systems, `cluster_shared_fs` says by cloud and name how they are mounted.
    """
    present = [node for node in nodes if node.name in built]
    children: dict[str, Any] = {
        group: {
            "hosts": {n.name: _host(n, built[n.name], access, bastions) for n in present if n.group == group}
        }
        for group in config.groups
    }
    for one in carried:
        parts = software.groups_of(config, one)
        for part, groups in parts.items():
            children[f"{one.name}_{part}"] = {"children": {group: {} for group in groups}}
        children[one.name] = {
            "children": {f"{one.name}_{part}": {} for part in parts},
            "vars": config.software[one.name].vars,
        }
    for group in config.groups:
        for name, host in children[group]["hosts"].items():
            if name in bootstrapped:
                host["node_bootstrapped"] = True
    common: dict[str, Any] = {"cluster_name": config.name}
    if mirrors := config.mirrors.model_dump(exclude_none=True):
        common["cluster_mirrors"] = mirrors
    if made := plain_shared_fs(shared_fs):
        common[SHARED_FS] = made
    return {"all": {"vars": common, "children": children}}


def plain_shared_fs(shared_fs: FileSystems) -> dict[str, Any]:
    """Shared file systems as roles see them, by the clouds that made some."""
    return {
        label: {name: asdict(one) for name, one in found.items()}
        for label, found in shared_fs.items()
        if found
    }


def _host(node: Node, built: BuiltNode, access: Access, bastions: Mapping[str, str | None]) -> dict[str, Any]:
    return {
        "ansible_host": built.ssh_host,
        "ansible_port": built.ssh_port,
        "ansible_user": built.ssh_user,
        "ansible_ssh_common_args": " ".join(
            shlex.quote(word) for word in ssh_arguments(built, access, bastions)
        ),
        **facts(node, built),
    }


def facts(node: Node, built: BuiltNode) -> dict[str, Any]:
    """What roles may know of a host, whoever contacts it from wherever."""
    mounts = {name: volume.mount for name, volume in node.volumes.items()}
    return {
        "node_address": built.address,
        "node_cloud": node.cloud,
        "node_cpus": node.cpus,
        "node_gpus": node.gpus,
        "node_group": node.group,
        "node_image": node.image,
        "node_index": node.index,
        "node_instance_id": built.instance_id,
        "node_memory_mb": int(node.memory_gb * 1024) if node.memory_gb else None,
        "node_volumes": {
            name: {"device": device, "mount": mounts.get(name)} for name, device in built.volumes.items()
        },
    }


def ssh_arguments(built: BuiltNode, access: Access, bastions: Mapping[str, str | None]) -> list[str]:
    """Options of ssh for one node: the file's general part, its pinned key, its jump host."""
    words = ["-F", str(access.ssh_config), "-o", f"HostKeyAlias={built.name}"]
    if jump := _jump(built, bastions):
        words += ["-o", f"ProxyJump={jump}"]
    return words


def _jump(built: BuiltNode, bastions: Mapping[str, str | None]) -> str | None:
    jump = bastions.get(built.cloud)
    return jump if jump != built.name and built.public_ip is None else None


def ssh_config(built: Mapping[str, BuiltNode], access: Access, bastions: Mapping[str, str | None]) -> str:
    """A configuration for ssh, scp and sftp that knows every node by its name."""
    hosts = [
        {
            "name": name,
            "host": one.ssh_host,
            "port": one.ssh_port,
            "user": one.ssh_user,
            "jump": _jump(one, bastions),
        }
        for name, one in sorted(built.items())
    ]
    return templating.render("ssh_config.j2", {"hosts": hosts, "access": access})


def script_inventory(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The same inventory in the form that Ansible reads from a program's output."""
    result: dict[str, Any] = {"_meta": {"hostvars": {}}, "all": {"children": []}}
    for name, group in tree["all"]["children"].items():
        hosts = group.get("hosts", {})
        result["_meta"]["hostvars"].update(_unsafe(hosts))
        result[name] = {"hosts": list(hosts), "children": list(group.get("children", {}))}
        if group.get("vars"):
            result[name]["vars"] = _unsafe(group["vars"])
        result["all"]["children"].append(name)
    result["all"]["vars"] = _unsafe(tree["all"]["vars"])
    return result


def _unsafe(value: Any) -> Any:
    """Texts that look like templates marked as data, in the form of Ansible's JSON."""
    if isinstance(value, Mapping):
        return {key: _unsafe(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_unsafe(inner) for inner in value]
    if isinstance(value, str) and any(mark in value for mark in _MARKS):
        return {"__ansible_unsafe": value}
    return value


def _unsafe_yaml(value: Any, indent: str = "") -> str:
    """JSON text with YAML's `!unsafe` before every text that looks like a template.

    Without such texts it is plain JSON, which Ansible reads an order of magnitude faster than YAML.
    """
    inner = indent + "  "
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        rows = [f"{inner}{_text(str(key))}: {_unsafe_yaml(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_unsafe_yaml(item, inner) for item in value) + "]"
    if isinstance(value, str):
        mark = "!unsafe " if any(mark in value for mark in _MARKS) else ""
        return mark + _text(value)
    return json.dumps(value)


# What YAML 1.1 takes for a line break or refuses raw, though JSON would not.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _text(value: str) -> str:
    """A string that JSON and YAML read alike."""
    text = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
