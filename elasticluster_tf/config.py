"""cluster.yaml as frozen, typed models.

What needs the folders of clouds and software is checked in `clouds` and `software`; here is what
the file alone can be wrong in.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from elasticluster_tf import documents
from elasticluster_tf.documents import Document, KeyPath
from elasticluster_tf.errors import InputError, Problem, did_you_mean

# Names that Ansible's inventory keeps for itself.
_RESERVED_GROUPS = ("all", "ungrouped", "localhost")
_GROUP = re.compile(r"[a-z][a-z0-9]{0,24}")


def _one_line(text: str) -> str:
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("control characters and line breaks can't be used here")
    return text


def _cidr(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"{error}; write a range as in 198.51.100.0/24") from error
    return text


def _absolute(text: str) -> str:
    if not re.fullmatch(r"(/[A-Za-z0-9._@+-]+)+", text) or ".." in text.split("/"):
        raise ValueError("a mount point is an absolute path of letters, digits and . _ @ + -")
    return text


Text = Annotated[StrictStr, AfterValidator(_one_line)]
Cidr = Annotated[StrictStr, AfterValidator(_cidr)]
Number = Annotated[int | float, Field(gt=0)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Size(_Model):
    """A portable size: each cloud finds its own type for it."""

    cpus: Annotated[StrictInt, Field(ge=1, le=4096)] = Field(description="Processors of a node.")
    memory_gb: Annotated[float, Field(gt=0, le=65536)] = Field(description="Memory of a node in GiB.")
    gpus: Annotated[StrictInt, Field(ge=0, le=64)] = Field(0, description="GPUs of a node.")
    arch: Literal["x86_64", "arm64"] = Field("x86_64", description="Kind of processor.")
    burstable: StrictBool = Field(False, description="Whether types with throttled processors will do.")


class Volume(_Model):
    """An extra disk of each node of the group."""

    size_gb: Annotated[StrictInt, Field(ge=1)] = Field(description="Size in GiB.")
    mount: Annotated[StrictStr, AfterValidator(_absolute)] | None = Field(
        None, description="Where it is mounted in the node."
    )
    on_destroy: Literal["delete", "keep"] = Field(
        "delete", description="`keep`: it outlives the node, and `up` finds it again."
    )


class CloudChoice(BaseModel):
    """Which cloud, and its own settings beside the name."""

    model_config = ConfigDict(extra="allow", frozen=True)
    name: Text = Field(description="A cloud that `ectf clouds` lists, or a path to a module of your own.")
    alias: Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9]{0,24}$")] | None = Field(
        None, description="Tells the same cloud with other settings apart."
    )

    @property
    def label(self) -> str:
        """The name of the module call in the root module."""
        return self.alias or re.sub(r"[^a-z0-9]", "", Path(self.name).name.lower()) or "cloud"

    @property
    def settings(self) -> dict[str, Any]:
        """The keys beside `name` and `alias`: variables of the cloud's module."""
        return dict(self.model_extra or {})


class Ssh(_Model):
    """How the nodes are reached."""

    allow_from: tuple[Cidr, ...] = Field((), strict=False, description="CIDR ranges that may reach SSH.")
    private_key: Text | None = Field(
        None, description="Private key to log in with; its public half is `<path>.pub`. Default: one derived."
    )


