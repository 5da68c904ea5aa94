"""Clouds: discovered folders, their facts and settings, and what a cluster file may ask of them."""

from elasticluster_tf.clouds.choice import Chosen, choose, group_problems, label_problems, resolve_size
from elasticluster_tf.clouds.facts import CloudFacts, Image, Lookup, Need, Plugin, SignIn, SizeType
from elasticluster_tf.clouds.folders import Cloud, discover, load

__all__ = [
    "Chosen",
    "Cloud",
    "CloudFacts",
    "Image",
    "Lookup",
    "Need",
    "Plugin",
    "SignIn",
    "SizeType",
    "choose",
    "discover",
    "group_problems",
    "label_problems",
    "load",
    "resolve_size",
]
