"""One cluster is one name in one place. With real state: tests/unit/pipeline/test_cluster.py."""

from dataclasses import replace
from typing import Any

import pytest

from elasticluster_tf.errors import Refused
from elasticluster_tf.pipeline import identity
from elasticluster_tf.plan.names import MOVE
from elasticluster_tf.terraform import State, StoredCloud
from elasticluster_tf.terraform.state import Resource
from tests.builders import resolve

FOUND = resolve("name: demo\ncloud: {name: echo, region: x}\ngroups: {a: {count: 1}}\n")
RESOURCE = Resource("a.b", "", "a", "b", False)
STATE = State(
    resources=(RESOURCE,),
    cluster="demo",
    default_cloud="echo",
    clouds={"echo": StoredCloud(name="echo", identity={"region": "x"})},
)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"resources": (), "cluster": "other"},  # a state of nothing binds nobody
        {"cluster": ""},  # made by an unknown hand
        {"clouds": {}},
        {"clouds": {"gone": StoredCloud(name="static", identity={"region": "y"})}},
    ],
)
def test_the_same_cluster(change: dict[str, Any]) -> None:
    identity.check(FOUND, replace(STATE, **change), frozenset())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cluster": "other"}, "of the cluster `other`"),
        ({"default_cloud": "static"}, "in the cloud `static`, not in `echo`"),
        ({"clouds": {"echo": StoredCloud(name="static")}}, "is the cloud `static`, not `echo`"),
        ({"clouds": {"echo": StoredCloud(name="echo", identity={"region": "y"})}}, "region 'y', not 'x'"),
    ],
)
def test_another_cluster(change: dict[str, Any], message: str) -> None:
    state = replace(STATE, **change)
    with pytest.raises(Refused) as caught:
        identity.check(FOUND, state, frozenset({"something-else"}))
    assert message in caught.value.message
    assert caught.value.where.startswith("cluster.yaml:2:")
    identity.check(FOUND, state, frozenset({MOVE}))
