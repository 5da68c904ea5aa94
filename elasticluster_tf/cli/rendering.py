"""`ectf render`, `ectf inventory`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from elasticluster_tf.cli.options import (
    AsJson,
    Assignments,
    Files,
    MoreFiles,
    WorkdirPath,
    cluster,
    reporting,
)

_PENDING = 2


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(render)
    app.command()(inventory)


def render(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    workdir: WorkdirPath = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the files elsewhere.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 2 when a file would change.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the Terraform and Ansible files that the cluster file alone decides."""
    with reporting(as_json) as screen:
        from elasticluster_tf.reports import RenderReport
        from elasticluster_tf.workdir import Workdir

        wanted = cluster(screen, files, file, assign, workdir)
        place = Workdir(out.absolute()) if out else wanted.workdir
        rendered = wanted.rendered()
        if out:
            del rendered[".gitignore"]  # it would keep the files out of the commit they are meant for
        changed, gone = place.changes(rendered)
        if not check:
            place.write(rendered)
        if as_json:
            screen.show("render", RenderReport(str(place.path), tuple(changed), tuple(gone)))
        else:
            counts = f"{len(changed)} changed, {len(gone)} removed, {len(rendered)} in all"
            screen.line(f"{place.path}: {counts}")
    if check and (changed or gone):
        raise typer.Exit(_PENDING)


def inventory(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    workdir: WorkdirPath = None,
    from_workdir: Annotated[
        Path | None,
        typer.Option(
            "--from-workdir", metavar="DIR", help="Read the file the last run left there.", hidden=True
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Accepted for Ansible.", hidden=True)] = False,
    host: Annotated[str | None, typer.Option("--host", help="Accepted for Ansible.", hidden=True)] = None,
) -> None:
    """Print the Ansible inventory from the Terraform state."""
    with reporting() as screen:
        from elasticluster_tf import ansible_files

        if from_workdir:
            files, workdir = [from_workdir / "cluster.yaml"], from_workdir
        found = ansible_files.script_inventory(cluster(screen, files, file, assign, workdir).inventory())
        answer = found["_meta"]["hostvars"].get(host, {}) if host else found
        screen.text(json.dumps(answer, indent=2, ensure_ascii=False))
