"""What a plan would change: nodes by name, other resources, and what drifted.

Read from the JSON form of Terraform's saved plan; pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from elasticluster_tf.nodes import TOLD

Action = Literal["create", "change", "replace", "destroy", "forget"]
ACTIONS: tuple[Action, ...] = get_args(Action)


@dataclass(frozen=True)
class AttributeChange:
    """An argument whose value differs; values that are secret or not known yet are None."""

    attribute: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class ResourceChange:
    """One resource that would change; `forced_by` are the arguments that make it a replacement.

    `forget` leaves it as it is and out of the state. `node` is whose it is, `volume` the data volume that
    would be lost with it, `unencrypted` says that it has a disk which would be so.
    """

    address: str
    type: str
    action: Action
    reason: str = ""
    forced_by: tuple[AttributeChange, ...] = ()
    changed: tuple[AttributeChange, ...] = ()
    node: str = ""
    volume: str = ""
    unencrypted: bool = False


@dataclass(frozen=True)
class NodeChange:
    """What would happen to one node, over all its resources."""

    name: str
    action: Action
    reason: str
    resources: tuple[ResourceChange, ...]


@dataclass(frozen=True)
class Drift:
    """A resource that is no longer as it was left."""

    address: str
    node: str | None
    action: Literal["changed", "vanished"]


@dataclass(frozen=True)
class InfraPlan:
    """Terraform's half of a plan; `bookkeeping` counts what changes in the state's memory alone."""

    nodes: tuple[NodeChange, ...]
    resources: tuple[ResourceChange, ...]
    drift: tuple[Drift, ...]
    bookkeeping: int = 0
    outputs_change: bool = False

    @property
    def changes(self) -> int:
        """How many resources would change."""
        return len(self.resources) + sum(len(node.resources) for node in self.nodes)

    def every_resource(self) -> Iterator[ResourceChange]:
        """The resources of nodes, then the others."""
        for node in self.nodes:
            yield from node.resources
        yield from self.resources

    @property
    def pending(self) -> bool:
        """Whether applying the plan would do anything, to a resource or to what the state remembers."""
        return bool(self.changes or self.bookkeeping or self.outputs_change)

    @property
    def total(self) -> int:
        """How many resources Terraform will work on."""
        return self.changes + self.bookkeeping

    def count(self, action: Action) -> int:
        """How many nodes have this action."""
        return sum(node.action == action for node in self.nodes)


def parse(raw: Mapping[str, Any], node_names: Sequence[str], built: Sequence[str]) -> InfraPlan:
    """The plan by node; `node_names` are wanted, `built` are in the state."""
    known = {*node_names, *built}
    of_node: dict[str, list[ResourceChange]] = {}
    others: list[ResourceChange] = []
    bookkeeping = 0
    for one in raw.get("resource_changes", []):
        node = _owner(one, known)
        change = _resource_change(one, node or "")
        if change is None:
            continue
        if _is_memory(one):
            bookkeeping += 1
        elif node:
            of_node.setdefault(node, []).append(change)
        else:
            others.append(change)
    order = {name: position for position, name in enumerate([*node_names, *built])}
    return InfraPlan(
        nodes=tuple(
            _node_change(name, of_node[name]) for name in sorted(of_node, key=lambda n: order.get(n, 0))
        ),
        resources=tuple(others),
        drift=tuple(_drift(raw, known)),
        bookkeeping=bookkeeping,
        outputs_change=any(one["actions"] != ["no-op"] for one in raw.get("output_changes", {}).values()),
    )


def new_machines(raw: Mapping[str, Any]) -> set[str]:
    """The nodes that get a machine: whose resource with their `instance_id` is made, or made again."""
    changes = [one for one in raw.get("resource_changes", []) if one.get("module_address")]
    told = {
        (one["module_address"], str(node.get("from", {}).get("instance_id")).partition(".")[0], name)
        for one in changes
        if one["name"] == TOLD
        for name, node in ((one["change"].get("after") or {}).get("input") or {}).items()
    }
    return {
        one["name"]
        for one in changes
        if (one["module_address"], one["type"], one["name"]) in told
        and _action(one["change"]["actions"]) in ("create", "replace")
    }


def _is_memory(one: Mapping[str, Any]) -> bool:
    """Whether it is only what the state remembers: of the cluster, of its nodes, of their volumes."""
    name = str(one["name"])
    kept = not one.get("module_address") or name == TOLD or "_" in name
    return bool(one["type"] == "terraform_data" and kept)


def _owner(one: Mapping[str, Any], known: set[str]) -> str | None:
    """The node that a resource is of: it bears the node's name, alone or before a `_` (names have none)."""
    name = str(one["name"]).partition("_")[0]
    return name if one.get("module_address") and name in known else None


