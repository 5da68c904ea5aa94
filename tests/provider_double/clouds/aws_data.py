"""Answers of AWS's data sources: from the world by tags and filters, or derived."""

import json
import re
from collections.abc import Callable
from typing import Any

from tests.provider_double.clouds.base import contains
from tests.provider_double.making import Scene, digest
from tests.provider_double.schema import Kind, Values
from tests.provider_double.world import Thing

ACCOUNT = "123456789012"
_ZONES = "abc"


def region(scene: Scene, values: Values) -> str:
    found = values.get("region")
    return found if isinstance(found, str) and found else scene.settings.text("region", "eu-central-1")


def zone_id(zone: str) -> str:
    """euc1-az1 for eu-central-1a."""
    words = zone.split("-")
    if len(words) < 3:
        return zone
    return f"{words[0]}{words[1][0]}{words[2][:-1]}-az{ord(zone[-1]) - 96}"


def answer(scene: Scene, kind: Kind, config: Values) -> Values | None:
    rule = _RULES.get(kind.name)
    return rule(scene, config) if rule else None


def _ami(scene: Scene, config: Values) -> Values:
    wanted = {item["name"]: item["values"] for item in config.get("filter") or []}
    pattern = (wanted.get("name") or [config.get("name_regex") or "image-*"])[0]
    arm = "arm64" in pattern or "aarch64" in pattern
    architecture = (wanted.get("architecture") or ["arm64" if arm else "x86_64"])[0]
    owners = config.get("owners") or ["amazon"]
    identity = f"ami-0{digest(region(scene, config), pattern, architecture, owners, length=16)}"
    ids = wanted.get("image-id")
    return {
        "id": ids[0] if ids else identity,
        "image_id": ids[0] if ids else identity,
        "architecture": architecture,
        "arn": f"arn:aws:ec2:{region(scene, config)}::image/{identity}",
        "creation_date": "2026-01-02T03:04:05.000Z",
        "name": pattern.replace("*", "20260102"),
        "owner_id": owners[0] if re.fullmatch(r"\d+", owners[0]) else "137112412989",
        "root_device_name": "/dev/xvda",
        "root_device_type": "ebs",
        "state": "available",
        "virtualization_type": "hvm",
        "ena_support": True,
        "public": True,
        "boot_mode": "uefi-preferred",
    }


def _ami_ids(scene: Scene, config: Values) -> Values:
    return {"ids": [_ami(scene, config)["id"]]}


def _zones(scene: Scene, config: Values) -> Values:
    names = [f"{region(scene, config)}{letter}" for letter in _ZONES]
    names = [name for name in names if name not in (config.get("exclude_names") or [])]
    where = region(scene, config)
    return {
        "id": where,
        "names": names,
        "zone_ids": [zone_id(name) for name in names],
        "group_names": [where],
    }


def _zone(scene: Scene, config: Values) -> Values:
    name = config.get("name") or f"{region(scene, config)}a"
    where = name[:-1]
    return {"id": name, "name": name, "zone_id": zone_id(name), "name_suffix": name[-1], "group_name": where}


def _offerings(scene: Scene, config: Values) -> Values:
    """Every type that is asked for, in every zone of the region, in no order."""
    wanted = {item["name"]: item["values"] for item in config.get("filter") or []}
    rows = [
        (name, f"{region(scene, config)}{letter}")
        for letter in reversed(_ZONES)
        for name in wanted.get("instance-type") or ["c7i.large"]
    ]
    return {
        "id": region(scene, config),
        "instance_types": [name for name, _zone in rows],
        "locations": [zone for _name, zone in rows],
        "location_types": ["availability-zone"] * len(rows),
    }


def _caller(scene: Scene, config: Values) -> Values:
    arn = f"arn:aws:iam::{ACCOUNT}:user/double"
    return {"id": ACCOUNT, "account_id": ACCOUNT, "arn": arn, "user_id": "AIDADOUBLE"}


