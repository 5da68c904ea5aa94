"""What stages hand to each other."""

from collections.abc import Mapping
from dataclasses import dataclass

from elasticluster_tf.nodes import BuiltNode
from elasticluster_tf.plan import InfraPlan
from elasticluster_tf.terraform import Runner, State


@dataclass(frozen=True)
class Standing:
    """Terraform ready in the work folder, and what its state says."""

    runner: Runner
    state: State


@dataclass(frozen=True)
class Planned:
    """A plan that waits in the work folder, and what it was made on."""

    standing: Standing
    plan: InfraPlan


@dataclass(frozen=True)
class Built:
    """The nodes that are built, which of the wanted ones are not, and the state that says so."""

    nodes: Mapping[str, BuiltNode]
    missing: tuple[str, ...]
    state: State
    applied: bool = False
