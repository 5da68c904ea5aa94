"""Files of roles as those read them that they are written for, so that a text is seen to arrive whole and to go no further."""

import ast
import json
import re
import shlex
from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any
from xml.etree import ElementTree

import yaml

from tests.unit.roles.test_spark import properties

# A text that is a word in any of the files that have no reader here.
WORD = re.compile(r"[A-Za-z0-9_.:/@=+,-]*")

# Daemons are restarted when a sum of their files in their unit is another one.
SUM = re.compile(r"\b[0-9a-f]{32,}\b")


def _xml(text: str) -> Any:
    """Hadoop's properties by name, in whatever order."""
    root = ElementTree.fromstring(text)
    assert all([inner.tag for inner in one] == ["name", "value"] for one in root)
    return {one[0].text: one[1].text or "" for one in root}


def _program(text: str) -> Any:
    """The constants of a Python program, each with what is around it."""
    return [
        [type(node).__name__, node.value if isinstance(node, ast.Constant) else None]
        for node in ast.walk(ast.parse(text))
    ]


def _unit(text: str) -> Any:
    return [line.replace("%%", "%") for line in text.split("\n")]


def _slurm(text: str) -> Any:
    """Lines up to their comment; a backslash takes the meaning of what follows."""
    lines = [re.match(r"(?:\\.|[^#\\])*", line) for line in text.split("\n")]
    return [re.sub(r"\\(.)", r"\1", line[0]) for line in lines if line]


def _lua(text: str) -> Any:
    """Strings of Lua, whose escapes here are those of JSON, and what is between them."""
    parts = re.findall(r'"(?:\\.|[^"\\])*"|[^"]+', text)
    return [json.loads(one, strict=False) if one.startswith('"') else one for one in parts]


def _maui(text: str) -> Any:
    return [line.partition("#")[0].strip() for line in text.split("\n")]


def _shell(text: str) -> Any:
    return shlex.split(text, comments=True)


READERS: dict[str, Callable[[str], Any]] = {
    "stdin of *": json.loads,
    "*.json": json.loads,
    "/etc/prometheus/*.yml": yaml.safe_load,
    "*.xml": _xml,
    "*.lua": _lua,
    "*.mount": _unit,
    "/etc/ganglia/gmond.conf": _shell,
    "/etc/slurm/slurm.conf": _slurm,
    "*/spark-defaults.conf": properties,
    "*/maui.cfg": _maui,
}


def reader(path: str, text: str) -> Callable[[str], Any] | None:
    """Who reads a file; nobody, where a text has to be a plain word."""
    for pattern, found in READERS.items():
        if fnmatch(path, pattern):
            return found
    first = text.split("\n", 1)[0]
    if first.startswith("#!"):
        return _program if "python" in first else _shell
    return None


def swapped(value: Any, old: str, new: str) -> Any:
    """What was read, with one text for another wherever it is."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, list):
        return [swapped(one, old, new) for one in value]
    if isinstance(value, dict):
        return {swapped(key, old, new): swapped(one, old, new) for key, one in value.items()}
    return value


def arrives(path: str, before: str, after: str, plain: str, text: str) -> bool:
    """Whether `text` stands in a file where `plain` stood, and nothing else became of it."""
    if plain not in before and SUM.sub("", before) == SUM.sub("", after):
        return True
    read = reader(path, before)
    if read is None:
        return bool(WORD.fullmatch(text)) and after == before.replace(plain, text)
    return bool(read(after) == swapped(read(before), plain, text))
