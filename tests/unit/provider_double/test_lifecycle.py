"""A machine's life on each provider, by real Terraform."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.provider_double import Double, double
from tests.unit.provider_double.samples import SAMPLES, Sample
from tests.unit.provider_double.terraform_folder import TerraformFolder


@pytest.fixture(params=SAMPLES, ids=lambda sample: sample.provider)
def sample(request: pytest.FixtureRequest) -> Sample:
    found = request.param
    assert isinstance(found, Sample)
    return found


@pytest.fixture
def cloud(sample: Sample, tmp_path: Path) -> Iterator[Double]:
    with double([sample.provider], tmp_path / "world") as running:
        yield running


@pytest.fixture
def folder(sample: Sample, cloud: Double, tmp_path: Path) -> TerraformFolder:
    return TerraformFolder(tmp_path / "work", cloud.environment).write(sample.configuration).init()


def test_a_machines_life(sample: Sample, cloud: Double, folder: TerraformFolder) -> None:
    world = cloud.world
    made = folder.apply()
    assert set(made.values()) == {"create"}
    assert len(world.all()) == len(made)
    machine = world.one(sample.machine)
    address = folder.outputs()["address"]
    assert ipaddress.ip_address(address) in ipaddress.ip_network("10.1.2.0/24")
    assert folder.apply() == {}

    assert folder.apply(label="two") == {sample.address: "update"}
    changed = world.one(sample.machine)
    assert changed.id == machine.id
    assert changed.attributes[sample.labels]["label"] == "two"

    # A machine changed behind Terraform's back is set right, one that vanished comes again.
    world.edit(sample.machine, machine.id, **{sample.labels: {"label": "other"}})
    assert folder.apply(label="two") == {sample.address: "update"}
    world.remove(sample.machine, machine.id)
    assert folder.apply(label="two") == {sample.address: "create"}

    before = world.one(sample.machine)
    folder.run("state", "rm", sample.address)
    folder.run("import", "-no-color", "-input=false", sample.address, before.id)
    assert folder.apply(label="two") == {}

    assert folder.apply(label="two", image="debian-13") == {sample.address: "replace"}
    after = world.one(sample.machine)
    # Ids made of names come again, the others don't.
    assert (after.id == before.id) is ("/" in before.id)
    assert folder.outputs()["address"]

    folder.destroy()
    assert world.counts() == {}


def test_what_the_schema_refuses(sample: Sample, folder: TerraformFolder) -> None:
    text = sample.configuration.replace('"node" {', '"node" {\n  no_such_thing = 1', 1)
    folder.write(text)
    assert "Unsupported argument" in folder.refused("validate")
