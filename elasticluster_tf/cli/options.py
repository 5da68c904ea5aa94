"""Options that commands share, and what they become."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from elasticluster_tf.checks import Catalogue
    from elasticluster_tf.console import Screen
    from elasticluster_tf.console.forms import Form
    from elasticluster_tf.pipeline import Cluster
    from elasticluster_tf.plan import Plan
    from elasticluster_tf.source import Source

DEFAULT_FILE = Path("cluster.yaml")

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[FILE]...",
        help="Cluster files, merged left to right.",
        show_default=False,
        readable=False,  # said when it is read, as of any other problem
    ),
]
MoreFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--file",
        "-f",
        metavar="FILE",
        help="A cluster file; repeatable. Default: ./cluster.yaml.",
        show_default=False,
        readable=False,
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Set a key after all files; repeatable.", show_default=False
    ),
]
WorkdirPath = Annotated[
    Path | None,
    typer.Option(
        "--workdir",
        metavar="DIR",
        help="The work folder. Default: .ectf/<name> beside the first file.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
AsMarkdown = Annotated[
    bool, typer.Option("--markdown", help="A plan as Markdown for the comment of a pull request.")
]
AsHtml = Annotated[bool, typer.Option("--html", help="A plan as one page of HTML, complete in itself.")]
Details = Annotated[bool, typer.Option("--details", help="Show all of a plan, not a screenful.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show the tools' own output.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
Limit = Annotated[
    str | None,
    typer.Option("--limit", metavar="NODE,NODE", help="Configure these nodes only.", show_default=False),
]
Everything = Annotated[
    bool, typer.Option("--all", help="Configure all nodes, also those on which nothing differs.")
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow", metavar="RULE", help="Allow what a rule refuses, such as move-cluster.", show_default=False
    ),
]


def source(
    files: list[Path] | None, more: list[Path] | None = None, assignments: list[str] | None = None
) -> "Source":
    """The cluster files that the options name."""
    from elasticluster_tf.source import Source

    named = (*(more or ()), *(files or ())) or (DEFAULT_FILE,)
    return Source(named, dict(os.environ), cache(), tuple(assignments or ()))


def cache() -> Path:
    """The user's folder for what can be made again."""
    from platformdirs import user_cache_path

    return user_cache_path("ectf")


def catalogue() -> "Catalogue":
    """The shipped clouds and software, for commands that read no cluster file."""
    from elasticluster_tf import checks

    return checks.catalogue(cache() / "hcl")


def cluster(
    screen: "Screen",
    files: list[Path] | None,
    more: list[Path] | None = None,
    assignments: list[str] | None = None,
    workdir: Path | None = None,
    allow: list[str] | None = None,
) -> "Cluster":
    """The cluster that the options name, whose runs tell the screen."""
    from elasticluster_tf.pipeline import Cluster, World

    found = source(files, more, assignments)
    return Cluster(found, World(found.environment, found.cache, screen.tell), workdir, frozenset(allow or ()))


@contextmanager
def reporting(as_json: bool = False, verbose: bool = False) -> Iterator["Screen"]:
    """A screen for one command: an EctfError is shown and becomes the exit code."""
    from elasticluster_tf.console import make
    from elasticluster_tf.errors import EctfError, Interrupted

    screen = make(as_json, verbose)
    try:
        yield screen
    except EctfError as error:
        screen.error(error)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as error:
        screen.error(Interrupted("interrupted"))
        raise typer.Exit(Interrupted.exit_code) from error
    finally:
        screen.stop()


def names(limit: str | None) -> tuple[str, ...]:
    """`--limit a,b` as names."""
    return tuple(name.strip() for name in (limit or "").split(",") if name.strip())


def form(as_json: bool, as_markdown: bool, as_html: bool) -> "Form | None":
    """The document that a plan is wanted as; None where it is shown in another way."""
    if as_json + as_markdown + as_html > 1:
        raise typer.BadParameter("--json, --markdown and --html are three forms of one plan: choose one")
    return "markdown" if as_markdown else "html" if as_html else None


def show_plan(screen: "Screen", found: "Plan", wanted: "Form | None", details: bool) -> None:
    """A plan as a command's result."""
    from elasticluster_tf.console import forms

    if wanted:
        screen.text(forms.text(found, wanted))
    else:
        screen.show("plan", found, details)
