"""Read YAML keeping the place of every key and value; merge documents; apply `--set`.

The only door to ruamel.yaml.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from elasticluster_tf.errors import InputError, Place, Problem

KeyPath = tuple[str | int, ...]

# `$${env:` is a literal `${env:`; every other `${` is left alone, so Terraform's syntax stays text.
_ENV = re.compile(r"(\$?)\$\{env:([^}]*)\}")
_UNCARRIED = re.compile("[\0\ud800-\udfff]")
# A document that unfolds to more values than this is an accident or an attack (aliases of aliases).
_MOST_VALUES = 500_000
_NO_MERGE = "merge keys (`<<`) are not read: write the keys out, or lay a second file onto the first"


@dataclass(frozen=True)
class Document:
    """Plain data with the place each key and value came from."""

    data: Any
    keys: Mapping[KeyPath, Place] = field(default_factory=dict)
    values: Mapping[KeyPath, Place] = field(default_factory=dict)
    sources: tuple[Path, ...] = ()

    def key_place(self, path: KeyPath) -> Place | None:
        """Where the key stands, or its nearest parent that stands somewhere."""
        return self._nearest(self.keys, path)

    def value_place(self, path: KeyPath) -> Place | None:
        """Where the value stands, or the nearest parent."""
        return self._nearest(self.values, path)

    def _nearest(self, places: Mapping[KeyPath, Place], path: KeyPath) -> Place | None:
        for end in range(len(path), -1, -1):
            place = places.get(path[:end]) or self.keys.get(path[:end])
            if place:
                return place
        return self.values.get(())

    def problem(self, path: KeyPath, message: str, hint: str = "", at_key: bool = False) -> Problem:
        """A problem at `path`, with its place."""
        place = self.key_place(path) if at_key else self.value_place(path)
        return Problem(message, dotted(path), place, hint)


def dotted(path: KeyPath) -> str:
    """`groups.compute.count`, as a person writes a key."""
    return ".".join(str(part) for part in path)


def plain(text: str) -> Any:
    """The data of a YAML text that ectf itself ships."""
    return YAML(typ="safe").load(text)


def keys_of_items(text: str, name: str) -> list[set[str]]:
    """The keys of each mapping of a YAML list, whatever tags its values bear; empty for anything else."""
    root = _compose(text, name)
    if not isinstance(root, SequenceNode) or not all(isinstance(one, MappingNode) for one in root.value):
        return []
    return [{key.value for key, _ in one.value} for one in root.value]


def read(path: Path, environment: Mapping[str, str]) -> Document:
    """Read one file.

    Raises InputError for a file that can't be read, is no YAML, repeats a key, names an environment
    variable that is not set, or holds characters that can't be carried to a node.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        hint = "`ectf init` writes a first one" if isinstance(error, FileNotFoundError) else ""
        raise InputError(
            [Problem(f"can't read the file: {reason}", "", Place(str(path), 0, 0), hint)]
        ) from error
    return parse(text, str(path), environment, (path,))


def _compose(text: str, name: str) -> Node | None:
    """The nodes of a YAML text; raises InputError for what is none."""
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(name, text.splitlines(), mark) if mark else Place(name, 0, 0)
        message = " ".join(part for part in (error.context, error.problem) if part)
        hint = "indent with spaces: YAML takes no tabs there" if r"'\t'" in message else ""
        raise InputError([Problem(f"this is no YAML: {message}", "", place, hint)]) from error
    except YAMLError as error:  # the reader's own errors carry an offset instead of a mark
        place = _offset_place(name, text, getattr(error, "position", 0))
        message = str(getattr(error, "reason", error))
        raise InputError([Problem(f"this is no YAML: {message}", "", place)]) from error
    except RecursionError as error:
        raise InputError([Problem("this is nested too deeply", "", Place(name, 1, 1))]) from error
    return root


def parse(text: str, name: str, environment: Mapping[str, str], sources: tuple[Path, ...] = ()) -> Document:
    """Read a text; `name` stands for the file in messages."""
    root = _compose(text, name)
    if root is None:
        return Document({}, {}, {(): Place(name, 1, 1)}, sources)
    reader = _Reader(name, text.splitlines(), environment)
    data = reader.value(root, ())
    if reader.problems:
        raise InputError(reader.problems)
    return Document(data, reader.keys, reader.values, sources)


def merge(base: Document, over: Document, replaces: Callable[[KeyPath, Any, Any], bool]) -> Document:
    """`over` laid onto `base`: mappings join, everything else is replaced.

    `replaces(path, old, new)` says of two mappings that the second one takes the first one's place.
    """
    keys, values = dict(base.keys), dict(base.values)

    def join(path: KeyPath, old: Any, new: Any) -> Any:
        if isinstance(old, dict) and isinstance(new, dict) and not replaces(path, old, new):
            return {**old, **{k: join((*path, k), old[k], v) if k in old else v for k, v in new.items()}}
        for places in (keys, values):
            for gone in [p for p in places if len(p) > len(path) and p[: len(path)] == path]:
                del places[gone]
        return new

    data = join((), base.data, over.data)
    keys.update(over.keys)
    values.update(over.values)
    return Document(data, keys, values, (*base.sources, *over.sources))


def assignment(text: str, environment: Mapping[str, str]) -> Document:
    """The document of one `--set KEY=VALUE`; the value is read as YAML."""
    name = f"--set {text}"
    key, found, value = text.partition("=")
    parts = key.strip().split(".")
    if not found or not all(parts):
        message = "--set takes KEY=VALUE, as in groups.compute.count=5"
        raise InputError([Problem(message, "", Place(name, 0, 0))])
    document = parse(value, name, environment)
    data, prefix = document.data if value.strip() else "", tuple(parts)
    for part in reversed(parts):
        data = {part: data}
    whole = Place(name, 0, 0)
    places: dict[KeyPath, Place] = {prefix[:end]: whole for end in range(1, len(prefix) + 1)}
    below = {(*prefix, *path): whole for path in (*document.keys, *document.values)}
    return Document(data, {**places, **below}, {**places, **below})


