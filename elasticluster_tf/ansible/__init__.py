"""Ansible: running the plays and reading what happened."""

from elasticluster_tf.ansible.runner import configure

__all__ = ["configure"]
