"""Joining Terraform's plan with configuration, cost and rules."""

from dataclasses import replace
from decimal import Decimal

import pytest

from elasticluster_tf.errors import InputError
from elasticluster_tf.pipeline import planning
from elasticluster_tf.terraform import State
from elasticluster_tf.terraform.state import StoredCloud
from tests.builders import Terrain, catalogue, echo, resolve, write


def test_a_plan_has_all_four_halves(three: Terrain) -> None:
    found = three.cluster(echo(4)).plan()
    assert [one.name for one in found.infrastructure.nodes] == ["compute004"]
    assert found.configuration.hosts == ("compute001", "compute002", "compute003", "compute004")
    assert found.cost is not None and found.cost.after.hourly >= Decimal(0)
    assert {one.outcome for one in found.risks} == {"passed"}
    assert [(one.group, one.before, one.after) for one in found.groups] == [("compute", 3, 4)]
    assert found.pending


def test_a_price_book_that_is_wrong_is_told_with_its_place(three: Terrain) -> None:
    write(three.folder, {"prices.yaml": "currency: CHF\nclouds: {echo: {nodes: {x: -1}}}\n"})
    with pytest.raises(InputError) as caught:
        three.cluster(echo(3)).plan()
    assert "prices.yaml:2" in str(caught.value)


def test_clouds_that_are_no_longer_named_are_emptied() -> None:
    wanted = resolve("name: demo\ngroups: {a: {count: 1}}\n")
    known = catalogue()
    state = State(clouds={"old": StoredCloud(name="echo"), "gone": StoredCloud(name="unknown")})
    assert planning.retired_clouds(wanted.clouds, state, known) == {}  # they hold nothing
    assert planning.retired_clouds(wanted.clouds, replace(state, clouds={}), known) == {}
