"""What the state says: whose cluster it is, what there is."""

from typing import Any

import pytest

from elasticluster_tf.errors import EctfError
from elasticluster_tf.nodes import FileSystem
from elasticluster_tf.terraform import state
from elasticluster_tf.terraform.state import Resource, StoredCloud
from tests.builders import stored

CLUSTER = {
    "mode": "managed",
    "type": "terraform_data",
    "name": "cluster",
    "instances": [
        {
            "attributes": {
                "input": {
                    "value": {
                        "name": "demo",
                        "default_cloud": "x",
                        "clouds": {"x": {"name": "static", "identity": {"region": None}, "of the future": 1}},
                    },
                    "type": "…",
                }
            }
        }
    ],
}


def with_cluster(*nodes: Any) -> dict[str, Any]:
    raw = stored(nodes)
    return {**raw, "resources": [CLUSTER, *raw["resources"]]}


@pytest.mark.parametrize("raw", [{}, {"version": 4}, {"version": 4, "resources": [], "outputs": {}}])
def test_a_cluster_that_does_not_exist(raw: dict[str, Any]) -> None:
    found = state.parse(raw)
    assert not found.exists
    assert (found.nodes, found.cluster, found.clouds) == ({}, "", {})


def test_a_cluster_is_known_again() -> None:
    found = state.parse(with_cluster())
    assert found.exists
    assert (found.cluster, found.default_cloud) == ("demo", "x")
    assert found.clouds == {"x": StoredCloud(name="static", identity={"region": None})}
    assert (found.serial, found.lineage) == (1, "x")


def test_shared_file_systems_by_cloud_and_name() -> None:
    made: dict[str, Any] = {
        "home": {"source": "192.0.2.1:/home", "type": "nfs", "options": "hard", "size": 3}
    }
    raw = {"outputs": {"shared_fs_here": {"value": made}, "shared_fs_there": {"value": {}}}}
    assert state.parse(raw).shared_fs == {
        "here": {"home": FileSystem("192.0.2.1:/home", "nfs", "hard")},
        "there": {},
    }


@pytest.mark.parametrize(("key", "index"), [(None, ""), (0, "[0]"), ("a b", '["a b"]')])
def test_addresses(key: Any, index: str) -> None:
    instance = {"attributes": {}} if key is None else {"attributes": {}, "index_key": key}
    raw = {
        "resources": [
            {"mode": "managed", "module": "module.m", "type": "t", "name": "n", "instances": [instance]}
        ]
    }
    assert state.parse(raw).resources == (Resource(f"module.m.t.n{index}", "module.m", "t", "n", False),)


def test_data_sources_are_no_resources() -> None:
    raw = {"resources": [{"mode": "data", "type": "t", "name": "n", "instances": [{"attributes": {}}]}]}
    assert not state.parse(raw).exists


def test_jump_hosts_and_the_login_key() -> None:
    raw = stored(
        [],
        outputs={
            "bastion_x": {"value": "a001"},
            "bastion_y": {"value": None},
            "ssh_public_key": {"value": "ssh k"},
        },
    )
    found = state.parse(raw)
    assert found.bastions == {"x": "a001", "y": None}
    assert found.ssh_public_key == "ssh k"


def test_a_state_of_another_format_is_refused() -> None:
    with pytest.raises(EctfError, match="format 5"):
        state.parse({"version": 5})


def test_a_module_s_own_cluster_is_not_ours() -> None:
    raw = {"resources": [{**CLUSTER, "module": "module.x"}]}
    assert state.parse(raw).cluster == ""


def test_what_is_kept_is_known_by_its_label_and_found_by_its_name_where_there_is_no_id() -> None:
    def volume(**attributes: Any) -> dict[str, Any]:
        return {
            "mode": "managed",
            "type": "v",
            "name": "a001_data",
            "instances": [{"attributes": attributes}],
        }

    labelled = volume(id="v-1", name="demo-data", tags={"ectf-keep": "true"})
    prefixed = volume(name="demo-data", config={"user.ectf-keep": "true"})
    other = volume(id="v-2", config={"user.ectf-keep": "false", "keep": "true"})
    found = state.parse({"version": 4, "resources": [labelled, prefixed, other]}).resources
    assert [(one.keep, one.id) for one in found] == [(True, "v-1"), (True, "demo-data"), (False, "v-2")]
