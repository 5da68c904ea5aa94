"""Plans of any size for the tests of their forms."""

from decimal import Decimal

from elasticluster_tf.estimate import BookSource, Cost, GroupCost, Total
from elasticluster_tf.plan import (
    Action,
    AttributeChange,
    ConfigurationPlan,
    Drift,
    GroupSize,
    InfraPlan,
    NodeChange,
    Plan,
    ResourceChange,
    RoleRun,
    Verdict,
)
from elasticluster_tf.plan.configuration import PeerChange, Reason, VariableChange


def node(name: str, action: Action = "create", reason: str = "", *changes: AttributeChange) -> NodeChange:
    """A change of a node by way of one resource; in a replacement the arguments force it."""
    forced = changes if action == "replace" else ()
    resource = ResourceChange(f"module.c.machine.{name}", "machine", action, reason, forced, changes)
    return NodeChange(name, action, reason, (resource,))


def resource(address: str, action: Action = "create", *changed: str) -> ResourceChange:
    """A change of another resource, whose values are not told."""
    return ResourceChange(address, "thing", action, changed=tuple(AttributeChange(name) for name in changed))


def total(hourly: str = "0.0000", monthly: str = "0.00", unknown: int = 0) -> Total:
    """A sum of money."""
    return Total(Decimal(hourly), Decimal(monthly), unknown)


COST = Cost(
    "USD",
    now=total("1.2345", "901.19"),
    after=total("3.4690", "2532.37", unknown=2),
    groups=(
        GroupCost("login", total("1.2345", "901.19"), total("1.2345", "901.19")),
        GroupCost("compute", total(), total("2.2345", "1631.18")),
        GroupCost("", total(), total(unknown=2)),
    ),
    unknown=("gateway (here): it is billed by what is used",),
    books=(BookSource("a list of prices", "2026-10-01"),),
)
RISKS = (
    Verdict("volume-destroyed", "error", "passed"),
    Verdict("login-replaced", "error", "failed", "it replaces a login node", ("login001",), "--allow it"),
    Verdict("spot-controller", "warning", "failed", "a spot machine may vanish", ("login001",)),
    Verdict("open-port", "error", "allowed", "port 22 is open to the world"),
)


def of(count: int, alike: bool = True) -> Plan:
    """A plan with `count` nodes to create and everything else that a plan may have.

    Not alike, each of them has reasons of its own, and so has the configuration of each.
    """
    names = tuple(f"compute{number:03d}" for number in range(1, count + 1))
    nodes = [node(name, reason="" if alike else f"because of {name}") for name in names]
    nodes.append(node("login001", "replace", "", AttributeChange("type", "small", "large")))
    nodes.append(node("login002", "change", "", AttributeChange("tags", {"a": "b"}, {"a": "c"})))
    nodes.append(node("old001", "destroy", "it is no longer in the file"))
    why = (Reason("role"), Reason("variables", (VariableChange("queue_size", 1, 2),)))
    runs = [
        RoleRun("base", "compute", (), names, (Reason("new"),)),
        RoleRun("queue", "login", ("head",), ("login001",), (*why, Reason("peers", (), (PeerChange("worker", names),)))),
    ]  # fmt: skip
    if not alike:
        runs += [
            RoleRun("queue", "compute", ("worker",), (name,), (Reason("variables", (VariableChange("v", name, None),)),))
            for name in names
        ]  # fmt: skip
    others = (
        *(resource(f"module.c.route.{name}") for name in names),
        resource("module.c.net", "change", "cidr"),
    )
    return Plan(
        "demo",
        InfraPlan(tuple(nodes), others, (Drift("module.c.machine.login002", "login002", "changed"),)),
        ConfigurationPlan(tuple(runs), ("login002",), {"nfs": ("login002",)}),
        RISKS,
        COST,
        (GroupSize("compute", 0, count), GroupSize("login", 2, 2), GroupSize("old", 1, 0)),
    )


def hostile(text: str) -> Plan:
    """A plan with this text wherever a user's text may stand, and more of it than any form shows."""
    nodes = [
        node("a001", "replace", text, AttributeChange(text, text, "x")),
        node("a002", "change", text, AttributeChange("tag", None, {text: [text]})),
    ]
    variables = tuple(VariableChange(f"{text}{number}", text, number) for number in range(30))
    return Plan(
        "demo",
        InfraPlan(tuple(nodes), (ResourceChange(f'm.x["{text}"]', "x", "destroy", text),), (Drift(text, None, "vanished"),)),
        ConfigurationPlan((RoleRun("queue", "a", ("head",), ("a001",), (Reason("variables", variables),)),)),
        tuple(Verdict(f"rule{number}", "error", "failed", text, (text, "a001"), text) for number in range(20)),
        Cost(text, total(), total(unknown=40), unknown=(text,) * 40, books=(BookSource(text, text),)),
        (GroupSize("a", 2, 2),),
    )  # fmt: skip
