"""Ansible: running the plays and reading what happened."""

from elasticluster_tf.ansible.runner import Job, attempt, configure

__all__ = ["Job", "attempt", "configure"]
