"""Stages that decide something by themselves; the road as a whole is in test_cluster.py."""

from dataclasses import replace

import pytest

from elasticluster_tf.errors import InputError, TerraformFailed, TooFewNodes
from elasticluster_tf.pipeline import planning, stages
from elasticluster_tf.plan import Record
from elasticluster_tf.terraform import State, StoredCloud
from elasticluster_tf.terraform.state import Resource
from tests.builders import built, resolve, shipped

FOUND = resolve("name: demo\ngroups: {a: {count: 2, min: 1}, b: {count: 1}}\n")


def state(*names: str) -> State:
    return State(nodes={name: built(name) for name in names})


def test_built_nodes_come_in_the_order_of_the_file() -> None:
    found = stages.nodes_of(FOUND, state("b001", "z001", "a001", "a002"), Record())
    assert list(found.nodes) == ["a001", "a002", "b001"]
    assert found.missing == ()


def test_as_many_as_min_will_do() -> None:
    assert stages.nodes_of(FOUND, state("b001", "a002"), Record()).missing == ("a001",)
    with pytest.raises(TooFewNodes, match=r"`a` has 0 of at least 1 nodes; missing: a001, a002"):
        stages.nodes_of(FOUND, state("b001"), Record())
    with pytest.raises(TooFewNodes, match="group `b` has 0 of at least 1 nodes; missing: b001"):
        stages.nodes_of(FOUND, state("a001", "a002"), Record())


@pytest.mark.parametrize(
    ("addresses", "only"),
    [
        (["module.local.machine.a001"], True),
        (["module.local.machine.a001", 'module.local.disk.b001["x"]'], True),
        (["module.local.network.cluster"], False),
        (["module.local.machine.a001", "module.local.network.cluster"], False),
        ([""], False),
        ([], False),
    ],
)
def test_whether_only_nodes_failed(addresses: list[str], only: bool) -> None:
    assert stages._only_nodes_failed(FOUND, TerraformFailed("x", addresses=addresses)) is only


def test_clouds_that_are_no_longer_named() -> None:
    stood = replace(
        state(),
        resources=(Resource("module.old.a.b", "module.old", "a", "b", False),),
        clouds={
            "emptied": StoredCloud(name="echo"),
            "local": StoredCloud(name="local"),
            "old": StoredCloud(name="echo", aliased=True, settings={"region": "r"}),
            "own": StoredCloud(name="no-longer-shipped"),
        },
    )
    found = planning.retired_clouds(FOUND.clouds, stood, shipped())
    assert set(found) == {"old"}
    assert (found["old"].cloud.name, found["old"].settings, found["old"].aliased) == (
        "echo",
        {"region": "r"},
        True,
    )


def test_groups_whose_images_are_refreshed() -> None:
    stages.check_groups(FOUND, ["a", "b"])
    with pytest.raises(InputError, match="there is no group `c`"):
        stages.check_groups(FOUND, ["a", "c"])


def test_what_init_depends_on() -> None:
    main = 'module "x" {\n  source = "./modules/x"\n}\n'
    files = {"main.tf": main, "modules/x/versions.tf": "v1", "terraform.tfvars.json": "{}"}
    digest = stages.init_digest(files)
    assert stages.init_digest({**files, "modules/x/nodes.tf": "", "terraform.tfvars.json": "[]"}) == digest
    assert stages.init_digest({**files, "modules/x/versions.tf": "v2"}) != digest
    assert stages.init_digest({**files, "main.tf": main.replace('"x"', '"y"')}) != digest
    assert stages.init_digest({**files, "backend.tfbackend.json": "{}"}) != digest
