"""How grave a finding is, and who may overrule it."""

from typing import Any

import pytest

from elasticluster_tf.plan.risk import Finding, verdict


@pytest.mark.parametrize(
    ("level", "own", "allow", "outcome", "forbids"),
    [
        ("error", {}, (), "failed", True),
        ("error", {}, ("r",), "allowed", False),
        ("error", {}, ("other",), "failed", True),
        ("warning", {}, (), "failed", False),
        ("warning", {}, ("r",), "failed", False),
        ("warning", {"r": "error"}, (), "failed", True),
        ("error", {"r": "warning"}, (), "failed", False),
        ("error", {"r": "off"}, (), "passed", False),
    ],
)
def test_how_grave_a_finding_is(
    level: Any, own: Any, allow: tuple[str, ...], outcome: str, forbids: bool
) -> None:
    found = verdict("r", level, [Finding("m", ("s",), "h"), Finding("m", ("t",))], own, allow)
    assert (found.outcome, found.forbids) == (outcome, forbids)
    if outcome != "passed":
        assert (found.message, found.subjects, found.hint) == ("m", ("s", "t"), "h")
    assert verdict("r", level, [], own, allow).outcome == "passed"
