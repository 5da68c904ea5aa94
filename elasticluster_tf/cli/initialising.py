"""`ectf init`."""

from pathlib import Path
from typing import Annotated

import typer

from elasticluster_tf.cli.options import DEFAULT_FILE, catalogue, reporting, source


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(init)


def init(
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="The file to write.")] = DEFAULT_FILE,
    cloud: Annotated[str, typer.Option("--cloud", help="A cloud of `ectf clouds`.")] = "local",
    software: Annotated[
        list[str] | None, typer.Option("--software", help="Software of `ectf software`; repeatable.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a commented cluster file, and say what only you can fill in."""
    with reporting() as screen:
        from elasticluster_tf import first_file, validation
        from elasticluster_tf.errors import InputError, Refused
        from elasticluster_tf.workdir import write_whole

        if file.exists() and not force:
            raise Refused("the file exists already", str(file), "--force overwrites it")
        text = first_file.compose(file, cloud, tuple(software or ()), catalogue())
        write_whole(file, text)
        try:
            validation.validate(source([file]))
        except InputError as error:
            screen.line(f"{file} is written; before `ectf up {file}` it wants:\n{error}")
        else:
            screen.line(f"{file} is written; next: ectf up {file}")
