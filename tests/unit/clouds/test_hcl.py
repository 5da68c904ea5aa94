"""A cloud's HCL: variables, rules, and the cache of what was parsed."""

from pathlib import Path

import pytest

from elasticluster_tf import clouds
from elasticluster_tf.clouds import expressions
from elasticluster_tf.clouds.hcl import Rule
from elasticluster_tf.errors import EctfError
from tests.builders import shipped, write


def test_hcl_that_is_none_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"cloud.yaml": "title: X\n", "variables.tf": "variable {{\n"})
    with pytest.raises(EctfError, match="this is no HCL") as caught:
        _ = clouds.load(tmp_path).variables
    assert caught.value.where == str(tmp_path / "variables.tf")


def test_parsed_hcl_is_kept_by_content(tmp_path: Path) -> None:
    text = 'variable "x" {\n  type = string\n}\n'
    write(tmp_path, {"cloud.yaml": "title: X\n", "variables.tf": text})
    cache = tmp_path / "cache"
    assert list(clouds.load(tmp_path, cache).variables) == ["x"]
    (kept,) = cache.iterdir()
    kept.write_text('{"variable": [{"y": {"type": "string"}}]}', encoding="utf-8")
    assert list(clouds.load(tmp_path, cache).variables) == ["y"]  # read back, not parsed again
    write(tmp_path, {"variables.tf": text + "# changed\n"})
    assert list(clouds.load(tmp_path, cache).variables) == ["x"]
    assert len(list(cache.iterdir())) == 2


def test_rules_are_read_from_validation_blocks() -> None:
    variables = shipped().clouds["echo"].variables
    assert variables["region"].rules == (
        Rule(expressions.read('can(regex("^[a-z]+$", var.region))'), "A region is a word."),
    )
    assert variables["tier"].rules[0].message == "A tier is gold or silver."
    assert variables["note"].rules == ()


@pytest.mark.parametrize(
    ("condition", "message"), [("jsondecode(var.x).y", "No."), ('var.x == "y"', "No ${var.x}.")]
)
def test_a_rule_that_is_not_understood_is_left_to_terraform(
    tmp_path: Path, condition: str, message: str
) -> None:
    block = f'validation {{\n condition = {condition}\n error_message = "{message}"\n }}'
    write(
        tmp_path,
        {"cloud.yaml": "title: X\n", "variables.tf": f'variable "x" {{\n type = string\n {block}\n}}\n'},
    )
    assert clouds.load(tmp_path).variables["x"].rules == ()
