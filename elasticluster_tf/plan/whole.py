"""One plan of all that a run would do: what is reviewed is what runs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from elasticluster_tf.estimate import Cost
from elasticluster_tf.nodes import BuiltNode, Node
from elasticluster_tf.plan.configuration import ConfigurationPlan
from elasticluster_tf.plan.infrastructure import InfraPlan
from elasticluster_tf.plan.risk import Verdict


@dataclass(frozen=True)
class GroupSize:
    """How many nodes a group has, and how many it will have."""

    group: str
    before: int
    after: int


@dataclass(frozen=True)
class Plan:
    """Machines and other resources, what is configured where and why, and what is risky about it.

    `groups` are those of the file, then those that only the state has; `cost` is None where nobody
    estimated it.
    """

    cluster: str
    infrastructure: InfraPlan
    configuration: ConfigurationPlan = field(default_factory=ConfigurationPlan)
    risks: tuple[Verdict, ...] = ()
    cost: Cost | None = None
    groups: tuple[GroupSize, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether there is anything to decide."""
        return bool(self.infrastructure.changes or self.configuration.contacted)


def group_sizes(wanted: Sequence[Node], built: Mapping[str, BuiltNode]) -> tuple[GroupSize, ...]:
    """The groups in the order of the file, then those that go."""
    after = Counter(node.group for node in wanted)
    before = Counter(node.group for node in built.values())
    return tuple(GroupSize(group, before[group], after[group]) for group in {**after, **before})
