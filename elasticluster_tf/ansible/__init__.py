"""Ansible: running the plays and reading what happened."""

from elasticluster_tf.ansible.runner import Job, configure

__all__ = ["Job", "configure"]
