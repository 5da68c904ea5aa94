"""`ectf configure`."""

import typer

from elasticluster_tf.cli.options import (
    AsJson,
    Assignments,
    Files,
    Limit,
    MoreFiles,
    Verbose,
    WorkdirPath,
    cluster,
    names,
    reporting,
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(configure)


def configure(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    workdir: WorkdirPath = None,
    limit: Limit = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Run the Ansible half alone, on the nodes that exist."""
    with reporting(as_json, verbose) as screen:
        screen.show("up", cluster(screen, files, file, assign, workdir).configure(names(limit)))
