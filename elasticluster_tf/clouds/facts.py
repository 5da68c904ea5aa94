"""cloud.yaml: the facts of a cloud."""

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Plugin(_Facts):
    """A Terraform provider that ectf ships: where Terraform looks for it and what to run."""

    source: str
    version: str
    python_module: str


class Image(_Facts):
    """What a portable image name is on this cloud: its login user, its system, how it is looked up."""

    user: str
    os: str
    lookup: Any = None
    arch: tuple[str, ...] = ("x86_64",)


class Tool(_Facts):
    """A program that this cloud needs on the user's machine, and the command that installs it."""

    name: str
    install: str


class SizeType(_Facts):
    """A size the cloud sells."""

    type: str
    cpus: int
    memory_gb: float
    gpus: int = 0
    arch: str = "x86_64"
    burstable: bool = False
    price: float = Field(0.0, description="US dollars an hour where the cloud is cheapest; orders the types.")


class Need(_Facts):
    """Something without which the provider asks nobody: any one of these shows that it is there."""

    missing: str
    settings: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()


class SignIn(_Facts):
    """How the provider proves who asks.

    `needs` is what can be seen from here alone: a machine with a role of its own shows nothing.
    """

    hint: str
    needs: tuple[Need, ...] = ()


class Lookup(_Facts):
    """A data source of the module that fails where the file names what is not there."""

    data: str = Field(description="Type and name of the data source, as in `aws_ami.portable`.")
    keys: tuple[str, ...] = Field(
        description="Keys that name it: of the group with `each`, else of `cloud:`."
    )
    each: str = Field("", description="What its instances are called, from a node's fields.")
    hint: str


class OwnRange(_Facts):
    """The range of the network that the module makes, unless the file names an existing one."""

    setting: str
    unless: str


class NameRule(_Facts):
    """What a cluster's name has to be like, beside its length, and why."""

    pattern: str
    hint: str

    def fits(self, name: str) -> bool:
        """Whether the cloud takes this name."""
        return re.fullmatch(self.pattern, name) is not None


class CloudFacts(_Facts):
    """cloud.yaml."""

    title: str
    plugins: tuple[Plugin, ...] = ()
    identity: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    sign_in: SignIn = SignIn(hint="")
    lookups: tuple[Lookup, ...] = ()
    own_range: OwnRange | None = None
    images: dict[str, Image] = Field(default_factory=dict)
    any_image: bool = True
    sizes: Literal["direct"] | tuple[SizeType, ...] = "direct"
    not_together: str = Field(
        "", description="Regular expression of types that the cloud does not place together."
    )
    ipv4_only: bool = Field(
        False, description="Whether nodes have IPv4 addresses alone, so that ranges of IPv6 let nobody in."
    )
    per_node_settings: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    first_host_key: Literal["cloud", "user_data"] = Field(
        "cloud", description="Whether the module tells a node's host key, or user data has to bring one."
    )
    keeps_volumes: Literal["state", "provider"] = Field(
        "state",
        description="Who forgets and adopts kept volumes: ectf in the state, or the provider.",
    )
    gives: tuple[str, ...] | None = Field(
        None, description="What a host can do of what software `needs`; without it, everything."
    )
    unsupported: dict[str, str] = Field(
        {}, description="Keys of a group that this cloud can't fulfil, each with what to do instead."
    )
    reserved_labels: tuple[str, ...] = Field(
        (), description="Regular expressions of labels the cloud refuses."
    )
    label_values: str = Field(".*", description="Regular expression that a label's value has to fit.")
    name_limit: int = Field(31, description="Longest cluster name that leaves room for suffixes.")
    name_rule: NameRule | None = None
    example: dict[str, Any] = Field({}, description="Values of settings for `ectf init`.")
