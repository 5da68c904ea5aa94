"""One file, every cloud: the example with each file of examples/clouds, planned, built, and as Ansible sees it."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from platformdirs import user_cache_path

from elasticluster_tf.pipeline import Cluster, Order, World
from elasticluster_tf.source import Source
from tests.builders import REPOSITORY
from tests.contract.clouds import test_aws, test_azure, test_google, test_incus, test_openstack
from tests.contract.clouds.steps import Site, Walk, actions
from tests.provider_double import double

EXAMPLES = REPOSITORY / "examples"
SITES: dict[str, Site] = {
    "aws": test_aws.SITE,
    "azure": replace(
        test_azure.SITE,
        environment={**test_azure.SITE.environment, "ARM_SUBSCRIPTION_ID": test_azure.SUBSCRIPTION},
    ),
    "google": test_google.SITE,
    "incus": test_incus.SITE,
    "openstack": test_openstack.SITE,
}
WANTED = {
    "frontend": ["frontend001"],
    "compute": ["compute001", "compute002"],
    "slurm": ["slurm_backup", "slurm_controller", "slurm_database", "slurm_login", "slurm_worker"],
    "slurm_controller": ["frontend"],
    "slurm_worker": ["compute"],
    "slurm_backup": [],
    "slurm_database": [],
    "slurm_login": [],
}


def groups(inventory: Any) -> dict[str, list[str]]:
    """Group → its hosts or groups."""
    found = inventory["all"]["children"]
    return {name: sorted([*one.get("hosts", {}), *one.get("children", {})]) for name, one in found.items()}


def cluster(folder: Path, overlay: str, environment: dict[str, str]) -> Cluster:
    """The example elsewhere, under a name of its own."""
    named = folder / "cluster.yaml"
    example = (EXAMPLES / "slurm.yaml").read_text(encoding="utf-8")
    named.write_text(example.replace("name: demo", f"name: {folder.name}"), encoding="utf-8")
    cache = user_cache_path("ectf")
    source = Source((named, EXAMPLES / "clouds" / f"{overlay}.yaml"), environment, cache)
    return Cluster(source, World(environment, cache))


def test_every_example_has_its_turn() -> None:
    assert {path.stem for path in (EXAMPLES / "clouds").glob("*.yaml")} == {*SITES, "local"}


@pytest.mark.parametrize("overlay", SITES)
def test_a_plan_and_the_inventory(overlay: str, tmp_path: Path) -> None:
    folder = tmp_path / "one-file"
    folder.mkdir()
    with double([overlay], tmp_path / "world") as cloud:
        found = cluster(folder, overlay, {**cloud.environment, **SITES[overlay].environment})
        planned = found.up(lambda plan: True, Order(configure=False)).plan
        nodes = ("frontend001", "compute001", "compute002")
        assert planned and actions(planned.infrastructure) == dict.fromkeys(nodes, "create")
        assert groups(found.inventory()) == WANTED


@pytest.mark.podman
def test_a_plan_and_the_inventory_of_containers(tmp_path: Path) -> None:
    folder = tmp_path / "one-file"
    folder.mkdir()
    found = cluster(folder, "local", dict(os.environ))
    try:
        found.up(lambda plan: True, Order(configure=False))
        assert groups(found.inventory()) == WANTED
    finally:
        found.down(lambda plan: True)


def test_a_cloud_that_the_file_no_longer_names_keeps_nothing(tmp_path: Path) -> None:
    """Its network goes with its last node; what the others have stays as it is."""
    with double(["aws", "google"], tmp_path / "world") as clouds:
        walk = Walk(tmp_path, test_aws.SITE, clouds)
        walk.file["groups"]["arm"] = {
            **walk.file["groups"]["compute"],
            "count": 1,
            "cloud": test_google.SITE.cloud,
        }
        walk.file["groups"]["arm"]["type"] = test_google.SITE.types[0]
        walk.up()
        before = walk.state()
        assert {one.module for one in before.resources} == {"", "module.aws", "module.google"}
        assert before.nodes["arm001"].cloud == "google"
        del walk.file["groups"]["arm"]
        planned = walk.up()
        assert actions(planned) == {"arm001": "destroy"}
        after = walk.state()
        assert {one.module for one in after.resources} == {"", "module.aws"}
        assert not [name for name in clouds.world.counts() if name.startswith("google_")]
        assert after.nodes == {name: one for name, one in before.nodes.items() if name != "arm001"}
