"""A stand-in for the providers aws, google, openstack, azurerm and incus: real schemas, an invented cloud.

    with double(["aws", "google"], tmp_path / "world") as cloud:
        subprocess.run(["terraform", "apply", …], env=cloud.environment)
        cloud.world.one("aws_instance", …)

serves in this process. For runs that shall find installed plug-ins:

    install(workdir, "aws", world_folder)              # or install_for_user for any work folder
    World(world_folder).fail("create", "aws_instance", "*-2", error="quota", times=1)
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.provider_double.install import install, install_for_user
from tests.provider_double.making import Backer
from tests.provider_double.schema import PROVIDERS
from tests.provider_double.server import reattached
from tests.provider_double.world import Thing, World

__all__ = [
    "PROVIDERS",
    "Backer",
    "Double",
    "Thing",
    "World",
    "double",
    "environment",
    "install",
    "install_for_user",
]


@dataclass(frozen=True)
class Double:
    """Running doubles: the environment for Terraform, and the world they work in."""

    environment: dict[str, str]
    world: World


@contextlib.contextmanager
def double(providers: Sequence[str], world: Path, backer: Backer | None = None) -> Iterator[Double]:
    """Serve doubles of some providers from this process."""
    held = World(world)
    with reattached(providers, held, backer) as reattach:
        yield Double(environment(**reattach), held)


def environment(**more: str) -> dict[str, str]:
    """This process's environment, made fit for a Terraform child."""
    dropped = ("TF_CLI_CONFIG_FILE", "TF_REATTACH_PROVIDERS")
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    return {**kept, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", **more}
