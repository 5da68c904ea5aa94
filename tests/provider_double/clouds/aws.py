"""AWS: short prefixed ids, ARNs, private addresses from subnets."""

import copy
import re
from collections.abc import Iterable
from typing import Any, ClassVar

from tests.provider_double.clouds import aws_data
from tests.provider_double.clouds.base import Base, Recomputed, union
from tests.provider_double.making import Making, Scene, digest, mac, random_hex
from tests.provider_double.schema import Kind, Values
from tests.provider_double.values import is_unknown, known
from tests.provider_double.world import Thing

ACCOUNT = "123456789012"
_PREFIXES = {
    "aws_ebs_volume": "vol",
    "aws_ec2_capacity_reservation": "cr",
    "aws_efs_access_point": "fsap",
    "aws_efs_file_system": "fs",
    "aws_efs_mount_target": "fsmt",
    "aws_eip": "eipalloc",
    "aws_eip_association": "eipassoc",
    "aws_fsx_lustre_file_system": "fs",
    "aws_instance": "i",
    "aws_internet_gateway": "igw",
    "aws_launch_template": "lt",
    "aws_nat_gateway": "nat",
    "aws_network_interface": "eni",
    "aws_network_interface_attachment": "eni-attach",
    "aws_route": "r-rtb",
    "aws_route_table": "rtb",
    "aws_route_table_association": "rtbassoc",
    "aws_security_group": "sg",
    "aws_security_group_rule": "sgrule",
    "aws_spot_instance_request": "sir",
    "aws_subnet": "subnet",
    "aws_volume_attachment": "vai",
    "aws_vpc": "vpc",
    "aws_vpc_dhcp_options": "dopt",
    "aws_vpc_dhcp_options_association": "doptassoc",
    "aws_vpc_endpoint": "vpce",
    "aws_vpc_security_group_egress_rule": "sgr",
    "aws_vpc_security_group_ingress_rule": "sgr",
}
# Types whose id is made of arguments.
_NAMED = {
    "aws_budgets_budget": "{account}:{name}",
    "aws_dynamodb_table": "{name}",
    "aws_ec2_instance_state": "{instance_id}",
    "aws_ec2_tag": "{resource_id},{key}",
    "aws_iam_instance_profile": "{name}",
    "aws_iam_policy": "arn:aws:iam::{account}:policy/{name}",
    "aws_iam_role": "{name}",
    "aws_iam_role_policy": "{role}:{name}",
    "aws_iam_role_policy_attachment": "{role}/{policy_arn}",
    "aws_key_pair": "{key_name}",
    "aws_placement_group": "{name}",
    "aws_route53_record": "{zone_id}_{name}_{type}",
    "aws_s3_bucket": "{bucket}",
    "aws_s3_object": "{bucket}/{key}",
    "aws_ssm_parameter": "{name}",
}
_SERVICES = {"iam": "iam", "s3": "s3", "efs": "elasticfilesystem", "fsx": "fsx", "dynamodb": "dynamodb"}


