"""What the commands give back: frozen values that `console` shows as text or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from elasticluster_tf.estimate import HOURS_PER_MONTH, Cost
from elasticluster_tf.plan import Drift, Plan


@dataclass(frozen=True)
class TaskFailure:
    """A task that failed on a node; `tail` are the last lines of what it printed."""

    node: str
    role: str
    task: str
    message: str
    unreachable: bool = False
    tail: str = ""


@dataclass(frozen=True)
class Difference:
    """A task that changed something on a node, or would; `files` as far as it tells."""

    node: str
    role: str
    task: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Summary:
    """What a configuration run did: tasks by node; `finished` are the nodes that came to its end."""

    ok: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[TaskFailure, ...] = ()
    finished: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Health:
    """What a software's own check says; `node` is where it ran."""

    software: str
    healthy: bool
    message: str
    node: str = ""


@dataclass(frozen=True)
class UpReport:
    """How `up` or `configure` ended."""

    cluster: str
    nodes: tuple[str, ...]
    missing: tuple[str, ...] = ()
    plan: Plan | None = None
    applied: bool = False
    configuration: Summary | None = None
    health: tuple[Health, ...] = ()
    first_node: str = ""
    ssh_config: str = ""


@dataclass(frozen=True)
class Leftover:
    """Something of the cluster that a cloud still has."""

    cloud: str
    type: str
    id: str
    name: str
    kept: bool
    node: str = ""
    volume: str = ""


@dataclass(frozen=True)
class DownReport:
    """How `down` ended; `checked` are the clouds that were asked what is left."""

    cluster: str
    destroyed: int
    kept: tuple[Leftover, ...] = ()
    checked: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True)
class DriftReport:
    """What is no longer as ectf left it.

    `resources` differ from the state, `differences` are what the roles would set right on hosts; `unjudged`
    says of other hosts why they could not be looked at.
    """

    cluster: str
    resources: tuple[Drift, ...] = ()
    differences: tuple[Difference, ...] = ()
    unjudged: Mapping[str, str] = field(default_factory=dict)

    @property
    def drifted(self) -> bool:
        """Whether anything is not as it was left."""
        return bool(self.resources or self.differences or self.unjudged)


@dataclass(frozen=True)
class NodeStatus:
    """One node: `state` is running, unreachable, missing, or surplus (built, no longer in the file)."""

    name: str
    group: str
    state: str
    cloud: str = ""
    address: str | None = None
    private_ip: str | None = None
    public_ip: str | None = None
    ssh: str | None = None
    instance_id: str | None = None


@dataclass(frozen=True)
class ClusterStatus:
    """A cluster's nodes and the health of its software."""

    cluster: str
    nodes: tuple[NodeStatus, ...]
    health: tuple[Health, ...] = ()


@dataclass(frozen=True)
class NodesReport:
    """The nodes of file and state, not asked over SSH."""

    nodes: tuple[NodeStatus, ...]


@dataclass(frozen=True)
class ValidateReport:
    """A cluster file without problems; one with problems is an error document."""

    cluster: str
    nodes: int


@dataclass(frozen=True)
class RenderReport:
    """What `render` wrote, or with --check would write and remove."""

    folder: str
    changed: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class ErrorBody:
    """What went wrong; `problems` for bad input only."""

    exit_code: int
    message: str
    where: str
    hint: str
    detail: str
    problems: tuple["ProblemBody", ...] = ()


@dataclass(frozen=True)
class ProblemBody:
    """One problem of the input; line and column are 0 where there is no place."""

    message: str
    key: str
    file: str
    line: int
    column: int
    hint: str


@dataclass(frozen=True)
class ErrorReport:
    """Any failure."""

    error: ErrorBody


@dataclass(frozen=True)
class Origin:
    """Where a value of the resolved file came from."""

    key: str
    value: Any
    origin: str


@dataclass(frozen=True)
class ConfigReport:
    """The resolved cluster file; `origins` with --origins only."""

    config: Mapping[str, Any]
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class Check:
    """One tool of this machine: found, missing, or not there and optional; and the command that mends it."""

    name: str
    state: Literal["ok", "missing", "optional"]
    found: str
    remedy: str = ""


@dataclass(frozen=True)
class DoctorReport:
    """What this machine has of the tools that a run may need."""

    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Setting:
    """A setting of a cloud or a variable of a role; `schema` is its JSON Schema."""

    name: str
    type: str
    required: bool
    default: Any
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class CloudEntry:
    """A cloud there is; `sizes` is `any`, or a list of types."""

    name: str
    title: str
    images: tuple[str, ...]
    sizes: Any
    credentials: tuple[str, ...]
    settings: tuple[Setting, ...]


@dataclass(frozen=True)
class CloudsReport:
    """The clouds there are."""

    clouds: tuple[CloudEntry, ...]


@dataclass(frozen=True)
class SoftwareEntry:
    """A software there is."""

    name: str
    title: str
    parts: Mapping[str, Any]
    after: tuple[str, ...]
    conflicts: tuple[str, ...]
    supported: tuple[str, ...]
    settings: tuple[Setting, ...]


@dataclass(frozen=True)
class SoftwareReport:
    """The software there is."""

    software: tuple[SoftwareEntry, ...]


@dataclass(frozen=True)
class Estimate:
    """What one cluster costs; `on` names the file that puts it elsewhere, empty for the files as they are."""

    on: str
    cluster: str
    clouds: tuple[str, ...]
    cost: Cost


@dataclass(frozen=True)
class CostReport:
    """The same cluster in one place or several, each from nothing; a month has `hours_per_month`."""

    estimates: tuple[Estimate, ...]
    hours_per_month: int = HOURS_PER_MONTH
