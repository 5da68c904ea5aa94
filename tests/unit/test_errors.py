"""Errors: their exit codes, what they show, hints."""

import pytest

from elasticluster_tf import errors
from elasticluster_tf.errors import EctfError, InputError, Place, Problem, did_you_mean


def kinds(base: type[EctfError] = EctfError) -> list[type[EctfError]]:
    return [base, *(kind for below in base.__subclasses__() for kind in kinds(below))]


def test_every_kind_has_a_documented_exit_code_of_its_own() -> None:
    codes = {kind.__name__: kind.exit_code for kind in kinds() if kind.__module__ == errors.__name__}
    assert len(set(codes.values())) == len(codes)
    rows = [row.split() for row in (errors.__doc__ or "").splitlines()]
    for name, code in codes.items():
        (row,) = [row for row in rows if name in row]
        assert row[row.index(name) + 1] == str(code)


@pytest.mark.parametrize(
    ("place", "shown"),
    [(Place("a.yaml", 3, 7), "a.yaml:3:7"), (Place("--set a=1", 0, 0), "--set a=1")],
)
def test_places(place: Place, shown: str) -> None:
    assert str(place) == shown


def test_a_problem_says_only_what_is_known() -> None:
    assert str(Problem("wrong")) == "wrong"
    assert str(Problem("wrong", "a.b", Place("f", 1, 2), "mend")) == "f:1:2: a.b: wrong (mend)"


def test_input_errors_count_and_show_their_problems() -> None:
    assert InputError([Problem("a")]).message == "1 problem"
    found = InputError([Problem("a"), Problem("b")])
    assert (found.message, str(found), found.exit_code) == ("2 problems", "a\nb", 4)


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("compte", ["compute", "frontend"], "did you mean `compute`?"),
        ("xyz", ["b", "a"], "known: a, b"),
        ("xyz", [], ""),
        ("xyz", [f"long{n}" for n in range(13)], ""),
    ],
)
def test_hints(word: str, known: list[str], hint: str) -> None:
    assert did_you_mean(word, known) == hint
