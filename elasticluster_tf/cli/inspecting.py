"""`ectf status`, `ectf nodes`."""

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


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(status)
    app.command()(nodes)


def status(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    workdir: WorkdirPath = None,
    as_json: AsJson = False,
) -> None:
    """Show nodes and the health of each software, asked over SSH."""
    with reporting(as_json) as screen:
        screen.show("status", cluster(screen, files, file, assign, workdir).status())


def nodes(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    workdir: WorkdirPath = None,
    as_json: AsJson = False,
) -> None:
    """List nodes with group, state and addresses, from the file and the Terraform state."""
    with reporting(as_json) as screen:
        from elasticluster_tf.reports import NodesReport

        found = cluster(screen, files, file, assign, workdir).nodes()
        screen.show("nodes", NodesReport(found))
