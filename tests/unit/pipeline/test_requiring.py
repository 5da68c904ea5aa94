"""Requirements are there before anything is built, or it is told where the file is wrong."""

import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf.errors import InputError
from elasticluster_tf.events import StageStarted
from elasticluster_tf.pipeline import requiring
from elasticluster_tf.pipeline.run import begin
from tests.builders import Terrain, echo


def packed(folder: Path) -> str:
    """A role's archive in a folder, and its checksum."""
    path = folder / "clock.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in (("clock/meta/main.yml", b"galaxy_info: {}\n"), ("clock/tasks/main.yml", b"[]\n")):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wanting(checksum: str) -> dict[str, Any]:
    one = {"role": "clock", "version": "1", "source": "clock.tar.gz", "sha256": checksum}
    return echo(requirements=[one])


def test_they_are_installed_once(three: Terrain) -> None:
    checksum = packed(three.folder)
    cluster = three.cluster(wanting(checksum))
    for stages in (["requirements"], []):
        three.told.clear()
        with begin(cluster.workdir, "configure", cluster.world) as run:
            requiring.ready(run, cluster.resolved)
        assert [event.stage for event in three.told if isinstance(event, StageStarted)] == stages
    assert (cluster.workdir.path / "galaxy" / "roles" / "clock" / "tasks" / "main.yml").is_file()


def test_another_archive_is_told_at_its_place(three: Terrain) -> None:
    checksum = packed(three.folder)
    cluster = three.cluster(wanting("0" * 64))
    with begin(cluster.workdir, "up", cluster.world) as run, pytest.raises(InputError) as caught:
        requiring.ready(run, cluster.resolved)
    (problem,) = caught.value.problems
    assert problem.key == "requirements.0.sha256" and problem.place and problem.place.line
    assert checksum in problem.message