class Aws(Base):
    recomputed: ClassVar[Recomputed] = {
        "private_ips": ("private_ip_list",),
        "public_key": ("fingerprint",),
    }

    def identify(self, making: Making) -> str:
        pattern = _NAMED.get(making.type)
        if pattern is None:
            return f"{_PREFIXES.get(making.type, 'x')}-0{random_hex(16)}"
        fields = {name: _named(making, name) for name in re.findall(r"{(\w+)}", pattern)}
        return pattern.format(**fields)

    def labels(self, scene: Scene, kind: Kind, planned: Values) -> None:
        if "tags" in kind.block.attributes:
            default = scene.settings.block("default_tags").get("tags")
            union(kind, planned, "tags_all", default, planned.get("tags"))

    def replaced(self, kind: Kind, planned: Values, prior: Values) -> list[str]:
        if not planned.get("user_data_replace_on_change"):
            return []
        return [name for name in ("user_data", "user_data_base64") if planned.get(name) != prior.get(name)]

    def import_ids(self, scene: Scene, type_name: str, given: str) -> Iterable[str]:
        yield given
        if type_name == "aws_volume_attachment":  # DEVICE:VOLUME:INSTANCE
            parts = dict(zip(("device_name", "volume_id", "instance_id"), given.split(":"), strict=False))
            yield from (thing.id for thing in scene.world.find(type_name, **parts))

    def refuse_delete(self, thing: Thing) -> str:
        if thing.attributes.get("disable_api_termination") and not thing.attributes.get("force_destroy"):
            return "OperationNotPermitted: The instance may not be terminated: disableApiTermination is set"
        return ""

    def stored(self, type_name: str, state: Values) -> Values:
        """A price has six decimals, and a key is told by its ARN, whatever it was called by."""
        if type_name != "aws_instance":
            return state
        kept = copy.deepcopy(state)
        for market in kept.get("instance_market_options") or []:
            for spot in market.get("spot_options") or []:
                if spot.get("max_price"):
                    spot["max_price"] = f"{float(spot['max_price']):.6f}"
        for disk in kept.get("root_block_device") or []:
            key = disk.get("kms_key_id")
            if key and ":key/" not in key:
                disk["kms_key_id"] = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/{digest(key)}"
        return kept

    def invent(self, making: Making, name: str) -> str | None:
        region = aws_data.region(making.scene, making.values)
        if name == "arn":
            service = _SERVICES.get(making.type.split("_")[1], "ec2")
            where = "" if service in ("iam", "s3") else region
            return f"arn:aws:{service}:{where}:{ACCOUNT}:{making.type.split('_', 1)[1]}/{making.id}"
        if name == "availability_zone":
            return f"{region}a"
        if name in ("name", "key_name", "bucket"):
            prefix = making.text(f"{name}_prefix", "terraform-")
            return f"{prefix}{digest(making.id, length=12)}"
        return {"region": region, "owner_id": ACCOUNT}.get(name)

    def answer(self, scene: Scene, kind: Kind, config: Values) -> Values | None:
        return aws_data.answer(scene, kind, config)

    def aws_instance(self, making: Making) -> Values:
        scene = making.scene
        interface = scene.lookup("aws_network_interface", _interface_id(making.values))
        subnet_id = interface.get("subnet_id") or making.text("subnet_id") or "default"
        subnet = scene.lookup("aws_subnet", subnet_id)
        wanted = known(making.values.get("private_ip"))
        address = interface.get("private_ip") or scene.address(
            subnet_id, subnet.get("cidr_block") or "172.31.0.0/20", making.owner, wanted
        )
        asked = known(making.values.get("associate_public_ip_address"))
        public = bool(asked if asked is not None else subnet.get("map_public_ip_on_launch"))
        public_ip = scene.public_address(making.owner) if public and not interface else ""
        region = aws_data.region(scene, making.values)
        spot = bool(making.values.get("instance_market_options"))
        return {
            "associate_public_ip_address": public,
            "availability_zone": subnet.get("availability_zone") or f"{region}a",
            "instance_initiated_shutdown_behavior": "stop",
            "instance_lifecycle": "spot" if spot else "",
            "instance_state": "running",
            "primary_network_interface_id": interface.get("id") or f"eni-{digest(making.id)}",
            "private_dns": f"ip-{address.replace('.', '-')}.{region}.compute.internal",
            "private_ip": address,
            "public_dns": f"ec2-{public_ip.replace('.', '-')}.compute.example" if public_ip else "",
            "public_ip": public_ip,
            "spot_instance_request_id": f"sir-{digest(making.id, length=8)}" if spot else "",
            "subnet_id": subnet_id,
            "tenancy": "default",
            "vpc_security_group_ids": interface.get("security_groups") or [f"sg-{digest(subnet_id)}"],
            "root_block_device": [_root_disk(making)],
            "ebs_block_device": [
                {"volume_id": f"vol-{digest(making.id, index)}", "volume_size": 8, "volume_type": "gp3"}
                for index, _disk in enumerate(making.values.get("ebs_block_device") or [])
            ],
            "metadata_options": [{"http_put_response_hop_limit": 1, "http_tokens": "optional"}],
        }

    def aws_spot_instance_request(self, making: Making) -> Values:
        return self.aws_instance(making) | {
            "spot_bid_status": "fulfilled",
            "spot_instance_id": f"i-{digest(making.id)}",
            "spot_request_state": "active",
        }

    def aws_network_interface(self, making: Making) -> Values:
        subnet_id = making.text("subnet_id")
        subnet = making.scene.lookup("aws_subnet", subnet_id)
        cidr = subnet.get("cidr_block") or "172.31.0.0/20"
        wanted = known(making.values.get("private_ips")) or [known(making.values.get("private_ip"))]
        if making.prior is not None:
            address = making.prior.get("private_ip") or wanted[0]
        else:
            address = making.scene.address(subnet_id, cidr, making.owner, wanted[0])
        return {
            "interface_type": "interface",
            "mac_address": mac(making.id),
            "private_dns_name": f"ip-{str(address).replace('.', '-')}.compute.internal",
            "private_ip": address,
            "private_ip_list": [address],
            "private_ips": [address],
            "security_groups": [f"sg-{digest(subnet_id)}"],
        }

    def aws_eip(self, making: Making) -> Values:
        address = making.scene.public_address(making.owner)
        return {
            "allocation_id": making.id,
            "domain": "vpc",
            "public_dns": f"ec2-{address.replace('.', '-')}.compute.example",
            "public_ip": address,
            "public_ipv4_pool": "amazon",
        }

    def aws_eip_association(self, making: Making) -> Values:
        eip = making.scene.lookup("aws_eip", making.values.get("allocation_id"))
        return {"public_ip": eip.get("public_ip")}

    def aws_nat_gateway(self, making: Making) -> Values:
        eip = making.scene.lookup("aws_eip", making.values.get("allocation_id"))
        return {"public_ip": eip.get("public_ip"), "availability_mode": "zonal"}

    def aws_vpc_security_group_ingress_rule(self, making: Making) -> Values:
        return {"security_group_rule_id": making.id}

    aws_vpc_security_group_egress_rule = aws_vpc_security_group_ingress_rule

    def aws_vpc(self, making: Making) -> Values:
        main = f"rtb-{digest(making.id)}"
        return {
            "cidr_block": "10.0.0.0/16",
            "default_network_acl_id": f"acl-{digest(making.id)}",
            "default_route_table_id": main,
            "default_security_group_id": f"sg-{digest(making.id)}",
            "dhcp_options_id": f"dopt-{digest(making.id)}",
            "main_route_table_id": main,
        }

    def aws_subnet(self, making: Making) -> Values:
        region = aws_data.region(making.scene, making.values)
        zone = making.text("availability_zone", f"{region}a")
        return {"availability_zone": zone, "availability_zone_id": aws_data.zone_id(zone)}

    def aws_key_pair(self, making: Making) -> Values:
        return {"key_pair_id": f"key-0{digest(making.id, length=16)}", "key_type": "ed25519"}

    def aws_ebs_volume(self, making: Making) -> Values:
        return {"type": "gp2", "size": 8, "iops": 3000, "throughput": 125, "encrypted": False}

    def aws_efs_file_system(self, making: Making) -> Values:
        region = aws_data.region(making.scene, making.values)
        return {
            "creation_token": f"terraform-{digest(making.id)}",
            "dns_name": f"{making.id}.efs.{region}.amazonaws.com",
            "performance_mode": "generalPurpose",
            "name": (known(making.values.get("tags")) or {}).get("Name", ""),
        }

    def aws_efs_mount_target(self, making: Making) -> Values:
        subnet = making.scene.lookup("aws_subnet", making.values.get("subnet_id"))
        address = making.scene.address(
            making.text("subnet_id"), subnet.get("cidr_block") or "172.31.0.0/20", making.owner
        )
        return {"ip_address": address, "dns_name": f"{making.text('file_system_id')}.efs.example"}

    def aws_fsx_lustre_file_system(self, making: Making) -> Values:
        region = aws_data.region(making.scene, making.values)
        return {
            "dns_name": f"{making.id}.fsx.{region}.amazonaws.com",
            "mount_name": digest(making.id, length=8),
        }


def _named(making: Making, name: str) -> str:
    if name == "account":
        return ACCOUNT
    value = making.values.get(name)
    if value is None or is_unknown(value):
        return f"{making.text(f'{name}_prefix', 'terraform-')}{random_hex(12)}"
    return str(value)


def _interface_id(values: Values) -> Any:
    for block in ("primary_network_interface", "network_interface"):
        for item in known(values.get(block)) or []:
            if item.get("device_index", 0) == 0:
                return item.get("network_interface_id")
    return None


def _root_disk(making: Making) -> Values:
    return {
        "device_name": "/dev/xvda",
        "iops": 3000,
        "throughput": 125,
        "volume_id": f"vol-{digest(making.id, 'root')}",
        "volume_size": 8,
        "volume_type": "gp3",
        "encrypted": False,
    }