def _partition(scene: Scene, config: Values) -> Values:
    china = region(scene, config).startswith("cn-")
    name = "aws-cn" if china else "aws"
    suffix = "amazonaws.com.cn" if china else "amazonaws.com"
    reverse = ".".join(reversed(suffix.split(".")))
    return {"id": name, "partition": name, "dns_suffix": suffix, "reverse_dns_prefix": reverse}


def _region(scene: Scene, config: Values) -> Values:
    where = config.get("name") or region(scene, config)
    return {"id": where, "name": where, "region": where, "endpoint": f"ec2.{where}.amazonaws.com"}


def _policy(scene: Scene, config: Values) -> Values:
    document = {
        "Version": config.get("version") or "2012-10-17",
        "Statement": [_statement(item) for item in config.get("statement") or []],
    }
    minified = json.dumps(document, separators=(",", ":"))
    return {
        "id": digest(minified, length=10),
        "json": json.dumps(document, indent=2),
        "minified_json": minified,
    }


def _statement(item: Values) -> Values:
    told: Values = {"Effect": item.get("effect") or "Allow", "Action": sorted(item.get("actions") or [])}
    if item.get("sid"):
        told["Sid"] = item["sid"]
    if item.get("resources"):
        told["Resource"] = sorted(item["resources"])
    if item.get("principals"):
        told["Principal"] = {each["type"]: sorted(each["identifiers"]) for each in item["principals"]}
    conditions: dict[str, Values] = {}
    for each in item.get("condition") or []:
        conditions.setdefault(each["test"], {})[each["variable"]] = each["values"]
    return told | ({"Condition": conditions} if conditions else {})


def _instances(scene: Scene, config: Values) -> Values:
    states = config.get("instance_state_names") or ["running"]
    found = [
        thing
        for thing in matching(scene, "aws_instance", config, config.get("instance_tags"))
        if thing.attributes.get("instance_state", "running") in states
    ]
    rows = [thing.attributes for thing in found]
    return {
        "ids": [thing.id for thing in found],
        "private_ips": [row["private_ip"] for row in rows if row.get("private_ip")],
        "public_ips": [row["public_ip"] for row in rows if row.get("public_ip")],
        "instance_tags": config.get("instance_tags") or {},
    }


def _volume(scene: Scene, config: Values) -> Values | None:
    """A volume under the names that the data source has for its attributes."""
    found = matching(scene, "aws_ebs_volume", config, config.get("tags"))
    if not found or not (config.get("filter") or config.get("tags")):
        return None
    held = found[0].attributes
    return held | {"id": found[0].id, "volume_id": found[0].id, "volume_type": held.get("type")}


def _ids(type_name: str) -> Callable[[Scene, Values], Values]:
    """A plural data source: what has these tags and passes the filters."""

    def rule(scene: Scene, config: Values) -> Values:
        found = matching(scene, type_name, config, config.get("tags"))
        if config.get("vpc_id"):
            found = [thing for thing in found if thing.attributes.get("vpc_id") == config["vpc_id"]]
        rows = [thing.attributes for thing in found]
        ids = [thing.id for thing in found]
        return {
            "id": region(scene, config),
            "allocation_ids": ids,
            "arns": [row.get("arn") or "" for row in rows],
            "ids": ids,
            "public_ips": [row.get("public_ip") or "" for row in rows],
            "vpc_ids": [row.get("vpc_id") or "" for row in rows],
        }

    return rule


def _tagged(scene: Scene, config: Values) -> Values:
    """Everything with an ARN and the tags, as the tagging API tells it."""
    wanted = {item["key"]: item.get("values") or [] for item in config.get("tag_filter") or []}
    found = []
    for thing in scene.world.all(*scene.catalogue.resources):
        tags = thing.attributes.get("tags_all") or thing.attributes.get("tags") or {}
        fits = all(key in tags and (not values or tags[key] in values) for key, values in wanted.items())
        if tags and fits and thing.attributes.get("arn"):
            found.append({"resource_arn": thing.attributes["arn"], "tags": tags, "compliance_details": []})
    return {"resource_tag_mapping_list": found}


