"""What is risky about a plan: rules with names, and the verdict of each."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "off"]


@dataclass(frozen=True)
class Verdict:
    """What a rule says of a plan.

    passed: nothing to say; failed: it forbids the plan (level error) or warns of it (level warning); allowed: it
    would forbid it, and was overruled for this run by name. `subjects` are the nodes, volumes, groups or resources
    it is about.
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
