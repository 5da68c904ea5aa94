"""Discover software: a software is a folder of `roles/` that holds a software.yaml.

Checks what the cluster file asks of it: parts, node counts, operating systems, order, conflicts and
the variables of its role.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from elasticluster_tf import documents, resources, value_types
from elasticluster_tf.config import ClusterConfig
from elasticluster_tf.documents import Document, KeyPath
from elasticluster_tf.errors import InputError, Place, Problem, did_you_mean
from elasticluster_tf.value_types import ValueType

# The role that runs first on every node; it is not chosen in the file.
BASE_ROLE = "base"


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
    roles: tuple[str, ...] = Field((), description="Other roles of ours that its plays use.")

    @model_validator(mode="after")
    def _parts_exist(self) -> Self:
        named = {peer for part in self.parts.values() for peer in part.peers or ()}
        commands = [c for part in self.parts.values() for c in (part.drain, part.remove, part.resume)]
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
                found[name] = _variable(name, option, parts)
        return found


def _variable(name: str, option: Mapping[str, Any], parts: frozenset[str]) -> Variable:
    return Variable(
        name,
        value_types.from_argument_spec(option),
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


def choose(
    config: ClusterConfig, document: Document, known: Mapping[str, Software], systems: Mapping[str, str]
) -> tuple[tuple[Software, ...], list[Problem]]:
    """The software of the file in its order, and what is wrong with how it is used.

    `systems` says which operating system the nodes of a group run, as far as that is known.
    """
    chosen: list[Software] = []
    problems: list[Problem] = []
    for name in config.software:
        if name in known:
            chosen.append(known[name])
            problems += _part_problems(config, document, known[name])
            problems += _system_problems(config, document, known[name], systems)
            problems += _variable_problems(config, document, known[name])
        else:
            hint = did_you_mean(name, list(known)) or "`ectf software` lists them"
            problems.append(
                document.problem(("software", name), f"there is no software `{name}`", hint, at_key=True)
            )
    problems += _order_problems(document, chosen)
    problems += _conflict_problems(config, document, chosen)
    return tuple(chosen), problems


def groups_of(config: ClusterConfig, software: Software) -> dict[str, tuple[str, ...]]:
    """The groups of every part the software has, named in the file or not."""
    given = config.software[software.name].parts
    return {part: given.get(part, ()) for part in software.facts.parts}


def needs(config: ClusterConfig, chosen: Sequence[Software], group: str) -> tuple[str, ...]:
    """What the software on this group asks of its hosts."""
    found = {need for part in _parts_on(config, chosen, group) for need in part.needs}
    return tuple(sorted(found))


def ports(config: ClusterConfig, chosen: Sequence[Software], group: str) -> tuple[Port, ...]:
    """The ports the software on this group listens on."""
    found = {port for part in _parts_on(config, chosen, group) for port in part.ports}
    return tuple(sorted(found, key=lambda one: (one.protocol, one.port, one.to_port or 0, one.public)))


def _parts_on(config: ClusterConfig, chosen: Sequence[Software], group: str) -> Iterator[Part]:
    for software in chosen:
        for part, groups in groups_of(config, software).items():
            if group in groups:
                yield software.facts.parts[part]


def _part_problems(config: ClusterConfig, document: Document, software: Software) -> Iterator[Problem]:
    facts, path = software.facts, ("software", software.name)
    for part, groups in config.software[software.name].parts.items():
        if part not in facts.parts:
            hint = did_you_mean(part, [*facts.parts, "vars"])
            yield document.problem((*path, part), f"{software.name} has no part `{part}`", hint, at_key=True)
        for group in groups:
            if group not in config.groups:
                hint = did_you_mean(group, list(config.groups))
                yield document.problem((*path, part), f"there is no group `{group}`", hint)
    for part, wanted in facts.parts.items():
        yield from _count_problems(config, document, software, part, wanted)
        yield from _size_problems(config, document, software, part, wanted)


def _system_problems(
    config: ClusterConfig, document: Document, software: Software, systems: Mapping[str, str]
) -> Iterator[Problem]:
    supported = software.facts.supported
    for part, groups in config.software[software.name].parts.items():
        for group in groups:
            system = systems.get(group)
            if system and supported and system not in supported:
                message = f"{software.name} does not support {system}, which `{group}` runs"
                hint = "supported: " + ", ".join(supported)
                yield document.problem(("software", software.name, part), message, hint)


def _count_problems(
    config: ClusterConfig, document: Document, software: Software, part: str, wanted: Part
) -> Iterator[Problem]:
    groups = config.software[software.name].parts.get(part, ())
    path: KeyPath = ("software", software.name, part) if groups else ("software", software.name)
    count = sum(config.groups[group].count for group in groups if group in config.groups)
    if count < wanted.min:
        hint = wanted.description or "name a group for it"
        yield document.problem(
            path, f"part `{part}` wants at least {wanted.min} node(s), there are {count}", hint
        )
    if wanted.max is not None and count > wanted.max:
        yield document.problem(path, f"part `{part}` takes at most {wanted.max} node(s), there are {count}")


def _size_problems(
    config: ClusterConfig, document: Document, software: Software, part: str, wanted: Part
) -> Iterator[Problem]:
    """Groups whose portable size is too small; what a cloud's own type has is that cloud's knowledge."""
    for group in config.software[software.name].parts.get(part, ()):
        size = config.groups[group].size if group in config.groups else None
        if size is None:
            continue
        message = f"part `{part}` of {software.name} wants at least"
        if size.cpus < wanted.min_cpus:
            path: KeyPath = ("groups", group, "size", "cpus")
            yield document.problem(path, f"{message} {wanted.min_cpus} cpus, `{group}` has {size.cpus}")
        if size.memory_gb < wanted.min_memory_gb:
            path = ("groups", group, "size", "memory_gb")
            yield document.problem(
                path, f"{message} {wanted.min_memory_gb:g} GiB of memory, `{group}` has {size.memory_gb:g}"
            )


def _variable_problems(config: ClusterConfig, document: Document, software: Software) -> Iterator[Problem]:
    fields = {
        name: value_types.Field(variable.type, variable.required, variable.description)
        for name, variable in software.variables.items()
    }
    given = config.software[software.name].vars
    for wrong in value_types.mismatches(given, ValueType("object", fields=fields)):
        path = ("software", software.name, "vars", *wrong.path)
        yield document.problem(path, wrong.message, wrong.hint, wrong.at_key)


def _order_problems(document: Document, chosen: Sequence[Software]) -> Iterator[Problem]:
    order = {software.name: index for index, software in enumerate(chosen)}
    for software in chosen:
        for required in software.facts.requires:
            if required not in order:
                hint = f"add `{required}` to `software:`"
                path: KeyPath = ("software", software.name)
                yield document.problem(path, f"works with `{required}` only", hint, at_key=True)
        for earlier in software.facts.after:
            if order.get(earlier, -1) > order[software.name]:
                hint = f"put `{earlier}` before `{software.name}` in the file"
                path = ("software", software.name)
                yield document.problem(
                    path, f"is configured before `{earlier}`, which it needs", hint, at_key=True
                )


def _conflict_problems(
    config: ClusterConfig, document: Document, chosen: Sequence[Software]
) -> Iterator[Problem]:
    for one, other in combinations(chosen, 2):
        if other.name not in one.facts.conflicts and one.name not in other.facts.conflicts:
            continue
        shared = {g for groups in groups_of(config, one).values() for g in groups} & {
            g for groups in groups_of(config, other).values() for g in groups
        }
        for group in sorted(shared):
            message = f"`{one.name}` and `{other.name}` can't be on the same nodes, and both are on `{group}`"
            yield document.problem(
                ("software", other.name), message, "give them groups of their own", at_key=True
            )
