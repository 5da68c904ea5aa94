"""`ectf plan`, `ectf up`."""

import json
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import cli
from tests.builders import Terrain, cluster_text, echo_file, write


def documents(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_plan_is_one_document_and_its_exit_code_tells(
    three: Terrain, capsys: pytest.CaptureFixture[str]
) -> None:
    file = three.folder / "cluster.yaml"
    for count, code in ((4, 2), (3, 0)):
        file.write_text(echo_file(count), encoding="utf-8")
        assert cli.run(["plan", "--json", "--detailed-exitcode", "--no-configure", str(file)]) == code
        (found,) = documents(capsys.readouterr().out)
        assert found["kind"] == "plan"
        assert [(one["name"], one["action"]) for one in found["infrastructure"]["nodes"]] == (
            [("compute004", "create")] if code else []
        )
        assert found["groups"] == [{"group": "compute", "before": 3, "after": count}]
    assert cli.run(["plan", str(file), "--set", "groups.compute.count=2"]) == 0
    shown = capsys.readouterr()
    assert "- compute003 destroy" in shown.out
    assert "Plan the infrastructure …" in shown.err


def test_a_plan_as_a_document(three: Terrain, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_file(three, 4)
    assert cli.run(["plan", "--markdown", "--detailed-exitcode", file]) == 2
    shown = capsys.readouterr()
    assert shown.out.startswith("<!-- ectf plan: demo -->\n")
    assert "<code>compute004</code> | create" in shown.out
    assert "Plan the infrastructure" in shown.err
    assert cli.run(["plan", "--html", file]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>\n")
    assert cli.run(["plan", "--details", file]) == 0
    assert "+ compute004 create" in capsys.readouterr().out


@pytest.mark.parametrize("forms", [("--json", "--html"), ("--html", "--markdown"), ("--json", "--markdown")])
def test_a_plan_has_one_form(forms: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["plan", *forms]) == 4
    shown = capsys.readouterr()
    assert "choose one" in (shown.out if "--json" in forms else shown.err)


def write_file(terrain: Terrain, count: int) -> str:
    write(terrain.folder, {"cluster.yaml": echo_file(count)})
    return str(terrain.folder / "cluster.yaml")


def test_nobody_can_be_asked_without_a_terminal(three: Terrain, capsys: pytest.CaptureFixture[str]) -> None:
    write(three.folder, {"cluster.yaml": echo_file(4)})
    assert cli.run(["up", "--no-configure", str(three.folder / "cluster.yaml")]) == 3
    shown = capsys.readouterr().err
    assert "+ compute004 create" in shown
    assert "error: there is no terminal to ask at; nothing was changed" in shown
    assert "next: give --yes" in shown
    assert not [one for one in three.state()["resources"] if "compute004" in one["name"]]


def test_up_with_yes_tells_events_and_ends_with_its_document(
    three: Terrain, capsys: pytest.CaptureFixture[str]
) -> None:
    write(three.folder, {"cluster.yaml": echo_file(4)})
    words = ["up", "--yes", "--no-configure", "--json", "-f", str(three.folder / "cluster.yaml")]
    assert cli.run(words) == 0
    found = documents(capsys.readouterr().out)
    assert [one["event"] for one in found[:2]] == ["stage_started", "stage_done"]
    assert [one["kind"] for one in found if "kind" in one] == ["plan", "up"]
    assert found[-1]["nodes"] == ["compute001", "compute002", "compute003", "compute004"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--limit", "a01"], "--limit: there is no node `a01`"),
        (["--refresh-images", "b"], "there is no group `b`"),
    ],
)
def test_up_is_refused_before_anything_is_written(
    words: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"cluster.yaml": cluster_text(groups={"a": {"count": 1}})})
    assert cli.run(["up", "-y", *words, str(tmp_path / "cluster.yaml")]) in (3, 4)
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / ".ectf").exists()


def test_a_bundle_is_looked_at_without_being_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cluster.yaml").write_text(echo_file(2), encoding="utf-8")
    assert cli.run(["plan", "--no-configure", "--out", "p"]) == 0
    capsys.readouterr()
    assert cli.run(["show", "p", "--markdown"]) == 0
    assert capsys.readouterr().out.startswith("<!-- ectf plan: demo -->\n")
    assert cli.run(["up", "--plan", "p", "--check"]) == 0
    assert "p: the plan holds" in capsys.readouterr().err
    assert not Path(".ectf/demo/keep/terraform.tfstate").exists()
    assert not Path(".ectf/demo/tfplan").exists()
    Path("cluster.yaml").write_text(echo_file(3), encoding="utf-8")
    assert cli.run(["up", "--plan", "p", "--check"]) == 3
    assert "cluster file cluster.yaml differs" in capsys.readouterr().err


def test_check_is_about_a_bundle() -> None:
    assert cli.run(["up", "--check"]) == 4
