"""`ectf state bootstrap`."""

from typing import Annotated

import typer

from elasticluster_tf.cli.options import (
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
    """Add the commands."""
    state = typer.Typer(help="The place where Terraform keeps the state.", no_args_is_help=True)
    state.callback()(_state)
    state.command()(bootstrap)
    app.add_typer(state, name="state")


def _state() -> None:
    """The place where Terraform keeps the state."""


def bootstrap(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    workdir: WorkdirPath = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="NAME=VALUE", help="A value the backend has no setting for."),
    ] = None,
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Make the bucket or container that `state:` names: plan, ask, make."""
    more = dict(_pair(one) for one in given or ())
    with reporting(verbose=verbose) as screen:
        wanted = cluster(screen, files, file, assign, workdir)
        found = wanted.bootstrap_state(lambda plan: decide(screen, plan, yes), more)
        screen.line("the state has its place" if found.pending else "nothing to make")


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not name or not sign:
        raise typer.BadParameter(f"`{text}` is not NAME=VALUE")
    return name, value
