"""Make a plan: write the files, let Terraform plan, join configuration and the rules' verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from elasticluster_tf import cost, data, terraform_files
from elasticluster_tf import plan as plans
from elasticluster_tf.checks import Catalogue, Resolved
from elasticluster_tf.clouds import Chosen
from elasticluster_tf.pipeline import (
    complaints,
    configuring,
    draining,
    identity,
    judging,
    keeping,
    login,
    recording,
)
from elasticluster_tf.pipeline.run import Run
from elasticluster_tf.pipeline.stages import Files, init_digest, read_state
from elasticluster_tf.pipeline.values import Order, Planned, Standing
from elasticluster_tf.plan import InfraPlan, Plan, record
from elasticluster_tf.policies import Policy
from elasticluster_tf.terraform import State


@dataclass(frozen=True)
class Wish:
    """What is asked of a plan beside the file.

    `allow` are rules that are overruled, `policies` the user's own; `nonce` names the bundle that is made.
    """

    order: Order = field(default_factory=Order)
    allow: frozenset[str] = frozenset()
    policies: Sequence[Policy] = ()
    nonce: str = ""


def plan(run: Run, resolved: Resolved, files: Files, catalogue: Catalogue, wish: Wish) -> Planned:
    """Render, make Terraform ready, and plan machines and configuration; no host is contacted."""
    judging.check_rules(wish.allow, resolved, wish.policies)
    with run.stage("render", "Write Terraform and Ansible files"):
        standing, everything = _prepared(run, resolved, files, catalogue, wish)
        judging.check_protected(resolved, standing.state)
        books = cost.shelve(everything, run.base(resolved), resolved.config.prices, run.world.environment)
    with run.stage("plan", "Plan the infrastructure") as note:
        raw = _raw_plan(standing, resolved, wish)
        if login.renew_first_keys(run, plans.new_machines(raw), standing.state):
            raw = _raw_plan(standing, resolved, wish)
        found = plans.parse(raw, [node.name for node in resolved.nodes], list(standing.state.nodes))
        note(_counts(found))
    making = {one.name for one in found.nodes if one.action in ("create", "replace")}
    todo = configuring.foreseen(resolved, standing.state, files, making, wish.order)
    groups = {one.name: one.group for one in standing.state.nodes.values()}
    groups |= {node.name: node.group for node in resolved.nodes}
    price = cost.of_plan(raw, groups, books)
    losses = draining.losses(standing.state, found, catalogue.software, wish.order.drain)
    joined = Plan(
        cluster=resolved.config.name,
        infrastructure=found,
        configuration=todo,
        risks=judging.judge(resolved, standing.state, found, price, losses, wish.allow),
        cost=price,
        groups=plans.group_sizes(resolved.nodes, standing.state.nodes),
    )
    if not wish.policies:  # a large plan's document takes time, and nobody would read it
        return Planned(standing, joined)
    own = judging.judge_own(wish.policies, data.document("plan", joined), resolved, wish.allow)
    return Planned(standing, replace(joined, risks=(*joined.risks, *own)))


def _raw_plan(standing: Standing, resolved: Resolved, wish: Wish) -> dict[str, Any]:
    with complaints.brought_back(resolved):
        return standing.runner.plan(replace=_image_triggers(resolved, wish.order.refresh_images))


def _prepared(
    run: Run, resolved: Resolved, files: Files, catalogue: Catalogue, wish: Wish
) -> tuple[Standing, Mapping[str, Chosen]]:
    """Everything Terraform needs, written; the state as it is, and the clouds of file and state."""
    standing = read_state(run, files, resolved)
    identity.check(resolved, standing.state, wish.allow)
    retired = retired_clouds(resolved.clouds, standing.state, catalogue)
    everything = {**resolved.clouds, **retired}
    wanted = terraform_files.root_input(resolved.config, everything, resolved.software, resolved.nodes)
    root = replace(wanted, retired=frozenset(retired))
    if retired:
        files = {**files, **terraform_files.render(root)}
    with complaints.brought_back(resolved):
        kept = keeping.blocks(run, root, standing.state)
    run.workdir.write({**files, **kept})
    standing.runner.init(init_digest(files))
    login.write_values(run, resolved, standing.state)
    missing = {node.name for node in resolved.nodes} - set(standing.state.nodes)
    todo = configuring.foreseen(resolved, standing.state, files, missing, wish.order)
    begun = configuring.begun(resolved, standing.state, todo)
    if wish.nonce:
        begun = begun.applying(wish.nonce)
    login.write_more(run.workdir, {recording.VARIABLE: record.plain(begun)})
    return standing, everything


def _image_triggers(resolved: Resolved, groups: Sequence[str]) -> list[str]:
    """The resources that make a group's machines new, by the contract's naming."""
    return [
        f'module.{resolved.config.cloud_of(group).label}.terraform_data.image["{group}"]' for group in groups
    ]


def _counts(found: InfraPlan) -> str:
    words = [f"{found.count(action)} to {action}" for action in plans.ACTIONS if found.count(action)]
    return "nodes: " + ", ".join(words) if words else "no node changes"


def retired_clouds(chosen: Mapping[str, Chosen], state: State, catalogue: Catalogue) -> dict[str, Chosen]:
    """Clouds that the state still holds and the file no longer names: they are emptied, not forgotten."""
    found = {}
    held = {resource.module.removeprefix("module.") for resource in state.resources}
    for label, stored in state.clouds.items():
        if label in chosen or label not in held or stored.name not in catalogue.clouds:
            continue
        cloud = catalogue.clouds[stored.name]
        found[label] = Chosen(label, cloud, dict(stored.settings), ("cloud",), stored.aliased)
    return found
