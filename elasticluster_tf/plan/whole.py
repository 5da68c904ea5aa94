"""One plan of all that a run would do: what is reviewed is what runs."""

from dataclasses import dataclass, field

from elasticluster_tf.plan.configuration import ConfigurationPlan
from elasticluster_tf.plan.infrastructure import InfraPlan
from elasticluster_tf.plan.risk import Verdict


@dataclass(frozen=True)
class Plan:
    """Machines and other resources, what is configured where and why, and what is risky about it."""

    cluster: str
    infrastructure: InfraPlan
    configuration: ConfigurationPlan = field(default_factory=ConfigurationPlan)
    risks: tuple[Verdict, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether there is anything to decide."""
        return bool(self.infrastructure.changes or self.configuration.contacted)
