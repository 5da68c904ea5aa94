"""Read variables, their rules and provider requirements from a cloud's HCL. The only door to python-hcl2."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from elasticluster_tf import value_types
from elasticluster_tf.errors import EctfError
from elasticluster_tf.value_types import ValueType


@dataclass(frozen=True)
class Rule:
    """A `validation` block whose condition is simple enough to be judged here, before Terraform runs."""

    pattern: str
    choices: tuple[str, ...]
    message: str

    def holds(self, value: Any) -> bool:
        """Whether a value passes; values that are no text are the type check's business."""
        if not isinstance(value, str):
            return True
        return value in self.choices if self.choices else bool(re.search(self.pattern, value))


@dataclass(frozen=True)
class Variable:
    """A variable of a cloud's module."""

    name: str
    type: ValueType
    description: str = ""
    required: bool = False
    default: Any = None
    rules: tuple[Rule, ...] = ()


def parse(path: Path, cache: Path | None) -> dict[str, Any]:
    """The file's blocks. Kept by content: building the grammar alone costs two seconds."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    digest = hashlib.sha256(f"{version('python-hcl2')}\n{text}".encode()).hexdigest()
    kept = cache / f"{digest}.json" if cache else None
    if kept and kept.exists():
        return TypeAdapter(dict[str, Any]).validate_json(kept.read_bytes())
    parsed = _parse_text(text, path)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        half = kept.with_suffix(f".{id(parsed)}")
        half.write_text(json.dumps(parsed), encoding="utf-8")
        half.replace(kept)
    return parsed


def _parse_text(text: str, path: Path) -> dict[str, Any]:
    import hcl2  # here, because importing it costs half a second that a cached run need not pay
    from lark.exceptions import LarkError

    options = hcl2.SerializationOptions(strip_string_quotes=True, explicit_blocks=False)
    try:
        return dict(hcl2.loads(text, serialization_options=options))
    except LarkError as error:
        raise EctfError(f"this is no HCL: {error}", str(path), "`terraform fmt` shows where") from error


def variables(parsed: Mapping[str, Any]) -> dict[str, Variable]:
    """The declared variables by name."""
    found = {}
    for block in parsed.get("variable", []):
        for name, body in block.items():
            wanted = value_types.from_terraform(str(body.get("type", "any")))
            rules = tuple(_rules(name, body.get("validation", [])))
            found[name] = Variable(
                name, wanted, body.get("description", ""), "default" not in body, body.get("default"), rules
            )
    return found


# The two forms of condition that a text setting needs; all others are Terraform's to judge.
_PATTERN_RULE = re.compile(r'can\(regex\("((?:[^"\\]|\\.)*)", var\.(\w+)\)\)')
_CHOICE_RULE = re.compile(r"contains\(\[([^\]]*)\], var\.(\w+)\)")


def _rules(name: str, blocks: list[dict[str, Any]]) -> Iterator[Rule]:
    for block in blocks:
        condition = str(block.get("condition", "")).removeprefix("${").removesuffix("}")
        condition = re.sub(rf"^var\.{name} == null \|\| ", "", condition)
        message = str(block.get("error_message", ""))
        if (found := _PATTERN_RULE.fullmatch(condition)) and found[2] == name:
            yield Rule(found[1].replace("\\\\", "\\"), (), message)
        elif (found := _CHOICE_RULE.fullmatch(condition)) and found[2] == name:
            yield Rule("", tuple(re.findall(r'"([^"]*)"', found[1])), message)
