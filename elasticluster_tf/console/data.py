"""Reports and errors as plain data: the documented JSON forms. Pure."""

from typing import Any

from elasticluster_tf.data import document
from elasticluster_tf.errors import EctfError, InputError, Place, Problem
from elasticluster_tf.reports import ErrorBody, ErrorReport, ProblemBody


def error(problem: EctfError) -> dict[str, Any]:
    """An error as data."""
    problems = tuple(_problem(one) for one in problem.problems) if isinstance(problem, InputError) else ()
    body = ErrorBody(
        problem.exit_code, problem.message, problem.where, problem.hint, problem.detail, problems
    )
    return document("error", ErrorReport(body))


def _problem(problem: Problem) -> ProblemBody:
    place = problem.place or Place("", 0, 0)
    return ProblemBody(problem.message, problem.key, place.file, place.line, place.column, problem.hint)
