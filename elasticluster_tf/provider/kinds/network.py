"""`podman_network`: the network of a cluster, on which its nodes find each other by name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from elasticluster_tf.provider import labels
from elasticluster_tf.provider.framework import TEXT, TEXT_MAP, State, attribute, known
from elasticluster_tf.provider.nodes import remove
from elasticluster_tf.provider.podman import PodmanError
from elasticluster_tf.provider.problems import ProviderError
from elasticluster_tf.provider.world import World


@dataclass(frozen=True)
class NetworkKind:
    """A bridge network with name service."""

    world: World
    name: str = "network"
    description: str = "The network of a cluster."
    attributes: tuple[Any, ...] = (
        attribute("cluster", TEXT, "Name of the cluster.", required=True, replaces=True),
        attribute("name", TEXT, "Name of the network in Podman.", required=True, replaces=True),
        attribute(
            "subnet",
            TEXT,
            "Range of addresses; a free one by default.",
            optional=True,
            computed=True,
            replaces=True,
        ),
        attribute(
            "labels", TEXT_MAP, "Labels it is made with; later changes stay in the state.", optional=True
        ),
        attribute("id", TEXT, "Podman's id of it.", computed=True),
    )

    def check(self, _config: State) -> Iterable[ProviderError]:
        """Podman itself checks the range."""
        return ()

    def create(self, planned: State) -> State:
        """Make it, or take over one of this cluster that has the wanted range."""
        podman, name, subnet = self.world.podman, planned["name"], known(planned, "subnet")
        own = {labels.CLUSTER: planned["cluster"]}
        found = podman.inspect("network", name)
        if found and not labels.is_ours(found.get("labels"), own):
            raise ProviderError(
                f"A network named {name} exists, and ectf did not make it for this cluster",
                f"Remove it (podman network rm {name}), or give the cluster another name.",
            )
        if found and subnet and _state(found)["subnet"] != subnet:
            self._remove(name, planned["cluster"])
            found = None
        if not found:
            range_argument = [f"--subnet={subnet}"] if subnet else []
            podman.run(
                "network",
                "create",
                *range_argument,
                *labels.label_arguments(own, planned.get("labels")),
                "--",
                name,
            )
            found = podman.inspect("network", name)
        return {**planned, **_state(found or {})}

    def read(self, state: State) -> State | None:
        """Look for it by name."""
        found = self.world.podman.inspect("network", state["name"])
        if not found or not labels.is_ours(found.get("labels"), {labels.CLUSTER: state["cluster"]}):
            return None
        return {**state, **_state(found)}

    def plan(self, _prior: State, planned: State) -> State:
        """Only labels can differ without replacement."""
        return planned

    def update(self, _prior: State, planned: State) -> State:
        """Labels alone, in the state: Podman can't change them, and a new network would need new nodes."""
        return planned

    def delete(self, state: State) -> None:
        """Remove it, with what a killed run left on it: the nodes in the state are gone by now."""
        self._remove(state["name"], state["cluster"])

    def find(self, name: str) -> State:
        """Import by its name in Podman."""
        found = self.world.podman.inspect("network", name)
        cluster = (found or {}).get("labels", {}).get(labels.CLUSTER)
        if not found or not cluster:
            raise ProviderError(f"There is no network {name} made by ectf", "See podman network ls.")
        return {"cluster": cluster, "name": found["name"], "labels": None, **_state(found)}

    def _remove(self, name: str, cluster: str) -> None:
        podman = self.world.podman
        filters = labels.filter_arguments(cluster)
        for orphan in podman.objects("ps", "--all", "--format=json", f"--filter=network={name}", *filters):
            remove(podman, orphan["Id"])
        done = podman.attempt("network", "rm", "--", name)
        if done.code and podman.inspect("network", name) is not None:
            raise PodmanError(["podman", "network", "rm", name], done)


def _state(found: dict[str, Any]) -> State:
    return {"subnet": found["subnets"][0]["subnet"], "id": found["id"]}
