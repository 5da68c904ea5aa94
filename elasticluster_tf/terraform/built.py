"""Which nodes are built, by the state and by what each cloud's module tells of them.

`terraform_data.nodes` of a module says what is known of its nodes before they are made, and where in the
state the rest is found: `terraform_modules/common/contract.tf` has its shape.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from elasticluster_tf.errors import EctfError
from elasticluster_tf.nodes import TOLD, BuiltNode

_Instances = Sequence[Mapping[str, Any]]
_Module = Mapping[tuple[str, str], _Instances]  # by type and name of the resource

_SSH = 22
_FIELDS = frozenset(BuiltNode.__dataclass_fields__) - {"name", "cloud", "volumes"}
_NEEDED = ("group", "address", "ssh_user", "instance_id")


def nodes(raw: Mapping[str, Any]) -> dict[str, BuiltNode]:
    """The nodes that are whole, by name: all that they are found by is made, and nothing of them is tainted.

    Raises EctfError if a module does not tell enough of a node that is there.
    """
    found = {}
    for address, module in _modules(raw).items():
        spoilt = {name for (_, name), instances in module.items() if any(map(_is_tainted, instances))}
        for name, told in (_input(module, TOLD) or {}).items():
            values = None if name in spoilt else _values(name, told, module)
            if values is not None:
                found[name] = _node(name, address, values)
    return dict(sorted(found.items()))


def _modules(raw: Mapping[str, Any]) -> Mapping[str, _Module]:
    """The managed resources of each module but the root one, without what a replacement has left."""
    modules: dict[str, dict[tuple[str, str], _Instances]] = {}
    for one in raw.get("resources", []):
        if one["mode"] == "managed" and one.get("module"):
            current = [instance for instance in one["instances"] if "deposed" not in instance]
            modules.setdefault(one["module"], {})[one["type"], one["name"]] = current
    return modules


def _is_tainted(instance: Mapping[str, Any]) -> bool:
    return instance.get("status") == "tainted"


def _values(name: str, told: Mapping[str, Any], module: _Module) -> dict[str, Any] | None:
    """All that is known of a node; None while something that it is found by is still to be made."""
    values = {key: value for key, value in told.items() if key in _FIELDS and value is not None}
    for field, path in (told.get("from") or {}).items():
        if path:
            kind, *steps = path.split(".")
            instances = module.get((kind, name))
            if not instances:
                return None
            value = _at(instances[0].get("attributes"), steps)
            if field in _FIELDS and value not in (None, ""):
                values[field] = value
    devices = {
        volume: device or _input(module, f"{name}_{volume}")
        for volume, device in (told.get("volumes") or {}).items()
    }
    return values | {"volumes": devices} if all(devices.values()) else None


def _input(module: _Module, name: str) -> Any:
    """What a `terraform_data` remembers; such values stand beside their type."""
    for instance in module.get(("terraform_data", name), ()):
        stored = instance["attributes"].get("input") or {}
        return stored.get("value")
    return None


def _at(value: Any, steps: Sequence[str]) -> Any:
    """The value at the end of a path of names and positions; None where there is none."""
    for step in steps:
        try:
            value = value[int(step)] if isinstance(value, list) else value.get(step)
        except (AttributeError, IndexError, ValueError):
            return None
    return value


def _node(name: str, module: str, values: Mapping[str, Any]) -> BuiltNode:
    lacking = [one for one in _NEEDED if one not in values]
    if lacking:
        raise EctfError(f"{name} does not tell its {', '.join(lacking)}", f"{module}.terraform_data.{TOLD}")
    usual = {
        "ssh_host": values.get("public_ip") or values["address"],
        "ssh_port": _SSH,
    }
    return BuiltNode(name=name, cloud=module.removeprefix("module."), **{**usual, **values})
