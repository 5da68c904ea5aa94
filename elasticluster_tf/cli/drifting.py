"""`ectf drift`."""

import typer

from elasticluster_tf.cli.options import (
    Allow,
    AsJson,
    Assignments,
    Files,
    MoreFiles,
    Verbose,
    WorkdirPath,
    cluster,
    reporting,
)

_DRIFTED = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(drift)


def drift(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    workdir: WorkdirPath = None,
    allow: Allow = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Name what was changed behind ectf's back, in the cloud and on the nodes; exit 2 if anything was."""
    with reporting(as_json, verbose) as screen:
        quiet = screen.silent() if as_json else screen
        found = cluster(quiet, files, file, assign, workdir, allow).drift()
        screen.show("drift", found)
    if found.drifted:
        raise typer.Exit(_DRIFTED)
