"""Software: folders of roles with a software.yaml, and what the cluster file asks of them."""

from elasticluster_tf.software.choice import choose, groups_of, needs, ports
from elasticluster_tf.software.facts import (
    BASE_ROLE,
    Command,
    Part,
    Port,
    Software,
    SoftwareFacts,
    Variable,
    discover,
    load,
)

__all__ = [
    "BASE_ROLE",
    "Command",
    "Part",
    "Port",
    "Software",
    "SoftwareFacts",
    "Variable",
    "choose",
    "discover",
    "groups_of",
    "load",
    "needs",
    "ports",
]
