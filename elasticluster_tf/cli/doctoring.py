"""`ectf doctor`, `ectf version`."""

import os

import typer

from elasticluster_tf.cli.options import DEFAULT_FILE, AsJson, Files, MoreFiles, cache, reporting, source


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(doctor)
    app.command()(version)


def doctor(files: Files = None, file: MoreFiles = None, as_json: AsJson = False) -> None:
    """Say what is installed, which versions, what is missing and what installs it.

    What a cloud needs is optional, unless a cluster file asks for that cloud.
    """
    with reporting(as_json) as screen:
        from elasticluster_tf import doctor as doctors
        from elasticluster_tf.reports import DoctorReport

        asked = files or file or DEFAULT_FILE.exists()
        clouds = [one.cloud.name for one in source(files, file).resolved.clouds.values()] if asked else []
        checks = doctors.examine(dict(os.environ), cache(), clouds)
        if as_json:
            screen.show("doctor", DoctorReport(checks))
        else:
            rows = [("what", "state", "found", "what to do")]
            rows += [(one.name, one.state, one.found, one.remedy) for one in checks]
            screen.show("table", rows)
    if any(one.state == "missing" for one in checks):
        raise typer.Exit(1)


def version(as_json: AsJson = False) -> None:
    """Show the versions of ectf, Terraform and Ansible."""
    with reporting(as_json) as screen:
        from elasticluster_tf import doctor as doctors

        found = doctors.versions(dict(os.environ), cache())
        if as_json:
            screen.show("version", found)
        else:
            screen.text("\n".join(f"{name} {number}" for name, number in found.items()))
