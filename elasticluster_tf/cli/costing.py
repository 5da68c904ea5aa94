"""`ectf cost`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elasticluster_tf.cli.options import (
    AsJson,
    Assignments,
    Files,
    MoreFiles,
    reporting,
    source,
)

if TYPE_CHECKING:
    from elasticluster_tf.reports import Estimate
    from elasticluster_tf.source import Source


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(cost)


def cost(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    on: Annotated[
        list[Path] | None,
        typer.Option(
            "--on",
            metavar="FILE",
            help="A file merged last that puts the cluster on another cloud; repeatable: shown side by side.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Estimate what the cluster costs, from its file alone; with --on compare clouds."""
    with reporting(as_json) as screen:
        from elasticluster_tf.reports import CostReport

        wanted = source(files, file, assign)
        if on:
            found = [_estimate(replace(wanted, files=(*wanted.files, place)), str(place)) for place in on]
        else:
            found = [_estimate(wanted)]
        screen.show("cost", CostReport(tuple(found)))


def _estimate(wanted: "Source", place: str = "") -> "Estimate":
    from elasticluster_tf import cost
    from elasticluster_tf.reports import Estimate

    resolved = wanted.resolved
    books = cost.shelve(resolved.clouds, wanted.base, resolved.config.prices, wanted.environment)
    clouds = tuple(resolved.clouds)
    return Estimate(place, resolved.config.name, clouds, cost.of_nodes(resolved, books))
