"""What was proven goes into the state. The whole way is in test_login.py."""

from pathlib import Path

from elasticluster_tf.pipeline import recording
from elasticluster_tf.pipeline.run import World, begin
from elasticluster_tf.pipeline.values import Built
from elasticluster_tf.reports import Summary
from elasticluster_tf.terraform import State
from elasticluster_tf.workdir import Workdir
from tests.builders import BARE, CACHE, Told, built, resolve

FOUND = resolve("name: demo\ngroups: {a: {count: 2}}\n")


def test_nothing_is_recorded_where_nothing_was_proven(tmp_path: Path) -> None:
    told = Told()
    nodes = {"a001": built("a001"), "a002": built("a002")}
    with begin(Workdir(tmp_path), "configure", World(BARE, CACHE, told)) as run:
        for state, summary in (
            (State(nodes=nodes), Summary(ok={"a001": 1})),  # a cloud that tells host keys
            (
                State(nodes=nodes, bootstrap={"a001": "k"}),
                Summary(ok={"a002": 1}),
            ),  # the node was not reached
            (State(nodes=nodes, bootstrap={"a001": "k"}, swapped={"a001": "id-a001"}), Summary()),
        ):
            recording.host_keys(run, FOUND, Built(nodes, (), state), summary)
    assert told == []
