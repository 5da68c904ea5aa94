"""Events, reports and errors as text or JSON: the only place that prints. The only door to rich."""

from elasticluster_tf.console.data import document
from elasticluster_tf.console.screen import Screen, make

__all__ = ["Screen", "document", "make"]
