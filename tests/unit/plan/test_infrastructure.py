"""Terraform's plan as JSON, read by node."""

from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import plan
from elasticluster_tf.plan import AttributeChange, Drift, InfraPlan
from tests.builders import Terrain, echo

NAMES = ["c001", "c002", "c003"]


def change(
    name: str, *actions: str, kind: str = "machine", module: str = "module.x", **more: Any
) -> dict[str, Any]:
    body = {"actions": list(actions)}
    for key in ("before", "after", "after_unknown", "before_sensitive", "after_sensitive", "replace_paths"):
        if key in more:
            body[key] = more.pop(key)
    head = f"{module}." if module else ""
    found = {
        "address": f"{head}{kind}.{name}",
        "mode": "managed",
        "type": kind,
        "name": name,
        "change": body,
        **more,
    }
    return {**found, "module_address": module} if module else found


def parse(*changes: dict[str, Any], **more: Any) -> InfraPlan:
    return plan.parse({"resource_changes": list(changes), **more}, NAMES, ["c004"])


def only(*changes: dict[str, Any]) -> plan.NodeChange:
    (found,) = parse(*changes).nodes
    return found


def test_nothing_to_do() -> None:
    found = parse(change("c001", "no-op"), change("c002", "read"))
    assert found == InfraPlan((), (), ())
    assert not found.pending
    assert found.changes == 0
    assert plan.parse({}, [], []) == found


@pytest.mark.parametrize(
    ("actions", "action"),
    [
        (["create"], "create"),
        (["update"], "change"),
        (["delete"], "destroy"),
        (["forget"], "forget"),
        (["delete", "create"], "replace"),
        (["create", "delete"], "replace"),
    ],
)
def test_actions(actions: list[str], action: str) -> None:
    assert only(change("c001", *actions)).action == action


@pytest.mark.parametrize(
    ("actions", "action"),
    [
        ([["create"], ["create"]], "create"),
        ([["create"], ["update"]], "create"),
        ([["delete"], ["create"]], "replace"),
        ([["delete", "create"], ["no-op"], ["update"]], "replace"),
        ([["delete"], ["update"]], "change"),  # a disk less
        ([["delete"], ["delete"]], "destroy"),
    ],
)
def test_a_node_is_all_its_resources(actions: list[list[str]], action: str) -> None:
    kinds = ("machine", "disk", "address")
    found = only(*(change("c001", *each, kind=kind) for each, kind in zip(actions, kinds, strict=False)))
    assert found.action == action


def test_nodes_come_in_the_order_of_the_file_then_of_the_state() -> None:
    found = parse(*(change(name, "create") for name in ("c004", "c002", "c001")))
    assert [one.name for one in found.nodes] == ["c001", "c002", "c004"]
    assert (found.count("create"), found.count("destroy"), found.changes) == (3, 0, 3)


def test_what_is_no_node_is_another_resource() -> None:
    found = parse(
        change("cluster", "create", kind="network"),
        change("c001", "create", module=""),  # of the root module, so no node whatever its name
        change("c009", "delete"),
    )
    assert found.nodes == ()
    assert [one.address for one in found.resources] == [
        "module.x.network.cluster",
        "machine.c001",
        "module.x.machine.c009",
    ]


def test_what_the_state_alone_remembers_is_counted_apart() -> None:
    found = parse(
        change("configured", "update", kind="terraform_data", module=""),
        change("nodes", "update", kind="terraform_data"),
        change("c002_data", "create", kind="terraform_data"),
        change("image", "create", kind="terraform_data"),
        change("nodes", "delete"),  # of another type: something of the cloud's
    )
    assert found.bookkeeping == 3
    assert found.nodes == ()
    assert [one.address for one in found.resources] == [
        "module.x.terraform_data.image",
        "module.x.machine.nodes",
    ]
    assert (found.changes, found.total, found.pending) == (2, 5, True)


def test_data_sources_are_no_changes() -> None:
    assert parse({**change("c001", "create"), "mode": "data"}).nodes == ()


def test_a_replacement_says_what_forces_it() -> None:
    found = only(
        change(
            "c001",
            "delete",
            "create",
            before={"image": "a", "disk": [{"size": 1}], "id": "x", "name": "n"},
            after={"image": "b", "disk": [{"size": 2}], "name": "n"},
            after_unknown={"id": True},
            replace_paths=[["image"], ["disk", 0, "size"]],
            action_reason="replace_because_cannot_update",
        )
    )
    (resource,) = found.resources
    assert resource.forced_by == (
        AttributeChange("image", "a", "b"),
        AttributeChange("disk.0.size", 1, 2),
    )
    assert [one.attribute for one in resource.changed] == ["image", "disk"]
    assert found.reason == "image 'a' → 'b', disk.0.size 1 → 2"


@pytest.mark.parametrize(
    ("actions", "reason", "words"),
    [
        (["delete", "create"], "replace_because_tainted", "it was not made whole"),
        (["delete"], "delete_because_no_resource_config", "it is no longer in the file"),
        (["delete"], "delete_because_no_module", "it is no longer in the file"),
        (["create"], "", ""),
        (["delete"], "a_reason_of_the_future", ""),
    ],
)
def test_reasons_in_words(actions: list[str], reason: str, words: str) -> None:
    assert only(change("c001", *actions, action_reason=reason)).reason == words


def test_a_change_names_its_arguments() -> None:
    found = only(
        change("c001", "update", before={"a": 1, "b": 1, "c": None}, after={"a": 2, "b": 1, "c": 3}),
        change("c001", "update", kind="disk", before={"size": 1}, after={"size": 2}),
    )
    assert found.reason == "a, c; size"


@pytest.mark.parametrize("mark", [{"key": True}, True])
def test_secret_values_are_never_shown(mark: Any) -> None:
    secret = change(
        "c001", "delete", "create", before={"key": "old-secret"}, after={"key": "new-secret"}, after_sensitive=mark,
        replace_paths=[["key"]],
    )  # fmt: skip
    found = only(secret)
    assert found.resources[0].forced_by == (AttributeChange("key"),)
    assert "secret" not in repr(found)


def test_drift() -> None:
    drift = [
        change("c001", "delete"),
        change("c002", "update"),
        change("net", "update"),
        change("c003", "no-op"),
    ]
    assert parse(resource_drift=drift).drift == (
        Drift("module.x.machine.c001", "c001", "vanished"),
        Drift("module.x.machine.c002", "c002", "changed"),
        Drift("module.x.machine.net", None, "changed"),
    )


def test_outputs_alone_make_a_plan_pending() -> None:
    found = parse(output_changes={"a": {"actions": ["no-op"]}, "b": {"actions": ["update"]}})
    assert found.outputs_change
    assert found.pending
    assert found.changes == 0
    assert not parse(output_changes={"a": {"actions": ["no-op"]}}).pending


def test_a_real_plan(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    found = ground.cluster(echo(2)).plan().infrastructure
    assert [(one.name, one.action, one.reason) for one in found.nodes] == [
        ("compute001", "create", ""),
        ("compute002", "create", ""),
    ]
    assert [one.address for one in found.resources] == []
    assert (found.drift, found.bookkeeping, found.outputs_change) == ((), 3, True)


def test_a_real_replacement(three: Terrain) -> None:
    found = (
        three.cluster(echo(groups={"compute": {"count": 3, "image": "oldix-1"}}))
        .plan()
        .infrastructure.nodes[1]
    )
    assert (found.name, found.action) == ("compute002", "replace")
    assert "triggers_replace" in found.reason
