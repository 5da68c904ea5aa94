"""Which document is which."""

from elasticluster_tf.console import forms
from tests import plans


def test_forms() -> None:
    assert forms.text(plans.of(1), "markdown").startswith("<!-- ectf plan: demo -->\n")
    assert forms.text(plans.of(1), "html").startswith("<!doctype html>\n")
