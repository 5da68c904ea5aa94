"""`ectf clouds`, `ectf software`."""

import json

import pytest

from elasticluster_tf import cli
from tests.builders import shipped


@pytest.mark.parametrize("command", ["clouds", "software"])
def test_what_is_discovered_is_listed(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    known = shipped().software if command == "software" else shipped().clouds
    names = [name for name in known if name != "echo"]
    assert cli.run([command]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows[1:]] == names
    assert cli.run([command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["kind"] == command
    assert [one["name"] for one in found[command]] == names


@pytest.mark.parametrize("command", ["clouds", "software"])
def test_one_with_its_settings(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    known = shipped().software if command == "software" else shipped().clouds
    name = next(iter(known))
    assert cli.run([command, name]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].split() == ["setting", "type", "default", "description"]
    assert {row.split()[0] for row in rows[1:]} == set(known[name].variables)


@pytest.mark.parametrize("command", ["clouds", "software"])
def test_one_there_is_not(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([command, "nothing-of-ours"]) == 4
    assert "`nothing-of-ours`" in capsys.readouterr().err
