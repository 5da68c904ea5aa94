"""Texts from the shipped templates. The only door to jinja2.

What a user writes never comes to templates of HCL and YAML: these get checked identifiers and the text of
our own folders. Templates of HTML (`*.html.j2`) may get any value, and escape it.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from elasticluster_tf import resources


def _is_html(name: str | None) -> bool:
    return name is not None and name.endswith(".html.j2")


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=_is_html,  # noqa: S701 - the others are HCL, YAML and Markdown
    )


def render(name: str, values: Mapping[str, Any]) -> str:
    """A shipped template filled in."""
    return _environment(resources.folder("templates")).get_template(name).render(values)


def template(path: Path) -> Template:
    """A template of a cloud's folder."""
    return _environment(path.parent).get_template(path.name)
