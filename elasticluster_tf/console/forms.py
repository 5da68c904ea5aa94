"""A plan as a document: Markdown for a pull request."""

from typing import Literal

from elasticluster_tf.console import markdown
from elasticluster_tf.plan import Plan

Form = Literal["markdown"]


def text(plan: Plan, form: Form) -> str:
    """The whole document."""
    return {"markdown": markdown.text}[form](plan)
