"""`ectf drift`: one document, and an exit code that tells."""

import json

import pytest

from elasticluster_tf import cli
from tests.builders import Terrain, echo_file, write


def test_hosts_that_were_never_configured_can_t_be_judged(
    three: Terrain, capsys: pytest.CaptureFixture[str]
) -> None:
    write(three.folder, {"cluster.yaml": echo_file(3)})
    file = str(three.folder / "cluster.yaml")
    assert cli.run(["drift", "--json", file]) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["kind"] == "drift"
    assert set(found["unjudged"]) == {"compute001", "compute002", "compute003"}
    assert cli.run(["drift", file]) == 2
    assert "? compute001: its configuration is due" in capsys.readouterr().out


def test_nothing_drifted(three: Terrain, capsys: pytest.CaptureFixture[str]) -> None:
    three.cluster().down(bool)
    write(three.folder, {"cluster.yaml": echo_file(3)})
    assert cli.run(["drift", str(three.folder / "cluster.yaml")]) == 0
    assert "No drift" in capsys.readouterr().out
