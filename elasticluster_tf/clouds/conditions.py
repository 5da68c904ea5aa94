"""Conditions of `validation` blocks, judged with Terraform's meaning before Terraform runs.

A condition that is not understood, or about a value that is not known here, stays Terraform's business.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from elasticluster_tf.clouds.expressions import (
    Call,
    Choice,
    Each,
    Listed,
    Literal,
    Name,
    Node,
    Operation,
    inside,
)
from elasticluster_tf.clouds.functions import FUNCTIONS, Fault, Unjudged, same
from elasticluster_tf.documents import KeyPath

Scope = Mapping[str, Any]


@dataclass(frozen=True)
class Breach:
    """Where a condition does not hold: a variable or an entry of it; `at_key`: the entry's key is wrong."""

    path: KeyPath
    at_key: bool = False


def value(node: Node, scope: Scope) -> Any:
    """What a node is; raises Fault for what Terraform calls an error."""
    match node:
        case Literal(found):
            return found
        case Name(path):
            return _named(path, scope)
        case Listed(items):
            return [value(item, scope) for item in items]
        case Choice(condition, yes, no):
            return value(yes if _truth(condition, scope) else no, scope)
        case Each(body=body):
            return [value(body, inner) for _, inner in _rounds(node, scope)]
        case Call(name, arguments):
            return _called(name, arguments, scope)
        case Operation(sign, left, right):
            return _operated(sign, left, right, scope)


def _named(path: tuple[str, ...], scope: Scope) -> Any:
    found: Any = scope
    for part in path:
        if found is None:
            raise Fault(part)
        if not isinstance(found, Mapping) or part not in found:
            raise Unjudged(".".join(path))
        found = found[part]
    return found


def _truth(node: Node, scope: Scope) -> bool:
    found = value(node, scope)
    if not isinstance(found, bool):
        raise Fault("true or false is wanted")
    return found


def _rounds(each: Each, scope: Scope) -> Iterator[tuple[Any, Scope]]:
    """The key of each entry that is wanted, and what its body sees."""
    source = value(each.source, scope)
    if not isinstance(source, Mapping | list):
        raise Fault("a list or a map is wanted")
    pairs = sorted(source.items()) if isinstance(source, Mapping) else enumerate(source)
    for key, item in pairs:
        inner = {**scope, **dict(zip(reversed(each.names), (item, key), strict=False))}
        if _truth(each.wanted, inner):
            yield key, inner


def _called(name: str, arguments: tuple[Node, ...], scope: Scope) -> Any:
    if name == "can":
        return _or_fault(arguments[0], scope) is not Fault
    if name == "try":
        tried = [_or_fault(one, scope) for one in arguments]
        return next((one for one in tried if one is not Fault), None)
    if name not in FUNCTIONS:
        raise Unjudged(name)
    try:
        return FUNCTIONS[name](*[value(one, scope) for one in arguments])
    except (TypeError, ValueError, IndexError) as error:
        raise Fault(name) from error


def _or_fault(node: Node, scope: Scope) -> Any:
    try:
        return value(node, scope)
    except Fault:
        return Fault


def _operated(sign: str, left: Node, right: Node, scope: Scope) -> Any:
    if sign == "!":
        return not _truth(right, scope)
    if sign == "||":
        return _truth(left, scope) or _truth(right, scope)
    if sign == "&&":
        return _truth(left, scope) and _truth(right, scope)
    first, second = value(left, scope), value(right, scope)
    if sign in ("==", "!="):
        return same(first, second) is (sign == "==")
    try:
        return FUNCTIONS[sign](first, second)
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise Fault(sign) from error


def breaches(condition: Node, own: str, known: Mapping[str, Any]) -> list[Breach]:
    """Where a condition of the variable `own` does not hold; nothing where that can't be judged.

    `known` are the variables' values as the module sees them, without those that are not known yet.
    """
    try:
        return list(_breaches(condition, own, {"var": known}))
    except (Unjudged, Fault):
        return []


def _breaches(condition: Node, own: str, scope: Scope) -> Iterator[Breach]:
    match condition:
        case Operation("&&", left, right):
            found = list(_breaches(left, own, scope))
            yield from found or _breaches(right, own, scope)
        case Call("alltrue", (Each(source=Name(("var", name))) as each,)):
            yield from _entries(each, name, scope)
        case Call("alltrue", (Each(source=Call("values", (Name(("var", name)) as held,))) as each,)):
            yield from _entries(replace(each, source=held), name, scope)
        case Call("alltrue", (Each(names, Call("keys", (Name(("var", name)),)), body) as each,)):
            for _, inner in _rounds(each, scope):
                if not _truth(body, inner):
                    yield Breach((name, inner[names[-1]]), at_key=True)
        case _:
            if not _truth(condition, scope):
                yield Breach((own,))


def _entries(each: Each, name: str, scope: Scope) -> Iterator[Breach]:
    """The entries whose body does not hold; of an entry its attribute where the body is about one alone."""
    names = [one.path for one in inside(each.body) if isinstance(one, Name) and one.path[0] in each.names]
    attribute = names[0][1:2] if len(set(names)) == 1 else ()
    for key, inner in _rounds(each, scope):
        if not _truth(each.body, inner):
            yield Breach((name, key, *attribute))
