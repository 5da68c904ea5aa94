"""Make, start, change and remove the container of a node."""

import ipaddress
from dataclasses import dataclass, replace

from elasticluster_tf.provider import labels
from elasticluster_tf.provider.addresses import free_address, free_port, is_port_free
from elasticluster_tf.provider.containers import (
    Found,
    Limits,
    NodeSpec,
    Place,
    access_files,
    archive,
    create_arguments,
    first_boot_files,
    fits,
    own_labels,
)
from elasticluster_tf.provider.images import Image
from elasticluster_tf.provider.machine import ulimits
from elasticluster_tf.provider.podman import Podman, PodmanError
from elasticluster_tf.provider.problems import ProviderError
from elasticluster_tf.provider.readiness import find, read_host_key, wait_for_ssh
from elasticluster_tf.provider.world import World

CHOICE = "place"
TAKEN = ("already in use", "already allocated", "address in use", "already used")
TRIES = 3
NO_LIMITS = "never"


@dataclass(frozen=True)
class Running:
    """A node that one can log in to."""

    found: Found
    place: Place
    user: str
    host_key: str
    limited_at: str


def ensure(world: World, spec: NodeSpec) -> Running:
    """Bring the node up: a container that a killed run left is taken over if it fits, else replaced."""
    image = world.image(spec.image)
    spec = replace(spec, user=spec.user or image.user)
    refused: list[Place] = []
    while True:
        cidr = _cidr(world.podman, spec)
        found = _left_behind(world.podman, spec, cidr) or _create(world, spec, image, cidr, refused)
        try:
            return bring_up(world, spec, found)
        except PodmanError as error:
            # Another program, or another user's node, was quicker to take the port or the address.
            if found.place is None or len(refused) == TRIES or not any(word in error.said for word in TAKEN):
                raise
            refused.append(found.place)
            remove(world.podman, found.container_id)


def bring_up(world: World, spec: NodeSpec, found: Found, limited_at: str | None = None) -> Running:
    """Start a container if it does not run, and wait until one can log in.

    `limited_at` is what the state says of its limits; None when there is no state.
    """
    podman, place = world.podman, found.place
    if place is None:
        raise ProviderError(
            f"The container {spec.container} was not made by ectf",
            "It lacks the labels that say where it is reached. Remove it, or take it out of the state.",
        )
    write_files(podman, found, first_boot_files(spec, place) if found.never_started else access_files(spec))
    if not found.running:
        podman.run("unpause" if found.status == "paused" else "start", found.container_id)
    wait_for_ssh(podman, spec.name, found.container_id, place.ssh_port)
    updated = found.running and limited_at in (None, found.started_at)
    limited_at = limit(world, found, spec.limits, updated=updated)
    return Running(found, place, spec.user, read_host_key(podman, found.container_id), limited_at)


def limit(world: World, found: Found, wanted: Limits, *, updated: bool) -> str:
    """Set cpus and memory of a running container, unless it has what it was made with and that is wanted.

    Podman 4.3 forgets an update when the container starts again, and shows the old values all the
    time. So the start for which an update holds is given back, and kept in the state.
    """
    if not world.runtime(found.image_id).limits:
        return NO_LIMITS
    if found.limits == wanted and not updated:
        return ""
    started = find(world.podman, found.container_id)
    most = world.capacity
    # An update can't take a limit away, but all of the machine comes to the same.
    full = Limits(
        most.cpus if wanted.cpus is None else wanted.cpus,
        most.memory_bytes if wanted.memory_bytes is None else wanted.memory_bytes,
    )
    world.podman.run("update", *full.arguments, found.container_id)
    return started.started_at if started else ""


def write_files(podman: Podman, found: Found, files: dict[str, str]) -> None:
    """Put texts into a container, running or not."""
    podman.run("cp", "-", f"{found.container_id}:/", stdin=archive(files))


def remove(podman: Podman, name: str) -> None:
    """Shut a container down and remove it; one that is gone is fine."""
    done = podman.attempt("rm", "--force", "--time=20", name)
    if done.code and find(podman, name) is not None:
        raise PodmanError(["podman", "rm", "--force", name], done)


def _cidr(podman: Podman, spec: NodeSpec) -> str:
    network = podman.inspect("network", spec.network)
    if network is None:
        raise ProviderError(
            f"The network {spec.network} of {spec.name} does not exist",
            "It was removed in the meantime; the next plan makes it again.",
        )
    return str(network["subnets"][0]["subnet"])


def _left_behind(podman: Podman, spec: NodeSpec, cidr: str) -> Found | None:
    """Find the node's container from an earlier run; one that does not fit is removed."""
    found = find(podman, spec.container)
    if found is None:
        return None
    if not labels.is_ours(found.labels, {labels.CLUSTER: spec.cluster, labels.NODE: spec.name}):
        raise ProviderError(
            f"A container named {spec.container} exists, and ectf did not make it",
            f"Give it another name (podman rename {spec.container} NEW), or remove it.",
        )
    place = found.place
    if place and fits(found, spec) and ipaddress.ip_address(place.address) in ipaddress.ip_network(cidr):
        return found
    remove(podman, found.container_id)
    return None


def _create(world: World, spec: NodeSpec, image: Image, cidr: str, refused: list[Place]) -> Found:
    """Make the container; its labels are what reserves its address and port, so one at a time."""
    podman = world.podman
    runtime = world.runtime(image.reference)
    with world.machine.lock(CHOICE):
        place = _choose(podman, spec, cidr, refused)
        argv = create_arguments(spec, place, image.reference, runtime, ulimits())
        done = podman.attempt(*argv)
        if done.code and "already in use" in done.err:
            # Half of a container, without labels, from a podman that was killed in the middle.
            podman.attempt("rm", "--force", spec.container)
            done = podman.attempt(*argv)
    if done.code:
        raise PodmanError([*podman.prefix, *argv], done)
    made = labels.with_mark(own_labels(spec, place))
    return Found(done.text.splitlines()[-1], image.image_id, "created", "", made, spec.limits)


def _choose(podman: Podman, spec: NodeSpec, cidr: str, refused: list[Place]) -> Place:
    nodes = podman.objects("ps", "--all", "--format=json", *labels.filter_arguments())
    taken = [node.get("Labels") or {} for node in nodes]
    addresses = {own.get(labels.ADDRESS, "") for own in taken if own.get(labels.NETWORK) == spec.network}
    ports = {int(own.get(labels.SSH_PORT, "0")) for own in taken}
    return Place(
        free_address(cidr, addresses | {place.address for place in refused}),
        free_port(ports | {place.ssh_port for place in refused}, is_port_free),
    )
