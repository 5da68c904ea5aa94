"""The resources against a stand-in for Podman."""

import json
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf.provider.framework import Resource
from elasticluster_tf.provider.kinds.leftovers import Leftovers
from elasticluster_tf.provider.kinds.network import NetworkKind
from elasticluster_tf.provider.kinds.node import NodeKind
from elasticluster_tf.provider.kinds.volume import VolumeKind
from elasticluster_tf.provider.machine import Capacity, Machine
from elasticluster_tf.provider.podman import Podman, PodmanError
from elasticluster_tf.provider.problems import ProviderError
from elasticluster_tf.provider.world import World

OURS = {"managed-by": "ectf", "ectf-cluster": "demo"}
VOLUME = {
    "cluster": "demo",
    "node": "n1",
    "name": "home",
    "group": "g",
    "size_gb": 1,
    "on_destroy": "keep",
    "labels": {},
    "id": "demo.n1.home",
}


@pytest.fixture
def world(tmp_path: Path, fake) -> World:  # type: ignore[no-untyped-def]
    return World(Podman(run_argv=fake), Capacity(2, 8 * 2**30), Machine(tmp_path))


def complaints(world: World, **config: Any) -> list[str]:
    return [problem.summary for problem in NodeKind(world).check({"name": "n1", **config})]


def test_a_node_that_fits_the_machine_is_fine(world: World) -> None:
    assert complaints(world, cpus=2, memory_gb=8, needs=["fuse"], volumes={"v": "/home"}) == []
    assert complaints(world) == []


def test_all_that_is_wrong_with_a_node_is_said(world: World) -> None:
    said = complaints(world, cpus=3, memory_gb=9, needs=["gpu"], volumes={"v": "home:ro"})
    assert said[:2] == [
        "n1 asks for 3 cpus, this machine has 2",
        "n1 asks for 9 GiB of memory, this machine has 8.0 GiB",
    ]
    assert len(said) == 4


def test_a_volume_to_keep_is_left_and_one_to_delete_is_removed(world: World, fake) -> None:  # type: ignore[no-untyped-def]
    kind = VolumeKind(world)
    kind.delete(VOLUME)
    assert not fake.called("rm")
    kind.delete(VOLUME | {"on_destroy": "delete"})
    assert fake.called("volume", "rm", "demo.n1.home")


def test_a_kept_volume_is_adopted_and_a_strangers_is_not(world: World, fake) -> None:  # type: ignore[no-untyped-def]
    own = OURS | {"ectf-node": "n1", "ectf-volume": "home"}
    fake.on("volume", "inspect", out=json.dumps([{"Labels": own}]))
    assert VolumeKind(world).create(VOLUME)["id"] == "demo.n1.home"
    assert not fake.called("create")
    fake.answers.clear()
    fake.on("volume", "inspect", out=json.dumps([{"Labels": {}}]))
    with pytest.raises(ProviderError, match="did not make it"):
        VolumeKind(world).create(VOLUME)


def test_leftovers_tell_what_was_meant_to_stay(world: World, fake) -> None:  # type: ignore[no-untyped-def]
    node = {"ectf-node": "n1"}
    fake.on("ps", out=json.dumps([{"Id": "c", "Names": ["demo.n1"], "Labels": node}]))
    fake.on("network", "ls", out=json.dumps([{"id": "n", "name": "ectf-demo"}]))
    fake.on(
        "volume",
        "ls",
        out=json.dumps(
            [
                {"Name": f"demo.n1.{name}", "Labels": node | {"ectf-volume": name}}
                for name in ("home", "scratch")
            ]
        ),
    )
    world.machine.remember("kept-demo.n1.home", True)
    found = Leftovers(world).answer({"cluster": "demo"})["found"]
    assert [tuple(row[key] for key in ("type", "name", "kept", "node", "volume")) for row in found] == [
        ("podman_node", "demo.n1", "false", "n1", None),
        ("podman_network", "ectf-demo", "false", None, None),
        ("podman_volume", "demo.n1.home", "true", "n1", "home"),
        ("podman_volume", "demo.n1.scratch", "false", "n1", "scratch"),
    ]


def test_a_network_takes_orphans_with_it(world: World, fake) -> None:  # type: ignore[no-untyped-def]
    fake.on("ps", out=json.dumps([{"Id": "orphan"}]))
    NetworkKind(world).delete({"name": "ectf-demo", "cluster": "demo"})
    assert fake.called("rm", "--force", "orphan")
    assert fake.called("network", "rm", "ectf-demo")


def test_a_failure_to_look_is_not_an_absence(world: World, fake) -> None:  # type: ignore[no-untyped-def]
    fake.on("network", "inspect", code=125, err="database is locked")
    state = {"name": "ectf-demo", "cluster": "demo"}
    with pytest.raises(PodmanError):
        NetworkKind(world).read(state)

    class Context:
        def __init__(self) -> None:
            self.diagnostics = self
            self.errors: list[tuple[str, str]] = []

        def add_error(self, summary: str, detail: str) -> None:
            self.errors.append((summary, detail))

    context = Context()
    assert Resource(NetworkKind(world)).read(context, state) is state
    assert "database is locked" in context.errors[0][0]
