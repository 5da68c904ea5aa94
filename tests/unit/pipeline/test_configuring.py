"""What the configuration decides by itself; the road as a whole is in test_cluster.py."""

import pytest

from elasticluster_tf.pipeline import configuring
from elasticluster_tf.pipeline.values import Built
from elasticluster_tf.plan import Record
from elasticluster_tf.terraform import State
from tests.builders import built


@pytest.mark.parametrize(
    ("bootstrap", "proven", "awaited"),
    [
        ({}, {}, False),  # a cloud that tells host keys
        ({"a001": "k", "a002": "k"}, {}, True),
        ({"a001": "k", "a002": "k"}, {"a001": "id-a001"}, True),
        ({"a001": "k"}, {"a001": "id-a001"}, False),
        ({"a001": "k"}, {"a001": "the machine before"}, True),
        ({"z001": "k"}, {}, False),  # no node of this run
    ],
)
def test_which_nodes_may_not_be_ready(
    bootstrap: dict[str, str], proven: dict[str, str], awaited: bool
) -> None:
    nodes = {"a001": built("a001"), "a002": built("a002")}
    state = State(nodes=nodes, bootstrap=bootstrap, record=Record(host_keys=proven))
    assert configuring.unproven(Built(nodes, (), state, state.record)) is awaited
