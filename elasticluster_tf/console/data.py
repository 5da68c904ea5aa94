"""Reports and errors as plain data: the documented JSON forms. Pure."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from elasticluster_tf.errors import EctfError, InputError, Place, Problem

# Raised when a document's form changes in a way that could break a reader.
FORMAT = 1


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
    body: dict[str, Any] = {
        "exit_code": problem.exit_code,
        "message": problem.message,
        "where": problem.where,
        "hint": problem.hint,
        "detail": problem.detail,
    }
    if isinstance(problem, InputError):
        body["problems"] = [problem_data(one) for one in problem.problems]
    return document("error", {"error": body})


def problem_data(problem: Problem) -> dict[str, Any]:
    """One problem of the input: message, key, file, line, column, hint."""
    place = problem.place or Place("", 0, 0)
    return {
        "message": problem.message,
        "key": problem.key,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "hint": problem.hint,
    }
