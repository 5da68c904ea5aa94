"""Login key, first and final host keys, and the record of what was proven, on the road."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import documents, host_keys
from elasticluster_tf.errors import Refused
from elasticluster_tf.pipeline import login, recording
from elasticluster_tf.pipeline.run import World, begin
from elasticluster_tf.plan import Record
from elasticluster_tf.secrets import RootSecret
from elasticluster_tf.terraform import State
from elasticluster_tf.workdir import Workdir
from tests.builders import BARE, CACHE, Terrain, Told, catalogue, echo, shipped

ECHO = shipped().clouds["echo"]
# The cloud whose machines get their first host key by user data.
SILENT = replace(ECHO, facts=ECHO.facts.model_copy(update={"first_host_key": "user_data"}))


def ground_of(folder: Path) -> Terrain:
    return Terrain(folder, known=catalogue(cloud=[SILENT]))


def values(ground: Terrain) -> dict[str, Any]:
    found = json.loads((ground.workdir / login.VALUES).read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_a_cloud_that_tells_host_keys_needs_none_of_ours(three: Terrain) -> None:
    assert list(values(three)) == ["ssh_public_key", "configured"]
    assert "bootstrap" not in (three.workdir / "main.tf").read_text(encoding="utf-8")


def test_first_keys_are_made_once_and_remembered(tmp_path: Path) -> None:
    ground = ground_of(tmp_path)
    ground.up(echo(1))
    first = values(ground)
    (private,) = first["bootstrap"].values()
    assert host_keys.restored(private).public == first["host_keys"]["compute001"]
    assert documents.plain(first["user_data"]["compute001"])["ssh_keys"]["ed25519_private"] == private
    assert (ground.workdir / login.VALUES).stat().st_mode & 0o077 == 0

    (ground.workdir / login.VALUES).unlink()  # another machine plans: it has the state alone
    report = ground.up(echo(2))
    again = values(ground)
    for key in ("bootstrap", "host_keys", "user_data"):
        assert again[key]["compute001"] == first[key]["compute001"]
        assert set(again[key]) == {"compute001", "compute002"}
    assert [one.name for one in report.plan.infrastructure.nodes] == ["compute002"]

    cluster = ground.cluster()
    state = cluster.state()
    secret = login.root_secret(cluster.workdir, cluster.world)
    final = host_keys.final(secret, "compute001").public
    swapped = {"compute001": state.nodes["compute001"].instance_id}
    with begin(cluster.workdir, "configure", cluster.world) as run:
        proven = recording.write(run, state, Record(host_keys=swapped))
    login.write_connection(cluster.workdir, cluster.resolved, proven, cluster.access, cluster.world)
    pinned = cluster.workdir.known_hosts.read_text(encoding="utf-8").splitlines()
    assert [row for row in pinned if row.startswith("compute001 ")] == [f"compute001 {final}"]
    assert not cluster.plan().infrastructure.pending


def test_a_machine_that_is_made_again_gets_a_first_key_of_its_own(tmp_path: Path) -> None:
    """Whoever could read the user data of the machine before knows the old one."""
    groups = {name: {"count": 1, "image": "debian-12"} for name in ("compute", "other")}
    ground = ground_of(tmp_path)
    ground.up(echo(groups=groups))
    first = values(ground)
    wanted = echo(groups={**groups, "compute": {"count": 1, "image": "oldix-1"}})
    report = ground.up(wanted)
    again = values(ground)
    assert [(one.name, one.action) for one in report.plan.infrastructure.nodes] == [("compute001", "replace")]
    for key in ("bootstrap", "host_keys", "user_data"):
        assert again[key]["compute001"] != first[key]["compute001"]
        assert again[key]["other001"] == first[key]["other001"]
    (private, public) = (again[key]["compute001"] for key in ("bootstrap", "host_keys"))
    assert host_keys.restored(private).public == public
    state = ground.cluster(wanted).state()
    assert state.bootstrap == again["bootstrap"]
    assert not ground.cluster(wanted).plan().infrastructure.pending


@pytest.mark.parametrize(
    ("kept", "environment", "found"),
    [("x" * 16, {}, "x" * 16), (None, {"ECTF_SECRET": "y" * 16}, "y" * 16)],
)
def test_the_secret_of_a_cluster_that_exists(
    kept: str | None, environment: dict[str, str], found: str, tmp_path: Path
) -> None:
    place = Workdir(tmp_path)
    if kept:
        place.write({"keep/secret": kept}, prune=False, private=True)
    assert login.root_secret(place, World(environment, CACHE)) == RootSecret(found)


def test_a_secret_that_is_not_here(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="root secret is not here") as caught:
        login.root_secret(Workdir(tmp_path), World(BARE, CACHE))
    assert "ECTF_SECRET" in caught.value.hint


def test_nothing_is_needed_where_nothing_is_built(tmp_path: Path) -> None:
    cluster = Terrain(tmp_path, told=Told()).cluster(echo(0))
    login.write_connection(cluster.workdir, cluster.resolved, State(), cluster.access, cluster.world)
    assert not cluster.workdir.identity.exists()
    assert cluster.workdir.known_hosts.read_text(encoding="utf-8") == ""
