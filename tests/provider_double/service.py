"""The protocol: one method for each call of Terraform, messages in and out."""

import traceback
from collections.abc import Callable
from typing import Any

import grpc
from tf.gen import grpc_controller_pb2, grpc_controller_pb2_grpc, grpc_stdio_pb2_grpc, tfplugin_pb2_grpc
from tf.gen import tfplugin_pb2 as pb

from tests.provider_double import wire
from tests.provider_double.problems import Problem
from tests.provider_double.provider import Provider
from tests.provider_double.schema import Values

Answer = Callable[[], Any]


class Service(tfplugin_pb2_grpc.ProviderServicer):  # type: ignore[misc]  # `tf` ships no types
    """Names of methods are the protocol's."""

    # ruff: noqa: N802

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.catalogue = provider.catalogue

    def GetMetadata(self, request: Any, context: Any) -> Any:
        return pb.GetMetadata.Response(
            server_capabilities=_capabilities(),
            data_sources=[pb.GetMetadata.DataSourceMetadata(type_name=name) for name in self.catalogue.data],
            resources=[pb.GetMetadata.ResourceMetadata(type_name=name) for name in self.catalogue.resources],
        )

    def GetProviderSchema(self, request: Any, context: Any) -> Any:
        resources = self.catalogue.resources.items()
        sources = self.catalogue.data.items()
        return pb.GetProviderSchema.Response(
            provider=wire.schema_message(self.catalogue.provider),
            resource_schemas={name: wire.schema_message(kind) for name, kind in resources},
            data_source_schemas={name: wire.schema_message(kind) for name, kind in sources},
            server_capabilities=_capabilities(),
        )

    def ValidateProviderConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request: Any, context: Any) -> Any:
        kind = self.catalogue.resources[request.type_name]
        problems = self.provider.validate(kind, wire.read_value(request.config) or {})
        return pb.ValidateResourceConfig.Response(diagnostics=wire.diagnostics(problems))

    def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateDataResourceConfig.Response()

    def UpgradeResourceState(self, request: Any, context: Any) -> Any:
        # Core strips attributes that the schema no longer has, and complains where something is missing.
        state = pb.DynamicValue(json=request.raw_state.json)
        return pb.UpgradeResourceState.Response(upgraded_state=state)

    def ConfigureProvider(self, request: Any, context: Any) -> Any:
        response = pb.ConfigureProvider.Response

        def answer() -> Any:
            self.provider.configure(context.peer(), wire.read_value(request.config) or {})
            return response()

        return _guard(response, answer)

    def ReadResource(self, request: Any, context: Any) -> Any:
        response = pb.ReadResource.Response

        def answer() -> Any:
            state = self.provider.read(request.type_name, wire.read_value(request.current_state))
            return response(new_state=wire.value_message(state), private=request.private)

        return _guard(response, answer)

    def PlanResourceChange(self, request: Any, context: Any) -> Any:
        response = pb.PlanResourceChange.Response
        proposed: Values | None = wire.read_value(request.proposed_new_state)
        if proposed is None:  # a destruction
            return response(planned_state=request.proposed_new_state, planned_private=request.prior_private)

        def answer() -> Any:
            prior = wire.read_value(request.prior_state)
            planned = self.provider.plan(context.peer(), request.type_name, prior, proposed)
            return response(
                planned_state=wire.value_message(planned.values),
                requires_replace=[wire.path_message(steps) for steps in planned.replace],
                planned_private=request.prior_private,
                legacy_type_system=planned.legacy,
            )

        return _guard(response, answer)

    def ApplyResourceChange(self, request: Any, context: Any) -> Any:
        response = pb.ApplyResourceChange.Response
        prior: Values | None = wire.read_value(request.prior_state)
        planned: Values | None = wire.read_value(request.planned_state)

        def answer() -> Any:
            failed: Problem | None = None
            state: Values | None = None
            if planned is None:
                self.provider.delete(request.type_name, prior or {})
            elif prior is None:
                state, failed = self.provider.create(context.peer(), request.type_name, planned)
            else:
                state = self.provider.update(context.peer(), request.type_name, prior, planned)
            legacy = bool(self.catalogue.resources[request.type_name].behaviour.defaults)
            return response(
                new_state=wire.value_message(state),
                private=request.planned_private,
                legacy_type_system=legacy,
                diagnostics=wire.diagnostics([failed] if failed else []),
            )

        # What failed as a whole left everything as it was.
        return _guard(response, answer, new_state=request.prior_state, private=request.planned_private)

    def ImportResourceState(self, request: Any, context: Any) -> Any:
        response = pb.ImportResourceState.Response

        def answer() -> Any:
            state = self.provider.imported(context.peer(), request.type_name, request.id)
            found = pb.ImportResourceState.ImportedResource(
                type_name=request.type_name, state=wire.value_message(state)
            )
            return response(imported_resources=[found])

        return _guard(response, answer)

    def ReadDataSource(self, request: Any, context: Any) -> Any:
        response = pb.ReadDataSource.Response

        def answer() -> Any:
            config = wire.read_value(request.config)
            state = self.provider.data(context.peer(), request.type_name, config)
            return response(state=wire.value_message(state))

        return _guard(response, answer)

    def GetFunctions(self, request: Any, context: Any) -> Any:
        return pb.GetFunctions.Response()

    def StopProvider(self, request: Any, context: Any) -> Any:
        self.provider.stop.set()
        return pb.StopProvider.Response()


def _guard(response: Any, answer: Answer, **otherwise: Any) -> Any:
    """Problems become diagnostics; so do our own errors, with where they happened."""
    try:
        return answer()
    except Problem as problem:
        return response(diagnostics=wire.diagnostics([problem]), **otherwise)
    except Exception as error:  # a dead plug-in would hide what went wrong
        told = Problem(f"the provider double failed: {error!r}", traceback.format_exc())
        return response(diagnostics=wire.diagnostics([told]), **otherwise)


def _capabilities() -> Any:
    return pb.ServerCapabilities(get_provider_schema_optional=True)


def register(server: grpc.Server, provider: Provider, shutdown: Callable[[], None]) -> None:
    """Add the provider and what go-plugin wants of every plug-in."""
    tfplugin_pb2_grpc.add_ProviderServicer_to_server(Service(provider), server)

    class Controller(grpc_controller_pb2_grpc.GRPCControllerServicer):  # type: ignore[misc]  # `tf` ships no types
        def Shutdown(self, request: Any, context: Any) -> Any:
            shutdown()
            return grpc_controller_pb2.Empty()

    class Stdio(grpc_stdio_pb2_grpc.GRPCStdioServicer):  # type: ignore[misc]  # `tf` ships no types
        def StreamStdio(self, request: Any, context: Any) -> Any:
            return iter(())

    grpc_controller_pb2_grpc.add_GRPCControllerServicer_to_server(Controller(), server)
    grpc_stdio_pb2_grpc.add_GRPCStdioServicer_to_server(Stdio(), server)
