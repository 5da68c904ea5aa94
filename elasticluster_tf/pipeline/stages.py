"""The stages of a run, one function each."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from elasticluster_tf.ansible_files import Access
from elasticluster_tf.checks import Resolved
from elasticluster_tf.clouds import Chosen
from elasticluster_tf.errors import (
    ConfigureFailed,
    InputError,
    Problem,
    Refused,
    TerraformFailed,
    TooFewNodes,
    did_you_mean,
)
from elasticluster_tf.events import Notice
from elasticluster_tf.pipeline import configuring, draining, health, identity
from elasticluster_tf.pipeline.run import Run, World
from elasticluster_tf.pipeline.values import Built, Order, Planned, Standing
from elasticluster_tf.plan import Plan, Record
from elasticluster_tf.reports import Health, Summary, UpReport
from elasticluster_tf.source import BASE_POINTER
from elasticluster_tf.terraform import STAMP, Runner, State, find
from elasticluster_tf.terraform_files import STATE_PATH
from elasticluster_tf.workdir import Workdir

Files = Mapping[str, str]


def check_limit(resolved: Resolved, limit: Sequence[str]) -> None:
    """Refuse names that are no nodes."""
    _refuse_unknown("--limit: there is no node", limit, [node.name for node in resolved.nodes])


def check_groups(resolved: Resolved, groups: Sequence[str]) -> None:
    """Refuse names that are no groups."""
    _refuse_unknown("there is no group", groups, list(resolved.config.groups))


def _refuse_unknown(message: str, names: Sequence[str], known: Sequence[str]) -> None:
    wrong = [name for name in names if name not in known]
    if wrong:
        problems = [Problem(f"{message} `{name}`", "", None, did_you_mean(name, known)) for name in wrong]
        raise InputError(problems)


def read_state(run: Run, files: Files, resolved: Resolved) -> Standing:
    """Write the rendered files, make Terraform ready, and read the state."""
    base = run.base(resolved)
    pointer = {BASE_POINTER: f"{base}\n"} if base != run.workdir.path else {}
    return stand(run, {**files, **pointer}, resolved.clouds)


def stand(run: Run, files: Files, clouds: Mapping[str, Chosen]) -> Standing:
    """The same for any root module; without files, for the one that the last run left."""
    plugins = tuple(plugin for chosen in clouds.values() for plugin in chosen.cloud.facts.plugins)
    run.workdir.write(files, prune=bool(files))
    run.workdir.keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    run.workdir.write_machine_files(plugins)
    runner = run.terraform()
    main = {"main.tf": (run.workdir.path / "main.tf").read_text(encoding="utf-8")}
    runner.init(init_digest({**main, **files}))
    state = runner.state()
    if not state.exists:
        _refuse_to_forget(run.workdir)
    return Standing(runner, state)


def _refuse_to_forget(workdir: Workdir) -> None:
    """A backend that is named once the cluster is built knows nothing of it: all would be made once more."""
    before = workdir.path / STATE_PATH
    if before.is_file() and json.loads(before.read_text(encoding="utf-8") or "{}").get("resources"):
        message = "the state where `state:` has it is empty, and the one of before is not"
        raise Refused(
            message, str(before), "move it first, see docs/operations.md; or take `state:` out again"
        )


def read_ready(workdir: Workdir, world: World) -> State | None:
    """The state by way of a work folder that an earlier run made ready; None where there is none."""
    if not (workdir.path / STAMP).is_file():
        return None
    binary = find(world.environment, world.cache)
    with TemporaryDirectory(prefix="ectf-") as logs:
        return Runner(binary, workdir.path, Path(logs), world.children_environment, world.tell).state()


def init_digest(files: Files) -> str:
    """What `terraform init` depends on: module calls, provider versions, the backend."""
    versions = [
        text for name, text in sorted(files.items()) if name.endswith("versions.tf") or "backend" in name
    ]
    return "\n".join([files["main.tf"], *versions])


def read_built(run: Run, resolved: Resolved, files: Files, allow: frozenset[str]) -> Built:
    """The built nodes, for a run that builds nothing."""
    with run.stage("read", "Read the state"):
        standing = read_state(run, files, resolved)
        identity.check(resolved, standing.state, allow)
    return nodes_of(resolved, standing.state, standing.state.record)


def confirm(found: Plan, ask: Callable[[Plan], bool]) -> None:
    """Let the user decide, when there is something to decide."""
    if found.pending and not ask(found):
        raise Refused("nothing was changed", "", "answer yes, or give --yes")


def nodes_of(resolved: Resolved, state: State, recorded: Record, applied: bool = False) -> Built:
    """The wanted nodes that the state has whole.

    Raises TooFewNodes when a group has fewer than its `min`.
    """
    wanted = [node.name for node in resolved.nodes]
    missing = tuple(name for name in wanted if name not in state.nodes)
    present = {name: state.nodes[name] for name in wanted if name in state.nodes}
    for group in resolved.config.groups:
        count = sum(one.group == group for one in present.values())
        least = resolved.config.min_of(group)
        if count < least:
            lacking = ", ".join(name for name in missing if name.startswith(group))
            hint = "the same `ectf up` makes only what is missing"
            raise TooFewNodes(
                f"group `{group}` has {count} of at least {least} nodes; missing: {lacking}", group, hint
            )
    return Built(present, missing, state, recorded, applied)


def apply(run: Run, resolved: Resolved, planned: Planned) -> Built:
    """Apply the plan that was shown, and read what there is now."""
    infrastructure, recorded = planned.plan.infrastructure, planned.standing.state.record
    if not infrastructure.pending:
        return nodes_of(resolved, planned.standing.state, recorded)
    failure: TerraformFailed | None = None
    with run.stage("apply", "Build the infrastructure") as note:
        try:
            planned.standing.runner.apply(infrastructure.total)
        except TerraformFailed as error:
            failure = error
            note("failed")
        state = planned.standing.runner.state()
    if failure and not _only_nodes_failed(resolved, failure):
        raise failure
    try:
        built = nodes_of(resolved, state, recorded, applied=True)
    except TooFewNodes as error:
        error.detail = failure.detail if failure else ""
        raise error from failure
    if failure and not built.missing:
        raise failure
    if failure:
        message = f"going on without {', '.join(built.missing)}, which could not be built: {failure.detail}"
        run.tell(Notice("warning", message, "the next `ectf up` tries again"))
    return built


def _only_nodes_failed(resolved: Resolved, failure: TerraformFailed) -> bool:
    names = {node.name for node in resolved.nodes}
    parts = [address.rsplit(".", 1)[-1].split("[", 1)[0] for address in failure.addresses]
    return bool(parts) and all(part in names for part in parts)


def configure(
    run: Run,
    resolved: Resolved,
    built: Built,
    files: Files,
    found: Plan | None,
    access: Access,
    order: Order,
) -> UpReport:
    """Run the roles where something differs, then the health checks of their software."""
    summary, todo, state = configuring.configure(run, resolved, built, files, access, order)
    if summary is None:
        return report(resolved, built, found, access)
    draining.after_configure(run, resolved, todo, state, access.ssh_config)
    with run.stage("health", "Check the software") as note:
        present = [node for node in resolved.nodes if node.name in built.nodes]
        checked = health.check(
            resolved.config,
            [one for one in resolved.software if one.name in todo.software],
            present,
            access.ssh_config,
            run.world.children_environment,
        )
        note("; ".join(f"{one.software}: {one.message}" for one in checked) or "no software to check")
    ill = [one for one in checked if not one.healthy]
    if ill:
        rows = "\n".join(f"{one.software} on {one.node}: {one.message}" for one in ill)
        raise ConfigureFailed("the health check failed", ill[0].node, "`ectf status` asks again", rows)
    return report(resolved, built, found, access, summary, checked)


def report(
    resolved: Resolved,
    built: Built,
    found: Plan | None,
    access: Access,
    summary: Summary | None = None,
    checked: tuple[Health, ...] = (),
) -> UpReport:
    """What the run came to."""
    return UpReport(
        cluster=resolved.config.name,
        nodes=tuple(built.nodes),
        missing=built.missing,
        plan=found,
        applied=built.applied,
        configuration=summary,
        health=checked,
        first_node=next(iter(built.nodes), ""),
        ssh_config=str(access.ssh_config),
    )
