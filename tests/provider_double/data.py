"""Answers of data sources: fixtures first, then the cloud's rules, the world, and at last an invention."""

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.provider_double.clouds.aws_data import matching
from tests.provider_double.filling import generic
from tests.provider_double.making import Cloud, Scene, digest
from tests.provider_double.problems import Problem
from tests.provider_double.schema import Kind, Values
from tests.provider_double.values import conform, conform_type, empty, known
from tests.provider_double.world import Thing

# What a user may have before ectf comes: taken as existing though the world knows nothing of it.
_EXISTING = re.compile(
    r"_(network|virtual_network|subnetwork|subnet|subnets|vpc|security_group|secgroup|resource_group|zone|image|"
    r"keypair|key_pair|ssh_public_key|project|snapshot|type|hypervisor|servergroup|resource_policy|aggregate|"
    r"quotaset|limits|quota|product|parameter|availability_zones|image_version|price|offerings|types|agent|"
    r"segment|addressscope|subnetpool|guest_attributes|serial_port|sharenetwork|secret)(_v\d)?$"
)


def read(scene: Scene, cloud: Cloud, kind: Kind, config: Values) -> Values:
    """The whole answer of one data source."""
    found = _fixture(scene, kind, config)
    if found is None:
        found = cloud.answer(scene, kind, known(config))
    if found is None:
        found = _from_world(scene, kind, known(config))
    return _complete(
        kind, config, found, digest(kind.name, json.dumps(known(config), sort_keys=True), length=32)
    )


def _fixture(scene: Scene, kind: Kind, config: Values) -> Values | None:
    for row in scene.world.document("fixtures.json", []):
        if row["type"] == kind.name and _fits(config, row.get("match") or {}):
            answer: Values = row["answer"]
            if answer.get("error"):
                raise Problem(str(answer["error"]), str(answer.get("detail", "")))
            return answer
    return None


def _fits(held: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(held, Mapping) and all(_fits(held.get(key), item) for key, item in wanted.items())
    if isinstance(wanted, list):
        return isinstance(held, list) and all(any(_fits(item, each) for item in held) for each in wanted)
    return bool(held == wanted)


def _from_world(scene: Scene, kind: Kind, config: Values) -> Values:
    resource = scene.catalogue.resources.get(kind.name)
    asked = {
        name: value
        for name, value in config.items()
        if value is not None and name in kind.block.attributes and not isinstance(value, bool | dict | list)
    }
    candidates = matching(scene, kind.name, config, config.get("tags")) if resource else []
    found = [thing for thing in candidates if _agrees(thing, asked, kind)]
    if found:
        return found[0].attributes | {"id": found[0].id}
    searched = bool(config.get("filter") or config.get("tags"))
    if resource and (searched or not _EXISTING.search(kind.name)):
        told = {key: value for key, value in config.items() if value}
        raise Problem(f"no matching {kind.name} found", json.dumps(told, sort_keys=True))
    return {}


def _agrees(thing: Thing, asked: Values, kind: Kind) -> bool:
    for name, value in asked.items():
        if name in thing.attributes:
            held = thing.attributes[name]
            if held is not None and held != value and not str(held).endswith(f"/{value}"):
                return False
        elif _is_own_id(kind.name, name) and thing.id != value:
            return False
    return True


def _is_own_id(type_name: str, argument: str) -> bool:
    """`volume_id` of `aws_ebs_volume`."""
    noun = argument.removesuffix("_id")
    return noun != argument and type_name.endswith((noun, f"{noun}_v2", f"{noun}_v3"))


def _complete(kind: Kind, config: Values, found: Values, seed: str) -> Values:
    answer: Values = dict(config)
    for name, attribute in kind.block.attributes.items():
        if config.get(name) is not None:
            continue
        offered = conform_type(attribute.type, found.get(name))
        if offered is None and attribute.computed:
            offered = generic(attribute, name, seed)
            if name == "id":
                offered = seed[:20]
        answer[name] = offered
    for name, nested in kind.block.blocks.items():
        if config.get(name) in (None, [], {}) and found.get(name):
            answer[name] = conform(kind.block, {name: found[name]})[name]
        elif config.get(name) is None:
            answer[name] = empty(nested)
    return answer
