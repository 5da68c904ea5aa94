"""Entry point of the plug-in: `python -m elasticluster_tf.provider`, started by Terraform."""

import os
import sys

from elasticluster_tf.provider.framework import Provider
from elasticluster_tf.provider.kinds.image import ImageKind
from elasticluster_tf.provider.kinds.leftovers import Leftovers
from elasticluster_tf.provider.kinds.network import NetworkKind
from elasticluster_tf.provider.kinds.node import NodeKind
from elasticluster_tf.provider.kinds.volume import VolumeKind
from elasticluster_tf.provider.server import serve
from elasticluster_tf.provider.world import World


def main() -> int:
    """Put the provider together and serve it."""
    world = World()
    kinds = (NetworkKind(world), VolumeKind(world), ImageKind(world), NodeKind(world))
    return serve(Provider(kinds, (Leftovers(world),)), world.machine)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Not sys.exit: it would wait for threads that wait for a Podman whose answer nobody wants any more.
    os._exit(code)
