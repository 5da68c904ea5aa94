"""Ranges of several clouds' networks in one cluster."""

import pytest

from tests.builders import problems

TEXT = """\
name: demo
cloud: {name: aws, region: eu-central-1}
groups:
  a: {count: 1, type: c7i.large}
  b:
    count: 1
    type: c7i.large
    cloud: {name: aws, alias: west, region: us-west-2%s}
"""


@pytest.mark.parametrize(
    "more", [", cidr: 10.71.0.0/16", ", network: vpc-0a1b2c3d, subnets: [subnet-0a1b2c3d]"]
)
def test_ranges_that_are_apart(more: str) -> None:
    assert problems(TEXT % more) == []


@pytest.mark.parametrize(("more", "line"), [("", 8), (", cidr: 10.70.16.0/20", 8)])
def test_ranges_that_overlap(more: str, line: int) -> None:
    (problem,) = problems(TEXT % more)
    assert problem.key == "groups.b.cloud.cidr" and problem.hint == "choose another `cidr`"
    assert "overlaps 10.70.0.0/16, the network of `aws`" in problem.message
    assert problem.place and problem.place.line == line


def test_a_range_that_is_none_is_told_once() -> None:
    (problem,) = problems(TEXT % ", cidr: 10.70.0.0/99")
    assert "does not fit" in problem.message
