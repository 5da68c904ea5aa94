"""cluster.yaml as frozen, typed models.

What needs the folders of clouds and software is checked in `clouds` and `software`.
"""

import ipaddress
import re
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
    model_validator,
)


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


def _url(text: str) -> str:
    if "@" in text:
        raise ValueError("no user and password here: let the mirror know the hosts by their address")
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~%+/-]*)?", text):
        raise ValueError("write an address as in http://mirror.example.org:3142")
    return text


Text = Annotated[StrictStr, AfterValidator(_one_line)]
Url = Annotated[StrictStr, AfterValidator(_url)]
Cidr = Annotated[StrictStr, AfterValidator(_cidr)]
Number = Annotated[float, Field(gt=0)]


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
        None, description="Where it is mounted in the node; a new disk gets an ext4 file system."
    )
    on_destroy: Literal["delete", "keep"] = Field(
        "delete", description="`keep`: it outlives the node, and `up` finds it again."
    )


class Quota(_Model):
    """What an account may have in a cloud, as its owner knows it; of Spot machines clouds count apart."""

    nodes: Annotated[StrictInt, Field(ge=0)] | None = Field(None, description="Most machines.")
    cpus: Annotated[StrictInt, Field(ge=0)] | None = Field(
        None, description="Most processors of all machines."
    )
    gpus: Annotated[StrictInt, Field(ge=0)] | None = Field(None, description="Most GPUs of all machines.")
    memory_gb: Number | None = Field(None, description="Most memory of all machines in GiB.")


class CloudChoice(BaseModel):
    """Which cloud, and its own settings beside the name."""

    model_config = ConfigDict(extra="allow", frozen=True)
    name: Text = Field(description="A cloud that `ectf clouds` lists, or a path to a module of your own.")
    alias: Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9]{0,24}$")] | None = Field(
        None, description="Tells the same cloud with other settings apart."
    )
    quota: Quota | None = Field(None, description="What the account has left for this cluster.")

    @property
    def label(self) -> str:
        """The name of the module call in the root module."""
        return self.alias or re.sub(r"[^a-z0-9]", "", Path(self.name).name.lower()) or "cloud"

    @property
    def settings(self) -> dict[str, Any]:
        """The keys that the module takes: its variables."""
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
    size: Size | None = Field(
        None,
        description="Portable size. Beside `type`: what a type has of which the cloud does not tell.",
    )
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


class Mirrors(_Model):
    """Where hosts get packages from when they can't, or should not, reach the internet."""

    apt: Url | None = Field(None, description="HTTP proxy that apt fetches packages through.")
    yum: Url | None = Field(None, description="HTTP proxy that dnf fetches packages through.")
    pip: Url | None = Field(None, description="Index that pip installs from, such as …/simple.")


class Requirement(_Model):
    """A collection or role of others that playbooks use: one version, proven by its archive's checksum."""

    collection: Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")] | None = Field(
        None, description="A collection, as in `community.general`."
    )
    role: Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")] | None = Field(
        None, description="A role, by the name that playbooks use."
    )
    version: Annotated[StrictStr, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]*$")] = Field(
        description="Its version."
    )
    sha256: Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="SHA-256 of its archive; Galaxy's page of the version shows it."
    )
    source: Text | None = Field(
        None, description="Address or path of the archive. Default for a collection: the Galaxy server."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.collection is None) == (self.role is None):
            raise ValueError("name a `collection` or a `role`")
        if self.role and not self.source:
            raise ValueError("a role needs a `source`: Galaxy keeps no archive of roles that has a checksum")
        return self

    @property
    def name(self) -> str:
        """Its name in playbooks."""
        return self.collection or self.role or ""


class Guard(_Model):
    """Limits that a plan may not cross; `ectf plan` lists the rules."""

    max_nodes: Annotated[StrictInt, Field(ge=0)] | None = Field(
        None, description="Most nodes of the cluster."
    )
    max_cost_per_hour: Number | None = Field(None, description="Most that the cluster may cost an hour.")
    max_cost_per_month: Number | None = Field(
        None, description="Most that the cluster may cost a month of 730 hours."
    )
    max_removed_percent: Annotated[StrictInt, Field(ge=0, le=100)] | None = Field(
        None,
        description="Largest share of a group's nodes that one plan may destroy. Default: 50, as a warning.",
    )
    rules: dict[StrictStr, Literal["error", "warning", "off"]] = Field(
        default_factory=dict, description="How grave a rule is, by its name: an error forbids the plan."
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

    name: Annotated[StrictStr, Field(pattern=r"^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$")] = Field(
        description="1 to 31 lower-case letters, digits and dashes; starts with a letter, ends with no dash."
    )
    cloud: CloudChoice = Field(CloudChoice(name="local"), description="Where the nodes are built.")
    ssh: Ssh = Field(Ssh(), description="How the nodes are reached.")
    groups: dict[StrictStr, Group] = Field(description="Nodes by group.", min_length=1)
    software: dict[StrictStr, SoftwareChoice] = Field(
        default_factory=dict, description="Software by name; the order is the order of configuration."
    )
    before: tuple[Text, ...] = Field(
        (), strict=False, description="Your own playbooks, run before the software: paths from this file."
    )
    after: tuple[Text, ...] = Field(
        (), strict=False, description="Your own playbooks, run after the software: paths from this file."
    )
    requirements: tuple[Requirement, ...] = Field(
        (), strict=False, description="Collections and roles of others that your playbooks and roles use."
    )
    mirrors: Mirrors = Field(Mirrors(), description="Where hosts get packages from.")
    labels: dict[Text, Text] = Field(default_factory=dict, description="Labels (tags) of everything.")
    guard: Guard = Field(Guard(), description="Limits that a plan may not cross.")
    protect: tuple[Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9]*(/[a-z][a-z0-9]*)?$")], ...] = Field(
        (), strict=False, description="Nodes, groups and volumes (`node/volume`, `volume`) that must not go."
    )
    state: State = Field(State(), description="Where Terraform keeps its state.")
    prices: Text | None = Field(
        None,
        description="Your own price book, as a path from this file. Default: prices.yaml beside it, if any.",
    )

    def cloud_of(self, group: str) -> CloudChoice:
        """The cloud a group is built in."""
        return self.groups[group].cloud or self.cloud

    def min_of(self, group: str) -> int:
        """How many of a group's nodes are enough to go on."""
        found = self.groups[group]
        return found.count if found.min is None else found.min
