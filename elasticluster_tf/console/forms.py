"""A plan as a document: Markdown for a pull request, or a page of HTML."""

from typing import Literal

from elasticluster_tf.console import markdown, page
from elasticluster_tf.plan import Plan

Form = Literal["markdown", "html"]


def text(plan: Plan, form: Form) -> str:
    """The whole document."""
    return markdown.text(plan) if form == "markdown" else page.text(plan)
