"""Merge the cluster files and turn them into the typed configuration, or into problems with places."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from functools import partial, reduce
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from elasticluster_tf import documents
from elasticluster_tf.config import state_secrets
from elasticluster_tf.config.models import (
    CloudChoice,
    ClusterConfig,
    Group,
    Guard,
    Mirrors,
    Quota,
    Requirement,
    Size,
    Ssh,
    State,
    Volume,
)
from elasticluster_tf.documents import Document, KeyPath
from elasticluster_tf.errors import InputError, Problem, did_you_mean

# Names that Ansible's inventory keeps for itself.
_RESERVED_GROUPS = ("all", "ungrouped", "localhost")
_GROUP = re.compile(r"[a-z][a-z0-9]{0,24}")


def read(paths: Sequence[Path], assignments: Sequence[str], environment: Mapping[str, str]) -> Document:
    """The files merged left to right, then the `--set` assignments.

    Raises InputError with the problems of all files.
    """
    found: list[Document] = []
    problems: list[Problem] = []
    readers: list[Callable[[], Document]] = [partial(documents.read, path, environment) for path in paths]
    readers += [partial(documents.assignment, text, environment) for text in assignments]
    for reader in readers:
        try:
            found.append(reader())
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return reduce(lambda base, over: documents.merge(base, over, _other_kind), found)


def _other_kind(path: KeyPath, old: Any, new: Any) -> bool:
    """Settings of one cloud or backend make no sense for another: a new name starts afresh."""
    kind = "backend" if path == ("state",) else "name"
    choice = path in (("cloud",), ("state",)) or (path[:1] == ("groups",) and path[2:] == ("cloud",))
    return choice and kind in new and new[kind] != old.get(kind)


def parse(document: Document) -> tuple[ClusterConfig | None, tuple[Problem, ...]]:
    """The typed configuration, and what is wrong.

    Where something is wrong it is what stays without that, so that it can be checked, too; no configuration
    when it can't be typed at all.
    """
    if not isinstance(document.data, dict):
        problem = document.problem((), "a cluster file is a mapping", "start with `name: demo`")
        return None, (problem,)
    config: ClusterConfig | None = None
    problems: tuple[Problem, ...] = ()
    try:
        config = ClusterConfig.model_validate(document.data, strict=None)
    except ValidationError as error:
        problems = tuple(_problem(document, details) for details in error.errors())
        config = _without_wrong(document.data, [_path(details) for details in error.errors()])
    if config is None:
        return None, problems
    return config, (*problems, *_group_problems(document, config), *state_secrets.problems(document))


def _without_wrong(data: Mapping[str, Any], wrong: Sequence[KeyPath]) -> ClusterConfig | None:
    """What stays of a file, typed; None where so much is missing that its lack would seem to be an error."""
    rest = deepcopy(dict(data))
    for path in wrong:
        while path and isinstance(path[-1], int):
            path = path[:-1]
        if len(path) < _LEAST_DEPTH.get(path[:1], 0):
            return None
        if path == ("name",):
            rest["name"] = "demo"
            continue
        holder: Any = rest
        with suppress(KeyError, IndexError, TypeError):
            for key in path[:-1]:
                holder = holder[key]
            del holder[path[-1]]
    try:
        return ClusterConfig.model_validate(rest, strict=None)
    except ValidationError:
        return None


def _group_problems(document: Document, config: ClusterConfig) -> list[Problem]:
    problems = []
    for name in config.groups:
        if not _GROUP.fullmatch(name) or name in _RESERVED_GROUPS:
            hint = "1 to 25 lower-case letters and digits, starting with a letter; not `all` or `ungrouped`"
            path: KeyPath = ("groups", name)
            problems.append(document.problem(path, f"`{name}` can't be a group's name", hint, at_key=True))
    return problems


# pydantic's kinds of error → what a user reads; {…} are the error's own values.
_MESSAGES = {
    "missing": "this key is required",
    "extra_forbidden": "unknown key",
    "int_type": "a whole number is wanted here, not {input}",
    "float_type": "a number is wanted here, not {input}",
    "string_type": "text is wanted here, not {input}",
    "bool_type": "true or false is wanted here, not {input}",
    "model_type": "a mapping is wanted here, not {input}",
    "model_attributes_type": "a mapping is wanted here, not {input}",
    "dict_type": "a mapping is wanted here, not {input}",
    "tuple_type": "a list is wanted here, not {input}",
    "list_type": "a list is wanted here, not {input}",
    "literal_error": "one of {expected} is wanted here, not {input}",
    "greater_than": "must be more than {gt}, not {input}",
    "greater_than_equal": "must be at least {ge}, not {input}",
    "less_than_equal": "must be at most {le}, not {input}",
    "string_pattern_mismatch": "{input} does not fit the form {pattern}",
    "too_short": "must hold at least {min_length}",
    "value_error": "{error}",
}


# What is left out above these depths is missed elsewhere: a group, a software, its parts.
_LEAST_DEPTH: dict[KeyPath, int] = {("groups",): 3, ("software",): 4}

# What YAML calls what Python prints in another way.
_YAML_WORDS = {"None": "nothing", "True": "true", "False": "false"}


def _problem(document: Document, details: ErrorDetails) -> Problem:
    path, kind = _path(details), details["type"]
    hint = describe(path)
    if kind == "string_type" and isinstance(details["input"], int | float):
        hint = f'put it in quotes: "{details["input"]}"'
    if kind == "extra_forbidden":
        hint = did_you_mean(str(path[-1]), list(_fields(path[:-1])))
    return document.problem(path, message(details), hint, at_key=kind in ("extra_forbidden", "missing"))


def _path(details: ErrorDetails) -> KeyPath:
    """Members of a union and the keys of a mapping come as parts of pydantic's own; the file has none."""
    path = tuple(details["loc"])
    if path[:1] == ("software",) and path[3:4] and str(path[3]).startswith(("str", "list[")):
        path = (*path[:3], *path[4:])
    return tuple(part for part in path if part != "[key]")


def message(details: ErrorDetails) -> str:
    """What pydantic found wrong, in the user's words."""
    template = _MESSAGES.get(details["type"], "{msg}")
    shown = repr(details["input"])
    shown = _YAML_WORDS.get(shown, shown)
    shown = shown if len(shown) < 60 else shown[:57] + "…"
    return template.format(**{**details.get("ctx", {}), "msg": details["msg"], "input": shown})


def describe(path: KeyPath) -> str:
    """What a key of the file is about; an item of a list is what the list is about."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    about = _fields(path[:-1]).get(str(path[-1])) if path else None
    return about.description or "" if about else ""


# What the mappings of a cluster file are, by key; of a group's own below.
_MODELS: dict[str, type[BaseModel]] = {
    "ssh": Ssh,
    "guard": Guard,
    "cloud": CloudChoice,
    "mirrors": Mirrors,
    "requirements": Requirement,
    "state": State,
}
_GROUP_MODELS: dict[str, type[BaseModel]] = {"size": Size, "volumes": Volume, "cloud": CloudChoice}


def _fields(path: KeyPath) -> dict[str, FieldInfo]:
    """The keys that are known at this place of the file; none where the user gives the names."""
    model: type[BaseModel] | None = ClusterConfig
    if "quota" in path:
        model = Quota
    elif path[:1] == ("groups",):
        model = _GROUP_MODELS.get(str(path[2])) if len(path) > 2 else Group if len(path) == 2 else None
    elif path:
        model = _MODELS.get(str(path[0]))
    return model.model_fields if model else {}
