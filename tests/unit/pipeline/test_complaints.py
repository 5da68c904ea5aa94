"""What Terraform complains about, brought back to the cluster file."""

from typing import Any

import pytest

from elasticluster_tf.errors import InputError, TerraformFailed
from elasticluster_tf.pipeline import complaints
from tests.builders import resolve

FOUND = resolve("name: demo\ncloud: {name: echo, region: x}\ngroups:\n  a: {count: 1}\n  b: {count: 1}\n")
SETTING = 'region = var.settings["echo"]["region"]'
NODES = 'nodes = var.nodes["echo"]'
SUMMARY = "Invalid value for variable"


def failed(*complained: tuple[str, str, str]) -> TerraformFailed:
    error = TerraformFailed("terraform plan failed")
    error.complaints = complained
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
