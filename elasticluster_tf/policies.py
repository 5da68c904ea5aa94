"""The user's own rules about plans: expressions in CEL over the plan's JSON document. The only door to celpy.

A folder `policy/` beside the cluster file holds YAML files with a list `rules`. An expression `deny` gives
true, or a list of what it denies; it can read the plan and nothing else, and always ends (CEL, Common
Expression Language, https://cel.dev).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from elasticluster_tf import documents
from elasticluster_tf.documents import Document
from elasticluster_tf.errors import InputError, Place, Problem

FOLDER = "policy"


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")
    level: Literal["error", "warning"] = "error"
    deny: str
    message: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    rules: list[_Rule]


@dataclass(frozen=True)
class Policy:
    """One rule of the user's own: where it stands, and its expression, ready to be evaluated."""

    name: str
    level: Literal["error", "warning"]
    message: str
    place: str
    program: Any = field(repr=False, compare=False)


@dataclass(frozen=True)
class Denial:
    """What a rule of the user's own says of a plan; `subjects` when its expression gave a list."""

    policy: Policy
    message: str
    subjects: tuple[str, ...] = ()


def files(folder: Path) -> list[Path]:
    """The files of a folder of rules."""
    return sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])


def load(folder: Path, taken: Sequence[str] = ()) -> tuple[Policy, ...]:
    """The rules of a folder; `taken` are names of other rules.

    Raises InputError with all that is wrong in its files.
    """
    found: list[Policy] = []
    problems: list[Problem] = []
    for file in files(folder):
        document = documents.parse(file.read_text(encoding="utf-8"), str(file), {})
        try:
            rules = _File.model_validate(document.data).rules
        except ValidationError as error:
            problems += [_problem(document, file, tuple(one["loc"]), one["msg"]) for one in error.errors()]
            continue
        for index, rule in enumerate(rules):
            known = [*taken, *(one.name for one in found)]
            problems += _name_problems(document, file, index, rule, known)
            try:
                place = str(document.value_place(("rules", index, "deny")) or file)
                found.append(Policy(rule.name, rule.level, rule.message, place, _compile(rule.deny)))
            except ValueError as error:
                problems.append(_problem(document, file, ("rules", index, "deny"), f"no CEL: {error}"))
    if problems:
        raise InputError(problems)
    return tuple(found)


def _name_problems(
    document: Document, file: Path, index: int, rule: _Rule, known: Sequence[str]
) -> Iterator[Problem]:
    if rule.name in known:
        yield _problem(document, file, ("rules", index, "name"), f"there is a rule `{rule.name}` already")


def _problem(document: Document, file: Path, path: tuple[int | str, ...], message: str) -> Problem:
    found = document.problem(path, message)
    return found if found.place else Problem(found.message, found.key, Place(str(file), 1, 1), found.hint)


def _compile(expression: str) -> Any:
    """A CEL program; ValueError when it is none."""
    from celpy import Environment  # costs 0.3 s, and few clusters have policies
    from celpy.celparser import CELParseError

    environment = Environment()
    try:
        return environment.program(environment.compile(expression))
    except CELParseError as error:
        raise ValueError(str(error.args[0] if error.args else error)) from error


def judge(policies: Sequence[Policy], plan: Mapping[str, Any]) -> tuple[Denial, ...]:
    """What the rules deny of a plan's JSON document; one that can't be evaluated denies."""
    if not policies:
        return ()
    from celpy.adapter import json_to_cel
    from celpy.celtypes import BoolType, ListType
    from celpy.evaluation import CELEvalError

    # Money comes as text, as in the JSON that readers of a plan see.
    context = {"plan": json_to_cel(json.loads(json.dumps(plan, default=str)))}
    denials = []
    for policy in policies:
        try:
            answer = policy.program.evaluate(context)
        except CELEvalError as error:
            denials.append(Denial(policy, f"can't be judged: {error.args[0]} ({policy.place})"))
            continue
        if isinstance(answer, ListType):
            if answer:
                denials.append(Denial(policy, policy.message, tuple(str(one) for one in answer)))
        elif not isinstance(answer, BoolType):
            message = f"can't be judged: `deny` gives neither true or false nor a list ({policy.place})"
            denials.append(Denial(policy, message))
        elif answer:
            denials.append(Denial(policy, policy.message))
    return tuple(denials)
