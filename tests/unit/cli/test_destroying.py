"""`ectf down`."""

import json

import pytest

from elasticluster_tf import cli
from tests.builders import Terrain, echo_file, write


def test_down_asks_and_destroys(three: Terrain, capsys: pytest.CaptureFixture[str]) -> None:
    write(three.folder, {"cluster.yaml": echo_file(3)})
    file = str(three.folder / "cluster.yaml")
    assert cli.run(["down", file]) == 3
    assert "- compute[001-003] destroy" in capsys.readouterr().err
    assert cli.run(["down", "-y", "--json", file]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert found[-1] == {
        "format": 1, "kind": "down", "cluster": "demo", "destroyed": 3, "kept": [], "checked": ["echo"], "unchecked": [],
    }  # fmt: skip
    assert three.state()["resources"] == []
