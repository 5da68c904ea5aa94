"""Expressions of HCL that conditions of `validation` blocks are made of: read from text into a small tree."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from elasticluster_tf.clouds.functions import Unjudged


@dataclass(frozen=True)
class Literal:
    """A text, a number, true, false or null."""

    value: Any


@dataclass(frozen=True)
class Name:
    """`var.cidr`, `one.size_gb`, `one`: its parts."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """`[1, 2]`."""

    items: tuple["Node", ...]


@dataclass(frozen=True)
class Call:
    """`length(var.zones)`."""

    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True)
class Operation:
    """`left sign right`; `!` has no left."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Choice:
    """`condition ? yes : no`."""

    condition: "Node"
    yes: "Node"
    no: "Node"


@dataclass(frozen=True)
class Each:
    """`[for names in source : body if wanted]`."""

    names: tuple[str, ...]
    source: "Node"
    body: "Node"
    wanted: "Node"


Node = Literal | Name | Listed | Call | Operation | Choice | Each

_WORD = re.compile(
    r'\s*("(?:[^"\\]|\\.)*"|[0-9]+(?:\.[0-9]+)?|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*'
    r"|&&|\|\||[=!<>]=|[<>!?:()\[\],+*/%-])"
)
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"))
_CONSTANTS = {"true": True, "false": False, "null": None}


def read(text: str) -> Node:
    """The condition of a text of HCL; raises Unjudged for what is not understood."""
    words, at = [], 0
    text = text.rstrip()
    while at < len(text):
        found = _WORD.match(text, at)
        if not found:
            raise Unjudged(text[at:])
        words.append(found[1])
        at = found.end()
    return _Reader(words).whole()


class _Reader:
    """Reads words from left to right."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.at = 0

    def whole(self) -> Node:
        found = self.expression()
        if self.next:
            raise Unjudged(self.next)
        return found

    @property
    def next(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def take(self) -> str:
        self.at += 1
        return self.words[self.at - 1] if self.at <= len(self.words) else ""

    def skip(self, word: str) -> bool:
        """Whether this word comes next, which is taken then."""
        found = self.next == word
        self.at += found
        return found

    def want(self, word: str) -> None:
        if not self.skip(word):
            raise Unjudged(self.next)

    def expression(self) -> Node:
        found = self.operation(0)
        if not self.skip("?"):
            return found
        yes = self.expression()
        self.want(":")
        return Choice(found, yes, self.expression())

    def operation(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self.single()
        found = self.operation(level + 1)
        while self.next in _LEVELS[level]:
            found = Operation(self.take(), found, self.operation(level + 1))
        return found

    def single(self) -> Node:
        word = self.take()
        if word == "!":
            return Operation("!", Literal(None), self.single())
        if word == "-":
            return Operation("-", Literal(0), self.single())
        if word == "(":
            found = self.expression()
            self.want(")")
            return found
        if word == "[":
            return self.each() if self.skip("for") else Listed(self.items("]"))
        if word[:1].isalpha() or word[:1] == "_":
            return self.named(word)
        if word[:1] == '"':
            return _text(word)
        if word[:1].isdigit():
            return Literal(json.loads(word))
        raise Unjudged(word)

    def named(self, word: str) -> Node:
        if word in _CONSTANTS:
            return Literal(_CONSTANTS[word])
        return Call(word, self.items(")")) if self.skip("(") else Name(tuple(word.split(".")))

    def items(self, end: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self.skip(end):
            found.append(self.expression())
            if self.next != end:
                self.want(",")
        return tuple(found)

    def each(self) -> Each:
        names = [self.take()]
        if self.skip(","):
            names.append(self.take())
        self.want("in")
        source = self.expression()
        self.want(":")
        body = self.expression()
        wanted = self.expression() if self.skip("if") else Literal(True)
        self.want("]")
        return Each(tuple(names), source, body, wanted)


def _text(word: str) -> Node:
    """A text in quotation marks; into one with `${…}` names are put."""
    parts = re.split(r"\$\{([A-Za-z_][\w.]*)\}", word[1:-1])
    if any("${" in part or "%{" in part for part in parts):
        raise Unjudged(word)
    if len(parts) == 1:
        return Literal(json.loads(word))
    read = [
        Name(tuple(part.split("."))) if at % 2 else Literal(json.loads(f'"{part}"'))
        for at, part in enumerate(parts)
    ]
    return Call("join", (Literal(""), Listed(tuple(read))))


def variables(node: Node) -> list[str]:
    """The variables that a condition is about, in its order."""
    return [one.path[1] for one in inside(node) if isinstance(one, Name) and one.path[0] == "var"]


def inside(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for part in vars(node).values():
        for one in part if isinstance(part, tuple) else (part,):
            if isinstance(one, Node):
                yield from inside(one)
