"""The Azure module under real ectf and real Terraform, on the provider double."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import cli
from elasticluster_tf.pipeline import Cluster
from elasticluster_tf.pipeline import World as Outside
from elasticluster_tf.source import Source
from tests.contract.clouds import steps
from tests.contract.clouds.steps import Site, Walk
from tests.provider_double import Double, double

MODULE = Path(__file__).parents[3] / "terraform_modules" / "azure"
MACHINE = "azurerm_linux_virtual_machine"
RULE = "azurerm_network_security_rule"
# Every way in has a canary, so that one that is written down anywhere is found.
SECRET = {
    "ARM_CLIENT_SECRET": "canary-secret-9d1f",
    "ARM_CLIENT_CERTIFICATE_PASSWORD": "canary-password-77aa",
    "ARM_OIDC_TOKEN": "canary-token-4b4b",
    "ARM_OIDC_REQUEST_TOKEN": "canary-request-8c8c",
    "ARM_ACCESS_KEY": "canary-key-5e5e",
}
SITE = Site(
    cloud={"name": "azure", "location": "westeurope"},
    machine=MACHINE,
    machine_id="virtual_machine_id",  # a machine made anew has the old one's id, which is a path of names
    types=("Standard_D2as_v5", "Standard_D4as_v5"),
    retype="change",  # Azure restarts the machine as another size
    environment={**SECRET, "ARM_CLIENT_ID": "canary-client-0a0a", "ARM_TENANT_ID": "canary-tenant-1b1b"},
)


@pytest.fixture
def azure(tmp_path: Path) -> Iterator[Double]:
    with double(["azure"], tmp_path / "world") as found:
        yield found


def walk(folder: Path, azure: Double, **changes: Any) -> Walk:
    """A cluster to go on with; `changes` are keys of its cloud."""
    made = Walk(folder, SITE, azure)
    made.file["cloud"].update(changes)
    return made


def test_life(tmp_path: Path, azure: Double) -> None:
    steps.life(walk(tmp_path, azure))
