"""Ansible: running the plays and reading what happened."""

from elasticluster_tf.ansible.runner import Job, run

__all__ = ["Job", "run"]
