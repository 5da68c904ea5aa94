"""Events, results and errors on a terminal, in a pipe and as NDJSON."""

import io
import json
import sys
from typing import Any

import pytest

from elasticluster_tf.console import Screen, make
from elasticluster_tf.console.screen import Form
from elasticluster_tf.errors import InputError, Place, Problem, TerraformFailed
from elasticluster_tf.events import (
    Event,
    Notice,
    ResourceEvent,
    StageDone,
    StageStarted,
    TaskEvent,
    TaskFailed,
    ToolLine,
    Waiting,
)
from elasticluster_tf.plan import InfraPlan, Plan
from elasticluster_tf.reports import DownReport

RUN: list[Event] = [
    StageStarted("plan", "Plan [it]"),
    ResourceEvent("m.a001", "create", "started", 0, 2),
    ResourceEvent("m.a001", "create", "progress", 0, 2, 10.0),
    ResourceEvent("m.a001", "create", "done", 1, 2),
    ResourceEvent("m.b001", "create", "failed", 1, 0),
    TaskEvent("role", "Install [x]", 3, 10),
    TaskEvent("", "Gather", 4, 10),
    TaskFailed("a001", "role", "Install", "no disk"),
    TaskFailed("a002", "role", "Install", "no route", True),
    ToolLine("terraform", "chatter"),
    Notice("warning", "careful", "do this"),
    Waiting("someone else works"),
    Waiting("", 5.0),
    StageDone("plan", 1.25, "2 to create"),
]


class Shown:
    """A screen and what it wrote."""

    def __init__(self, form: Form, verbose: bool = False) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.screen = Screen(form, verbose, self.out, self.err)

    def tell(self, *events: Event) -> "Shown":
        for event in events:
            self.screen.tell(event)
        return self

    @property
    def rows(self) -> list[str]:
        return self.err.getvalue().splitlines()

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(row) for row in self.out.getvalue().splitlines()]


def test_one_plain_line_an_event() -> None:
    shown = Shown("plain").tell(*RUN)
    assert shown.out.getvalue() == ""
    assert shown.rows == [
        "Plan [it] …",
        "  0 of 2: m.a001 create",
        "  1 of 2: m.a001 done",
        "  1: m.b001 failed",
        "  task 3 of about 10: role: Install [x]",
        "  task 4 of about 10: Gather",
        "  a001: Install failed: no disk",
        "  a002: Install unreachable: no route",
        "warning: careful",
        "  do this",
        "someone else works",
        "Plan [it]: 2 to create (1.2 s)",
    ]


def test_verbose_adds_the_tools_own_words() -> None:
    assert "  terraform: chatter" in Shown("plain", True).tell(*RUN, ToolLine("x", " ")).rows
    assert "  x:  " not in Shown("plain", True).tell(ToolLine("x", " ")).rows


@pytest.mark.parametrize(("verbose", "left_out"), [(False, 3), (True, 0)])
def test_json_is_one_event_a_line_and_nothing_else(verbose: bool, left_out: int) -> None:
    shown = Shown("json", verbose).tell(*RUN)
    assert shown.rows == []
    assert len(shown.documents) == len(RUN) - left_out
    assert shown.documents[0] == {"event": "stage_started", "stage": "plan", "title": "Plan [it]"}


def test_a_live_screen_keeps_one_line_and_ends_it() -> None:
    shown = Shown("live")
    is_live = [bool(shown.tell(event).screen.status) for event in (StageStarted("x", "[bold]y"), *RUN)]
    assert is_live == [True] * len(RUN) + [False]
    assert "Plan [it]: 2 to create (1.2 s)" in shown.err.getvalue()


def test_stopping_ends_the_live_line() -> None:
    shown = Shown("live").tell(StageStarted("x", "y"))
    shown.screen.stop()
    assert not shown.screen.status


def test_results_are_alone_on_standard_output() -> None:
    report = DownReport("demo", 3, unchecked=("x",))
    shown = Shown("plain").tell(*RUN)
    shown.screen.show("down", report)
    assert shown.out.getvalue().splitlines()[0] == "demo: 3 resource(s) destroyed"
    shown = Shown("json")
    shown.screen.show("down", report)
    assert shown.documents[0]["kind"] == "down"


@pytest.mark.parametrize("text", ["a", "a\n"])
def test_texts_end_with_one_newline(text: str) -> None:
    shown = Shown("plain")
    shown.screen.text(text)
    assert shown.out.getvalue() == "a\n"


def test_a_plan_that_waits_is_shown_to_people_or_as_a_document() -> None:
    nothing = Plan("demo", InfraPlan((), (), ()))
    shown = Shown("plain")
    shown.screen.plan(nothing)
    assert shown.rows == ["No changes: the cluster is as the file says."]
    shown = Shown("json")
    shown.screen.plan(nothing)
    assert shown.documents[0]["kind"] == "plan"


@pytest.mark.parametrize(
    ("answer", "yes"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_asking(answer: str, yes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    shown = Shown("plain")
    assert shown.screen.ask("Do [this]?") is yes
    assert shown.err.getvalue() == "Do [this]? [y/N] "


def test_errors_say_what_where_and_what_next() -> None:
    shown = Shown("plain")
    shown.screen.error(TerraformFailed("apply [failed]", "m.a001", "mend it", "one\ntwo"))
    assert shown.rows == ["error: m.a001: apply [failed]", "  one", "  two", "next: mend it"]
    shown = Shown("json")
    shown.screen.error(TerraformFailed("x"))
    assert shown.documents[0]["error"]["exit_code"] == 5


def test_where_is_not_said_twice() -> None:
    shown = Shown("plain")
    shown.screen.error(TerraformFailed("a001 failed", "a001"))
    assert shown.rows == ["error: a001 failed"]


def test_problems_come_with_their_line() -> None:
    shown = Shown("plain")
    places = (Place("f.yaml", 12, 4, "  [a]: {b}"), None)
    shown.screen.error(
        InputError([Problem("wrong [x]", "k", places[0], "mend"), Problem("also", "", places[1])])
    )
    assert shown.rows == [
        "f.yaml:12:4: k: wrong [x]",
        "  12 |   [a]: {b}",
        "     |    ^",
        "  mend",
        "also",
        "2 problems; nothing was done",
    ]


@pytest.mark.parametrize(("as_json", "form"), [(True, "json"), (False, "plain")])
def test_the_screen_that_fits_where_no_terminal_is(as_json: bool, form: str) -> None:
    assert make(as_json, False).form == form


def test_a_terminal_gets_a_live_screen_unless_verbose(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    assert [make(False, verbose).form for verbose in (False, True)] == ["live", "plain"]
