"""What every host is to be configured from: the record that a run without failures would leave."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from elasticluster_tf import ansible_files, content, resources, software
from elasticluster_tf.ansible_files import FileSystems
from elasticluster_tf.config import ClusterConfig
from elasticluster_tf.nodes import BuiltNode, Node
from elasticluster_tf.plan.record import NodeRecord, Record, Setup, digest, hidden
from elasticluster_tf.software import BASE_ROLE, Software

# Of a host that is not built yet nothing but its name is known.
_UNKNOWN = "unknown"
# What the user's own playbooks and software may use beside what is theirs.
_OTHERS = (content.ROLES, content.REQUIREMENTS)


def wanted(
    config: ClusterConfig,
    carried: Sequence[Software],
    nodes: Sequence[Node],
    built: Mapping[str, BuiltNode],
    files: Mapping[str, str],
    shared_fs: FileSystems = MappingProxyType({}),
) -> Record:
    """What every host is to be configured from; `files` are the rendered ones, with the roles in them.

    Nodes that are not built are in it with facts unknown. `shared_fs` concerns the software that asks for it.
    """
    facts = {
        node.name: digest(ansible_files.facts(node, built[node.name])) if node.name in built else _UNKNOWN
        for node in nodes
    }
    addresses = digest(sorted((one.name, one.address) for one in built.values()))
    if _UNKNOWN in facts.values():
        addresses = _UNKNOWN
    by_group = _setups_by_group(config, carried, nodes, facts, files, shared_fs)
    found = {
        node.name: NodeRecord(
            built[node.name].instance_id if node.name in built else _UNKNOWN,
            facts[node.name],
            addresses,
            tuple(setup.id for setup in by_group[node.group]),
        )
        for node in nodes
    }
    order = [BASE_ROLE, content.BEFORE, *config.software, content.AFTER]
    several = [one for setups in by_group.values() for one in setups]
    setups = sorted(several, key=lambda one: order.index(one.software))
    return Record(found, {setup.id: setup for setup in setups})


def _setups_by_group(
    config: ClusterConfig,
    carried: Sequence[Software],
    nodes: Sequence[Node],
    facts: Mapping[str, str],
    files: Mapping[str, str],
    shared_fs: FileSystems,
) -> dict[str, list[Setup]]:
    """All hosts of a group have the same parts, so a group's setups are each of its hosts', in order."""
    mirrors = config.mirrors.model_dump(exclude_none=True)
    base = Setup(BASE_ROLE, (), _role_digest(BASE_ROLE, (), files), {"mirrors": mirrors} if mirrors else {})
    own = {when: [Setup(when, (), digest)] for when, digest in _playbook_digests(files).items()}
    found = {group: [base, *own.get(content.BEFORE, [])] for group in config.groups}
    made = ansible_files.plain_shared_fs(shared_fs)
    for one in carried:
        shipped = one.path.parent == resources.folder("roles")
        role = _role_digest(one.name, one.facts.roles, files, () if shipped else _OTHERS)
        groups = software.groups_of(config, one)
        hosts = {
            part: {node.name: facts[node.name] for node in nodes if node.group in of}
            for part, of in groups.items()
        }
        for group in config.groups:
            parts = tuple(sorted(part for part, of in groups.items() if group in of))
            if parts:
                variables = _variables(config, one, parts)
                if one.facts.shared_fs and made:
                    variables[ansible_files.SHARED_FS] = made
                peers = {peer: hosts[peer] for peer in _peers(one, parts)}
                found[group].append(Setup(one.name, parts, role, variables, peers))
    return {group: [*setups, *own.get(content.AFTER, [])] for group, setups in found.items()}


def _peers(one: Software, parts: Iterable[str]) -> list[str]:
    """The parts whose hosts concern a host with these parts."""
    found: set[str] = set()
    for part in parts:
        named = one.facts.parts[part].peers
        found |= set(one.facts.parts if named is None else named)
    return sorted(found)


def _variables(config: ClusterConfig, one: Software, parts: Sequence[str]) -> dict[str, Any]:
    """The variables that are set and concern these parts."""
    found = {}
    for name, value in sorted(config.software[one.name].vars.items()):
        known = one.variables.get(name)
        if known is not None and known.parts and not known.parts & set(parts):
            continue
        found[name] = hidden(config.name, name, value) if known is not None and known.secret else value
    return found


def _role_digest(name: str, others: Sequence[str], files: Mapping[str, str], more: Sequence[str] = ()) -> str:
    """Of all that a software runs: its plays, its roles, the plug-ins beside them, and `more` files."""
    roles = (f"ansible/roles/{role}/" for role in (name, *others))
    own = (f"ansible/{name}.yml", *roles, *ansible_files.PLUGIN_FOLDERS, *more)
    return digest({path: text for path, text in files.items() if path.startswith(own)})


def _playbook_digests(files: Mapping[str, str]) -> dict[str, str]:
    """Of the user's own playbooks, by when they run, with the roles and requirements they may use."""
    found = {}
    for when in (content.BEFORE, content.AFTER):
        own = (f"ansible/{when}/", *_OTHERS)
        if any(path.startswith(own[0]) for path in files):
            found[when] = digest({path: text for path, text in files.items() if path.startswith(own)})
    return found
