"""What Ansible's process passes on."""

import io
import json
from contextlib import redirect_stdout
from typing import Any

import pytest

from elasticluster_tf.ansible import child


def passed(event: dict[str, Any]) -> list[Any]:
    out = io.StringIO()
    with redirect_stdout(out):
        assert child._write(event)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_events_of_no_interest_and_without_words_are_left_out() -> None:
    assert passed({"event": "runner_on_start", "stdout": "", "event_data": {}}) == []
    assert passed({"event": "verbose", "stdout": "words"}) == [
        {"event": "verbose", "data": {}, "stdout": "words"}
    ]


def test_results_stay_out_of_the_log_unless_they_are_failures() -> None:
    data = {"host": "a001", "role": "r", "task": "t", "res": {"msg": "secret"}, "uuid": "u"}
    (ok,) = passed({"event": "runner_on_ok", "event_data": data})
    assert ok["data"] == {"host": "a001", "role": "r", "task": "t"}
    for kind in ("runner_on_failed", "runner_on_unreachable"):
        (failed,) = passed({"event": kind, "event_data": data})
        assert failed["data"]["result"] == {"msg": "secret"}


def test_the_end_counts_every_outcome() -> None:
    (end,) = passed(
        {"event": "playbook_on_stats", "event_data": {"ok": {"a": 2}, "dark": {"b": 1}, "pid": 3}}
    )
    assert end["data"] == {
        "ok": {"a": 2}, "changed": {}, "failures": {}, "dark": {"b": 1}, "rescued": {}, "ignored": {},
    }  # fmt: skip


def test_what_is_no_json_becomes_text() -> None:
    data = {"res": {"when": object}}
    (found,) = passed({"event": "runner_on_failed", "event_data": data})
    assert "object" in found["data"]["result"]["when"]


@pytest.mark.parametrize(("asked", "now"), [(0, False), (1, False), (2, True)])
def test_only_the_second_ctrl_c_kills(asked: int, now: bool) -> None:
    cancel = child._Cancel()
    for _ in range(asked):
        cancel(2, None)
    assert cancel.now() is now