def _instance_type(scene: Scene, config: Values) -> Values:
    name = config["instance_type"]
    family, _, size = name.partition(".")
    sizes = {"nano": 2, "micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4}
    times = re.match(r"(\d+)xlarge", size)
    cpus = 4 * int(times.group(1)) if times else sizes.get(size, 2)
    arm = bool(re.match(r"[a-z]+\d+g", family))
    return {
        "id": name,
        "default_vcpus": cpus,
        "memory_size": cpus * 4096,
        "supported_architectures": ["arm64" if arm else "x86_64"],
        "burstable_performance_supported": family.startswith("t"),
        "current_generation": True,
    }


def _ssm_parameter(scene: Scene, config: Values) -> Values | None:
    """Public image parameters; others come from the world."""
    if not config["name"].startswith("/aws/service/"):
        return None
    image = f"ami-0{digest(region(scene, config), config['name'], length=16)}"
    return {"id": config["name"], "value": image, "insecure_value": image, "type": "String", "version": 1}


def matching(scene: Scene, type_name: str, config: Values, tags: Any) -> list[Thing]:
    """The objects with these tags that pass the filters, by id."""
    filters = {item["name"]: item["values"] for item in config.get("filter") or []}
    found = [
        thing
        for thing in scene.world.all(type_name)
        if contains(thing.attributes.get("tags_all") or thing.attributes.get("tags") or {}, tags)
        and all(_passes(thing, name, values) for name, values in filters.items())
    ]
    return sorted(found, key=lambda thing: thing.id)


def _passes(thing: Thing, name: str, values: list[str]) -> bool:
    held = thing.attributes
    tags = held.get("tags_all") or held.get("tags") or {}
    if name.startswith("tag:"):
        offered = [tags.get(name[4:])]
    elif name == "tag-key":
        offered = list(tags)
    elif name == "instance-state-name":
        offered = [held.get("instance_state", "running")]
    elif name in ("status", "state"):
        offered = [held.get(name) or "available"]
    else:
        offered = [held.get(_FILTERS.get(name, name.replace("-", "_")))]
    patterns = [re.compile(re.escape(value).replace(r"\*", ".*").replace(r"\?", ".")) for value in values]
    return any(pattern.fullmatch(str(item)) for pattern in patterns for item in offered if item is not None)


_FILTERS = {
    "cidr": "cidr_block",
    "cidr-block": "cidr_block",
    "group-name": "name",
    "instance-id": "id",
    "subnet-id": "subnet_id",
    "volume-id": "id",
    "volume-type": "type",
}
_RULES: dict[str, Callable[[Scene, Values], Values | None]] = {
    "aws_ami": _ami,
    "aws_ami_ids": _ami_ids,
    "aws_availability_zone": _zone,
    "aws_availability_zones": _zones,
    "aws_caller_identity": _caller,
    "aws_ec2_instance_type": _instance_type,
    "aws_ec2_instance_type_offerings": _offerings,
    "aws_ec2_spot_price": lambda scene, config: {"spot_price": "0.010000"},
    "aws_ebs_volume": _volume,
    "aws_ebs_volumes": _ids("aws_ebs_volume"),
    "aws_eips": _ids("aws_eip"),
    "aws_iam_policy_document": _policy,
    "aws_instances": _instances,
    "aws_nat_gateways": _ids("aws_nat_gateway"),
    "aws_network_interfaces": _ids("aws_network_interface"),
    "aws_partition": _partition,
    "aws_region": _region,
    "aws_resourcegroupstaggingapi_resources": _tagged,
    "aws_security_groups": _ids("aws_security_group"),
    "aws_ssm_parameter": _ssm_parameter,
    "aws_subnets": _ids("aws_subnet"),
    "aws_vpcs": _ids("aws_vpc"),
}
