"""What Terraform complains about, brought back to the cluster file."""

from typing import Any

import pytest

from elasticluster_tf.errors import Complaint, InputError, TerraformFailed
from elasticluster_tf.pipeline import complaints
from tests.builders import resolve

FOUND = resolve("name: demo\ncloud: {name: echo, region: x}\ngroups:\n  a: {count: 1}\n  b: {count: 1}\n")
SETTING = 'region = var.settings["echo"]["region"]'
NODES = 'nodes = var.nodes["echo"]'
SUMMARY = "Invalid value for variable"


def failed(*complained: tuple[str, ...]) -> TerraformFailed:
    error = TerraformFailed("terraform plan failed")
    error.complaints = tuple(Complaint(*one) for one in complained)
    return error


@pytest.mark.parametrize(
    ("detail", "code", "key", "place"),
    [
        ("Too far.\n\nThis was checked by …", SETTING, "cloud.region", "cluster.yaml:2:29"),
        ("Node b001 is too large.", NODES, "groups.b", "cluster.yaml:5:6"),
        ("Some node is too large.", NODES, "groups", "cluster.yaml:4:3"),
        ("b001: no such device", 'node_settings = var.node_settings["echo"]', "groups.b", "cluster.yaml:5:6"),
    ],
)
def test_values_of_the_file(detail: str, code: str, key: str, place: str) -> None:
    error = complaints.of_the_file(failed((SUMMARY, detail, code)), FOUND)
    assert isinstance(error, InputError)
    (problem,) = error.problems
    assert (problem.key, str(problem.place)) == (key, place)
    assert problem.message == detail.split("\n")[0]


@pytest.mark.parametrize(
    "complained",
    [
        [],
        [("No credentials", "x", SETTING)],
        [(SUMMARY, "x", "labels = var.labels")],
        [(SUMMARY, "x", 'var.settings["nowhere"]["region"]')],
        [(SUMMARY, "x", SETTING), ("No credentials", "x", "")],  # one that is not of the file: show all
    ],
)
def test_everything_else_stays_terraform_s(complained: list[Any]) -> None:
    error = failed(*complained)
    assert complaints.of_the_file(error, FOUND) is error


TWO = resolve(
    """\
name: demo
cloud: {name: openstack, cloud: mysite, network: lab}
groups:
  a: {count: 1, type: m1.smal}
  b: {count: 1, size: {cpus: 4, memory_gb: 16}}
  c:
    count: 1
    type: c7i.large
    cloud: {name: aws, alias: west, region: us-west-2, network: vpc-0a1b2c3d, subnets: [subnet-0a1b2c3d]}
"""
)
NONE = "Your query returned no results."


@pytest.mark.parametrize(
    ("address", "said", "key", "line"),
    [
        ('module.openstack.data.openstack_compute_flavor_v2.named["m1.smal"]', NONE, "groups.a.type", 4),
        ('module.openstack.data.openstack_compute_flavor_v2.sized["4 16"]', NONE, "groups.b.size", 5),
        ("module.openstack.data.openstack_networking_network_v2.existing[0]", NONE, "cloud.network", 2),
        ('module.west.data.aws_subnet.given["subnet-0a1b2c3d"]', NONE, "groups.c.cloud.subnets.0", 9),
        ('module.west.data.aws_ami.portable["debian-12/x86_64"]', NONE, "groups.c.image", 7),
        ('provider["registry.terraform.io/hashicorp/aws"].west', "No credentials", "groups.c.cloud", 9),
        (
            'provider["registry.terraform.io/hashicorp/aws"].west',
            "no region us-west-2",
            "groups.c.cloud.region",
            9,
        ),
        ("module.west.aws_vpc.given", "AuthFailure: who?", "groups.c.cloud", 9),
        ("module.west.terraform_data.x", "cloud.cidr: it is small", "groups.c.cloud.cidr", 9),
    ],
)
def test_what_a_cloud_says_is_told_at_its_key(address: str, said: str, key: str, line: int) -> None:
    summary, detail = ("Resource precondition failed", said) if said.startswith("cloud") else (said, "")
    error = complaints.of_the_file(failed((summary, detail, "", address)), TWO)
    assert isinstance(error, InputError)
    (problem,) = error.problems
    assert problem.key == key and problem.hint
    assert problem.place and problem.place.line == line


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("module.openstack.data.openstack_networking_network_v2.existing[0]", "Service Unavailable"),
        ("module.openstack.data.openstack_other.x", NONE),
        ("module.gone.data.aws_ami.portable", NONE),
        ('provider["registry.terraform.io/hashicorp/google"]', "No credentials"),
        ('provider["registry.terraform.io/hashicorp/aws"].east', "No credentials"),
        ("module.west.aws_instance.a001", "Quota exceeded"),
    ],
)
def test_what_is_no_fault_of_the_file_stays_terraform_s(address: str, said: str) -> None:
    error = failed((said, "", "", address))
    assert complaints.of_the_file(error, TWO) is error


def test_without_a_file_the_hint_alone_is_told() -> None:
    error = failed(
        (NONE,), ("No credentials", "", "", 'provider["registry.terraform.io/hashicorp/aws"].west')
    )
    complaints.add_hint(error, TWO.clouds)
    assert "AWS_PROFILE" in error.hint
    other = failed((NONE,))
    complaints.add_hint(other, TWO.clouds)
    assert other.hint == ""
