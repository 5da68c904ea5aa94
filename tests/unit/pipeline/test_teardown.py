"""Destroying a cluster, with and without its file, and the proof that nothing is left."""

from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import Cluster, Order, Source, World
from elasticluster_tf.config import State as Backend
from elasticluster_tf.errors import EctfError, InputError, Refused
from elasticluster_tf.events import Notice
from elasticluster_tf.pipeline import teardown
from elasticluster_tf.plan import Plan
from elasticluster_tf.reports import Leftover
from tests.builders import BARE, CACHE, ECHO, Terrain, cluster_text, echo, resolve, write


def broken() -> Any:
    raise InputError([])


def test_the_plan_is_shown_and_no_is_no(three: Terrain) -> None:
    shown: list[Plan] = []
    with pytest.raises(Refused, match="nothing was changed"):
        three.cluster().down(lambda found: bool(shown.append(found)))  # type: ignore[func-returns-value]
    assert [(one.name, one.action) for one in shown[0].infrastructure.nodes] == [
        (f"compute00{number}", "destroy") for number in (1, 2, 3)
    ]
    assert len(three.cluster().state().nodes) == 3


def test_a_broken_file_does_not_keep_a_cluster_alive(three: Terrain) -> None:
    report = three.cluster("name: demo\ngroups: [broken\n").down(bool)
    assert (report.cluster, report.destroyed, report.checked) == ("demo", 3, ("echo",))
    (notice,) = [event for event in three.told if isinstance(event, Notice)]
    assert notice.level == "warning"
    assert "cluster.yaml:3:1" in notice.message
    assert three.state()["resources"] == []


def test_nor_does_a_file_that_is_gone(three: Terrain) -> None:
    (three.folder / "cluster.yaml").unlink()
    assert three.cluster().down(bool).destroyed == 3


def test_a_cloud_of_the_user_s_own_goes_as_well(tmp_path: Path) -> None:
    def cluster(text: str) -> Cluster:
        write(tmp_path, {"cluster.yaml": text})
        source = Source((tmp_path / "cluster.yaml",), BARE, CACHE)
        return Cluster(source, World(BARE, CACHE))

    cluster(cluster_text(cloud={"name": str(ECHO)})).up(bool, Order(configure=False))
    assert cluster("name: [").down(bool).destroyed == 1


def test_a_cluster_that_never_was(tmp_path: Path) -> None:
    report = Terrain(tmp_path).cluster(echo(1)).down(lambda found: pytest.fail("nothing to ask"))
    assert (report.destroyed, report.kept) == (0, ())


def test_leftovers_that_nobody_wants_are_an_error(tmp_path: Path) -> None:
    lost = {"type": "disk", "id": "d-1", "name": "", "kept": False}
    ground = Terrain(tmp_path)
    with pytest.raises(EctfError, match="something of the cluster is left") as caught:
        ground.cluster(echo(1, cloud={"name": "echo", "found": [lost]})).down(bool)
    assert caught.value.detail == "echo: disk d-1"
    assert caught.value.exit_code == 1


def test_leftovers_that_are_kept_are_told(tmp_path: Path) -> None:
    kept = {"type": "disk", "id": "d-1", "name": "home", "kept": True, "node": "a001", "volume": "home"}
    ground = Terrain(tmp_path)
    report = ground.cluster(echo(1, cloud={"name": "echo", "found": [kept]})).down(bool)
    assert report.kept == (Leftover("echo", "disk", "d-1", "home", True, "a001", "home"),)
    assert (report.checked, report.unchecked) == (("echo",), ())


# --- which cluster ---


def test_the_file_names_the_cluster(tmp_path: Path) -> None:
    found = resolve(cluster_text())
    assert teardown.target(tmp_path, None, lambda: found).workdir.path == tmp_path / ".ectf" / "demo"
    given = teardown.target(tmp_path, tmp_path / "x", lambda: found)
    assert (given.workdir.path, given.name, given.complaint) == (tmp_path / "x", "demo", None)


@pytest.mark.parametrize("folders", [(), ("a", "b")])
def test_without_a_file_there_must_be_one_work_folder(folders: tuple[str, ...], tmp_path: Path) -> None:
    for name in folders:
        (tmp_path / ".ectf" / name / "keep").mkdir(parents=True)
    with pytest.raises(InputError):
        teardown.target(tmp_path, None, broken)


def test_a_work_folder_that_was_never_used_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        teardown.target(tmp_path, tmp_path / "empty", broken)


@pytest.mark.parametrize(
    ("remembered", "name", "backend"),
    [
        (cluster_text("lab"), "lab", Backend()),
        (
            cluster_text("lab", state={"backend": "s3", "bucket": "b"}),
            "lab",
            Backend(backend="s3", bucket="b"),
        ),
        ("groups: {}\n", "folder", Backend()),
        ("[]\n", "folder", Backend()),
        (None, "folder", Backend()),
    ],
)
def test_name_and_backend_are_remembered(
    remembered: str | None, name: str, backend: Backend, tmp_path: Path
) -> None:
    folder = tmp_path / ".ectf" / "folder"
    (folder / "keep").mkdir(parents=True)
    if remembered is not None:
        write(folder, {"cluster.yaml": remembered})
    found = teardown.target(tmp_path, None, broken)
    assert (found.workdir.path, found.name, found.state) == (folder, name, backend)
    assert found.clouds == {}
    assert found.complaint is not None
