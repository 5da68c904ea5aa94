"""One YAML file to a running compute cluster: Terraform builds it, Ansible configures it."""

from importlib import import_module
from importlib.metadata import version as _version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from elasticluster_tf.errors import EctfError, Problem
    from elasticluster_tf.pipeline import Cluster, Order, World
    from elasticluster_tf.source import Source

__all__ = ["Cluster", "EctfError", "Order", "Problem", "Source", "World", "__version__"]

_HOMES = {
    "Cluster": "pipeline",
    "Order": "pipeline",
    "World": "pipeline",
    "Source": "source",
    "EctfError": "errors",
    "Problem": "errors",
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first asked for, so that `ectf --help` stays quick."""
    if name == "__version__":
        return _version("elasticluster-tf")
    if name in _HOMES:
        return getattr(import_module(f"elasticluster_tf.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