class Group(_Model):
    """Nodes that are alike."""

    count: Annotated[StrictInt, Field(ge=0, le=100_000)] = Field(description="How many nodes there are.")
    min: Annotated[StrictInt, Field(ge=0)] | None = Field(
        None, description="Enough to go on with when the cloud gives fewer. Default: `count`."
    )
    exclude: tuple[StrictStr, ...] = Field((), strict=False, description="Node names that are left out.")
    size: Size | None = Field(None, description="Portable size.")
    type: Text | None = Field(None, description="The cloud's own name of a size.")
    image: Text = Field("debian-12", description="Portable image, or the cloud's own id.")
    disk_gb: Annotated[StrictInt, Field(ge=1)] | None = Field(None, description="Boot disk in GiB.")
    public_ip: StrictBool = Field(False, description="Whether each node has a public address.")
    spot: StrictBool = Field(False, description="Cheaper nodes that the cloud may take back.")
    zone: Text | None = Field(
        None, description="The cloud's zone for the nodes; `spread` deals them out over all zones."
    )
    placement: Literal["together", "apart"] | None = Field(
        None, description="Near each other for a fast network, or on different machines."
    )
    volumes: dict[Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9]{0,24}$")], Volume] = Field(
        default_factory=dict, description="Extra disks by name."
    )
    labels: dict[Text, Text] = Field(default_factory=dict, description="Labels (tags) of the nodes.")
    settings: dict[StrictStr, dict[StrictStr, Any]] = Field(
        default_factory=dict, description="A cloud's own options per node, by cloud."
    )
    cloud: CloudChoice | None = Field(None, description="Another cloud than the file's.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.size and self.type:
            raise ValueError("`size` and `type` are two ways to say the same: keep one")
        if self.min is not None and self.min > self.count:
            raise ValueError(f"`min` ({self.min}) is more than `count` ({self.count})")
        return self


class SoftwareChoice(BaseModel):
    """Which groups carry which part of a software; each key beside `vars` is a part."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, StrictStr | list[StrictStr]]
    vars: dict[StrictStr, Any] = Field(default_factory=dict, description="Variables of the role.")

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """Part → groups."""
        extra = self.model_extra or {}
        return {
            part: (groups,) if isinstance(groups, str) else tuple(groups) for part, groups in extra.items()
        }


class Guard(_Model):
    """Limits that a plan may not cross."""

    max_nodes: Annotated[StrictInt, Field(ge=0)] | None = Field(
        None, description="Most nodes of the cluster."
    )


class State(BaseModel):
    """Where Terraform keeps its state: any backend, with that backend's own settings."""

    model_config = ConfigDict(extra="allow", frozen=True)
    backend: Annotated[StrictStr, Field(pattern=r"^[a-z0-9_]+$")] = Field(
        "local", description="Terraform backend."
    )

    @property
    def settings(self) -> dict[str, Any]:
        """The backend's own settings."""
        return dict(self.model_extra or {})


class ClusterConfig(_Model):
    """One cluster."""

    name: Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")] = Field(
        description="1 to 31 lower-case letters, digits and dashes; starts with a letter."
    )
    cloud: CloudChoice = Field(CloudChoice(name="local"), description="Where the nodes are built.")
    ssh: Ssh = Field(Ssh(), description="How the nodes are reached.")
    groups: dict[StrictStr, Group] = Field(description="Nodes by group.", min_length=1)
    software: dict[StrictStr, SoftwareChoice] = Field(
        default_factory=dict, description="Software by name; the order is the order of configuration."
    )
    labels: dict[Text, Text] = Field(default_factory=dict, description="Labels (tags) of everything.")
    guard: Guard = Field(Guard(), description="Limits that a plan may not cross.")
    state: State = Field(State(), description="Where Terraform keeps its state.")

    def cloud_of(self, group: str) -> CloudChoice:
        """The cloud a group is built in."""
        return self.groups[group].cloud or self.cloud

    def min_of(self, group: str) -> int:
        """How many of a group's nodes are enough to go on."""
        found = self.groups[group]
        return found.count if found.min is None else found.min


def read(paths: Sequence[Path], assignments: Sequence[str], environment: Mapping[str, str]) -> Document:
    """The files merged left to right, then the `--set` assignments.

    Raises InputError with the problems of all files.
    """
    found: list[Document] = []
    problems: list[Problem] = []
    readers: list[Callable[[], Document]] = [partial(documents.read, path, environment) for path in paths]
    readers += [partial(documents.assignment, text, environment) for text in assignments]
    for reader in readers:
        try:
            found.append(reader())
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return reduce(lambda base, over: documents.merge(base, over, _other_kind), found)


