"""Ansible: running the plays and reading what happened."""

from elasticluster_tf.ansible.runner import Summary, TaskFailure, configure

__all__ = ["Summary", "TaskFailure", "configure"]
