"""Functions of HCL, with Terraform's meaning."""

from typing import Any

import pytest

from elasticluster_tf.clouds.functions import FUNCTIONS, Fault, Unjudged, same


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("alltrue", [[]], True),
        ("alltrue", [[True, False]], False),
        ("cidrhost", ["10.0.0.0/24", 2], "10.0.0.2"),
        ("cidrsubnet", ["10.0.1.7/16", 0, 0], "10.0.0.0/16"),
        ("cidrsubnet", ["10.0.0.0/16", 4, 3], "10.0.48.0/20"),
        ("cidrsubnet", ["2001:db8::/32", 16, 1], "2001:db8:1::/48"),
        ("cidrsubnet", ["::/64", 0, 0], "::/64"),
        ("coalesce", [None, "", "a", "b"], "a"),
        ("contains", [[1, 2], 2], True),
        ("contains", [[1], True], False),
        ("distinct", [["a", "b", "a"]], ["a", "b"]),
        ("floor", [2.5], 2),
        ("join", ["/", ["10.0.0.1", "32"]], "10.0.0.1/32"),
        ("keys", [{"b": 1, "a": 2}], ["a", "b"]),
        ("length", ["abc"], 3),
        ("regex", ["^[a-c]+", "abcd"], "abc"),
        ("startswith", ["abc", "ab"], True),
        ("values", [{"b": 1, "a": 2}], [2, 1]),
        ("%", [4800, 2400], 0),
        ("%", [-5, 3], -2),
    ],
)
def test_answers(name: str, arguments: list[Any], answer: Any) -> None:
    assert FUNCTIONS[name](*arguments) == answer


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("coalesce", [None, ""]),
        ("cidrsubnet", ["10.0.0.0", 0, 0]),
        ("cidrsubnet", ["10.0.0.0/255.0.0.0", 0, 0]),
        ("cidrsubnet", ["10.0.0.0/16", 1, 2]),
        ("cidrsubnet", ["10.0.0.0/16", -1, 0]),
        ("regex", ["^a$", "b"]),
        ("<", ["a", 1]),
        (">=", [True, 0]),
    ],
)
def test_what_terraform_calls_an_error(name: str, arguments: list[Any]) -> None:
    with pytest.raises(Fault):
        FUNCTIONS[name](*arguments)


@pytest.mark.parametrize("pattern", ["[[:alpha:]]", r"\\pL"[1:], "(?U)a"])
def test_patterns_that_python_reads_otherwise_are_terraform_s(pattern: str) -> None:
    with pytest.raises(Unjudged):
        FUNCTIONS["regex"](pattern, "a")


def test_equality() -> None:
    assert same(1, 1.0) and same(None, None) and same(True, True)
    assert not same(1, True) and not same("1", 1) and not same(None, "")
