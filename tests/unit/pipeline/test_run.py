"""One run: its lock, its journal, its logs, its environment."""

import json
from pathlib import Path

import pytest

from elasticluster_tf.errors import Refused
from elasticluster_tf.events import StageDone, StageStarted, ToolLine, Waiting
from elasticluster_tf.pipeline.run import World, begin
from elasticluster_tf.workdir import Workdir
from tests.builders import BARE, CACHE, Told


def world(told: Told, **environment: str) -> World:
    return World({**BARE, **environment}, CACHE, told)


def test_tools_never_see_the_root_secret() -> None:
    found = world(Told(), ECTF_SECRET="s", ECTF_SECRET_FILE="f", ECTF_TERRAFORM="t").children_environment
    assert found == {**BARE, "ECTF_TERRAFORM": "t"}


def test_a_stage_tells_its_begin_its_end_and_its_note(tmp_path: Path) -> None:
    told = Told()
    with begin(Workdir(tmp_path), "plan", world(told)) as run, run.stage("s", "Do it") as note:
        note("one")
        note("two")
    started, done = told
    assert started == StageStarted("s", "Do it")
    assert isinstance(done, StageDone)
    assert (done.stage, done.note) == ("s", "one; two")
    assert done.seconds >= 0


def test_a_stage_that_fails_has_no_end(tmp_path: Path) -> None:
    told = Told()
    with (
        pytest.raises(ZeroDivisionError),
        begin(Workdir(tmp_path), "x", world(told)) as run,
        run.stage("s", "t"),
    ):
        raise ZeroDivisionError
    assert told.kinds() == ["stage_started"]


def test_the_journal_keeps_what_happened_but_no_tool_s_chatter(tmp_path: Path) -> None:
    told = Told()
    with begin(Workdir(tmp_path), "up", world(told)) as run:
        run.tell(StageStarted("s", "Zürich"))
        run.tell(ToolLine("terraform", "chatter"))
        run.tell(Waiting("", 1.0))
        rows = (run.logs / "events.ndjson").read_text(encoding="utf-8").splitlines()  # readable at once
    assert [json.loads(row) for row in rows] == [{"event": "stage_started", "stage": "s", "title": "Zürich"}]
    assert told.kinds() == ["stage_started", "tool_line", "waiting"]


def test_old_runs_are_dropped(tmp_path: Path) -> None:
    place = Workdir(tmp_path)
    for number in range(40):
        (place.runs / f"20200101T0000{number:02d}-up-0000").mkdir(parents=True)
    with begin(place, "plan", world(Told())) as run:
        left = sorted(path.name for path in place.runs.iterdir())
        assert len(left) == 30
        assert left[-1] == run.logs.name
        assert left[0] == "20200101T000011-up-0000"


def test_a_run_holds_the_cluster_s_lock(tmp_path: Path) -> None:
    place, told = Workdir(tmp_path), Told()
    with begin(place, "up", world(told)), pytest.raises(Refused, match="`up` holds this cluster's lock"):
        begin(place, "down", world(told)).__enter__()
    with begin(place, "down", world(told)):
        pass
