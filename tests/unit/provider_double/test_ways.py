"""The two ways to run, more than one provider block, bodies for machines, and many machines."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.provider_double import World, double, environment, install, install_for_user
from tests.provider_double.schema import PROVIDERS, Block, load
from tests.unit.provider_double.terraform_folder import TerraformFolder

ONE = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.25" }
  }
}
provider "aws" {
  region = "eu-west-1"
}
resource "aws_instance" "here" {
  ami           = "ami-1"
  instance_type = "t3.small"
}
"""
TWO_REGIONS = f"""{ONE}
provider "aws" {{
  alias  = "other"
  region = "us-east-1"
}}
resource "aws_instance" "there" {{
  provider      = aws.other
  ami           = "ami-1"
  instance_type = "t3.small"
}}
output "zones" {{
  value = [aws_instance.here.availability_zone, aws_instance.there.availability_zone]
}}
"""


def test_installed_in_the_work_folder_with_a_lock_file(tmp_path: Path) -> None:
    folder = TerraformFolder(tmp_path / "work", environment()).write(ONE)
    install(folder.path, "aws", tmp_path / "world")
    folder.init().apply()
    assert 'version     = "6.25.0"' in (folder.path / ".terraform.lock.hcl").read_text()
    install(folder.path, "aws", tmp_path / "world")  # the same launcher: the lock file still fits
    assert folder.apply() == {}
    assert World(tmp_path / "world").counts() == {"aws_instance": 1}


def test_installed_for_a_user_with_the_newest_terraform(tmp_path: Path) -> None:
    newest = str(Path(sys.executable).with_name("ectf-terraform"))
    found = install_for_user(tmp_path / "data", "aws", tmp_path / "world")
    folder = TerraformFolder(tmp_path / "work", environment(**found), newest).write(ONE)
    folder.init().apply()
    machine = World(tmp_path / "world").one("aws_instance")
    assert machine.attributes["availability_zone"] == "eu-west-1a"


def test_two_provider_blocks_in_this_process(tmp_path: Path) -> None:
    with double(["aws"], tmp_path / "world") as cloud:
        folder = TerraformFolder(tmp_path / "work", cloud.environment).write(TWO_REGIONS).init()
        folder.apply()
        assert folder.outputs()["zones"] == ["eu-west-1a", "us-east-1a"]


class Containers:
    """A backer that only remembers."""

    def __init__(self) -> None:
        self.living: dict[str, str] = {}
        self.settled = 0

    def create(self, type_name: str, identity: str, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
        self.living[identity] = name
        return {"network_interface": [{"access_config": [{"nat_ip": "127.0.0.7"}]}]}

    def delete(self, type_name: str, identity: str) -> None:
        del self.living[identity]

    def settle(self) -> None:
        self.settled += 1


MANY = """
terraform {
  required_providers {
    google = { source = "hashicorp/google" }
  }
}
variable "number" {
  default = 2
}
provider "google" {
  project = "some-project"
}
resource "google_compute_instance" "node" {
  count        = var.number
  name         = "node-${count.index}"
  machine_type = "e2-small"
  zone         = "europe-west4-b"
  boot_disk {}
  network_interface {
    network = "default"
    access_config {}
  }
}
output "private" {
  value = google_compute_instance.node[*].network_interface[0].network_ip
}
output "public" {
  value = google_compute_instance.node[*].network_interface[0].access_config[0].nat_ip
}
"""


def test_a_backer_gives_machines_a_body(tmp_path: Path) -> None:
    containers = Containers()
    with double(["google"], tmp_path / "world", containers) as cloud:
        folder = TerraformFolder(tmp_path / "work", cloud.environment).write(MANY).init()
        folder.apply()
        assert sorted(containers.living.values()) == ["node-0", "node-1"]
        assert containers.settled == len(cloud.world.all())
        assert folder.outputs()["public"] == ["127.0.0.7", "127.0.0.7"]
        folder.destroy()
        assert containers.living == {}


def test_a_hundred_machines_have_addresses_of_their_own(tmp_path: Path) -> None:
    with double(["google"], tmp_path / "world") as cloud:
        folder = TerraformFolder(tmp_path / "work", cloud.environment).write(MANY).init()
        folder.apply(number=100)
        found = folder.outputs()
        assert len(set(found["private"])) == len(set(found["public"])) == 100


def _minimal(block: Block) -> dict[str, Any]:
    """The required arguments and blocks alone."""
    values = {name: _any(held.type, name) for name, held in block.attributes.items() if held.required}
    for name, nested in block.blocks.items():
        if nested.min_items:
            values[name] = _minimal(nested.block)
    return values


def _any(kind: Any, name: str) -> Any:
    simple = {
        "string": "10.0.0.0/16" if "cidr" in name else name.replace("_", "-"),
        "number": 3,
        "bool": True,
    }
    if isinstance(kind, str):
        return simple[kind]
    if kind[0] == "object":
        return {key: _any(inner, key) for key, inner in kind[1].items()}
    return {"key": _any(kind[1], name)} if kind[0] == "map" else [_any(kind[1], name)]


def test_every_type_of_every_provider_can_be_made(tmp_path: Path) -> None:
    catalogues = [load(name) for name in PROVIDERS]
    kinds = [kind for catalogue in catalogues for kind in catalogue.resources.values()]
    told = {
        "terraform": {"required_providers": {each.prefix: {"source": each.source} for each in catalogues}},
        "provider": {"azurerm": {"features": {}}},
        "resource": {kind.name: {"one": _minimal(kind.block)} for kind in kinds},
    }
    with double(PROVIDERS, tmp_path / "world") as cloud:
        folder = TerraformFolder(tmp_path / "work", cloud.environment)
        folder.write(json.dumps(told), "main.tf.json").init()
        assert set(folder.apply().values()) == {"create"}
        assert folder.apply() == {}
        assert len(cloud.world.all()) == len(kinds)
