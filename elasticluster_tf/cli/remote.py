"""`ectf ssh`, `ectf scp`."""

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from elasticluster_tf.cli.options import Assignments, MoreFiles, WorkdirPath, cluster, reporting

if TYPE_CHECKING:
    from elasticluster_tf.pipeline import Cluster

_PASS_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(context_settings=_PASS_ON)(ssh)
    app.command(context_settings=_PASS_ON)(scp)


def ssh(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[NODE] [-- COMMAND...]", show_default=False)
    ] = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    workdir: WorkdirPath = None,
) -> None:
    """Log in to a node, or run a command there; default: the first node of the first group.

    Several words are passed as they are; one word is a line for the node's shell.
    """
    with reporting() as screen:
        from elasticluster_tf.pipeline import health

        wanted = cluster(screen, None, file, assign, workdir)
        node, given = _split(list(words or ()), "--" in sys.argv)
        known = _connect(wanted)
        line = health.command(wanted.access.ssh_config, _node(node or known[0], known), [])
        remote = given if len(given) < 2 else [shlex.join(given)]
        code = _run([*line, *(["--", *remote] if remote else [])])
    raise typer.Exit(code)


def scp(
    words: Annotated[list[str], typer.Argument(metavar="SOURCE... TARGET")],
    file: MoreFiles = None,
    assign: Assignments = None,
    workdir: WorkdirPath = None,
) -> None:
    """Copy files: NODE:PATH names a file on a node."""
    with reporting() as screen:
        wanted = cluster(screen, None, file, assign, workdir)
        _connect(wanted)
        code = _run(["scp", "-F", str(wanted.access.ssh_config), *words])
    raise typer.Exit(code)


def _split(words: list[str], dashed: bool) -> tuple[str, list[str]]:
    """Node and command. The parser takes away a `--` that comes before any word."""
    if "--" in words:
        cut = words.index("--")
        return " ".join(words[:cut]), words[cut + 1 :]
    if dashed:
        return "", words
    return (words[0], words[1:]) if words else ("", [])


def _connect(wanted: "Cluster") -> list[str]:
    """The built nodes, after ssh's files are written."""
    wanted.inventory()
    return [one.name for one in wanted.nodes() if one.state != "missing"]


def _node(name: str, known: list[str]) -> str:
    from elasticluster_tf.errors import InputError, Problem, did_you_mean

    if name not in known:
        raise InputError([Problem(f"no node `{name}` is built", "", None, did_you_mean(name, known))])
    return name


def _run(words: list[str]) -> int:
    """The tool in the foreground, at the user's terminal; its exit code is ours."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ECTF_SECRET")}
    return subprocess.run(words, env=environment, check=False).returncode
