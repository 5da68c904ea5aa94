"""The only door to the package `tf`: turns our kinds of things into what its plug-in server calls.

The package ships no types and its base classes have to be subclassed once per resource. It only ever
calls methods, so one adapter object per kind, with those methods, is enough.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tf.schema import Attribute, Schema
from tf.types import Bool, List, Map, Number, String, Unknown

from elasticluster_tf.provider.problems import ProviderError

State = dict[str, Any]

TEXT = String()
NUMBER = Number()
BOOL = Bool()
TEXTS = List(String())
TEXT_MAP = Map(String())
ROWS = List(Map(String()))
UNKNOWN = Unknown


class PartlyMadeError(ProviderError):
    """A create that failed after something was made: Terraform keeps the state and marks it tainted."""

    def __init__(self, state: State, cause: ProviderError) -> None:
        super().__init__(cause.summary, cause.detail)
        self.state = state


class Kind(Protocol):
    """A kind of resource: its attributes, and what is done with one."""

    @property
    def name(self) -> str:
        """Name without the provider's prefix."""
        ...

    @property
    def description(self) -> str:
        """One sentence for the schema."""
        ...

    @property
    def attributes(self) -> tuple[Any, ...]:
        """Made with `attribute`."""
        ...

    def check(self, config: State, /) -> Iterable[ProviderError]:
        """Look for what is wrong before anything starts; values may be unknown still."""
        ...

    def create(self, planned: State) -> State:
        """Make it, or take over what an earlier run left."""
        ...

    def read(self, state: State) -> State | None:
        """Look at what is there; None when it is gone."""
        ...

    def plan(self, prior: State, planned: State, /) -> State:
        """Say what an update will lead to, beyond what the configuration says."""
        ...

    def update(self, prior: State, planned: State, /) -> State:
        """Change it in place."""
        ...

    def delete(self, state: State) -> None:
        """Remove it; one that is gone is fine."""
        ...

    def find(self, name: str) -> State:
        """Describe one that exists, for import."""
        ...


class Question(Protocol):
    """A kind of data source."""

    @property
    def name(self) -> str:
        """Name without the provider's prefix."""
        ...

    @property
    def description(self) -> str:
        """One sentence for the schema."""
        ...

    @property
    def attributes(self) -> tuple[Any, ...]:
        """Made with `attribute`."""
        ...

    def answer(self, config: State) -> State:
        """Look it up."""
        ...


def attribute(
    name: str,
    kind: Any,
    description: str,
    *,
    required: bool = False,
    optional: bool = False,
    computed: bool = False,
    replaces: bool = False,
) -> Any:
    """Declare an attribute; `replaces` when a change of it needs another thing of the kind."""
    return Attribute(
        name,
        kind,
        description=description,
        required=required,
        optional=optional,
        computed=computed,
        requires_replace=replaces,
    )


def known(config: Mapping[str, Any], name: str) -> Any:
    """Give a value of a configuration, or None while it is null or not yet known."""
    value = config.get(name)
    return None if value is Unknown else value


@dataclass(frozen=True)
class Resource:
    """One kind, as the server of `tf` sees it."""

    kind: Kind

    def get_name(self) -> str:
        """Name without the provider's prefix."""
        return self.kind.name

    def get_schema(self) -> Any:
        """Attributes for Terraform."""
        return Schema(version=0, attributes=list(self.kind.attributes), description=self.kind.description)

    def validate(self, diags: Any, _type_name: str, config: State) -> None:
        """Report every complaint about a configuration."""
        try:
            for problem in self.kind.check(config):
                diags.add_error(problem.summary, problem.detail)
        except ProviderError as error:
            diags.add_error(error.summary, error.detail)

    def create(self, ctx: Any, planned: State) -> State | None:
        """Create; what was made in spite of a failure stays in the state."""
        try:
            return self.kind.create(planned)
        except PartlyMadeError as error:
            ctx.diagnostics.add_error(error.summary, error.detail)
            return error.state
        except ProviderError as error:
            ctx.diagnostics.add_error(error.summary, error.detail)
            return None

    def read(self, ctx: Any, current: State) -> State | None:
        """Read; a failure must not look like an absence."""
        return _or_else(ctx.diagnostics, lambda: self.kind.read(current), current)

    def plan(self, ctx: Any, current: State, planned: State) -> State | None:
        """Plan an update."""
        return _or_else(ctx.diagnostics, lambda: self.kind.plan(current, planned), planned)

    def update(self, ctx: Any, current: State, planned: State) -> State | None:
        """Update; after a failure the state says what was before."""
        return _or_else(ctx.diagnostics, lambda: self.kind.update(current, planned), current)

    def delete(self, ctx: Any, current: State) -> State | None:
        """Delete; what could not be removed stays in the state."""
        return _or_else(ctx.diagnostics, lambda: self.kind.delete(current), current)

    def import_(self, ctx: Any, name: str) -> State | None:
        """Import by the name that Podman knows."""
        return _or_else(ctx.diagnostics, lambda: self.kind.find(name), None)

    def upgrade(self, _ctx: Any, _version: int, old: State) -> State:
        """There is one version of each schema so far."""
        return old


@dataclass(frozen=True)
class DataSource:
    """One question, as the server of `tf` sees it."""

    question: Question

    def get_name(self) -> str:
        """Name without the provider's prefix."""
        return self.question.name

    def get_schema(self) -> Any:
        """Attributes for Terraform."""
        return Schema(attributes=list(self.question.attributes), description=self.question.description)

    def validate(self, diags: Any, type_name: str, config: State) -> None:
        """Terraform checks types and names by itself."""

    def read(self, ctx: Any, config: State) -> State | None:
        """Answer."""
        return _or_else(ctx.diagnostics, lambda: self.question.answer(config), None)


@dataclass(frozen=True)
class Provider:
    """The provider, as the server of `tf` sees it."""

    kinds: tuple[Kind, ...]
    questions: tuple[Question, ...]

    def get_model_prefix(self) -> str:
        """What every type's name starts with."""
        return "podman_"

    def get_provider_schema(self, _diags: Any) -> Any:
        """Nothing has to be configured: everything is found out."""
        return Schema(version=0, attributes=[])

    def full_name(self) -> str:
        """The source address."""
        return "ectf.local/ectf/podman"

    def validate_config(self, diags: Any, config: State) -> None:
        """There is nothing to validate."""

    def configure_provider(self, diags: Any, config: State) -> None:
        """There is nothing to configure."""

    def get_resources(self) -> list[Resource]:
        """One adapter per kind; they take the place of the framework's classes."""
        return [Resource(kind) for kind in self.kinds]

    def get_data_sources(self) -> list[DataSource]:
        """One adapter per question."""
        return [DataSource(question) for question in self.questions]

    def get_functions(self) -> list[Any]:
        """No functions."""
        return []

    def new_resource(self, resource: Resource) -> Resource:
        """The adapter is its own instance."""
        return resource

    def new_data_source(self, data_source: DataSource) -> DataSource:
        """The adapter is its own instance."""
        return data_source


def _or_else(diags: Any, step: Callable[[], State | None], otherwise: State | None) -> State | None:
    try:
        return step()
    except ProviderError as error:
        diags.add_error(error.summary, error.detail)
        return otherwise
