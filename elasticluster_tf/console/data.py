"""Reports and errors as plain data: the documented JSON forms. Pure."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from elasticluster_tf.errors import EctfError, InputError, Place, Problem
from elasticluster_tf.reports import FORMAT, ErrorBody, ErrorReport, ProblemBody


def document(kind: str, content: Any) -> dict[str, Any]:
    """A report as `{format, kind, …}`."""
    body = plain(content)
    return {"format": FORMAT, "kind": kind, **(body if isinstance(body, dict) else {"items": body})}


def plain(value: Any) -> Any:
    """Frozen values as mappings and lists, all the way down."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


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
