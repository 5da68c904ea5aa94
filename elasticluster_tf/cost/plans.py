"""What a plan costs: the resources of Terraform's JSON, before and after."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from elasticluster_tf.cost import pricing, rules
from elasticluster_tf.cost.books import Books, Shelf
from elasticluster_tf.cost.rules import Item, at
from elasticluster_tf.estimate import Cost

_BUILTIN = "terraform.io/builtin/"
_MODULE = "module."


def of_plan(
    raw: Mapping[str, Any],
    groups_of_nodes: Mapping[str, str],
    books: Books,
) -> Cost:
    """What is billed before and after a plan.

    `raw` is the plan as `terraform show -json` tells it; `groups_of_nodes` says which group each node is of,
    those of the file and those that are built; `books` those of all clouds of file and state.
    Volumes that the state forgets go on being billed.
    """
    lookup = _with_sizes(books, _told_sizes(raw, books))
    before = raw.get("prior_state", {}).get("values", {})
    after = raw.get("planned_values", {})
    now = list(_billed(_managed(before), groups_of_nodes, lookup))
    then = list(_billed([*_managed(after), *_forgotten(raw)], groups_of_nodes, lookup))
    order = list(dict.fromkeys(groups_of_nodes.values()))
    return pricing.cost(now, then, order, lookup)


def _resources(values: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every resource of a state's or a plan's values with the label of its module."""
    for module in values.get("root_module", {}).get("child_modules", []):
        label = str(module["address"]).removeprefix(_MODULE).partition(".")[0]
        for one in module.get("resources", []):
            yield label, one


def _managed(values: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Those without values are leaving, and listed nevertheless."""
    return [found for found in _resources(values) if found[1]["mode"] == "managed" and "values" in found[1]]


def _forgotten(raw: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What leaves the state but not the cloud."""
    for one in raw.get("resource_changes", []):
        address = str(one.get("module_address", ""))
        if one["change"]["actions"] == ["forget"] and address:
            label = address.removeprefix(_MODULE).partition(".")[0]
            yield label, {**one, "values": one["change"]["before"]}


def _billed(
    resources: list[tuple[str, Mapping[str, Any]]], groups_of_nodes: Mapping[str, str], books: Books
) -> Iterator[Item]:
    for label, one in resources:
        shelf = books.shelves.get(label)
        found = shelf.rules if shelf else None
        # A node's resources bear its name, alone or before a `_`.
        group = groups_of_nodes.get(str(one["name"]).partition("_")[0], "")
        if str(one.get("provider_name", "")).startswith(_BUILTIN) or (found and found.is_free(one["type"])):
            continue
        parts = found.resources.get(one["type"], ()) if found else ()
        if not parts:  # nobody says what it costs
            yield Item(label, group, "resource", "use" if found is None else "each", one["type"])
        for part in parts:
            for item in rules.items(part, one["values"], label, group):
                yield replace(item, type=books.shelves[label].aliases.get(item.type, item.type))


def _told_sizes(raw: Mapping[str, Any], books: Books) -> dict[str, dict[str, tuple[str, int, float]]]:
    """What data sources tell of types, by label and id: name, processors, GiB."""
    found: dict[str, dict[str, tuple[str, int, float]]] = {}
    for label, one in _resources(raw.get("prior_state", {}).get("values", {})):
        shelf = books.shelves.get(label)
        told = shelf.rules.sizes_from if shelf and shelf.rules else None
        if told and one["mode"] == "data" and one["type"] == told.data:
            values = one["values"]
            cpus, memory = at(values, told.cpus), at(values, told.memory_mb)
            if cpus is not None and memory is not None:
                size = (str(at(values, told.name) or ""), int(cpus), float(memory) / 1024)
                found.setdefault(label, {})[str(at(values, told.id))] = size
    return found


def _with_sizes(books: Books, sizes: Mapping[str, Mapping[str, tuple[str, int, float]]]) -> Books:
    shelves: dict[str, Shelf] = dict(books.shelves)
    for label, told in sizes.items():
        shelf = shelves[label]
        names = {key: name or key for key, (name, _, _) in told.items()}
        by_name = {names[key]: (cpus, memory) for key, (_, cpus, memory) in told.items()}
        shelves[label] = replace(shelf, sizes={**shelf.sizes, **by_name}, aliases=names)
    return replace(books, shelves=shelves)