def _other_kind(path: KeyPath, old: Any, new: Any) -> bool:
    """Settings of one cloud or backend make no sense for another: a new name starts afresh."""
    kind = "backend" if path == ("state",) else "name"
    return path in (("cloud",), ("state",)) and kind in new and new[kind] != old.get(kind)


def parse(document: Document) -> tuple[ClusterConfig | None, tuple[Problem, ...]]:
    """The typed configuration, and what is wrong; no configuration when it can't be typed at all."""
    if not isinstance(document.data, dict):
        problem = document.problem((), "a cluster file is a mapping", "start with `name: demo`")
        return None, (problem,)
    try:
        config = ClusterConfig.model_validate(document.data, strict=None)
    except ValidationError as error:
        return None, tuple(_problem(document, details) for details in error.errors())
    return config, tuple(_group_problems(document, config))


def _group_problems(document: Document, config: ClusterConfig) -> list[Problem]:
    problems = []
    for name in config.groups:
        if not _GROUP.fullmatch(name) or name in _RESERVED_GROUPS:
            hint = "1 to 25 lower-case letters and digits, starting with a letter; not `all` or `ungrouped`"
            path: KeyPath = ("groups", name)
            problems.append(document.problem(path, f"`{name}` can't be a group's name", hint, at_key=True))
    return problems


# pydantic's kinds of error → what a user reads; {…} are the error's own values.
_MESSAGES = {
    "missing": "this key is required",
    "extra_forbidden": "unknown key",
    "int_type": "a whole number is wanted here, not {input}",
    "float_type": "a number is wanted here, not {input}",
    "string_type": "text is wanted here, not {input}",
    "bool_type": "true or false is wanted here, not {input}",
    "model_type": "a mapping is wanted here, not {input}",
    "model_attributes_type": "a mapping is wanted here, not {input}",
    "dict_type": "a mapping is wanted here, not {input}",
    "tuple_type": "a list is wanted here, not {input}",
    "list_type": "a list is wanted here, not {input}",
    "literal_error": "one of {expected} is wanted here, not {input}",
    "greater_than": "must be more than {gt}, not {input}",
    "greater_than_equal": "must be at least {ge}, not {input}",
    "less_than_equal": "must be at most {le}, not {input}",
    "string_pattern_mismatch": "{input} does not fit the form {pattern}",
    "too_short": "must hold at least {min_length}",
    "value_error": "{error}",
}


def _problem(document: Document, details: ErrorDetails) -> Problem:
    path, kind = tuple(details["loc"]), details["type"]
    # Members of a union and the keys of a mapping come as parts of pydantic's own; the file has none.
    if path[:1] == ("software",) and path[3:4] and str(path[3]).startswith(("str", "list[")):
        path = (*path[:3], *path[4:])
    path = tuple(part for part in path if part != "[key]")
    template = _MESSAGES.get(kind, "{msg}")
    shown = repr(details["input"])
    shown = shown if len(shown) < 60 else shown[:57] + "…"
    message = template.format(**{**details.get("ctx", {}), "msg": details["msg"], "input": shown})
    hint = ""
    if kind == "extra_forbidden":
        hint = did_you_mean(str(path[-1]), _known_keys(path[:-1]))
    return document.problem(path, message, hint, at_key=kind in ("extra_forbidden", "missing"))


def _known_keys(path: KeyPath) -> list[str]:
    """The keys that a model knows at this place of the file."""
    model: type[BaseModel] = ClusterConfig
    inner: dict[str, type[BaseModel]] = {"ssh": Ssh, "groups": Group, "guard": Guard}
    if path:
        model = inner.get(str(path[0]), ClusterConfig)
    if len(path) > 2:
        deeper: dict[str, type[BaseModel]] = {"size": Size, "volumes": Volume}
        model = deeper.get(str(path[2]), model)
    return list(model.model_fields)
