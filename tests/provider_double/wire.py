"""Our types as messages of Terraform's plug-in protocol 6."""

import json
from collections.abc import Sequence
from typing import Any

from tf.gen import tfplugin_pb2 as pb

from tests.provider_double.problems import Problem
from tests.provider_double.schema import Attribute, Block, Kind, Members, Nested
from tests.provider_double.values import decode, encode

# Field 11, `write_only`, set to true. The stubs are older than that field, and protobuf passes on
# fields that it doesn't know.
_WRITE_ONLY = b"\x58\x01"


def schema_message(kind: Kind) -> Any:
    return pb.Schema(version=kind.version, block=_block(kind.block, kind.version))


def _block(block: Block, version: int = 0) -> Any:
    return pb.Schema.Block(
        version=version,
        attributes=[_attribute(name, attribute) for name, attribute in block.attributes.items()],
        block_types=[_nested(name, nested) for name, nested in block.blocks.items()],
    )


def _attribute(name: str, attribute: Attribute) -> Any:
    message = pb.Schema.Attribute(
        name=name,
        type=None if attribute.members else json.dumps(attribute.type).encode(),
        nested_type=_members(attribute.members) if attribute.members else None,
        required=attribute.required,
        optional=attribute.optional,
        computed=attribute.computed,
        sensitive=attribute.sensitive,
        deprecated=attribute.deprecated,
    )
    if attribute.write_only:
        message.MergeFromString(_WRITE_ONLY)
    return message


def _members(members: Members) -> Any:
    return pb.Schema.Object(
        attributes=[_attribute(name, attribute) for name, attribute in members.attributes.items()],
        nesting=getattr(pb.Schema.Object.NestingMode, members.nesting.upper()),
    )


def _nested(name: str, nested: Nested) -> Any:
    return pb.Schema.NestedBlock(
        type_name=name,
        block=_block(nested.block),
        nesting=getattr(pb.Schema.NestedBlock.NestingMode, nested.nesting.upper()),
        min_items=nested.min_items,
        max_items=nested.max_items,
    )


def value_message(value: Any) -> Any:
    return pb.DynamicValue(msgpack=encode(value))


def read_value(message: Any) -> Any:
    if message.msgpack:
        return decode(message.msgpack)
    return json.loads(message.json) if message.json else None


def path_message(steps: Sequence[str | int]) -> Any:
    return pb.AttributePath(
        steps=[
            pb.AttributePath.Step(attribute_name=step)
            if isinstance(step, str)
            else pb.AttributePath.Step(element_key_int=step)
            for step in steps
        ]
    )


def diagnostics(problems: Sequence[Problem]) -> list[Any]:
    return [
        pb.Diagnostic(
            severity=pb.Diagnostic.ERROR,
            summary=problem.summary,
            detail=problem.detail,
            attribute=path_message(problem.path) if problem.path else None,
        )
        for problem in problems
    ]
