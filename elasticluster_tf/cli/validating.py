"""`ectf validate`, `ectf config`, `ectf schema`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elasticluster_tf.cli.options import AsJson, Assignments, Files, MoreFiles, catalogue, reporting, source

if TYPE_CHECKING:
    from elasticluster_tf.console import Screen
    from elasticluster_tf.errors import Problem


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(validate)
    app.command()(config)
    app.command()(schema)


def validate(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    sarif: Annotated[
        Path | None, typer.Option("--sarif", metavar="FILE", help="Write problems as SARIF; `-`: to stdout.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit report; `-`: to stdout.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the cluster file: every problem at once, with its place and a hint."""
    if [str(one) for one in (sarif, junit)].count("-") + as_json > 1:
        raise typer.BadParameter("only one form can go to standard output: name a file for the other")
    with reporting(as_json) as screen:
        from elasticluster_tf import validation
        from elasticluster_tf.console import findings
        from elasticluster_tf.errors import InputError
        from elasticluster_tf.reports import ValidateReport

        wanted = source(files, file, assign)
        problems: tuple[Problem, ...] = ()
        try:
            found = validation.validate(wanted)
        except InputError as error:
            problems = error.problems
            raise
        finally:
            if sarif:
                _write(screen, sarif, findings.sarif(problems))
            if junit:
                _write(screen, junit, findings.junit(problems, str(wanted.files[0])))
        if as_json:
            screen.show("validate", ValidateReport(found.config.name, len(found.nodes)))
        else:
            screen.line(f"{found.config.name}: {len(found.nodes)} nodes, no problems")


def _write(screen: "Screen", target: Path, text: str) -> None:
    from elasticluster_tf.workdir import write_whole

    if str(target) == "-":
        screen.text(text)
    else:
        write_whole(target, f"{text}\n")


def config(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    origins: Annotated[bool, typer.Option("--origins", help="Say where each value came from.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the resolved cluster file."""
    with reporting(as_json) as screen:
        from elasticluster_tf import documents
        from elasticluster_tf.reports import ConfigReport, Origin

        wanted = source(files, file, assign)
        document = wanted.resolved.document
        rows = tuple(
            Origin(documents.dotted(path), value, str(document.value_place(path) or ""))
            for path, value in documents.leaves(document.data)
        )
        if as_json:
            screen.show("config", ConfigReport(document.data, rows if origins else ()))
        elif origins:
            screen.text("\n".join(f"{row.key}: {row.value!r}  # {row.origin}" for row in rows))
        else:
            screen.text(documents.dump(document.data))


def schema() -> None:
    """Print the JSON Schema of cluster.yaml, with the variables of clouds and roles."""
    with reporting() as screen:
        import json

        from elasticluster_tf import schemas

        screen.text(json.dumps(schemas.cluster_schema(catalogue()), indent=2, ensure_ascii=False))
