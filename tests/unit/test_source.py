"""A cluster's files, read once."""

from pathlib import Path

import pytest

from elasticluster_tf import Source
from elasticluster_tf.errors import InputError
from tests.builders import CACHE, cluster_text, software_folder, write


def test_files_assignments_and_environment_come_together(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.yaml": cluster_text() + "labels: {who: '${env:WHO}'}\n",
            "b/c.yaml": "groups: {compute: {count: 2}}",
        },
    )
    files = (tmp_path / "a.yaml", tmp_path / "b/c.yaml")
    found = Source(files, {"WHO": "me"}, CACHE, ("name=other",))
    assert found.base == tmp_path
    assert found.resolved.config.name == "other"
    assert found.resolved.config.labels == {"who": "me"}
    assert [node.name for node in found.resolved.nodes] == ["compute001", "compute002"]
    assert found.resolved is found.resolved


def test_roles_beside_the_file_are_software(tmp_path: Path) -> None:
    software_folder(tmp_path / "roles/mine", "title: Mine\nparts: {node: {}}\n")
    write(tmp_path, {"a.yaml": cluster_text(software={"mine": {"node": "compute"}})})
    found = Source((tmp_path / "a.yaml",), {}, CACHE)
    assert found.resolved.software[0].path == tmp_path / "roles/mine"


def test_what_is_wrong_is_raised_when_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "name: demo\n"})
    found = Source((tmp_path / "a.yaml",), {}, CACHE)
    assert found.document.data == {"name": "demo"}
    with pytest.raises(InputError, match="groups: this key is required"):
        _ = found.resolved
