"""Read variables, their rules and provider requirements from a cloud's HCL. The only door to python-hcl2."""

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from elasticluster_tf import value_types
from elasticluster_tf.clouds import expressions
from elasticluster_tf.clouds.expressions import Node
from elasticluster_tf.clouds.functions import Unjudged
from elasticluster_tf.errors import EctfError
from elasticluster_tf.value_types import ValueType


@dataclass(frozen=True)
class Rule:
    """A `validation` block whose condition can be judged here, before Terraform runs."""

    condition: Node
    message: str


@dataclass(frozen=True)
class Variable:
    """A variable of a cloud's module."""

    name: str
    type: ValueType
    description: str = ""
    required: bool = False
    default: Any = None
    rules: tuple[Rule, ...] = ()
    nullable: bool = True


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
            found[name] = Variable(
                name,
                wanted,
                body.get("description", ""),
                "default" not in body,
                body.get("default"),
                tuple(_rules(body.get("validation", []))),
                body.get("nullable", True),
            )
    return found


def _rules(blocks: list[dict[str, Any]]) -> Iterator[Rule]:
    for block in blocks:
        condition = str(block.get("condition", "")).removeprefix("${").removesuffix("}")
        message = str(block.get("error_message", ""))
        if "${" in message:
            continue  # only Terraform can put it together
        with contextlib.suppress(Unjudged):
            yield Rule(expressions.read(condition), message)
