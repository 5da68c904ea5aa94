"""What a cluster costs: from a plan, or from its file alone. Nothing here asks a network."""

from elasticluster_tf.cost.books import OWN_NAME, Books, Prices, read_shipped, shelve
from elasticluster_tf.cost.plans import of_plan
from elasticluster_tf.cost.rules import Part, Rules
from elasticluster_tf.cost.wanted import of_nodes
from elasticluster_tf.estimate import HOURS_PER_MONTH, BookSource, Cost, CostLine, GroupCost, Total

__all__ = [
    "HOURS_PER_MONTH",
    "OWN_NAME",
    "BookSource",
    "Books",
    "Cost",
    "CostLine",
    "GroupCost",
    "Part",
    "Prices",
    "Rules",
    "Total",
    "of_nodes",
    "of_plan",
    "read_shipped",
    "shelve",
]
