"""`ectf down`."""

import typer

from elasticluster_tf.cli.options import (
    AsJson,
    Assignments,
    Files,
    MoreFiles,
    Verbose,
    WorkdirPath,
    Yes,
    cluster,
    reporting,
)
from elasticluster_tf.cli.planning import decide


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(down)


def down(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    workdir: WorkdirPath = None,
    yes: Yes = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Destroy the cluster, then look whether anything of it is left."""
    with reporting(as_json, verbose) as screen:
        wanted = cluster(screen, files, file, assign, workdir)
        screen.show("down", wanted.down(lambda found: decide(screen, found, yes)))
