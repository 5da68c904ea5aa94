"""`podman_node`: a machine of the cluster, as a system container."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from elasticluster_tf.provider import labels, nodes
from elasticluster_tf.provider.addresses import LOOPBACK
from elasticluster_tf.provider.containers import GIB, KEYS, NEEDS, SEED, Found, Limits, NodeSpec
from elasticluster_tf.provider.framework import (
    BOOL,
    NUMBER,
    TEXT,
    TEXT_MAP,
    TEXTS,
    UNKNOWN,
    PartlyMadeError,
    State,
    attribute,
    known,
)
from elasticluster_tf.provider.problems import ProviderError
from elasticluster_tf.provider.readiness import HOST_KEY, find, host_key_of, read_file
from elasticluster_tf.provider.world import World

MOUNT = re.compile(r"/[^:,\0]*")
UNFINISHED: State = {"address": "", "ssh_host": LOOPBACK, "ssh_port": 0, "host_key": "", "limited_at": ""}


@dataclass(frozen=True)
class NodeKind:
    """A container with systemd, sshd and Python."""

    world: World
    name: str = "node"
    description: str = "A node: a container that boots like a machine."
    attributes: tuple[Any, ...] = (
        attribute("cluster", TEXT, "Name of the cluster.", required=True, replaces=True),
        attribute("name", TEXT, "Name of the node, and its host name.", required=True, replaces=True),
        attribute("group", TEXT, "Group of the node; a later change stays in the state.", required=True),
        attribute("image", TEXT, "Portable name of its image, or Podman's.", required=True, replaces=True),
        attribute("network", TEXT, "Name of its network.", required=True, replaces=True),
        attribute("cpus", NUMBER, "How many processors it may keep busy.", optional=True),
        attribute("memory_gb", NUMBER, "How much memory it may use, in GiB.", optional=True),
        attribute(
            "needs",
            TEXTS,
            f"What its software needs of the host: {', '.join(NEEDS)}.",
            optional=True,
            replaces=True,
        ),
        attribute("capabilities", TEXTS, "Capabilities added by hand.", optional=True, replaces=True),
        attribute("devices", TEXTS, "Devices added by hand.", optional=True, replaces=True),
        attribute(
            "volumes", TEXT_MAP, "Volume's name in Podman → mount point.", optional=True, replaces=True
        ),
        attribute("ssh_user", TEXT, "Login user; the image's own by default.", optional=True, computed=True),
        attribute("ssh_public_key", TEXT, "Key that may log in.", optional=True),
        attribute(
            "user_data", TEXT, "cloud-init user data for its first boot.", optional=True, replaces=True
        ),
        # Neither labels nor the group's label of a container can be changed. To replace a living node
        # for a word would be worse than a label that is out of date, so the state alone changes.
        attribute(
            "labels", TEXT_MAP, "Labels it is made with; later changes stay in the state.", optional=True
        ),
        attribute("id", TEXT, "Podman's id of the container.", computed=True),
        attribute("address", TEXT, "Address on the cluster's network.", computed=True),
        attribute("ssh_host", TEXT, "Where SSH is reached from this machine.", computed=True),
        attribute("ssh_port", NUMBER, "Port of SSH there.", computed=True),
        attribute("host_key", TEXT, "Its public SSH host key.", computed=True),
        attribute("running", BOOL, "Whether it runs; a plan starts one that does not.", computed=True),
        attribute("limited_at", TEXT, "The start for which changed limits hold.", computed=True),
    )

    def check(self, config: State) -> Iterable[ProviderError]:
        """Compare with the machine before anything starts."""
        name = known(config, "name") or "a node"
        cpus, memory = known(config, "cpus"), known(config, "memory_gb")
        if cpus is not None and cpus > self.world.capacity.cpus:
            yield _too_much(name, f"{cpus:g} cpus", f"{self.world.capacity.cpus}")
        if memory is not None and memory * GIB > self.world.capacity.memory_bytes:
            yield _too_much(
                name, f"{memory:g} GiB of memory", f"{self.world.capacity.memory_bytes / GIB:.1f} GiB"
            )
        for need in known(config, "needs") or ():
            if isinstance(need, str) and need not in NEEDS:
                yield ProviderError(
                    f"{name} needs {need!r}", f"The cloud local can give: {', '.join(NEEDS)}."
                )
        for mount in (known(config, "volumes") or {}).values():
            if isinstance(mount, str) and not MOUNT.fullmatch(mount):
                yield ProviderError(
                    f"{name} has a volume at {mount!r}",
                    "A mount point is an absolute path without `:` and `,`.",
                )

    def create(self, planned: State) -> State:
        """Make it, or take over the container that an earlier run left."""
        try:
            return {**planned, **_state(nodes.ensure(self.world, _spec(planned)))}
        except ProviderError as error:
            left = find(self.world.podman, _spec(planned).container)
            if left is None or not labels.is_ours(left.labels, {labels.CLUSTER: planned["cluster"]}):
                raise
            user = known(planned, "ssh_user") or ""
            state = {
                **planned,
                **UNFINISHED,
                "ssh_user": user,
                "id": left.container_id,
                "running": left.running,
            }
            raise PartlyMadeError(state, error) from error

    def read(self, state: State) -> State | None:
        """Look at the container: gone, stopped, and limits that do not hold are what can be seen."""
        found = find(self.world.podman, state["id"])
        if found is None:
            return None
        return {**state, **_limits(found, state), "running": found.running}

    def plan(self, prior: State, planned: State) -> State:
        """A node that stands still is to run again; then, and with other limits, they are set anew."""
        same = all(prior[name] == planned[name] for name in ("cpus", "memory_gb"))
        if same and prior["running"]:
            return planned
        return {**planned, "running": True, "limited_at": UNKNOWN}

    def update(self, prior: State, planned: State) -> State:
        """Start it, let another key in, set other limits."""
        found = find(self.world.podman, prior["id"])
        if found is None:
            raise ProviderError(
                f"The container of {planned['name']} vanished after the plan",
                "Plan again: it will be made anew.",
            )
        spec = _spec(planned)
        if prior["ssh_user"] != planned["ssh_user"]:
            nodes.write_files(self.world.podman, found, {f"{KEYS}/{prior['ssh_user']}": ""})
        running = nodes.bring_up(self.world, spec, found, prior["limited_at"])
        if running.host_key != prior["host_key"]:
            raise ProviderError(
                f"{planned['name']} has another SSH host key than when it was made",
                f"If nobody changed it on purpose, the node is not to be trusted. To make it anew:\n"
                f"  podman rm --force {spec.container}",
            )
        return {**planned, **_state(running)}

    def delete(self, state: State) -> None:
        """Shut it down and remove it."""
        nodes.remove(self.world.podman, state["id"])

    def find(self, name: str) -> State:
        """Import by the container's name or id."""
        podman = self.world.podman
        found = find(podman, name)
        if found is None or found.place is None or labels.MADE_OF not in found.labels:
            raise ProviderError(f"There is no container {name} made by ectf", "See podman ps --all.")
        made = json.loads(found.labels[labels.MADE_OF])
        memory = found.limits.memory_bytes
        return {
            "cluster": found.labels[labels.CLUSTER],
            "name": found.labels[labels.NODE],
            "group": found.labels[labels.GROUP],
            "network": found.labels[labels.NETWORK],
            **made,
            "volumes": dict(made["volumes"]),
            "cpus": found.limits.cpus,
            "memory_gb": None if memory is None else memory / GIB,
            "ssh_public_key": (read_file(podman, name, f"/{KEYS}/{made['ssh_user']}") or "").strip(),
            "user_data": read_file(podman, name, f"/{SEED}/user-data"),
            "labels": None,
            "id": found.container_id,
            "address": found.place.address,
            "ssh_host": LOOPBACK,
            "ssh_port": found.place.ssh_port,
            "host_key": host_key_of(read_file(podman, name, HOST_KEY) or ""),
            "running": found.running,
            "limited_at": "",
        }


