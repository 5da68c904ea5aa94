"""What hosts were configured from goes into the state, and nothing else does."""

import json
from dataclasses import replace

import pytest

from elasticluster_tf.errors import EctfError
from elasticluster_tf.events import StageStarted
from elasticluster_tf.pipeline import login, recording
from elasticluster_tf.pipeline.run import begin
from elasticluster_tf.plan import Record
from elasticluster_tf.plan.record import NodeRecord, Setup
from tests.builders import Terrain, echo

SETUP = Setup("x", ("p",), "role", {"x_text": "${a} {{ b }} \n'\"", "x_size": 1.5}, {"p": {"a001": "f"}})
RECORD = Record({"compute001": NodeRecord("i-1", "f", "a", (SETUP.id,))}, {SETUP.id: SETUP}, used=("n",))


def test_a_record_goes_into_the_state_and_comes_back(three: Terrain) -> None:
    cluster = three.cluster()
    before = cluster.state()
    with begin(cluster.workdir, "configure", cluster.world) as run:
        wrote = recording.write(run, before, RECORD)
        assert wrote.record == RECORD
        assert recording.write(run, wrote, RECORD) is wrote  # nothing new
    assert cluster.state().record == RECORD
    assert cluster.state().nodes == before.nodes
    again = cluster.plan()  # a plan passes it on, less what is to be done again
    assert not again.infrastructure.changes
    values = json.loads((cluster.workdir.path / login.VALUES).read_text(encoding="utf-8"))
    assert values[recording.VARIABLE]["used"] == ["n"]


def test_a_node_that_vanished_is_not_made_on_the_way(three: Terrain) -> None:
    cluster = three.cluster(echo(4))
    cluster.plan()  # the files want four now, the state has three
    state = cluster.state()
    with begin(cluster.workdir, "configure", cluster.world) as run:
        wrote = recording.write(run, state, replace(state.record, used=("n",)))
    assert set(wrote.nodes) == {"compute001", "compute002", "compute003"}


def test_recording_never_touches_anything_else(three: Terrain, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = three.cluster()
    state = cluster.state()
    monkeypatch.setattr(recording, "ADDRESS", "terraform_data.cluster")
    three.told.clear()
    with begin(cluster.workdir, "configure", cluster.world) as run:
        file = cluster.workdir.path / "main.tf"
        file.write_text(
            file.read_text(encoding="utf-8").replace(
                "input = var.cluster\n", "input = [var.cluster, terraform_data.configured.id]\n"
            ),
            encoding="utf-8",
        )
        with pytest.raises(EctfError, match="would change more than the record") as caught:
            recording.write(run, state, RECORD)
    assert "terraform_data.configured" in caught.value.detail
    assert [event.stage for event in three.told if isinstance(event, StageStarted)] == ["record"]
