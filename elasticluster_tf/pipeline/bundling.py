"""Make a bundle of a plan, and apply exactly it or say what is no longer as it was."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from elasticluster_tf import bundle as bundles
from elasticluster_tf import data, policies, terraform
from elasticluster_tf import plan as plans
from elasticluster_tf.bundle import Bundle, Manifest, digest
from elasticluster_tf.cost import OWN_NAME
from elasticluster_tf.errors import Refused
from elasticluster_tf.pipeline import keeping, login, stages
from elasticluster_tf.pipeline.planning import Wish
from elasticluster_tf.pipeline.run import Run, World
from elasticluster_tf.pipeline.values import Planned, Standing
from elasticluster_tf.source import Source
from elasticluster_tf.terraform.runner import PLAN_FILE
from elasticluster_tf.terraform_files import STATE_PATH
from elasticluster_tf.workdir import Workdir

LOCK_FILE = ".terraform.lock.hcl"
# How long a plan may wait for its review.
LIFE = timedelta(hours=24)


def make(
    run: Run, source: Source, files: Mapping[str, str], planned: Planned, wish: Wish, life: timedelta
) -> bytes:
    """The bytes of a bundle of the plan that waits in the work folder; it holds for `life`."""
    now = datetime.now(UTC)
    state = planned.standing.state
    manifest = Manifest(
        cluster=planned.plan.cluster,
        nonce=wish.nonce,
        created=now.isoformat(timespec="seconds"),
        expires=(now + life).isoformat(timespec="seconds"),
        paths=tuple(str(path) for path in source.files),
        assignments=source.assignments,
        order=asdict(wish.order),
        inputs=inputs(source, files, run.workdir, run.world),
        lineage=state.lineage,
        serial=state.serial,
        state=_state_place(source, run.workdir),
    )
    return bundles.pack(
        Bundle(
            manifest,
            planned.plan,
            (run.workdir.path / PLAN_FILE).read_bytes(),
            {**files, **_beside(run.workdir)},
        )
    )


def _beside(workdir: Workdir) -> dict[str, str]:
    """What Terraform was given beside the rendered files."""
    paths = [workdir.path / name for name in (login.VALUES, keeping.FILE, LOCK_FILE)]
    return {path.name: path.read_text(encoding="utf-8") for path in paths if path.is_file()}


def inputs(source: Source, files: Mapping[str, str], workdir: Workdir, world: World) -> dict[str, str]:
    """All that decides a plan, by a name that people know, and its digest."""
    found = {f"cluster file {path.name}": _of_file(path) for path in source.files}
    found["values after ${env:…} and --set"] = _of_text(json.dumps(source.document.data, default=str))
    for kind, folder in (("role", "ansible/roles/"), ("module", "modules/")):
        names = sorted({path.split("/")[folder.count("/")] for path in files if path.startswith(folder)})
        for name in names:
            own = {path: text for path, text in files.items() if path.startswith(f"{folder}{name}/")}
            found[f"{kind} {name}"] = _of_text(json.dumps(own, sort_keys=True))
    rest = {path: text for path, text in files.items() if not path.startswith(("ansible/roles/", "modules/"))}
    found["rendered files"] = _of_text(json.dumps(rest, sort_keys=True))
    found["rules in policy/"] = _of_text(
        "".join(_of_file(path) for path in policies.files(source.base / policies.FOLDER))
    )
    book = source.base / (source.resolved.config.prices or OWN_NAME)
    shipped = [one.cloud.path / "prices.json" for one in source.resolved.clouds.values()]
    found["price book"] = _of_text("".join(_of_file(path) for path in (book, *shipped)))
    lock = workdir.path / LOCK_FILE
    if lock.is_file():
        found["provider lock file"] = _of_file(lock)
    found["version of ectf"] = version("elasticluster-tf")
    found["version of Terraform"] = terraform.find(world.environment, world.cache).version
    return found


def _of_file(path: Path) -> str:
    return digest(path.read_bytes()) if path.is_file() else "missing"


def _of_text(text: str) -> str:
    return digest(text.encode())


def _state_place(source: Source, workdir: Workdir) -> str:
    settings = source.resolved.config.state
    if settings.backend == "local":
        return str((workdir.path / STATE_PATH).resolve())
    return f"{settings.backend} {_of_text(json.dumps(settings.settings, sort_keys=True, default=str))}"


def take_up(run: Run, source: Source, files: Mapping[str, str], bundle: Bundle, where: str) -> Planned:
    """Put a bundle's plan into the work folder, ready to be applied.

    Raises Refused, naming all that differs from what the plan was made from.
    """
    manifest = bundle.manifest
    with run.stage("verify", "Compare the bundle with what is here"):
        if not (run.workdir.path / LOCK_FILE).is_file() and LOCK_FILE in bundle.files:
            run.workdir.write({LOCK_FILE: bundle.files[LOCK_FILE]}, prune=False)
        wrong = bundles.differences(
            manifest,
            inputs(source, files, run.workdir, run.world),
            manifest.lineage,
            manifest.serial,
            _state_place(source, run.workdir),
            datetime.now(UTC),
        )
        _refuse(wrong, where)
        rendered = {
            path: text for path, text in bundle.files.items() if path not in (login.VALUES, LOCK_FILE)
        }
        standing = stages.read_state(run, rendered, source.resolved)
        if manifest.nonce in standing.state.record.used:
            raise Refused("this bundle was applied already", where, "plan again")
        here = (standing.state.lineage, standing.state.serial, _state_place(source, run.workdir))
        _refuse(bundles.differences(manifest, manifest.inputs, *here, datetime.now(UTC)), where)
        private = {login.VALUES: bundle.files[login.VALUES]}
        run.workdir.write(private, prune=False, private=True)
        (run.workdir.path / PLAN_FILE).write_bytes(bundle.terraform)
        _same_plan(source, standing, bundle, where)
    return Planned(standing, bundle.plan)


def _same_plan(source: Source, standing: Standing, bundle: Bundle, where: str) -> None:
    """Refuse a bundle that shows another plan than Terraform would apply: somebody put it together."""
    names = [node.name for node in source.resolved.nodes]
    found = plans.parse(standing.runner.shown_plan(), names, list(standing.state.nodes))
    if data.plain(found) != data.plain(bundle.plan.infrastructure):
        (standing.runner.folder / PLAN_FILE).unlink()
        raise Refused("the plan that the bundle shows is not the one that it holds", where, "plan again")


def _refuse(wrong: list[str], where: str) -> None:
    if wrong:
        raise Refused("the bundle is not for what is here now", where, "plan again", "\n".join(wrong))
