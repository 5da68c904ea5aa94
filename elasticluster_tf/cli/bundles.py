"""`ectf show`, and the options by which `plan` makes bundles and `up` takes them."""

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elasticluster_tf.cli.options import AsHtml, AsJson, AsMarkdown, Details, form, reporting, show_plan

if TYPE_CHECKING:
    from elasticluster_tf.bundle import Bundle
    from elasticluster_tf.console import Screen

Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write the plan as one file for `up --plan`."),
]
Expires = Annotated[str, typer.Option("--expires", metavar="TIME", help="How long it holds: 30m, 24h, 7d.")]
Sign = Annotated[Path | None, typer.Option("--sign", metavar="KEY", help="Sign it with this SSH key.")]
EncryptTo = Annotated[
    list[str] | None,
    typer.Option("--encrypt-to", metavar="KEY", help="Encrypt it to this age or SSH public key."),
]
BundleFile = Annotated[
    Path | None, typer.Option("--plan", metavar="FILE", help="Apply this reviewed plan and nothing else.")
]
Check = Annotated[
    bool, typer.Option("--check", help="Only look whether the plan still holds; exit 3 when it does not.")
]
Verify = Annotated[
    Path | None,
    typer.Option("--verify", metavar="SIGNERS", help="Take it only if one of these signed it."),
]
Identity = Annotated[
    Path | None, typer.Option("--identity", metavar="KEY", help="Private key that decrypts the plan.")
]
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(show)


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A plan that `ectf plan --out` wrote.")],
    verify: Verify = None,
    identity: Identity = None,
    details: Details = False,
    as_json: AsJson = False,
    as_markdown: AsMarkdown = False,
    as_html: AsHtml = False,
) -> None:
    """Show a plan that was written to a file, in any form."""
    document = form(as_json, as_markdown, as_html)
    with reporting(as_json) as screen:
        show_plan(screen, read(screen, file, verify, identity).plan, document, details)


def write(file: Path, body: bytes, sign: Path | None, encrypt_to: list[str] | None) -> None:
    """Write a bundle's file, readable by its owner alone, encrypted and signed as asked."""
    import os

    from elasticluster_tf import sealing
    from elasticluster_tf.workdir import write_whole

    if encrypt_to:
        body = sealing.encrypt(body, encrypt_to)
    write_whole(file, body, 0o600)
    if sign:
        sealing.sign(file, sign, os.environ)


def read(screen: "Screen", file: Path, verify: Path | None, identity: Path | None) -> "Bundle":
    """A bundle from its file, its signature checked as asked."""
    import os

    from elasticluster_tf import bundle, sealing
    from elasticluster_tf.errors import InputError, Place, Problem

    try:
        body = file.read_bytes()
    except OSError as error:
        problem = Problem(f"can't be read: {error.strerror}", "", Place(str(file), 0, 0))
        raise InputError([problem]) from error
    if verify:
        screen.line(f"signed by {sealing.verify(file, body, verify, os.environ)}")
    if sealing.is_encrypted(body):
        body = sealing.decrypt(body, identity)
    return bundle.unpack(body, str(file))


def duration(text: str) -> timedelta:
    """`30m`, `24h`, `7d` as a time; raises InputError."""
    from elasticluster_tf.errors import InputError, Problem

    found = re.fullmatch(r"([1-9]\d{0,4})([mhd])", text)
    if not found:
        raise InputError([Problem(f"`{text}` is no time", "--expires", None, "such as 30m, 24h or 7d")])
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
