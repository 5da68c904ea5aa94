"""`podman_volume`: data of a node that outlives its container, and on wish its cluster."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from elasticluster_tf.provider import labels
from elasticluster_tf.provider.framework import NUMBER, TEXT, TEXT_MAP, State, attribute, known
from elasticluster_tf.provider.podman import PodmanError
from elasticluster_tf.provider.problems import ProviderError
from elasticluster_tf.provider.world import World

KEEP, DELETE = "keep", "delete"


def kept_name(volume: str) -> str:
    """Where the machine remembers that a volume is to be kept: Podman can't change a volume's labels."""
    return f"kept-{volume}"


@dataclass(frozen=True)
class VolumeKind:
    """A named Podman volume."""

    world: World
    name: str = "volume"
    description: str = "A named volume of a node."
    attributes: tuple[Any, ...] = (
        attribute("cluster", TEXT, "Name of the cluster.", required=True, replaces=True),
        attribute("node", TEXT, "Name of the node.", required=True, replaces=True),
        attribute("name", TEXT, "Name of the volume within the node.", required=True, replaces=True),
        attribute("group", TEXT, "Group of the node.", required=True),
        attribute(
            "size_gb", NUMBER, "Size that is asked for; a folder of this machine has no limit.", required=True
        ),
        attribute(
            "on_destroy", TEXT, "`delete`, or `keep` to leave the data for the next `up`.", required=True
        ),
        attribute(
            "labels", TEXT_MAP, "Labels it is made with; later changes stay in the state.", optional=True
        ),
        attribute("id", TEXT, "Name of it in Podman.", computed=True),
    )

    def check(self, config: State) -> Iterable[ProviderError]:
        """There are two ways to end."""
        if known(config, "on_destroy") not in (None, KEEP, DELETE):
            yield ProviderError(
                f"on_destroy is {config['on_destroy']!r}", f"It has to be {KEEP} or {DELETE}."
            )

    def create(self, planned: State) -> State:
        """Make it, or take over the one that was kept."""
        podman = self.world.podman
        own = {
            labels.CLUSTER: planned["cluster"],
            labels.NODE: planned["node"],
            labels.VOLUME: planned["name"],
        }
        name = labels.object_name(*own.values())
        found = podman.inspect("volume", name)
        if found and not labels.is_ours(found.get("Labels"), own):
            raise ProviderError(
                f"A volume named {name} exists, and ectf did not make it for this node",
                f"Its data may matter to someone: look at it, then podman volume rm {name}",
            )
        if not found:
            own[labels.GROUP] = planned["group"]
            podman.run("volume", "create", *labels.label_arguments(own, planned.get("labels")), "--", name)
        self._note(name, planned["on_destroy"])
        return {**planned, "id": name}

    def read(self, state: State) -> State | None:
        """Look for it by name."""
        return state if self.world.podman.inspect("volume", state["id"]) else None

    def plan(self, _prior: State, planned: State) -> State:
        """What can differ without replacement needs nothing of Podman."""
        return planned

    def update(self, _prior: State, planned: State) -> State:
        """Size, group and labels are words only; data must not be lost for them."""
        self._note(planned["id"], planned["on_destroy"])
        return planned

    def delete(self, state: State) -> None:
        """Remove it, unless it is to be kept."""
        podman, name = self.world.podman, state["id"]
        if state["on_destroy"] == KEEP:
            return
        done = podman.attempt("volume", "rm", "--", name)
        if done.code and podman.inspect("volume", name) is not None:
            raise PodmanError(["podman", "volume", "rm", name], done)
        self.world.machine.forget(kept_name(name))

    def find(self, name: str) -> State:
        """Import by its name in Podman."""
        found = self.world.podman.inspect("volume", name)
        own = (found or {}).get("Labels") or {}
        if labels.VOLUME not in own:
            raise ProviderError(f"There is no volume {name} made by ectf", "See podman volume ls.")
        return {
            "cluster": own[labels.CLUSTER],
            "node": own[labels.NODE],
            "name": own[labels.VOLUME],
            "group": own.get(labels.GROUP, ""),
            "size_gb": 0,
            "on_destroy": KEEP if self.world.machine.recall(kept_name(name)) else DELETE,
            "labels": None,
            "id": name,
        }

    def _note(self, name: str, on_destroy: str) -> None:
        if on_destroy == KEEP:
            self.world.machine.remember(kept_name(name), True)
        else:
            self.world.machine.forget(kept_name(name))