def _spec(planned: State) -> NodeSpec:
    memory = planned.get("memory_gb")
    return NodeSpec(
        cluster=planned["cluster"],
        name=planned["name"],
        group=planned["group"],
        image=planned["image"],
        network=planned["network"],
        user=known(planned, "ssh_user") or "",
        limits=Limits(planned.get("cpus"), None if memory is None else int(memory * GIB)),
        public_key=planned.get("ssh_public_key") or "",
        user_data=planned.get("user_data"),
        needs=tuple(planned.get("needs") or ()),
        capabilities=tuple(planned.get("capabilities") or ()),
        devices=tuple(planned.get("devices") or ()),
        volumes=tuple(sorted((planned.get("volumes") or {}).items())),
        extra_labels=tuple((planned.get("labels") or {}).items()),
    )


def _state(running: nodes.Running) -> State:
    return {
        "id": running.found.container_id,
        "ssh_user": running.user,
        "address": running.place.address,
        "ssh_host": LOOPBACK,
        "ssh_port": running.place.ssh_port,
        "host_key": running.host_key,
        "running": True,
        "limited_at": running.limited_at,
    }


def _limits(found: Found, state: State) -> State:
    """Tell the limits that hold now, in the state's own words while they are the same."""
    holds = state["limited_at"] in (nodes.NO_LIMITS, found.started_at)
    if holds or _spec(state).limits == found.limits:
        return {}
    memory = found.limits.memory_bytes
    return {"cpus": found.limits.cpus, "memory_gb": None if memory is None else memory / GIB}


def _too_much(name: str, asked: str, available: str) -> ProviderError:
    return ProviderError(
        f"{name} asks for {asked}, this machine has {available}",
        "The nodes of the cloud local share this machine. Give the group a smaller size.",
    )