def _action(actions: Sequence[str]) -> Action | None:
    if "create" in actions and "delete" in actions:
        return "replace"
    single: dict[str, Action] = {
        "create": "create",
        "update": "change",
        "delete": "destroy",
        "forget": "forget",
    }
    return single.get(actions[0])


# The contract's labels of data volumes.
_VOLUME, _KEEP = "ectf-volume", "ectf-keep"

# Terraform's reasons, in words; an action without one speaks for itself.
_REASONS = {
    "replace_because_tainted": "it was not made whole",
    "replace_by_request": "asked for",
    "replace_because_cannot_update": "",
    "delete_because_no_resource_config": "it is no longer in the file",
    "delete_because_no_module": "it is no longer in the file",
}


def _resource_change(one: Mapping[str, Any], node: str) -> ResourceChange | None:
    change = one["change"]
    action = _action(change["actions"])
    if action is None or one["mode"] != "managed":
        return None
    forced = tuple(_attributes(change, change.get("replace_paths", [])))
    reason = _REASONS.get(one.get("action_reason", ""), "")
    changed: tuple[AttributeChange, ...] = ()
    if action in ("change", "replace"):
        changed = tuple(_attributes(change, [[name] for name in _differing(change)]))
    before, after = change.get("before") or {}, change.get("after") or {}
    return ResourceChange(
        one["address"],
        one["type"],
        action,
        reason,
        forced,
        changed,
        node,
        _volume(before or after),
        _unencrypted(after),
    )


def _volume(values: Mapping[str, Any]) -> str:
    """The data volume that a resource is; one that its provider keeps on its own is none here."""
    kept = _label(values, _KEEP) == "true" or values.get("on_destroy") == "keep"
    return "" if kept else _label(values, _VOLUME)


def _label(values: Mapping[str, Any], label: str) -> str:
    """A label of a resource, whatever its cloud calls labels."""
    found = (inner[label] for inner in values.values() if isinstance(inner, Mapping) and label in inner)
    return str(next(found, ""))


def _unencrypted(value: Any) -> bool:
    """Whether anything in the planned values says `encrypted = false`."""
    if isinstance(value, Mapping):
        return value.get("encrypted") is False or any(_unencrypted(inner) for inner in value.values())
    return isinstance(value, list) and any(_unencrypted(inner) for inner in value)


def _differing(change: Mapping[str, Any]) -> list[str]:
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    return [name for name in after if not unknown.get(name) and before.get(name) != after[name]]


def _attributes(change: Mapping[str, Any], paths: Sequence[Sequence[Any]]) -> Iterator[AttributeChange]:
    for path in paths:
        name = ".".join(str(step) for step in path)
        hidden = _at(change.get("before_sensitive"), path) or _at(change.get("after_sensitive"), path)
        if hidden:
            yield AttributeChange(name)
        else:
            yield AttributeChange(name, _at(change.get("before"), path), _at(change.get("after"), path))


def _at(value: Any, path: Sequence[Any]) -> Any:
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif value is True:  # a whole subtree is marked
            return True
        else:
            return None
    return value


def _node_change(name: str, changes: Sequence[ResourceChange]) -> NodeChange:
    actions = {change.action for change in changes}
    actions = actions - {"forget"} or actions
    action: Action = "change"
    if "replace" in actions or {"create", "destroy"} <= actions:
        action = "replace"
    elif len(actions) == 1:
        action = next(iter(actions))
    elif "create" in actions:
        action = "create"
    return NodeChange(name, action, _node_reason(action, changes), tuple(changes))


def _node_reason(action: Action, changes: Sequence[ResourceChange]) -> str:
    reasons = [change.reason for change in changes if change.reason]
    if action == "replace":
        reasons = [_forced(change) for change in changes if change.forced_by] + reasons
    elif action == "change":
        reasons += [
            ", ".join(one.attribute for one in change.changed) for change in changes if change.changed
        ]
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))


def _forced(change: ResourceChange) -> str:
    return ", ".join(f"{one.attribute} {one.before!r} → {one.after!r}" for one in change.forced_by)


def _drift(raw: Mapping[str, Any], known: set[str]) -> Iterator[Drift]:
    for one in raw.get("resource_drift", []):
        action = one["change"]["actions"][0]
        if action in ("update", "delete"):
            yield Drift(one["address"], _owner(one, known), "vanished" if action == "delete" else "changed")
