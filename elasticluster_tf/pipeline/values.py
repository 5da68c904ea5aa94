"""What stages hand to each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elasticluster_tf.nodes import BuiltNode
from elasticluster_tf.plan import Plan, Record
from elasticluster_tf.terraform import Runner, State


@dataclass(frozen=True)
class Order:
    """What is asked for beside the file.

    Without `configure` machines are built only. `limit` are the only hosts to configure, when there are any;
    with `everything` also hosts on which nothing differs are. `refresh_images` are groups whose machines are
    replaced by ones of the newest image. Without `drain` nodes go as they are.
    """

    configure: bool = True
    limit: Sequence[str] = ()
    everything: bool = False
    refresh_images: Sequence[str] = ()
    drain: bool = True


@dataclass(frozen=True)
class Standing:
    """Terraform ready in the work folder, and what its state says."""

    runner: Runner
    state: State


@dataclass(frozen=True)
class Planned:
    """A plan that waits in the work folder, and what it was made on."""

    standing: Standing
    plan: Plan


@dataclass(frozen=True)
class Built:
    """The nodes that are built, which of the wanted ones are not, and the state that says so.

    `recorded` is what hosts were configured from when the plan was made: applying it marks those that are
    about to be configured as not done.
    """

    nodes: Mapping[str, BuiltNode]
    missing: tuple[str, ...]
    state: State
    recorded: Record
    applied: bool = False
