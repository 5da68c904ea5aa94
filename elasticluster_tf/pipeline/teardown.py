"""Destroy a cluster, from its file or from its state alone, and prove that nothing is left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from elasticluster_tf import documents, terraform_files, workdir
from elasticluster_tf import plan as plans
from elasticluster_tf.checks import Catalogue, Resolved
from elasticluster_tf.clouds import Chosen
from elasticluster_tf.config import State as StateSettings
from elasticluster_tf.errors import EctfError, InputError, TerraformFailed
from elasticluster_tf.events import Notice
from elasticluster_tf.pipeline import complaints, judging, keeping, planning, stages
from elasticluster_tf.pipeline.run import Run
from elasticluster_tf.pipeline.values import Standing
from elasticluster_tf.plan import Plan
from elasticluster_tf.reports import DownReport, Leftover
from elasticluster_tf.terraform_files import RootInput
from elasticluster_tf.workdir import Workdir


@dataclass(frozen=True)
class Target:
    """What is to be destroyed; without `resolved` its file could not be read, and the state decides."""

    workdir: Workdir
    name: str
    state: StateSettings
    clouds: Mapping[str, Chosen]
    complaint: InputError | None = None
    resolved: Resolved | None = None


def target(base: Path, given: Path | None, resolve: Callable[[], Resolved]) -> Target:
    """Find the cluster by its file, else by the work folder beside it.

    Raises the file's InputError when there is no work folder, or more than one.
    """
    try:
        found = resolve()
    except InputError as error:
        folders = [Workdir(given.absolute())] if given else workdir.existing(base)
        if len(folders) != 1 or not folders[0].keep.is_dir():
            raise
        name, state = _remembered(folders[0])
        return Target(folders[0], name, state, {}, error)
    place = Workdir(given.absolute()) if given else workdir.find(base, found.config.name)
    return Target(place, found.config.name, found.config.state, found.clouds, resolved=found)


def _remembered(folder: Workdir) -> tuple[str, StateSettings]:
    """Name and backend from the file that the last render left in the work folder."""
    try:
        data = documents.plain((folder.path / "cluster.yaml").read_text(encoding="utf-8"))
        return str(data["name"]), StateSettings.model_validate(data.get("state", {}))
    except (OSError, KeyError, TypeError, ValueError):
        return folder.path.name, StateSettings()


def down(run: Run, goal: Target, catalogue: Catalogue, confirm: Callable[[Plan], bool]) -> DownReport:
    """Plan an emptied cluster, confirm, apply, and ask the clouds what is left."""
    if goal.complaint:
        run.tell(Notice("warning", f"the cluster file is wrong; going by the state\n{goal.complaint}"))
    root = RootInput(goal.name, goal.state, "", goal.clouds, (), emptied=True)
    with run.stage("read", "Read the state"):
        standing = _stand(run, root, fresh=bool(goal.clouds))
        clouds = {**goal.clouds, **planning.retired_clouds(goal.clouds, standing.state, catalogue)}
        if clouds != goal.clouds or not goal.clouds:  # a cloud of the user's own is known by its file alone
            root = replace(root, clouds=clouds)
            standing = _stand(run, root)
    run.workdir.write(keeping.blocks(run, root, standing.state), prune=False)
    try:
        destroyed = _destroy(run, goal, standing, confirm)
    except TerraformFailed as error:
        complaints.add_hint(error, clouds)
        raise
    kept, checked, unchecked = _proof(run, root)
    run.workdir.remove_if_empty()
    seen = {one.id for one in kept} | {f"{one.cloud} {one.node}_{one.volume}" for one in kept}
    unseen = tuple(
        one for one in keeping.forgotten(standing.state) if not {one.id, f"{one.cloud} {one.name}"} & seen
    )
    return DownReport(goal.name, destroyed, (*kept, *unseen), checked, unchecked)


def _stand(run: Run, root: RootInput, fresh: bool = True) -> Standing:
    files = terraform_files.render(root)
    if not fresh and (run.workdir.path / "main.tf").is_file():
        files = {}  # the clouds are not known yet: what the last run left knows backend and providers
    return stages.stand(run, files, root.clouds)


def _destroy(run: Run, goal: Target, standing: Standing, confirm: Callable[[Plan], bool]) -> int:
    if not standing.state.exists:
        return 0
    with run.stage("plan", "Plan the destruction"):
        raw = standing.runner.plan()
        found = plans.parse(raw, [], list(standing.state.nodes))
    if found.changes:  # what the state alone remembers of a cluster goes without a question
        risks = judging.judge_down(goal.resolved, standing.state, found) if goal.resolved else ()
        joined = Plan(goal.name, found, risks=risks)
        judging.enforce(run, joined, overrulable=False)
        stages.confirm(joined, confirm)
    with run.stage("destroy", "Destroy"):
        standing.runner.apply(found.total)
        state = standing.runner.state()
    if state.exists:
        rest = "\n".join(resource.address for resource in state.resources)
        raise TerraformFailed("the state still holds resources", "", "run `ectf down` again", rest)
    return found.changes


def _proof(run: Run, root: RootInput) -> tuple[tuple[Leftover, ...], tuple[str, ...], tuple[str, ...]]:
    """Ask each cloud for what still carries the cluster's label.

    Raises EctfError when something is left that nobody asked to keep.
    """
    found: list[Leftover] = []
    checked: list[str] = []
    unchecked: list[str] = []
    with run.stage("proof", "Look for leftovers") as note:
        for label in root.clouds:
            answer = keeping.look(run, root, label)
            (unchecked if answer is None else checked).append(label)
            found += answer or []
        note(f"{len(found)} kept on purpose" if found else "nothing")
    lost = [one for one in found if not one.kept]
    if lost:
        rows = "\n".join(f"{one.cloud}: {one.type} {one.name or one.id}" for one in lost)
        hint = "`ectf up` adopts what is its own and `ectf down` then removes it; else remove it by hand"
        raise EctfError("something of the cluster is left", root.name, hint, rows)
    return tuple(found), tuple(checked), tuple(unchecked)
