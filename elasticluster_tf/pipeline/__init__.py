"""The stages from a cluster file to a running cluster, in order; `Cluster` is the way in."""

from elasticluster_tf.pipeline.cluster import Cluster
from elasticluster_tf.pipeline.health import Health
from elasticluster_tf.pipeline.reports import ClusterStatus, DownReport, NodeStatus, UpReport

__all__ = ["Cluster", "ClusterStatus", "DownReport", "Health", "NodeStatus", "UpReport"]
