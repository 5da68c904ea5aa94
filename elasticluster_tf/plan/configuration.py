"""The configuration half of a plan: which roles run on which hosts and why, told from the record alone."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import Any, Literal

from elasticluster_tf import ansible_files, software
from elasticluster_tf.ansible_files import SharedFsByCloud
from elasticluster_tf.config import ClusterConfig
from elasticluster_tf.nodes import BuiltNode, Node
from elasticluster_tf.plan.record import SECRET, NodeRecord, Record, Setup, digest, hidden
from elasticluster_tf.software import BASE_ROLE, Software

# Of a host that is not built yet nothing but its name is known.
_UNKNOWN = "unknown"

Kind = Literal[
    "new", "replaced", "unfinished", "software", "parts", "host", "role", "variables", "peers", "asked"
]


@dataclass(frozen=True)
class VariableChange:
    """A role's variable that differs; None where it is not set. Values of secret ones are not told."""

    name: str
    before: Any = None
    after: Any = None
    secret: bool = False


@dataclass(frozen=True)
class PeerChange:
    """Hosts of a part that come, go, or are no longer as they were."""

    part: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """Why a host is configured.

    new: it is made by this plan; replaced: its machine is another one; unfinished: it is not known to be
    done; software, parts: it was not configured for these; host: its own size, disks or address; role: the
    role's files; variables; peers; asked: with --all.
    """

    kind: Kind
    variables: tuple[VariableChange, ...] = ()
    peers: tuple[PeerChange, ...] = ()


