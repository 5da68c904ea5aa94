"""`ectf clouds`, `ectf software`."""

from typing import Annotated, Any

import typer

from elasticluster_tf.cli.options import AsJson, catalogue, reporting


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(clouds)
    app.command()(software)


def clouds(
    name: Annotated[
        str | None, typer.Argument(help="One cloud, with its settings.", show_default=False)
    ] = None,
    images: Annotated[bool, typer.Option("--images", help="The portable images of the cloud.")] = False,
    sizes: Annotated[bool, typer.Option("--sizes", help="The types that sizes resolve to.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the clouds there are, with their settings, images and sizes."""
    with reporting(as_json) as screen:
        from elasticluster_tf import catalogue_views

        known = catalogue()
        found = catalogue_views.clouds(known, name)
        rows = catalogue_views.rows(found, name is not None)
        if images or sizes:
            rows = (
                catalogue_views.image_rows(known, name) if images else catalogue_views.size_rows(known, name)
            )
        _show(screen, "clouds", found, rows)


def software(
    name: Annotated[
        str | None, typer.Argument(help="One software, with its variables.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the software there is, with parts, ports, variables and supported systems."""
    with reporting(as_json) as screen:
        from elasticluster_tf import catalogue_views

        found = catalogue_views.software(catalogue(), name)
        _show(screen, "software", found, catalogue_views.rows(found, name is not None))


def _show(screen: Any, kind: str, found: list[dict[str, Any]], rows: list[tuple[str, ...]]) -> None:
    if screen.form == "json":
        screen.show(kind, {kind: found})
    else:
        screen.show("table", rows)
