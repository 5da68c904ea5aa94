"""What a run would do, joined: machines, configuration, cost and risk; and the record it is compared with."""

from elasticluster_tf.plan.configuration import ConfigurationPlan, RoleRun, compare
from elasticluster_tf.plan.infrastructure import (
    ACTIONS,
    Action,
    AttributeChange,
    Drift,
    InfraPlan,
    NodeChange,
    ResourceChange,
    new_machines,
    parse,
)
from elasticluster_tf.plan.record import Record
from elasticluster_tf.plan.risk import Verdict
from elasticluster_tf.plan.wanted import wanted
from elasticluster_tf.plan.whole import GroupSize, Plan, group_sizes

__all__ = [
    "ACTIONS",
    "Action",
    "AttributeChange",
    "ConfigurationPlan",
    "Drift",
    "GroupSize",
    "InfraPlan",
    "NodeChange",
    "Plan",
    "Record",
    "ResourceChange",
    "RoleRun",
    "Verdict",
    "compare",
    "group_sizes",
    "new_machines",
    "parse",
    "wanted",
]
