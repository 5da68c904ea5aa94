"""cluster.yaml as frozen, typed models."""

from elasticluster_tf.config.models import CloudChoice, ClusterConfig, Group, Requirement, State, Volume
from elasticluster_tf.config.reading import describe, message, parse, read

__all__ = [
    "CloudChoice",
    "ClusterConfig",
    "Group",
    "Requirement",
    "State",
    "Volume",
    "describe",
    "message",
    "parse",
    "read",
]
