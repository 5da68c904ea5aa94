"""What a run tells while it goes on; `console` turns each event into text or JSON.

Every event is a frozen value with a `kind`. A consumer is any callable that takes an event, so a
program that embeds ectf passes its own.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

Progress = Literal["started", "progress", "done", "failed"]


@dataclass(frozen=True)
class StageStarted:
    """A stage of the run begins."""

    kind: ClassVar[str] = "stage_started"
    stage: str
    title: str


@dataclass(frozen=True)
class StageDone:
    """A stage of the run ended well, after `seconds`."""

    kind: ClassVar[str] = "stage_done"
    stage: str
    seconds: float
    note: str = ""


@dataclass(frozen=True)
class ResourceEvent:
    """Terraform works on one resource; `done` of `total` changes are finished."""

    kind: ClassVar[str] = "resource"
    address: str
    action: str
    progress: Progress
    done: int
    total: int
    seconds: float = 0.0


@dataclass(frozen=True)
class TaskEvent:
    """Ansible began a task; `total` is an estimate counted from the roles' files."""

    kind: ClassVar[str] = "task"
    role: str
    task: str
    number: int
    total: int


@dataclass(frozen=True)
class TaskFailed:
    """A task failed on a node, or the node could not be reached."""

    kind: ClassVar[str] = "task_failed"
    node: str
    role: str
    task: str
    message: str
    unreachable: bool = False


@dataclass(frozen=True)
class ToolLine:
    """A line of a tool's own output, shown with --verbose."""

    kind: ClassVar[str] = "tool_line"
    tool: str
    line: str


@dataclass(frozen=True)
class Notice:
    """Something the user should know that is no failure."""

    kind: ClassVar[str] = "notice"
    level: Literal["info", "warning"]
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Waiting:
    """The run waits for something outside it."""

    kind: ClassVar[str] = "waiting"
    message: str
    seconds: float = field(default=0.0)


Event = StageStarted | StageDone | ResourceEvent | TaskEvent | TaskFailed | ToolLine | Notice | Waiting
Tell = Callable[[Event], None]


def record(event: Event) -> dict[str, Any]:
    """The event as plain data, for JSON."""
    return {"event": event.kind, **asdict(event)}
