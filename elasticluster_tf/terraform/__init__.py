"""Terraform: which one is used, running it, and reading what it says. The only door to python-terraform."""

from elasticluster_tf.terraform.binary import Binary, find
from elasticluster_tf.terraform.runner import STAMP, Runner
from elasticluster_tf.terraform.state import State, StoredCloud

__all__ = ["STAMP", "Binary", "Runner", "State", "StoredCloud", "find"]
