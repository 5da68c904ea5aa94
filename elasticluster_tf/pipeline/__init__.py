"""The stages from a cluster file to a running cluster, in order; `Cluster` is the way in."""

from elasticluster_tf.pipeline.cluster import Cluster
from elasticluster_tf.pipeline.run import World
from elasticluster_tf.pipeline.values import Order

__all__ = ["Cluster", "Order", "World"]
