"""A cloud's HCL: variables, rules, and the cache of what was parsed."""

from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import clouds
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


@pytest.mark.parametrize(
    ("rule", "value", "holds"),
    [
        (Rule("^[a-z]+$", (), ""), "abc", True),
        (Rule("^[a-z]+$", (), ""), "ABC", False),
        (Rule("", ("a", "b"), ""), "b", True),
        (Rule("", ("a", "b"), ""), "c", False),
        (Rule("^[a-z]+$", (), ""), 7, True),
        (Rule("", ("a",), ""), None, True),
    ],
)
def test_rules_that_are_judged_before_terraform_runs(rule: Rule, value: Any, holds: bool) -> None:
    assert rule.holds(value) is holds


def test_rules_are_read_from_validation_blocks() -> None:
    variables = shipped().clouds["echo"].variables
    assert variables["region"].rules == (Rule("^[a-z]+$", (), "A region is a word."),)
    assert variables["tier"].rules == (Rule("", ("gold", "silver"), "A tier is gold or silver."),)
    assert variables["note"].rules == ()
