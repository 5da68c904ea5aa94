"""Texts from the shipped templates. The only door to jinja2.

Values that users write never come here: templates get checked identifiers and the text of our own
folders.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from elasticluster_tf import resources


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - these are HCL and YAML texts, not HTML
    )


def render(name: str, values: Mapping[str, Any]) -> str:
    """A shipped template filled in."""
    return _environment(resources.folder("templates")).get_template(name).render(values)


def template(path: Path) -> Template:
    """A template of a cloud's folder."""
    return _environment(path.parent).get_template(path.name)
