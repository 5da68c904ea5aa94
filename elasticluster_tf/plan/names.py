"""Names in `guard:` and `protect:` that mean nothing: a typo there would guard or protect nothing."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from elasticluster_tf.checks import Resolved
from elasticluster_tf.errors import Problem, did_you_mean
from elasticluster_tf.nodes import BuiltNode
from elasticluster_tf.plan.rules import RULES

# Judged when the state is read, before there is a plan.
MOVE = "move-cluster"


def rules(own: Iterable[str]) -> tuple[str, ...]:
    """All rules' names; `own` are those of the user's own."""
    return (*(rule.name for rule in RULES), MOVE, *own)


def unknown_rules(resolved: Resolved, known: Collection[str]) -> Iterator[Problem]:
    """Rules that `guard.rules` names and that there are not."""
    for name in resolved.config.guard.rules:
        if name not in known:
            path, hint = ("guard", "rules", name), did_you_mean(name, list(known))
            yield resolved.document.problem(path, f"there is no rule `{name}`", hint, at_key=True)


def unknown_protected(resolved: Resolved, built: Mapping[str, BuiltNode]) -> Iterator[Problem]:
    """What `protect` names and neither the file nor what is built has: groups, nodes, volumes.

    What is built and has left the file is protected all the same, so it is no typo.
    """
    config = resolved.config
    nodes = {node.name: config.groups[node.group].volumes for node in resolved.nodes}
    known = {*config.groups, *(one.group for one in built.values())}
    for found in (nodes, {name: one.volumes for name, one in built.items()}):
        for name, volumes in found.items():
            known |= {name, *volumes, *(f"{name}/{volume}" for volume in volumes)}
    for position, name in enumerate(config.protect):
        if name not in known:
            hint = did_you_mean(name, sorted(known)) or "`protect` takes groups, nodes, volumes, node/volume"
            message = f"there is no group, node or volume `{name}`, so this protects nothing"
            yield resolved.document.problem(("protect", position), message, hint)
