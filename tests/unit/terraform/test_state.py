"""What the state says: which nodes are whole, whose cluster it is."""

from typing import Any

import pytest

from elasticluster_tf.errors import EctfError
from elasticluster_tf.nodes import FileSystem
from elasticluster_tf.terraform import state
from elasticluster_tf.terraform.state import Resource, StoredCloud
from tests.builders import built, stored

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


def test_nodes_by_name() -> None:
    one = built("arm002", public_ip="203.0.113.1", volumes={"d": "/dev/vdb"}, host_key="ssh-ed25519 A")
    two = built("arm001", cloud="other")
    found = state.parse(stored([one, two]))
    assert list(found.nodes) == ["arm001", "arm002"]
    assert found.nodes == {"arm001": two, "arm002": one}


def test_keys_of_the_future_are_left_alone_and_nulls_are_defaults() -> None:
    raw = stored([built("arm001")])
    contact = raw["resources"][1]["instances"][0]["attributes"]["output"]["value"]
    contact |= {"power": 9000, "volumes": None, "zone": None}
    (found,) = state.parse(raw).nodes.values()
    assert found == built("arm001")


@pytest.mark.parametrize("key", ["address", "ssh_host"])
def test_what_a_contact_lacks_is_said(key: str) -> None:
    raw = stored([built("arm001")])
    raw["resources"][1]["instances"][0]["attributes"]["output"]["value"][key] = None
    with pytest.raises(EctfError, match=f"the contact of arm001 lacks {key}") as caught:
        state.parse(raw)
    assert caught.value.where == "module.local.terraform_data.node_arm001"


def test_a_node_without_machine_is_not_built() -> None:
    raw = stored([built("arm001")])
    del raw["resources"][0]
    assert state.parse(raw).nodes == {}


def test_a_contact_of_a_machine_that_is_gone_is_of_no_node() -> None:
    """A replacement that failed half-way leaves the contact, the network interface, maybe another machine."""
    raw = stored([built("arm001"), built("arm002")])
    raw["resources"][0]["type"] = "interface"
    raw["resources"][0]["instances"][0]["attributes"] = {"id": "eni-1", "tags": {"id": "id-arm001"}}
    assert list(state.parse(raw).nodes) == ["arm002"]


def test_a_contact_of_the_root_module_or_of_another_type_is_none() -> None:
    for change in ({"module": ""}, {"type": "thing"}, {"mode": "data"}, {"name": "arm001"}):
        raw = stored([built("arm001")])
        raw["resources"][1] |= change
        assert state.parse(raw).nodes == {}, change


def test_a_node_with_anything_tainted_is_not_built() -> None:
    raw = stored([built("arm001"), built("arm002")])
    disk = {"mode": "managed", "module": "module.local", "type": "disk", "name": "arm001"}
    raw["resources"].append(
        {**disk, "instances": [{"attributes": {}, "status": "tainted", "index_key": "d"}]}
    )
    found = state.parse(raw)
    assert list(found.nodes) == ["arm002"]
    assert [one.address for one in found.resources if one.tainted] == ['module.local.disk.arm001["d"]']


def test_shared_file_systems_by_cloud_and_name() -> None:
    made: dict[str, Any] = {
        "home": {"source": "192.0.2.1:/home", "type": "nfs", "options": "hard", "size": 3}
    }
    raw = {"outputs": {"shared_fs_here": {"value": made}, "shared_fs_there": {"value": {}}}}
    assert state.parse(raw).shared_fs == {
        "here": {"home": FileSystem("192.0.2.1:/home", "nfs", "hard")},
        "there": {},
    }


@pytest.mark.parametrize("output", [None, {"value": None, "type": "dynamic"}])
def test_a_node_without_contact_is_not_built(output: Any) -> None:
    raw = stored([built("arm001"), built("arm002")])
    raw["resources"][1]["instances"][0]["attributes"]["output"] = output
    assert list(state.parse(raw).nodes) == ["arm002"]
    del raw["resources"][1]
    assert list(state.parse(raw).nodes) == ["arm002"]


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