def leaves(data: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every value that holds no other value (or is empty), with its path."""
    items: Sequence[tuple[str | int, Any]] = ()
    if isinstance(data, dict):
        items = list(data.items())
    elif isinstance(data, list):
        items = list(enumerate(data))
    if not items:
        yield path, data
    for key, value in items:
        yield from leaves(value, (*path, key))


def dump(data: Any) -> str:
    """`data` as YAML text that reads back as the same, in whatever environment."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 110
    out = StringIO()
    yaml.dump(_writable(data), out)
    return out.getvalue()


def _writable(data: Any) -> Any:
    """The same data, so marked that `parse` gives it back."""
    if isinstance(data, dict):
        return {_quoted(key): _writable(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_writable(value) for value in data]
    return _quoted(re.sub(r"\$\{env:[^}]*\}", r"$\g<0>", data)) if isinstance(data, str) else data


def _quoted(text: str) -> str:
    """U+0085 is a line break to YAML in any other style, and would come back as a space."""
    return DoubleQuotedScalarString(text) if "\x85" in text else text


def _place(name: str, lines: Sequence[str], mark: Any) -> Place:
    text = lines[mark.line] if mark.line < len(lines) else ""
    return Place(name, mark.line + 1, mark.column + 1, text)


def _offset_place(name: str, text: str, offset: int) -> Place:
    before = text[:offset]
    line = before.count("\n")
    lines = text.splitlines()
    column = offset - before.rfind("\n")
    return Place(name, line + 1, column, lines[line] if line < len(lines) else "")


class _Reader:
    """Walks a node graph into plain data, noting places and problems."""

    def __init__(self, name: str, lines: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name, self.lines, self.environment = name, lines, environment
        self.keys: dict[KeyPath, Place] = {}
        self.values: dict[KeyPath, Place] = {}
        self.problems: list[Problem] = []
        loader = YAML(typ="safe", pure=True)
        self.constructor, self.resolver = SafeConstructor(loader=loader), loader.resolver
        self.open: set[int] = set()
        self.count = 0

    def value(self, node: Node, path: KeyPath) -> Any:
        place = _place(self.name, self.lines, node.start_mark)
        self.values[path] = place
        self.count += 1
        if id(node) in self.open or self.count > _MOST_VALUES:
            problem = Problem("an alias that holds itself, or too many values", dotted(path), place)
            # Of too many values the first tells it all.
            self.problems += [problem] if self.count <= _MOST_VALUES + 1 else []
            return None
        self.open.add(id(node))
        try:
            if isinstance(node, MappingNode):
                return self.mapping(node, path)
            if isinstance(node, SequenceNode):
                return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
            return self.scalar(node, path, place) if isinstance(node, ScalarNode) else None
        finally:
            self.open.discard(id(node))

    def mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = _place(self.name, self.lines, key_node.start_mark)
            if key_node.tag == "tag:yaml.org,2002:merge" or not isinstance(key_node, ScalarNode):
                self.problems.append(Problem("keys are plain words here", dotted(path), place, _NO_MERGE))
                continue
            key = key_node.value
            if bad := _uncarried(key):
                self.problems.append(Problem(f"{bad} can't be carried to a node", dotted(path), place))
            if key in result:
                hint = f"first in line {self.keys[(*path, key)].line}"
                self.problems.append(Problem(f"`{key}` stands here twice", dotted((*path, key)), place, hint))
            self.keys[(*path, key)] = place
            result[key] = self.value(value_node, (*path, key))
        return result

    def scalar(self, node: ScalarNode, path: KeyPath, place: Place) -> Any:
        if _ENV.search(node.value):
            node = self.filled(node, path, place)
        try:
            value = self.constructor.construct_object(node)
        except (YAMLError, ValueError) as error:
            message = f"this value can't be read: {str(error).splitlines()[0]}"
            self.problems.append(Problem(message, dotted(path), place))
            return None
        if bad := _uncarried(value):
            self.problems.append(Problem(f"{bad} can't be carried to a node", dotted(path), place))
        return value if value is None or isinstance(value, bool | int | float | str) else node.value

    def filled(self, node: ScalarNode, path: KeyPath, place: Place) -> ScalarNode:
        """The node with the environment's values in it; unquoted, a number from there is a number."""
        text = _ENV.sub(lambda match: self.environment_value(match, path, place), node.value)
        tag = "tag:yaml.org,2002:str"
        if node.style is None and "\n" not in text:
            tag = self.resolver.resolve(ScalarNode, text, (True, False))
        return ScalarNode(tag, text, node.start_mark, node.end_mark)

    def environment_value(self, match: re.Match[str], path: KeyPath, place: Place) -> str:
        if match[1]:
            return match[0][1:]
        value = self.environment.get(match[2])
        if value is None:
            hint = f"export {match[2]}=… or write $${{env:{match[2]}}} for the text itself"
            message = f"the environment has no variable {match[2]}"
            self.problems.append(Problem(message, dotted(path), place, hint))
        return value or ""


def _uncarried(value: Any) -> str:
    """What of a value no file or protocol on the way carries: NUL, lone surrogates, numbers that are none."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"the number {value}"
    found = _UNCARRIED.search(value) if isinstance(value, str) else None
    return f"the character U+{ord(found[0]):04X}" if found else ""
