"""What is risky about a plan: rules with names, and the verdict of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "off"]


@dataclass(frozen=True)
class Finding:
    """One risky thing; `subjects` are the nodes, volumes, groups or resources it is about."""

    message: str
    subjects: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a rule says of a plan.

    passed: nothing to say; failed: it forbids the plan (level error) or warns of it (level warning); allowed:
    it would forbid it, and was overruled for this run by name.
    """

    rule: str
    level: Level
    outcome: Literal["passed", "failed", "allowed"]
    message: str = ""
    subjects: tuple[str, ...] = ()
    hint: str = ""

    @property
    def forbids(self) -> bool:
        """Whether the plan may not run."""
        return self.outcome == "failed" and self.level == "error"


def verdict(
    rule: str,
    level: Level,
    findings: Sequence[Finding],
    levels: Mapping[str, Level],
    allow: Collection[str] = (),
) -> Verdict:
    """A rule's verdict; `levels` are the file's own, `allow` the rules overruled for this run."""
    grave = levels.get(rule, level)
    if not findings or grave == "off":
        return Verdict(rule, grave, "passed")
    return Verdict(
        rule,
        grave,
        "allowed" if rule in allow and grave == "error" else "failed",
        "; ".join(dict.fromkeys(one.message for one in findings)),
        tuple(dict.fromkeys(subject for one in findings for subject in one.subjects)),
        next((one.hint for one in findings if one.hint), ""),
    )
