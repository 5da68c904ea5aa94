"""Errors as documents."""

import pytest

from elasticluster_tf.console import data
from elasticluster_tf.errors import EctfError, InputError, Interrupted, Place, Problem, Refused


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (EctfError("m", "w", "h", "d"), 1),
        (Refused("m", "w", "h", "d"), 3),
        (Interrupted("m", "w", "h", "d"), 130),
    ],
)
def test_errors(error: EctfError, code: int) -> None:
    assert data.error(error) == {
        "format": 1,
        "kind": "error",
        "error": {
            "exit_code": code,
            "message": "m",
            "where": "w",
            "hint": "h",
            "detail": "d",
            "problems": [],
        },
    }


def test_problems_have_places_or_none() -> None:
    found = data.error(InputError([Problem("a", "k", Place("f", 1, 2, "text"), "h"), Problem("b")]))["error"]
    assert found["problems"] == [
        {"message": "a", "key": "k", "file": "f", "line": 1, "column": 2, "hint": "h"},
        {"message": "b", "key": "", "file": "", "line": 0, "column": 0, "hint": ""},
    ]
