"""`ectf configure`."""

import typer

from elasticluster_tf.cli.options import (
    AsJson,
    Assignments,
    Everything,
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
    everything: Everything = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Configure the nodes that exist, where something differs from what the state remembers."""
    with reporting(as_json, verbose) as screen:
        from elasticluster_tf.pipeline import Order

        screen.show(
            "up",
            cluster(screen, files, file, assign, workdir).configure(
                Order(limit=names(limit), everything=everything)
            ),
        )
