"""Plans that are written to a file, shown anywhere, and applied."""

import json
import stat
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest

from elasticluster_tf import cli
from elasticluster_tf.cli import bundles
from elasticluster_tf.errors import InputError
from tests.builders import Terrain, echo_file, write
from tests.unit.test_sealing import key, signers


@pytest.mark.parametrize(
    ("text", "found"),
    [("30m", timedelta(minutes=30)), ("24h", timedelta(hours=24)), ("7d", timedelta(days=7))],
)
def test_times(text: str, found: timedelta) -> None:
    assert bundles.duration(text) == found


@pytest.mark.parametrize("text", ["", "0h", "1", "h", "1w", "-1h", "1.5h", "1h "])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(InputError, match="--expires"):
        bundles.duration(text)


def test_a_plan_is_written_shown_and_applied(three: Terrain, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = three.folder / "cluster.yaml", three.folder / "p.ectfplan"
    write(three.folder, {"cluster.yaml": echo_file(4)})
    signing = key(three.folder, "reviewer")
    allowed = signers(three.folder, reviewer=signing)
    age = pyrage.x25519.Identity.generate()
    (three.folder / "age").write_text(str(age), encoding="utf-8")
    sealed = ["--sign", str(signing), "--encrypt-to", str(age.to_public())]
    words = ["plan", "--no-configure", "--out", str(out), *sealed, str(file)]
    assert cli.run(words) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    capsys.readouterr()

    assert cli.run(["show", str(out)]) == 3  # it is encrypted
    assert "--identity" in capsys.readouterr().err
    opened = ["--verify", str(allowed), "--identity", str(three.folder / "age")]
    assert cli.run(["show", "--json", *opened, str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in found["infrastructure"]["nodes"]] == ["compute004"]

    assert cli.run(["up", "--json", "--plan", str(out), *opened]) == 0  # the file is known from the bundle
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[-1]["nodes"] == ["compute001", "compute002", "compute003", "compute004"]
    assert cli.run(["up", "--plan", str(out), *opened]) == 3
    assert "applied already" in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["show", str(tmp_path / "no")]) == 4
    assert "can't be read" in capsys.readouterr().err


def test_a_written_plan_is_shown_in_every_form(three: Terrain, capsys: pytest.CaptureFixture[str]) -> None:
    write(three.folder, {"cluster.yaml": echo_file(4)})
    file = str(three.folder / "p.ectfplan")
    assert cli.run(["plan", "--out", file, "--markdown", str(three.folder / "cluster.yaml")]) == 0
    comment = capsys.readouterr().out

    def shown(*words: str) -> str:
        assert cli.run(["show", file, *words]) == 0
        return capsys.readouterr().out

    assert shown("--markdown") == comment
    assert comment.startswith("<!-- ectf plan: demo -->\n")
    assert "+ compute004 create" in shown()
    assert "+ compute004 create" in shown("--details")
    assert shown("--html").startswith("<!doctype html>\n")
    assert json.loads(shown("--json"))["kind"] == "plan"
    assert cli.run(["show", file, "--html", "--json"]) == 4
