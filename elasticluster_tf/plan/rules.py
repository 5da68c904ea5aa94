"""The built-in rules: each looks at a plan and names what is risky about it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from elasticluster_tf import software
from elasticluster_tf.config import ClusterConfig
from elasticluster_tf.estimate import Cost
from elasticluster_tf.nodes import BuiltNode, Node
from elasticluster_tf.plan.infrastructure import InfraPlan, ResourceChange
from elasticluster_tf.plan.risk import Finding, Level
from elasticluster_tf.software import Software

# In percent; a plan that takes away more of a group is worth a second look.
_USUAL_SHARE = 50
_WORLD = ("0.0.0.0/0", "::/0")
# The resource types that clouds call a network or a part of one.
_NETWORK = re.compile(r"(network|subnet|subnetwork|vpc)(_v\d+)?$")
# A portable image: system and version.
_PORTABLE = re.compile(r"([a-z]+)-(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Case:
    """What rules judge: the plan, the cluster as wanted, and what stood before.

    `built` are the nodes of the state, `images` the images of its groups; `losses` is what of value goes with
    the nodes that go and that were configured.
    """

    infrastructure: InfraPlan
    config: ClusterConfig
    software: Sequence[Software] = ()
    nodes: Sequence[Node] = ()
    built: Mapping[str, BuiltNode] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    cost: Cost | None = None
    losses: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def losing(self, *actions: str) -> dict[str, str]:
        """Nodes whose machine goes, and their groups."""
        wanted = actions or ("destroy", "replace")
        lost = [one.name for one in self.infrastructure.nodes if one.action in wanted]
        return {name: self.built[name].group for name in lost if name in self.built}

    def going(self, *actions: str) -> Iterator[ResourceChange]:
        """Resources with one of these actions, of nodes and others."""
        for change in self.infrastructure.every_resource():
            if change.action in actions:
                yield change

    def precious(self) -> dict[str, str]:
        """Groups that carry something of value, and what."""
        found: dict[str, str] = {}
        for one in self.software:
            for part, groups in software.groups_of(self.config, one).items():
                if one.facts.parts[part].precious:
                    found.update(
                        dict.fromkeys(groups, f"{one.facts.parts[part].precious} ({one.name} {part})")
                    )
        return found


@dataclass(frozen=True)
class Rule:
    """A rule: its name, what it is about, how grave it is, and whether it holds for `down` as well."""

    name: str
    level: Level
    about: str
    check: Callable[[Case], Iterator[Finding]]
    for_down: bool = False


def _protected(case: Case) -> Iterator[Finding]:
    names = set(case.config.protect)
    for node, group in case.losing().items():
        if names & {node, group}:
            yield Finding(f"{node} is protected", (node,), "take it out of `protect:` if it may go")
    for change in case.going("destroy", "replace"):
        if change.volume and names & {change.volume, f"{change.node}/{change.volume}"}:
            yield Finding(
                f"volume {change.volume} of {change.node} is protected",
                (f"{change.node}/{change.volume}",),
                "take it out of `protect:` if it may go",
            )


def _destroys_volume(case: Case) -> Iterator[Finding]:
    for change in case.going("destroy", "replace"):
        if change.volume:
            yield Finding(
                f"the data of volume {change.volume} of {change.node} would be lost",
                (f"{change.node}/{change.volume}",),
                "`on_destroy: keep` keeps it",
            )


def _loses_precious_node(case: Case) -> Iterator[Finding]:
    precious = case.precious()
    for node, group in case.losing().items():
        # A node of which nothing is recorded may have begun to be what the file says.
        known = [precious[group]] if group in precious else []
        if lost := case.losses.get(node, known):
            what = " and ".join(lost)
            yield Finding(f"{node} would go, and with it {what}", (node,), "back it up first")


def _removes_share(case: Case) -> Iterator[Finding]:
    given = case.config.guard.max_removed_percent
    most = _USUAL_SHARE if given is None else given
    sizes: dict[str, int] = {}
    for one in case.built.values():
        sizes[one.group] = sizes.get(one.group, 0) + 1
    lost: dict[str, list[str]] = {}
    for node, group in case.losing("destroy").items():
        lost.setdefault(group, []).append(node)
    for group, nodes in lost.items():
        if 100 * len(nodes) > most * sizes[group]:
            yield Finding(
                f"{len(nodes)} of {sizes[group]} nodes of `{group}` would go, more than {most} %", (group,)
            )


def _open_to_world(case: Case) -> Iterator[Finding]:
    if set(case.config.ssh.allow_from) & set(_WORLD):
        hint = "name your own networks in `ssh.allow_from`"
        yield Finding("SSH is open to the whole internet", ("ssh.allow_from",), hint)
    for one in case.software:
        for part, groups in software.groups_of(case.config, one).items():
            for port in one.facts.parts[part].ports if groups else ():
                if port.public:
                    yield Finding(f"port {port.port} of {one.name} is open to the whole internet", groups)


def _unencrypted(case: Case) -> Iterator[Finding]:
    for change in case.going("create", "change", "replace"):
        if change.unencrypted:
            yield Finding(f"{change.address} has a disk that is not encrypted", (change.address,))


def _too_many_nodes(case: Case) -> Iterator[Finding]:
    most = case.config.guard.max_nodes
    if most is not None and len(case.nodes) > most:
        yield Finding(f"{len(case.nodes)} nodes are more than guard.max_nodes ({most})")


def _too_expensive(case: Case) -> Iterator[Finding]:
    guard = case.config.guard
    if case.cost is None:
        return
    for key, most, amount in (
        ("max_cost_per_hour", guard.max_cost_per_hour, case.cost.after.hourly),
        ("max_cost_per_month", guard.max_cost_per_month, case.cost.after.monthly),
    ):
        if most is not None and float(amount) > most:
            yield Finding(f"{amount} {case.cost.currency} are more than guard.{key} ({most:g})")


def _cost_unknown(case: Case) -> Iterator[Finding]:
    guard = case.config.guard
    if guard.max_cost_per_hour is None and guard.max_cost_per_month is None:
        return  # nobody asked what it costs
    if case.cost is None:
        yield Finding("what the cluster costs is not known")
    elif case.cost.unknown:
        hint = "name the prices in your own price book, or set guard.rules: {cost-unknown: warning}"
        yield Finding("the price of some things is not known", case.cost.unknown, hint)


def _replaces_network(case: Case) -> Iterator[Finding]:
    going = {one.name for one in case.infrastructure.nodes if one.action == "destroy"}
    living = tuple(f"module.{one.cloud}." for name, one in case.built.items() if name not in going)
    for change in case.infrastructure.resources:
        lost = change.action in ("destroy", "replace") and _NETWORK.search(change.type)
        if lost and change.address.startswith(living):
            yield Finding(f"the network of a living cluster would go: {change.address}", (change.address,))


def _downgrades_image(case: Case) -> Iterator[Finding]:
    living = {one.group for one in case.built.values()}
    for group, found in case.config.groups.items():
        old = _PORTABLE.fullmatch(case.images.get(group, ""))
        new = _PORTABLE.fullmatch(found.image)
        if group in living and old and new and old[1] == new[1] and _version(new[2]) < _version(old[2]):
            yield Finding(f"the image of `{group}` would go from {old[0]} back to {new[0]}", (group,))


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split("."))


def _no_health_check(case: Case) -> Iterator[Finding]:
    for one in case.software:
        if one.facts.health is None:
            yield Finding(
                f"nothing checks whether {one.name} works", (one.name,), "add `health:` to its software.yaml"
            )


def _spot_precious(case: Case) -> Iterator[Finding]:
    for group, what in case.precious().items():
        if group in case.config.groups and case.config.groups[group].spot:
            yield Finding(f"the cloud may take back `{group}` any time, and with it {what}", (group,))


RULES = (
    Rule("protected", "error", "Something named in `protect:` would go.", _protected, for_down=True),
    Rule("destroy-volume", "error", "A data volume would be destroyed.", _destroys_volume),
    Rule(
        "lose-precious-node",
        "error",
        "A node would go with something of value that it can't be drained of, such as a controller's queue.",
        _loses_precious_node,
    ),
    Rule(
        "remove-share", "error", "More than `guard.max_removed_percent` of a group would go.", _removes_share
    ),
    Rule("open-to-world", "warning", "SSH or a port of a software is open to every address.", _open_to_world),
    Rule("unencrypted-disk", "warning", "A disk would not be encrypted.", _unencrypted),
    Rule("max-nodes", "error", "The cluster has more nodes than `guard.max_nodes`.", _too_many_nodes),
    Rule("max-cost", "error", "The cluster costs more than `guard.max_cost_per_…`.", _too_expensive),
    Rule("cost-unknown", "error", "There is a budget, and some price is not known.", _cost_unknown),
    Rule("replace-network", "error", "The network of a living cluster would go.", _replaces_network),
    Rule("downgrade-image", "error", "A living group would get an older image.", _downgrades_image),
    Rule("no-health-check", "warning", "Nothing checks whether a software works.", _no_health_check),
    Rule(
        "spot-precious", "warning", "A node that carries something of value is a spot node.", _spot_precious
    ),
)
