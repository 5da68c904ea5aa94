"""Events, reports and errors as text or JSON: the only place that prints. The only door to rich."""

from elasticluster_tf.console.screen import Screen, make
from elasticluster_tf.data import document

__all__ = ["Screen", "document", "make"]
