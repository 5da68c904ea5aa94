"""`podman_leftovers`: all that carries a cluster's label, state or no state."""

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
        attribute("found", ROWS, "Each with type, id, name, and kept: `true` or `false`.", computed=True),
    )

    def answer(self, config: State) -> State:
        """Ask Podman by label."""
        podman, filters = self.world.podman, labels.filter_arguments(config["cluster"])
        rows = [
            _row("container", item["Id"], item["Names"][0])
            for item in podman.objects("ps", "--all", "--format=json", *filters)
        ]
        rows += [
            _row("network", item["id"], item["name"])
            for item in podman.objects("network", "ls", "--format=json", *filters[-1:])
        ]
        rows += [
            _row(
                "volume",
                item["Name"],
                item["Name"],
                kept=bool(self.world.machine.recall(kept_name(item["Name"]))),
            )
            for item in podman.objects("volume", "ls", "--format=json", *filters[-1:])
        ]
        return {**config, "found": rows}


def _row(kind: str, identity: str, name: str, *, kept: bool = False) -> dict[str, str]:
    return {"type": kind, "id": identity, "name": name, "kept": "true" if kept else "false"}
