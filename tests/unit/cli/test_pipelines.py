"""`ectf ci`."""

from pathlib import Path

import pytest

from elasticluster_tf import ci_files, cli
from elasticluster_tf.cli.pipelines import CiSystem
from tests.builders import cluster_text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster.yaml").write_text(cluster_text("lab"), encoding="utf-8")
    return tmp_path


def test_each_system_can_be_asked_for() -> None:
    assert {one.value for one in CiSystem} == set(ci_files.SYSTEMS)


@pytest.mark.parametrize("system", CiSystem)
def test_the_file_is_written_where_the_system_looks(
    system: CiSystem, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["ci", system]) == 0
    target = folder / ci_files.SYSTEMS[system].target
    assert "lab" in target.read_text(encoding="utf-8")
    assert "docs/pipelines.md" in capsys.readouterr().err
    assert cli.run(["ci", system, "cluster.yaml"]) == 0  # the same content may be written again


def test_other_content_is_not_overwritten_unless_forced(folder: Path) -> None:
    (folder / "Jenkinsfile").write_text("mine", encoding="utf-8")
    assert cli.run(["ci", "jenkins"]) == 3
    assert (folder / "Jenkinsfile").read_text(encoding="utf-8") == "mine"
    assert cli.run(["ci", "jenkins", "--force"]) == 0
    assert (folder / "Jenkinsfile").read_text(encoding="utf-8") != "mine"


def test_elsewhere_and_to_standard_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ci", "gitlab", "--out", "ci/lab.yml", "--branch", "trunk"]) == 0
    assert cli.run(["ci", "gitlab", "--out", "-", "--branch", "trunk"]) == 0
    written = (folder / "ci" / "lab.yml").read_text(encoding="utf-8")
    assert capsys.readouterr().out == written
    assert '$CI_COMMIT_BRANCH == "trunk"' in written


def test_a_wrong_cluster_file_writes_nothing(folder: Path) -> None:
    (folder / "cluster.yaml").write_text("name: 1", encoding="utf-8")
    assert cli.run(["ci", "github"]) == 4
    assert cli.run(["ci", "cvs"]) == 4
    assert [path.name for path in folder.iterdir()] == ["cluster.yaml"]
