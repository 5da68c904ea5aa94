"""`ectf show`: a plan that was written to a file, in any form."""

import json

import pytest

from elasticluster_tf import cli
from tests.builders import Terrain, echo_file, write


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