@dataclass(frozen=True)
class RoleRun:
    """A software's role on hosts of one group, for the same reasons."""

    software: str
    group: str
    parts: tuple[str, ...]
    hosts: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class ConfigurationPlan:
    """Ansible's half of a plan.

    Hosts of `addresses` are told the addresses of all hosts and nothing else. `left` are hosts that a
    software is no longer asked for on: it stays installed there.
    """

    runs: tuple[RoleRun, ...] = ()
    addresses: tuple[str, ...] = ()
    left: Mapping[str, tuple[str, ...]] | None = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts on which roles run, in the order of the runs."""
        return tuple(dict.fromkeys(host for run in self.runs for host in run.hosts))

    @property
    def software(self) -> tuple[str, ...]:
        """The software whose roles run."""
        return tuple(dict.fromkeys(run.software for run in self.runs))

    @property
    def contacted(self) -> tuple[str, ...]:
        """All hosts that are contacted."""
        return (*self.hosts, *self.addresses)

    def limited(self, names: Collection[str]) -> "ConfigurationPlan":
        """The part of it on these hosts."""
        runs = [replace(run, hosts=tuple(host for host in run.hosts if host in names)) for run in self.runs]
        addresses = tuple(host for host in self.addresses if host in names)
        return replace(self, runs=tuple(run for run in runs if run.hosts), addresses=addresses)


def wanted(
    config: ClusterConfig,
    carried: Sequence[Software],
    nodes: Sequence[Node],
    built: Mapping[str, BuiltNode],
    files: Mapping[str, str],
    shared_fs: SharedFsByCloud = MappingProxyType({}),
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
    return Record(found, {setup.id: setup for setups in by_group.values() for setup in setups})


def _setups_by_group(
    config: ClusterConfig,
    carried: Sequence[Software],
    nodes: Sequence[Node],
    facts: Mapping[str, str],
    files: Mapping[str, str],
    shared_fs: SharedFsByCloud,
) -> dict[str, list[Setup]]:
    """All hosts of a group have the same parts, so a group's setups are each of its hosts'."""
    base = Setup(BASE_ROLE, (), _role_digest(BASE_ROLE, (), files))
    found = {group: [base] for group in config.groups}
    made = ansible_files.plain_shared_fs(shared_fs)
    for one in carried:
        role = _role_digest(one.name, one.facts.roles, files)
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
    return found


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


def _role_digest(name: str, others: Sequence[str], files: Mapping[str, str]) -> str:
    """Of all that a software runs: its plays, its roles, and the plug-ins beside them."""
    roles = (f"ansible/roles/{role}/" for role in (name, *others))
    own = (f"ansible/{name}.yml", *roles, *ansible_files.PLUGIN_FOLDERS)
    return digest({path: text for path, text in files.items() if path.startswith(own)})


def compare(
    before: Record,
    after: Record,
    nodes: Sequence[Node],
    making: Collection[str] = (),
    everything: bool = False,
) -> ConfigurationPlan:
    """What has to run to get from what is recorded to what is wanted.

    `making` are nodes that are still to be made; `everything` runs all roles on all hosts.
    """
    runs: list[tuple[str, str, str, tuple[str, ...], tuple[Reason, ...]]] = []
    addresses = []
    left: dict[str, list[str]] = {}
    for node in nodes:
        old, new = before.setups_of(node.name), after.setups_of(node.name)
        general = _host_reason(before.nodes.get(node.name), after.nodes[node.name], node.name in making)
        for name, setup in new.items():
            reasons = (general,) if general else tuple(_reasons(old.get(name), setup))
            if everything and not reasons:
                reasons = (Reason("asked"),)
            if reasons:
                runs.append((name, node.group, node.name, setup.parts, reasons))
        for name in old:
            if name not in new:
                left.setdefault(name, []).append(node.name)
        recorded = before.nodes.get(node.name)
        if recorded and not general and recorded.addresses != after.nodes[node.name].addresses:
            addresses.append(node.name)
    based = {host for name, _, host, _, _ in runs if name == BASE_ROLE}
    return ConfigurationPlan(
        tuple(_joined(runs, [*dict.fromkeys(setup.software for setup in after.setups.values())])),
        tuple(host for host in addresses if host not in based),
        {name: tuple(hosts) for name, hosts in left.items()},
    )


def _host_reason(old: NodeRecord | None, new: NodeRecord, making: bool) -> Reason | None:
    """A reason that holds for all software of a host."""
    kind: Kind | None = None
    if making:
        kind = "new" if old is None else "replaced"
    elif old is None:
        kind = "unfinished"
    elif old.instance_id != new.instance_id:
        kind = "replaced"
    elif old.facts != new.facts:
        kind = "host"
    return Reason(kind) if kind else None


def _reasons(old: Setup | None, new: Setup) -> Iterator[Reason]:
    if old is None:
        yield Reason("software")
        return
    if old.id == new.id:
        return
    if old.role != new.role:
        yield Reason("role")
    if old.parts != new.parts:
        yield Reason("parts")
    if variables := tuple(_variable_changes(old.vars, new.vars)):
        yield Reason("variables", variables=variables)
    if peers := tuple(_peer_changes(old.peers, new.peers)):
        yield Reason("peers", peers=peers)


def _variable_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[VariableChange]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if any(isinstance(value, Mapping) and set(value) == {SECRET} for value in (before, after)):
            yield VariableChange(name, secret=True)
        else:
            yield VariableChange(name, before, after)


def _peer_changes(
    old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]
) -> Iterator[PeerChange]:
    for part in sorted({*old, *new}):
        before, after = old.get(part, {}), new.get(part, {})
        change = PeerChange(
            part,
            tuple(sorted(set(after) - set(before))),
            tuple(sorted(set(before) - set(after))),
            tuple(sorted(name for name in after if name in before and after[name] != before[name])),
        )
        if change != PeerChange(part):
            yield change


def _joined(
    runs: Sequence[tuple[str, str, str, tuple[str, ...], tuple[Reason, ...]]], order: Sequence[str]
) -> Iterator[RoleRun]:
    """Hosts of one group with the same reasons in one row, in the order in which roles run."""
    ranked = sorted(enumerate(runs), key=lambda pair: (order.index(pair[1][0]), pair[0]))
    rows = [row for _, row in ranked]
    for (name, group, parts, reasons), members in groupby(rows, lambda row: (row[0], row[1], row[3], row[4])):
        yield RoleRun(name, group, parts, tuple(row[2] for row in members), reasons)
