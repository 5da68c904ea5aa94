"""Which nodes are built: what modules tell of them, and what of it is made."""

from typing import Any

import pytest

from elasticluster_tf.errors import EctfError
from elasticluster_tf.nodes import BuiltNode
from elasticluster_tf.terraform import built

FIRST = BuiltNode("arm001", "arm", "10.0.0.1", "10.0.0.1", 22, "admin", "i-1", cloud="here")


def resource(kind: str, name: str, *instances: dict[str, Any], module: str = "module.here") -> dict[str, Any]:
    """A resource as a state file has it; instances by their attributes, or with what stands beside these."""
    whole = [one if "attributes" in one else {"attributes": one} for one in instances]
    return {"mode": "managed", "module": module, "type": kind, "name": name, "instances": whole}


def remembered(name: str, value: Any, module: str = "module.here") -> dict[str, Any]:
    """A `terraform_data` as a state file has it."""
    return resource("terraform_data", name, {"input": {"value": value, "type": "…"}}, module=module)


def told(*names: str, **more: Any) -> dict[str, Any]:
    """What the module tells: nodes of a group `arm` with a machine each."""
    usual = {"group": "arm", "ssh_user": "admin"}
    paths = {"address": "card.ip", "instance_id": "machine.id"} | more.pop("from", {})
    return remembered("nodes", {name: {**usual, "from": paths, **more} for name in names})


def made(name: str, number: int = 1) -> list[dict[str, Any]]:
    """A node's machine and its network card."""
    return [
        resource("machine", name, {"id": f"i-{number}", "access": [{"ip": f"203.0.113.{number}"}]}),
        resource("card", name, {"ip": f"10.0.0.{number}"}),
    ]


def nodes(*resources: dict[str, Any]) -> dict[str, BuiltNode]:
    return built.nodes({"resources": list(resources)})


def only(*resources: dict[str, Any]) -> BuiltNode:
    (found,) = nodes(*resources).values()
    return found


def test_no_state() -> None:
    assert built.nodes({}) == {}


def test_nodes_by_name_and_cloud() -> None:
    other = [
        remembered(
            "nodes", {"arm001": {"group": "arm", "address": "a", "ssh_user": "u", "instance_id": "i"}}
        ),
        resource("machine", "arm001", {"id": "x"}),
    ]
    there = [{**one, "module": "module.there"} for one in other]
    found = nodes(told("arm003", "arm002"), *made("arm003", 3), *made("arm002", 2), *there)
    assert [(name, one.cloud, one.instance_id) for name, one in found.items()] == [
        ("arm001", "there", "i"),
        ("arm002", "here", "i-2"),
        ("arm003", "here", "i-3"),
    ]


def test_what_is_told_and_what_is_found() -> None:
    assert only(told("arm001"), *made("arm001")) == FIRST
    found = only(
        told(
            "arm001",
            zone="z",
            host_key="ssh-ed25519 A",
            private_ip=None,
            power=9000,  # of a future contract
            **{"from": {"public_ip": "machine.access.0.ip", "ssh_port": "machine.port", "colour": "card.ip"}},
        ),
        *made("arm001"),
    )
    assert (found.zone, found.host_key, found.private_ip) == ("z", "ssh-ed25519 A", None)
    assert (found.public_ip, found.ssh_host, found.ssh_port) == ("203.0.113.1", "203.0.113.1", 22)


def test_what_is_found_goes_before_what_is_told() -> None:
    both = told("arm001", zone="asked", ssh_port=2222, **{"from": {"zone": "machine.zone"}})
    machine = {"id": "i-1", "zone": "given"}
    card = made("arm001")[1]
    assert (only(both, resource("machine", "arm001", machine), card).zone) == "given"
    for nothing in (None, ""):
        found = only(both, resource("machine", "arm001", machine | {"zone": nothing}), card)
        assert (found.zone, found.ssh_port) == ("asked", 2222)


@pytest.mark.parametrize(
    "path", ["machine.access.1.ip", "machine.access.x", "machine.id.0", "machine.none.0"]
)
def test_paths_that_lead_nowhere(path: str) -> None:
    assert only(told("arm001", **{"from": {"public_ip": path}}), *made("arm001")).public_ip is None


def test_a_node_is_built_when_all_that_it_is_found_by_is() -> None:
    machine, card = made("arm001")
    second = [told("arm001", "arm002"), *made("arm002", 2)]
    for some in (
        [],
        [machine],
        [card],
        [machine, {**card, "instances": []}],
        [{**machine, "mode": "data"}, card],
    ):
        assert list(nodes(*second, *some)) == ["arm002"]
    assert list(nodes(*second, machine, card)) == ["arm001", "arm002"]
    elsewhere = {**machine, "module": "module.there"}
    assert list(nodes(*second, elsewhere, card)) == ["arm002"]


def test_what_does_not_apply_is_not_waited_for() -> None:
    assert only(told("arm001", **{"from": {"public_ip": None}}), *made("arm001")) == FIRST


def test_a_node_with_anything_tainted_is_not_built() -> None:
    disk = resource("disk", "arm001", {"attributes": {}, "index_key": "d", "status": "tainted"})
    assert nodes(told("arm001"), *made("arm001"), disk) == {}


def test_what_a_replacement_has_left_to_destroy_is_no_machine() -> None:
    """A new machine that could not be made, before the old one was destroyed, or after it."""
    machine, card = made("arm001")
    old = {"attributes": {"id": "i-0"}, "deposed": "0a1b2c3d"}
    assert nodes(told("arm001"), {**machine, "instances": [old]}, card) == {}
    assert only(told("arm001"), {**machine, "instances": [old, *machine["instances"]]}, card) == FIRST


@pytest.mark.parametrize(("key", "lacking"), [("address", "address"), ("instance_id", "instance_id")])
def test_what_a_module_does_not_tell_is_said(key: str, lacking: str) -> None:
    with pytest.raises(EctfError, match=f"arm001 does not tell its {lacking}") as caught:
        nodes(told("arm001", **{"from": {key: None}}), *made("arm001"))
    assert caught.value.where == "module.here.terraform_data.nodes"


def test_volumes_are_where_the_module_says_or_where_they_are_attached() -> None:
    asked = told("arm001", volumes={"data": "", "fast": "/dev/fast"})
    machine = made("arm001")
    assert nodes(asked, *machine) == {}  # not attached yet
    found = only(asked, *machine, remembered("arm001_data", "/dev/sdb"))
    assert found.volumes == {"data": "/dev/sdb", "fast": "/dev/fast"}


def test_the_root_module_tells_of_no_nodes() -> None:
    assert nodes({**told("arm001"), "module": ""}, *made("arm001")) == {}
    assert nodes({**told("arm001"), "type": "thing"}, *made("arm001")) == {}
