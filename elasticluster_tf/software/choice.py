"""What the cluster file asks of software: parts, node counts, systems, sizes, order, conflicts, variables."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from elasticluster_tf import value_types
from elasticluster_tf.config import ClusterConfig
from elasticluster_tf.documents import Document, KeyPath
from elasticluster_tf.errors import Problem, did_you_mean
from elasticluster_tf.software.facts import Part, Port, Software
from elasticluster_tf.value_types import ValueType


def choose(
    config: ClusterConfig,
    document: Document,
    known: Mapping[str, Software],
    systems: Mapping[str, str],
    gives: Mapping[str, Sequence[str]],
) -> tuple[tuple[Software, ...], list[Problem]]:
    """The software of the file in its order, and what is wrong with how it is used.

    `systems` says which operating system the nodes of a group run, as far as that is known; `gives` what
    they can do of what software needs, where that is not everything.
    """
    chosen: list[Software] = []
    problems: list[Problem] = []
    for name in config.software:
        if name in known:
            chosen.append(known[name])
            problems += _part_problems(config, document, known[name])
            problems += _system_problems(config, document, known[name], systems)
            problems += _need_problems(config, document, known[name], gives)
            problems += _variable_problems(config, document, known[name])
            problems += _relation_problems(config, document, known[name])
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


def _need_problems(
    config: ClusterConfig, document: Document, software: Software, gives: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    for part, groups in config.software[software.name].parts.items():
        wanted = software.facts.parts[part].needs if part in software.facts.parts else ()
        for group in groups:
            for need in wanted:
                if group in gives and need not in gives[group]:
                    message = f"part `{part}` of {software.name} needs `{need}`, which `{group}` has not"
                    hint = "its cloud gives " + (", ".join(gives[group]) or "nothing of that kind")
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


def _relation_problems(config: ClusterConfig, document: Document, software: Software) -> Iterator[Problem]:
    """Variables that want one another, a part, or a part's groups."""
    given = config.software[software.name].vars
    for names in software.facts.one_of:
        if not any(given.get(name) for name in names):
            message = "one of " + ", ".join(f"`{name}`" for name in names) + " is required in `vars`"
            hint = software.variables[names[0]].description
            yield document.problem(("software", software.name), message, hint, at_key=True)
    for name, part in software.facts.needs_part.items():
        if given.get(name) and not config.software[software.name].parts.get(part):
            path: KeyPath = ("software", software.name, "vars", name)
            hint = f"name a group for `{part}`: {software.facts.parts[part].description}"
            yield document.problem(path, f"needs part `{part}` of {software.name}", hint, at_key=True)
    for name, part in software.facts.groups.items():
        known = config.software[software.name].parts.get(part, ())
        for path, group in _named(given, name.split("."), ("software", software.name, "vars")):
            if group not in known:
                message = f"part `{part}` of {software.name} is not on a group `{group}`"
                yield document.problem(path, message, did_you_mean(group, known))


def _named(value: Any, keys: Sequence[str], path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """What stands under `keys`, each item of a list on its own; what is of another form is told elsewhere."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _named(item, keys, (*path, index))
    elif keys and isinstance(value, dict):
        if keys[0] in value:
            yield from _named(value[keys[0]], keys[1:], (*path, keys[0]))
    elif not keys and isinstance(value, str):
        yield path, value


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
