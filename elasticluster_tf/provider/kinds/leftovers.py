"""`podman_leftovers`: all that carries a cluster's label, state or no state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from elasticluster_tf.provider import labels
from elasticluster_tf.provider.framework import ROWS, TEXT, State, attribute
from elasticluster_tf.provider.kinds.volume import kept_name
from elasticluster_tf.provider.world import World


@dataclass(frozen=True)
class Leftovers:
    """Containers, networks and volumes of a cluster."""

    world: World
    name: str = "leftovers"
    description: str = "What is left of a cluster."
    attributes: tuple[Any, ...] = (
        attribute("cluster", TEXT, "Name of the cluster.", required=True),
        attribute(
            "found",
            ROWS,
            "Each with type (of resource), id (for an import), name, kept, node and volume.",
            computed=True,
        ),
    )

    def answer(self, config: State) -> State:
        """Ask Podman by label."""
        podman, filters = self.world.podman, labels.filter_arguments(config["cluster"])
        # Of volumes, Podman 4.3 takes several label filters as alternatives.
        of_cluster = filters[-1:]
        rows = [
            _row("podman_node", item["Id"], item["Names"][0], item["Labels"])
            for item in podman.objects("ps", "--all", "--format=json", *filters)
        ]
        rows += [
            _row("podman_network", item["id"], item["name"], {})
            for item in podman.objects("network", "ls", "--format=json", *of_cluster)
        ]
        rows += [
            _row(
                "podman_volume", item["Name"], item["Name"], item["Labels"], kept=self._is_kept(item["Name"])
            )
            for item in podman.objects("volume", "ls", "--format=json", *of_cluster)
        ]
        return {**config, "found": rows}

    def _is_kept(self, volume: str) -> bool:
        return bool(self.world.machine.recall(kept_name(volume)))


def _row(
    kind: str, identity: str, name: str, own: Mapping[str, str], *, kept: bool = False
) -> dict[str, str | None]:
    return {
        "type": kind,
        "id": identity,
        "name": name,
        "kept": "true" if kept else "false",
        "node": own.get(labels.NODE),
        "volume": own.get(labels.VOLUME),
    }
