"""Discover software: a software is a folder of `roles/` that holds a software.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from elasticluster_tf import documents, resources, value_types
from elasticluster_tf.errors import InputError, Place, Problem
from elasticluster_tf.value_types import ValueType

# The role that runs first on every node; it is not chosen in the file.
BASE_ROLE = "base"
Number = int | float


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Port(_Facts):
    """A port, or a range of them, that a part listens on."""

    port: int
    to_port: int | None = None
    protocol: str = "tcp"
    public: bool = False
    description: str = ""


class Command(_Facts):
    """A command on the first node of a part: where it runs and its words."""

    part: str
    command: tuple[str, ...] = Field(min_length=1)


class Part(_Facts):
    """A job that nodes do in a software.

    The commands `drain`, `remove` and `resume` run as root and get names of nodes of this part as arguments:
    before the nodes are destroyed, once they are drained, and after they were configured.
    """

    description: str = ""
    min: int = 0
    max: int | None = None
    needs: tuple[str, ...] = ()
    min_cpus: int = Field(0, description="Fewest processors of a host.")
    min_memory_gb: float = Field(0, description="Least memory of a host in GiB.")
    ports: tuple[Port, ...] = ()
    peers: tuple[str, ...] | None = Field(
        None, description="Parts whose hosts its configuration names; without it, all parts."
    )
    precious: str = Field("", description="What of value is on its hosts and goes with them.")
    drain: Command | None = None
    remove: Command | None = None
    resume: Command | None = None


class SoftwareFacts(_Facts):
    """software.yaml."""

    title: str
    parts: dict[str, Part]
    after: tuple[str, ...] = ()
    requires: tuple[str, ...] = Field((), description="Other software that has to be in the file.")
    conflicts: tuple[str, ...] = ()
    supported: tuple[str, ...] = ()
    health: Command | None = None
    shared_fs: bool = Field(
        False,
        description="Whether its hosts are configured by `cluster_shared_fs`, what clouds made to mount.",
    )
    ranges: dict[str, tuple[Number] | tuple[Number, Number]] = Field(
        {}, description="The least number a variable may be, and the largest if there is one."
    )
    patterns: dict[str, str] = Field({}, description="What is found in a variable's text, as in JSON Schema.")
    one_of: tuple[tuple[str, ...], ...] = Field((), description="Variables of which one has to be given.")
    groups: dict[str, str] = Field(
        {}, description="Variables, as in `list.key`, that name node groups of a part, and that part."
    )
    needs_part: dict[str, str] = Field({}, description="Variables that mean nothing without a part.")
    roles: tuple[str, ...] = Field((), description="Other roles of ours that its plays use.")

    @model_validator(mode="after")
    def _parts_exist(self) -> Self:
        named = {peer for part in self.parts.values() for peer in part.peers or ()}
        commands = [c for part in self.parts.values() for c in (part.drain, part.remove, part.resume)]
        named |= {*self.groups.values(), *self.needs_part.values()}
        named |= {command.part for command in (self.health, *commands) if command}
        if unknown := sorted(named - set(self.parts)):
            raise ValueError(f"there is no part {', '.join(unknown)}")
        return self


@dataclass(frozen=True)
class Variable:
    """A variable of a role; `parts` are those whose hosts alone use it, none when all do."""

    name: str
    type: ValueType
    description: str = ""
    required: bool = False
    default: Any = None
    secret: bool = False
    parts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Software:
    """A software's folder."""

    name: str
    path: Path
    facts: SoftwareFacts = field(compare=False)

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """The role's variables, from all entry points of its argument specs.

        An entry point that bears a part's name holds what only that part's hosts use.
        """
        path = self.path / "meta" / "argument_specs.yml"
        specs = documents.plain(path.read_text(encoding="utf-8")) if path.is_file() else {}
        found: dict[str, Variable] = {}
        for point, entry in (specs.get("argument_specs") or {}).items():
            own = frozenset({point} & set(self.facts.parts))
            for name, option in (entry.get("options") or {}).items():
                parts = own if name not in found else _both(own, found[name].parts)
                found[name] = _variable(name, option, parts, self.facts)
        return found


def _variable(name: str, option: Mapping[str, Any], parts: frozenset[str], facts: SoftwareFacts) -> Variable:
    return Variable(
        name,
        value_types.from_argument_spec(option, name, facts.ranges, facts.patterns),
        value_types.sentence(option.get("description")),
        bool(option.get("required")),
        option.get("default"),
        bool(option.get("no_log")),
        parts,
    )


def _both(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    return one | other if one and other else frozenset()


def discover(own: Path | None = None) -> dict[str, Software]:
    """The shipped software by name, and that of the user's own folder of roles, which comes before it."""
    places = [resources.folder("roles"), *([own] if own else [])]
    folders = [path.parent for place in places for path in sorted(place.glob("*/software.yaml"))]
    return {folder.name: load(folder) for folder in folders}


def load(folder: Path) -> Software:
    """The software of a folder; raises InputError for a software.yaml that is not of the form."""
    file = folder / "software.yaml"
    document = documents.parse(file.read_text(encoding="utf-8"), str(file), {})
    try:
        return Software(folder.name, folder, SoftwareFacts.model_validate(document.data))
    except ValidationError as error:
        problems = [document.problem(tuple(one["loc"]), one["msg"]) for one in error.errors()]
        raise InputError([one if one.place else _of_file(one, file) for one in problems]) from error


def _of_file(problem: Problem, file: Path) -> Problem:
    return Problem(problem.message, problem.key, Place(str(file), 1, 1), problem.hint)
