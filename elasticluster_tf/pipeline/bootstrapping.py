"""Make the place where the state will be kept: a small root module for each kind of backend.

A backend's folder is `terraform_modules/state/<backend>/`; its variables are the backend's settings and what
else `--with` may give. What is made stays when the
cluster goes: the module's own state is a file in the work folder, and Terraform may not destroy it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elasticluster_tf import plan as plans
from elasticluster_tf import resources
from elasticluster_tf.checks import Resolved
from elasticluster_tf.clouds import hcl
from elasticluster_tf.errors import InputError, Problem
from elasticluster_tf.pipeline import stages
from elasticluster_tf.pipeline.run import Run
from elasticluster_tf.plan import Plan

FOLDER = "bootstrap"


@dataclass(frozen=True)
class Store:
    """A place for states: the folder of its root module, and the values of its variables."""

    folder: Path
    values: Mapping[str, Any]


def store(resolved: Resolved, more: Mapping[str, str], cache: Path) -> Store:
    """The store that a cluster's `state:` speaks of; `more` are values that are no settings of the backend.

    Raises InputError when there is no module for the backend, or values are missing or unknown.
    """
    state, top = resolved.config.state, resources.folder("terraform_modules") / "state"
    folder = top / state.backend
    if not folder.is_dir():
        known = ", ".join(sorted(path.name for path in top.iterdir()))
        hint = f"known: {known}; others keep the state where nothing has to be made, or make it by hand"
        raise InputError(
            [
                resolved.document.problem(
                    ("state", "backend"), f"`{state.backend}` needs no store that ectf could make", hint
                )
            ]
        )
    declared = hcl.variables(hcl.parse(folder / "variables.tf", cache))
    problems = [
        resolved.document.problem(("state",), f"`{name}` is missing", one.description)
        for name, one in declared.items()
        if one.required and name not in state.settings and name not in more
    ]
    problems += [
        Problem(f"the store has no `{name}`", "--with", None, "known: " + ", ".join(sorted(declared)))
        for name in more
        if name not in declared
    ]
    if problems:
        raise InputError(problems)
    given = {**state.settings, **more}
    return Store(folder, {name: given[name] for name in declared if name in given})


def make(run: Run, cluster: str, wanted: Store, ask: Callable[[Plan], bool]) -> Plan:
    """Plan, let the user decide, apply; returns the plan."""
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(wanted.folder.glob("*.tf"))}
    values = json.dumps(wanted.values, indent=2, sort_keys=True) + "\n"
    run.workdir.write({**files, "terraform.tfvars.json": values}, prune=False)
    with run.stage("plan", "Plan the place of the state"):
        runner = run.terraform()
        runner.init(files["versions.tf"])
        found = Plan(cluster, plans.parse(runner.plan(), [], []))
    stages.confirm(found, ask)
    if found.pending:
        with run.stage("apply", "Make the place of the state"):
            runner.apply(found.infrastructure.total)
    return found
