"""Volumes that outlive their nodes: forgotten by the state instead of destroyed, and adopted again.

`removed` blocks let Terraform forget what the file no longer has but wants kept; `import` blocks, which
are allowed in the root module only, bring it back. Both show in the plan.
"""

import json
from collections.abc import Mapping

from elasticluster_tf import terraform_files
from elasticluster_tf.errors import EctfError
from elasticluster_tf.pipeline.run import Run
from elasticluster_tf.reports import Leftover
from elasticluster_tf.terraform import State
from elasticluster_tf.terraform_files import RootInput

FILE = "kept.tf"


def blocks(run: Run, root: RootInput, state: State) -> dict[str, str]:
    """The file of `removed` and `import` blocks; empty when there is nothing to forget or to adopt."""
    texts = [*_removed(root, state), *_imports(run, root, state)]
    head = "# Volumes to keep: forgotten when their node goes, adopted when it comes back.\n"
    return {FILE: head + "".join(f"\n{text}" for text in texts)}


def _removed(root: RootInput, state: State) -> list[str]:
    wanted = set() if root.emptied else _wanted(root)
    gone = sorted(
        {(r.module, r.type, r.name) for r in state.resources if r.keep and (r.module, r.name) not in wanted}
    )
    return [
        f"removed {{\n  from = {module}.{kind}.{name}\n\n  lifecycle {{\n    destroy = false\n  }}\n}}\n"
        for module, kind, name in gone
    ]


def _wanted(root: RootInput) -> set[tuple[str, str]]:
    return {
        (f"module.{node.cloud}", f"{node.name}_{volume}") for node in root.nodes for volume in node.volumes
    }


def _imports(run: Run, root: RootInput, state: State) -> list[str]:
    """Kept volumes that wanted nodes have, the state does not know, and the cloud still has."""
    known = {(resource.module, resource.name) for resource in state.resources}
    missing: dict[str, set[tuple[str, str]]] = {}
    for node in () if root.emptied else root.nodes:
        if root.clouds[node.cloud].cloud.facts.keeps_volumes == "provider":
            continue
        for volume, wish in node.volumes.items():
            if wish.on_destroy == "keep" and (f"module.{node.cloud}", f"{node.name}_{volume}") not in known:
                missing.setdefault(node.cloud, set()).add((node.name, volume))
    texts = []
    for label, wanted in missing.items():
        for one in look(run, root, label) or ():
            if one.volume and (one.node, one.volume) in wanted:
                address = f"module.{label}.{one.type}.{one.node}_{one.volume}"
                texts.append(f"import {{\n  to = {address}\n  id = {json.dumps(one.id)}\n}}\n")
    return texts


def forgotten(state: State) -> list[Leftover]:
    """What the state knew as kept, for clouds that can't list it: its id is all that finds it again."""
    return [
        Leftover(one.module.removeprefix("module."), one.type, one.id, one.name, True)
        for one in state.resources
        if one.keep
    ]


def look(run: Run, root: RootInput, label: str) -> list[Leftover] | None:
    """What in a cloud carries the cluster's label; None where the cloud can't be asked."""
    files = terraform_files.leftovers(root, label)
    chosen = root.clouds[label]
    if not files:
        return None
    below = f"leftovers/{label}"
    run.workdir.write({f"{below}/{name}": text for name, text in files.items()}, prune=False)
    run.workdir.write_machine_files(chosen.cloud.facts.plugins, below)
    runner = run.terraform(run.workdir.path / below)
    runner.init(str(sorted(files.items())))
    found = runner.plan()["planned_values"]["outputs"]["leftovers"].get("value")
    return None if found is None else [_leftover(label, one) for one in found]


def _leftover(label: str, one: Mapping[str, object]) -> Leftover:
    identifier = str(one["id"])
    if "${" in identifier or "%{" in identifier:  # it is written into HCL
        raise EctfError(f"{label} gave an id that can't be one: {identifier!r}")
    return Leftover(
        cloud=label,
        type=str(one["type"]),
        id=identifier,
        name=str(one.get("name") or ""),
        kept=bool(one.get("kept")),
        node=str(one.get("node") or ""),
        volume=str(one.get("volume") or ""),
    )
