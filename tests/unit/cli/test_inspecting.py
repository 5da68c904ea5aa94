"""`ectf status`, `ectf nodes`."""

import json
import os

import pytest

from elasticluster_tf import cli
from tests.builders import Terrain, echo_file, write


def test_nodes_are_listed_for_people_and_for_programs(
    three: Terrain, capsys: pytest.CaptureFixture[str]
) -> None:
    write(three.folder, {"cluster.yaml": echo_file(4)})
    file = str(three.folder / "cluster.yaml")
    assert cli.run(["nodes", file]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[1].split() == [
        "compute001",
        "compute",
        "built",
        "echo",
        "192.0.2.1",
        "-",
        "admin@192.0.2.1:22",
    ]
    assert rows[4].split()[:3] == ["compute004", "compute", "missing"]
    assert cli.run(["nodes", "--json", file]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["state"] for one in found["nodes"]] == ["built"] * 3 + ["missing"]


def test_status_asks_each_node(
    three: Terrain, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        three.folder,
        {"cluster.yaml": echo_file(3), "bin/ssh": '#!/bin/sh\ncase "$*" in *compute002*) exit 255;; esac\n'},
    )
    (three.folder / "bin" / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{three.folder}/bin{os.pathsep}{os.environ['PATH']}")
    assert cli.run(["status", "--json", str(three.folder / "cluster.yaml")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["state"] for one in found["nodes"]] == ["running", "unreachable", "running"]
    assert (found["cluster"], found["health"]) == ("demo", [])
