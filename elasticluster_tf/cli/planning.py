"""`ectf plan`, `ectf up`."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elasticluster_tf.cli import bundles
from elasticluster_tf.cli.options import (
    Allow,
    AsHtml,
    AsJson,
    AsMarkdown,
    Assignments,
    Details,
    Everything,
    Files,
    Limit,
    MoreFiles,
    Verbose,
    WorkdirPath,
    Yes,
    cluster,
    form,
    names,
    reporting,
    show_plan,
)

if TYPE_CHECKING:
    from elasticluster_tf.console import Screen
    from elasticluster_tf.pipeline import Order
    from elasticluster_tf.plan import Plan

NoConfigure = Annotated[bool, typer.Option("--no-configure", help="Build only.")]
RefreshImages = Annotated[
    list[str] | None,
    typer.Option("--refresh-images", metavar="GROUP", help="Replace a group's nodes by the newest image."),
]
_PENDING = 2
_REFUSED = 3


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(plan)
    app.command()(up)


def plan(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    workdir: WorkdirPath = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit 2 when something would change.")
    ] = False,
    no_configure: NoConfigure = False,
    limit: Limit = None,
    everything: Everything = False,
    refresh_images: RefreshImages = None,
    allow: Allow = None,
    out: bundles.Out = None,
    expires: bundles.Expires = "24h",
    sign: bundles.Sign = None,
    encrypt_to: bundles.EncryptTo = None,
    details: Details = False,
    as_json: AsJson = False,
    as_markdown: AsMarkdown = False,
    as_html: AsHtml = False,
    verbose: Verbose = False,
) -> None:
    """Show what would change; contacts no host and changes nothing outside the work folder."""
    document = form(as_json, as_markdown, as_html)
    with reporting(as_json, verbose) as screen:
        quiet = screen if not as_json else screen.silent()
        wanted = cluster(quiet, files, file, assign, workdir, allow)
        asked = order(no_configure, limit, everything, refresh_images)
        if out:
            found, body = wanted.bundle(asked, bundles.duration(expires))
            bundles.write(out, body, sign, encrypt_to)
        else:
            found = wanted.plan(asked)
        show_plan(screen, found, document, details)
    if found.pending and any(one.forbids for one in found.risks):
        raise typer.Exit(_REFUSED)
    if detailed_exitcode and (found.pending or found.infrastructure.drift):
        raise typer.Exit(_PENDING)


def up(
    files: Files = None,
    file: MoreFiles = None,
    assign: Assignments = None,
    workdir: WorkdirPath = None,
    yes: Yes = False,
    no_drain: Annotated[
        bool, typer.Option("--no-drain", help="Destroy nodes without draining them first.")
    ] = False,
    no_configure: NoConfigure = False,
    limit: Limit = None,
    everything: Everything = False,
    refresh_images: RefreshImages = None,
    allow: Allow = None,
    plan_file: bundles.BundleFile = None,
    verify: bundles.Verify = None,
    identity: bundles.Identity = None,
    check: bundles.Check = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Make the cluster as the file says: plan, ask, build, configure, check."""
    if check and not plan_file:
        raise typer.BadParameter("--check is about a plan: name it with --plan")
    with reporting(as_json, verbose) as screen:
        if plan_file:
            found = bundles.read(screen, plan_file, verify, identity)
            named = [*(file or ()), *(files or ())] or [Path(path) for path in found.manifest.paths]
            whole = cluster(screen, named, None, list(found.manifest.assignments), workdir, allow)
            if check:
                whole.check_bundle(found, str(plan_file))
                screen.line(f"{plan_file}: the plan holds for what is here now")
            else:
                screen.show("up", whole.up_bundle(found, str(plan_file)))
            return
        wanted = cluster(screen, files, file, assign, workdir, allow)
        report = wanted.up(
            lambda found: decide(screen, found, yes),
            replace(order(no_configure, limit, everything, refresh_images), drain=not no_drain),
        )
        screen.show("up", report)


def order(
    no_configure: bool, limit: str | None, everything: bool, refresh_images: list[str] | None
) -> "Order":
    """What is asked for beside the file."""
    from elasticluster_tf.pipeline import Order

    return Order(not no_configure, names(limit), everything, tuple(refresh_images or ()))


def decide(screen: "Screen", found: "Plan", yes: bool) -> bool:
    """Show the plan and let the user decide; without a terminal nobody can, so it is refused."""
    from elasticluster_tf.errors import Refused

    screen.plan(found)
    if yes:
        return True
    if not sys.stdin.isatty():
        raise Refused("there is no terminal to ask at; nothing was changed", "", "give --yes")
    return screen.ask("Do this?")
