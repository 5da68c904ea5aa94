"""cloud.yaml: the facts of a cloud."""

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


class CloudFacts(_Facts):
    """cloud.yaml."""

    title: str
    plugins: tuple[Plugin, ...] = ()
    identity: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    images: dict[str, Image] = Field(default_factory=dict)
    any_image: bool = True
    sizes: Literal["direct"] | tuple[SizeType, ...] = "direct"
    per_node_settings: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    first_host_key: Literal["cloud", "user_data"] = Field(
        "cloud", description="Whether the module tells a node's host key, or user data has to bring one."
    )
    keeps_volumes: Literal["state", "provider"] = Field(
        "state",
        description="Who forgets and adopts kept volumes: ectf in the state, or the provider.",
    )
    unsupported: dict[str, str] = Field(
        {}, description="Keys of a group that this cloud can't fulfil, each with what to do instead."
    )
    reserved_labels: tuple[str, ...] = Field(
        (), description="Regular expressions of labels the cloud refuses."
    )
    name_limit: int = Field(31, description="Longest cluster name that leaves room for suffixes.")
    example: dict[str, Any] = Field({}, description="Values of settings for `ectf init`.")
