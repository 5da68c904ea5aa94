"""The configuration half of a plan: which roles run on which hosts and why, told from the record alone."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from elasticluster_tf import content
from elasticluster_tf.nodes import Node
from elasticluster_tf.plan.record import SECRET, NodeRecord, Record, Setup
from elasticluster_tf.software import BASE_ROLE

_PLAYBOOKS = (content.BEFORE, content.AFTER)

Kind = Literal[
    "new", "replaced", "unfinished", "software", "parts", "host", "role", "variables", "peers",
    "follows", "asked",
]  # fmt: skip


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
    role's files; variables; peers; follows: playbooks after the software, where something runs; asked: with
    --all.
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
        due = {name: _reasons_of(old.get(name), setup, general, everything) for name, setup in new.items()}
        if any(due.values()) and due.get(content.AFTER) == ():
            # What it did may be undone by what runs before it.
            due[content.AFTER] = (Reason("follows"),)
        for name, reasons in due.items():
            if reasons:
                runs.append((name, node.group, node.name, new[name].parts, reasons))
        for name in old:
            if name not in new and name not in _PLAYBOOKS:
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


def _reasons_of(
    old: Setup | None, new: Setup, general: Reason | None, everything: bool
) -> tuple[Reason, ...]:
    """Why one software runs on a host."""
    found = (general,) if general else tuple(_reasons(old, new))
    return found or ((Reason("asked"),) if everything else ())


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
