"""`ectf configure`."""

from pathlib import Path

import pytest

from elasticluster_tf import cli
from tests.builders import echo_file, write


def test_nodes_that_are_not_built_can_t_be_configured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"cluster.yaml": echo_file(2)})
    assert cli.run(["configure", str(tmp_path / "cluster.yaml")]) == 7
    assert "group `compute` has 0 of at least 2 nodes" in capsys.readouterr().err


def test_a_cluster_of_no_nodes_is_configured_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"cluster.yaml": echo_file(0)})
    assert cli.run(["configure", str(tmp_path / "cluster.yaml")]) == 0
    assert capsys.readouterr().out == "demo: 0 node(s) ready\n"


def test_limits_name_nodes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"cluster.yaml": echo_file(1)})
    assert cli.run(["configure", "--limit", "compute01", str(tmp_path / "cluster.yaml")]) == 4
    assert "did you mean `compute001`?" in capsys.readouterr().err
