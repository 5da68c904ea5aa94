"""`ectf doctor`, `ectf version`."""

import json
from pathlib import Path

import pytest

from elasticluster_tf import cli


def test_versions(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["version"]) == 0
    rows = dict(row.split(" ", 1) for row in capsys.readouterr().out.splitlines())
    assert cli.run(["version", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {**rows, "format": 1, "kind": "version"} == found


def test_what_is_missing_is_an_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECTF_TERRAFORM", str(tmp_path / "none"))
    assert cli.run(["doctor"]) == 1
    row = next(row for row in capsys.readouterr().out.splitlines() if row.startswith("terraform"))
    assert "missing" in row
    assert cli.run(["doctor", "--json"]) == 1
    checks = {one["name"]: one for one in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["terraform"]["state"] == "missing"
    assert checks["python"]["state"] == "ok"
