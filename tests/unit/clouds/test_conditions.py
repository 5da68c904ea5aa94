"""Conditions, judged by known values."""

from typing import Any

import pytest

from elasticluster_tf.clouds import conditions, expressions
from elasticluster_tf.clouds.conditions import Breach

KNOWN: dict[str, Any] = {
    "n": 5,
    "none": None,
    "text": "abc",
    "range": "10.0.1.0/16",
    "list": ["a", "b", "a"],
    "fs": {"home": {"size": 0, "type": "x"}, "Work": {"size": 10, "type": "y"}},
}


def judged(text: str) -> list[Breach]:
    return conditions.breaches(expressions.read(text), "own", KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "var.n >= 1 && var.n <= 10",
        "var.none == null || var.none > 3",
        "var.none == null ? true : var.none > 3",
        'can(regex("^[a-c]+$", var.text)) && !can(regex("^x", var.text))',
        'contains(["abc"], var.text) && startswith("${var.text}-", "abc-")',
        "length(distinct(var.list)) == length(var.list) - 1",
        'try(cidrsubnet(var.range, 0, 0) == "10.0.0.0/16", false)',
        "var.n % 5 == 0 && var.n / 2 == 2.5 && var.n * 2 == 10 && var.n + 1 > 5",
        "length([for name, one in var.fs : name if one.size > 5]) == 1",
        "alltrue([for one in values(var.fs) : one.size >= 0 if one.size > 5])",
        "alltrue([for one in values(var.fs) : coalesce(one.size, 1) < 11])",
    ],
)
def test_what_holds(text: str) -> None:
    assert judged(text) == []


@pytest.mark.parametrize(
    ("text", "breaches"),
    [
        ("var.n <= 3", [Breach(("own",))]),
        ("var.n == null", [Breach(("own",))]),
        ("can(var.none.x)", [Breach(("own",))]),
        ('can(regex("^x", var.text))', [Breach(("own",))]),
        ('alltrue([for one in var.list : one == "a"])', [Breach(("list", 1))]),
        ("alltrue([for one in values(var.fs) : one.size > 0])", [Breach(("fs", "home", "size"))]),
        ('alltrue([for one in values(var.fs) : one.size > 0 || one.type == "y"])', [Breach(("fs", "home"))]),
        ("alltrue([for name, one in var.fs : one.size < 10])", [Breach(("fs", "Work", "size"))]),
        (
            'alltrue([for name in keys(var.fs) : can(regex("^[a-z]+$", name))])',
            [Breach(("fs", "Work"), at_key=True)],
        ),
        (
            "var.n > 0 && alltrue([for one in values(var.fs) : one.size > 0])",
            [Breach(("fs", "home", "size"))],
        ),
        ("var.n > 9 && alltrue([for one in values(var.fs) : one.size > 0])", [Breach(("own",))]),
    ],
)
def test_where_it_does_not_hold(text: str, breaches: list[Breach]) -> None:
    assert judged(text) == breaches


@pytest.mark.parametrize(
    "text",
    [
        "var.unknown > 3",
        "can(var.unknown)",
        "jsondecode(var.text) == 1",
        "var.text > 3",
        "var.none > 3",
        "var.n",
        "alltrue([for one in var.text : one])",
        "alltrue([for one in values(var.fs) : one.other > 0])",
        "var.n / 0 > 1",
        "length(var.n) == 1",
    ],
)
def test_what_is_left_to_terraform(text: str) -> None:
    assert judged(text) == []
