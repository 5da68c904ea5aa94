"""Events as plain data."""

import json
from typing import get_args

from elasticluster_tf import events
from elasticluster_tf.events import ResourceEvent, StageDone, TaskFailed


def test_a_record_names_its_kind_and_holds_every_field() -> None:
    event = ResourceEvent("a.b", "create", "done", 1, 2, 3.5)
    assert events.record(event) == {
        "event": "resource",
        "address": "a.b",
        "action": "create",
        "progress": "done",
        "done": 1,
        "total": 2,
        "seconds": 3.5,
    }


def test_records_are_json() -> None:
    for event in (StageDone("plan", 1.0, "note"), TaskFailed("n", "r", "t", 'a "message"\n')):
        assert json.loads(json.dumps(events.record(event)))["event"] == event.kind


def test_every_event_has_a_kind_of_its_own() -> None:
    kinds = [event.kind for event in get_args(events.Event)]
    assert len(set(kinds)) == len(kinds) == 8
