"""`ectf ci`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from elasticluster_tf.cli.options import Files, MoreFiles, reporting, source


class CiSystem(StrEnum):
    """The CI systems that pipelines are written for."""

    GITHUB = "github"
    GITLAB = "gitlab"
    JENKINS = "jenkins"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ci)


def ci(
    system: Annotated[CiSystem, typer.Argument(help="The CI system.")],
    files: Files = None,
    file: MoreFiles = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write elsewhere; `-` is standard output."),
    ] = None,
    branch: Annotated[str, typer.Option("--branch", help="The branch that is applied.")] = "main",
    secret: Annotated[
        list[str] | None,
        typer.Option(
            "--secret", metavar="NAME", help="A variable that jobs get from the system's secrets; repeatable."
        ),
    ] = None,
    install: Annotated[
        str, typer.Option("--install", metavar="REQUIREMENT", help="What pip installs ectf from in the jobs.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file with other content.")] = False,
) -> None:
    """Write a pipeline: plan on pull requests, apply with approval, look for drift every night."""
    with reporting() as screen:
        from elasticluster_tf import ci_files
        from elasticluster_tf.errors import Refused
        from elasticluster_tf.workdir import write_whole

        wanted = source(files, file)
        found = wanted.resolved
        clouds = [chosen.cloud for chosen in found.clouds.values()]
        text = ci_files.compose(
            system.value, found.config.name, wanted.files, branch, clouds, secret or (), install
        )
        target = out or ci_files.SYSTEMS[system.value].target
        if str(target) == "-":
            screen.text(text.rstrip("\n"))
            return
        if target.is_file() and target.read_text(encoding="utf-8") != text and not force:
            raise Refused("the file has other content", str(target), "--force overwrites it")
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, text)
        screen.line(f"{target} is written; what to set up once: docs/pipelines.md")
        if not install:
            source_of = ci_files.default_requirement()
            screen.line(f"jobs install {source_of} from their package index; --install names another source")
