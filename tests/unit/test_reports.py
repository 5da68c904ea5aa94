"""Reports are values: frozen, and data all the way down."""

import dataclasses
import inspect

import pytest

from elasticluster_tf import reports

KINDS = [
    one
    for _, one in inspect.getmembers(reports, dataclasses.is_dataclass)
    if one.__module__ == reports.__name__
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_report_can_t_be_changed(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert kind.__doc__
    assert not kind.__doc__.startswith(kind.__name__)  # a sentence, not the one that dataclass makes


def test_a_run_that_did_nothing() -> None:
    assert reports.Summary() == reports.Summary({}, {}, ())
    assert reports.UpReport("demo", ("a001",)).health == ()
