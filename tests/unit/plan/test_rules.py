"""Plans and what each rule says of them: one row a case."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from elasticluster_tf.config import ClusterConfig
from elasticluster_tf.estimate import Cost, Total
from elasticluster_tf.plan import Action, InfraPlan, NodeChange, ResourceChange
from elasticluster_tf.plan.risk import verdict
from elasticluster_tf.plan.rules import RULES, Case
from elasticluster_tf.software import Software
from tests.builders import built, catalogue, resolve, software

QUEUE = software(
    "queue",
    {"head": {"precious": "the queue"}, "worker": {}, "web": {"ports": [{"port": 443, "public": True}]}},
    health={"part": "head", "command": ["true"]},
)
MUTE = software("mute", {"worker": {}})
GROUPS = {"a": {"count": 1}, "b": {"count": 4}}
ON = {"queue": {"head": "a", "worker": "b"}}


def node(name: str, action: Action, **resource: Any) -> NodeChange:
    return NodeChange(
        name, action, "", (ResourceChange(f"m.{name}", "machine", action, node=name, **resource),)
    )


def other(address: str, action: Action, kind: str = "thing", **more: Any) -> ResourceChange:
    return ResourceChange(address, kind, action, **more)


def plan(nodes: Sequence[NodeChange] = (), *others: ResourceChange) -> InfraPlan:
    return InfraPlan(tuple(nodes), others, ())


def case(found: InfraPlan, file: Mapping[str, Any], living: Sequence[str] = ("a001", "b001", "b002", "b003", "b004"), **more: Any) -> Case:  # fmt: skip
    config: ClusterConfig
    text = {"name": "demo", "groups": GROUPS, **file}
    wanted = resolve(
        repr(text).replace("'", '"').replace("True", "true").replace("None", "null"),
        catalogue(software=[QUEUE, MUTE]),
    )
    config = wanted.config
    return Case(found, config, wanted.software, wanted.nodes, {name: built(name) for name in living}, **more)


def failed(judged: Case) -> dict[str, tuple[str, ...]]:
    """The rules that have something to say, and about what."""
    found = {one.name: verdict(one.name, one.level, list(one.check(judged)), {}) for one in RULES}
    return {name: one.subjects for name, one in found.items() if one.outcome == "failed"}


COST = Cost("USD", Total(), Total(Decimal("1.5"), Decimal("1095"), 0))
UNKNOWN = replace(COST, unknown=("node type x of compute",))
VOLUME = {"volume": "home"}

CASES: list[tuple[str, InfraPlan, dict[str, Any], dict[str, Any], dict[str, tuple[str, ...]]]] = [
    ("nothing", plan(), {}, {}, {}),
    ("a new cluster", plan([node("a001", "create"), node("b001", "create")]), {"software": ON}, {"living": ()}, {}),
    ("a worker goes", plan([node("b004", "destroy")]), {"software": ON}, {}, {}),
    ("two of four go", plan([node("b004", "destroy"), node("b003", "destroy")]), {}, {}, {}),
    ("three of four go", plan([node(f"b00{n}", "destroy") for n in (2, 3, 4)]), {}, {}, {"remove-share": ("b",)}),
    ("a lower share", plan([node("b004", "destroy")]), {"guard": {"max_removed_percent": 20}}, {}, {"remove-share": ("b",)}),
    ("all are replaced", plan([node(f"b00{n}", "replace") for n in (1, 2, 3, 4)]), {}, {}, {}),
    ("the head is replaced", plan([node("a001", "replace")]), {"software": ON}, {}, {"lose-precious-node": ("a001",)}),
    ("the head is destroyed", plan([node("a001", "destroy")]), {"software": ON}, {}, {"lose-precious-node": ("a001",), "remove-share": ("a",)}),
    ("a worker goes with its results", plan([node("b004", "destroy")]), {"software": ON}, {"losses": {"b004": ("results",)}}, {"lose-precious-node": ("b004",)}),
    ("the head is drained before", plan([node("a001", "replace")]), {"software": ON}, {"losses": {"a001": ()}}, {}),
    ("the head changes in place", plan([node("a001", "change")]), {"software": ON}, {}, {}),
    ("no software on it", plan([node("a001", "replace")]), {}, {}, {}),
    ("a node that never was", plan([node("b005", "replace")]), {}, {}, {}),
    ("a volume is destroyed", plan([node("b001", "destroy", **VOLUME)]), {}, {}, {"destroy-volume": ("b001/home",)}),
    ("a volume is replaced", plan([node("b001", "replace", **VOLUME)]), {}, {}, {"destroy-volume": ("b001/home",)}),
    ("a volume is forgotten", plan([node("b001", "forget", **VOLUME)]), {}, {}, {}),
    ("a volume is made", plan([node("b001", "create", **VOLUME)]), {}, {}, {}),
    ("a protected node", plan([node("b001", "replace")]), {"protect": ["b001"]}, {}, {"protected": ("b001",)}),
    ("a protected group", plan([node("b001", "destroy")]), {"protect": ["b"]}, {}, {"protected": ("b001",)}),
    ("a protected volume", plan([node("b001", "destroy", **VOLUME)]), {"protect": ["home"]}, {}, {"protected": ("b001/home",), "destroy-volume": ("b001/home",)}),
    ("a volume of one node", plan([node("b001", "destroy", **VOLUME)]), {"protect": ["b001/home"]}, {}, {"protected": ("b001/home",), "destroy-volume": ("b001/home",)}),
    ("another node's volume", plan([node("b001", "destroy", **VOLUME)]), {"protect": ["b002/home"]}, {}, {"destroy-volume": ("b001/home",)}),
    ("a protected node stays", plan([node("b002", "destroy")]), {"protect": ["b001"]}, {}, {}),
    ("SSH to the world", plan(), {"ssh": {"allow_from": ["0.0.0.0/0"]}}, {}, {"open-to-world": ("ssh.allow_from",)}),
    ("SSH to the world's IPv6", plan(), {"ssh": {"allow_from": ["10.0.0.0/8", "::/0"]}}, {}, {"open-to-world": ("ssh.allow_from",)}),
    ("SSH to one network", plan(), {"ssh": {"allow_from": ["10.0.0.0/8"]}}, {}, {}),
    ("a public port", plan(), {"software": {"queue": {"web": "a"}}}, {}, {"open-to-world": ("a",)}),
    ("a public port of nobody", plan(), {"software": ON}, {}, {}),
    ("a bare disk", plan([node("b001", "create", unencrypted=True)]), {}, {}, {"unencrypted-disk": ("m.b001",)}),
    ("a bare disk that goes", plan([node("b001", "destroy", unencrypted=True)]), {}, {}, {}),
    ("too many nodes", plan(), {"guard": {"max_nodes": 4}}, {}, {"max-nodes": ()}),
    ("just enough nodes", plan(), {"guard": {"max_nodes": 5}}, {}, {}),
    ("too dear an hour", plan(), {"guard": {"max_cost_per_hour": 1.49}}, {"cost": COST}, {"max-cost": ()}),
    ("too dear a month", plan(), {"guard": {"max_cost_per_month": 1094}}, {"cost": COST}, {"max-cost": ()}),
    ("within the budget", plan(), {"guard": {"max_cost_per_hour": 1.5, "max_cost_per_month": 1095}}, {"cost": COST}, {}),
    ("a budget and no price", plan(), {"guard": {"max_cost_per_hour": 9}}, {"cost": UNKNOWN}, {"cost-unknown": ("node type x of compute",)}),
    ("a budget and no estimate", plan(), {"guard": {"max_cost_per_hour": 9}}, {}, {"cost-unknown": ()}),
    ("no budget and no price", plan(), {}, {"cost": UNKNOWN}, {}),
    ("the network is replaced", plan([], other("module.local.net", "replace", "x_network")), {}, {}, {"replace-network": ("module.local.net",)}),
    ("a subnet of version two goes", plan([], other("module.local.net", "destroy", "x_subnet_v2")), {}, {}, {"replace-network": ("module.local.net",)}),
    ("the network of nobody", plan([], other("m.net", "replace", "x_network")), {}, {"living": ()}, {}),
    ("the network of nodes that go", plan([node("b004", "destroy")], other("module.local.net", "destroy", "x_network")), {}, {"living": ("b004",)}, {"remove-share": ("b",)}),
    ("the network of another cloud", plan([], other("module.far.net", "destroy", "x_network")), {}, {}, {}),
    ("a rule of the firewall goes", plan([], other("m.rule", "destroy", "x_network_rule")), {}, {}, {}),
    ("the network changes in place", plan([], other("m.net", "change", "x_network")), {}, {}, {}),
    ("an older image", plan(), {"groups": {"a": {"count": 1, "image": "debian-12"}}}, {"images": {"a": "debian-13"}}, {"downgrade-image": ("a",)}),
    ("an older release", plan(), {"groups": {"a": {"count": 1, "image": "ubuntu-24.04"}}}, {"images": {"a": "ubuntu-24.10"}}, {"downgrade-image": ("a",)}),
    ("a newer image", plan(), {"groups": {"a": {"count": 1, "image": "debian-13"}}}, {"images": {"a": "debian-12"}}, {}),
    ("another system", plan(), {"groups": {"a": {"count": 1, "image": "debian-12"}}}, {"images": {"a": "ubuntu-24.04"}}, {}),
    ("nobody can tell whether it works", plan(), {"software": {"mute": {"worker": "b"}}}, {}, {"no-health-check": ("mute",)}),
]  # fmt: skip


@pytest.mark.parametrize(("title", "found", "file", "more", "expected"), CASES, ids=[row[0] for row in CASES])
def test_what_the_rules_say(
    title: str,
    found: InfraPlan,
    file: dict[str, Any],
    more: dict[str, Any],
    expected: dict[str, tuple[str, ...]],
) -> None:
    assert failed(case(found, file, **more)) == expected


def test_a_spot_controller() -> None:
    judged = case(plan(), {"software": ON})
    groups = {
        name: one.model_copy(update={"spot": name == "a"}) for name, one in judged.config.groups.items()
    }
    judged = replace(judged, config=judged.config.model_copy(update={"groups": groups}))
    assert failed(judged) == {"spot-precious": ("a",)}


def test_rules_have_names_of_their_own_and_say_what_they_are_about() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.about.endswith(".") for rule in RULES)
    assert isinstance(QUEUE, Software)
