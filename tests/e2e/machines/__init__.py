"""Bodies for the provider double's machines: containers that a cloud seems to have booted.

    with machines("demo", WORLD, "debian-12", user="admin") as bodies, double(["aws"], FOLDER, bodies) as cloud:
        …

A container stands on a network with the range of the cloud's own, at the very address the double gave its
machine, and gets what that cloud would tell it (`told`): user data, login key, metadata. A public address is a
second network. From this machine SSH gets to public addresses only, as a cloud's security groups have it.

That takes root's Podman: only root's containers can be reached by their addresses.
"""

import contextlib
import ipaddress
import json
import os
import random
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from elasticluster_tf.provider import labels, nodes
from elasticluster_tf.provider.containers import (
    SEED,
    NodeSpec,
    Place,
    archive,
    create_arguments,
    first_boot_files,
)
from elasticluster_tf.provider.images import Image
from elasticluster_tf.provider.machine import ulimits
from elasticluster_tf.provider.podman import Podman
from elasticluster_tf.provider.problems import ProviderError
from elasticluster_tf.provider.world import World as Host
from tests.e2e.machines import told
from tests.e2e.machines.told import Told
from tests.provider_double import World
from tests.provider_double.addresses import PUBLIC_FILE
from tests.provider_double.world import write

_TRIES = 20
_NO_PORT = 0
# What the image of a vendor says in its own configuration, and what an agent of the cloud would.
_IMAGE_CONFIG = "etc/cloud/cloud.cfg.d/95_image.cfg"


@dataclass(frozen=True)
class Network:
    """A network of Podman's."""

    name: str
    cidr: str

    @property
    def gateway(self) -> str:
        """This machine's own address in it."""
        return str(next(ipaddress.ip_network(self.cidr).hosts()))


@dataclass
class Machines:
    """A backer of the double: one cluster's containers, all of one image.

    `hears` may change what a machine is told.
    """

    cluster: str
    world: World
    image: Image
    private: Network
    public: Network
    host: Host
    user: str = ""
    hears: Callable[[Told], Told] = field(default=lambda heard: heard)
    _held: dict[str, str] = field(default_factory=dict)
    _reached: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def create(
        self, type_name: str, identity: str, name: str, attributes: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Boot a container at the address the double chose; nothing of the double's is replaced."""
        heard = self.hears(told.to_machine(self.world, type_name, attributes))
        node = name.removeprefix(f"{self.cluster}-")
        spec = NodeSpec(self.cluster, node, "", self.image.reference, self.private.name, self.user)
        place = Place(heard.address, _NO_PORT)
        runtime = self.host.runtime(self.image.reference)
        argv = create_arguments(spec, place, self.image.reference, runtime, ulimits())
        argv = [word for word in argv if not word.startswith("--publish=")]
        container = self.host.podman.run(*argv).splitlines()[-1]
        files = {**first_boot_files(spec, place), **_seed(spec, heard, self.user)}
        self.host.podman.run("cp", "-", f"{container}:/", stdin=archive(files))
        self.host.podman.run("start", container)
        self._shield(container)
        with self._lock:
            self._held[identity] = container
        return {}

    def delete(self, type_name: str, identity: str) -> None:
        """Remove the container."""
        with self._lock:
            container = self._held.pop(identity, None)
            self._reached.pop(identity, None)
        if container:
            nodes.remove(self.host.podman, container)

    def settle(self) -> None:
        """Give each container the public address that the world says is its machine's."""
        with self._lock:
            for identity, address in told.public_addresses(self.world).items():
                if identity in self._held and identity not in self._reached:
                    argv = ["connect", f"--ip={address}", self.public.name, self._held[identity]]
                    self.host.podman.run("network", *argv)
                    self._reached[identity] = address

    def container(self, identity: str) -> str:
        """The container of a machine."""
        return self._held[identity]

    def _shield(self, container: str) -> None:
        """Let SSH in from other machines of the network alone, not from this one."""
        pid = self.host.podman.run("container", "inspect", "--format={{.State.Pid}}", container).strip()
        rules = "add table inet cloud; add chain inet cloud in { type filter hook input priority 0; }; "
        rules += f"add rule inet cloud in ip saddr {self.private.gateway} tcp dport 22 drop"
        subprocess.run(["nsenter", f"--net=/proc/{pid}/ns/net", "nft", rules], check=True)


def _seed(spec: NodeSpec, heard: Told, user: str) -> dict[str, str]:
    """What the machine finds at its first boot, where cloud-init looks for it and where an agent does."""
    about = {"instance-id": spec.container, "local-hostname": spec.name, "public-keys": heard.public_keys}
    files = {f"{SEED}/meta-data": json.dumps(about)}
    if heard.user_data is not None:
        files[f"{SEED}/user-data"] = heard.user_data
    if heard.vendor_data is not None:
        files[f"{SEED}/vendor-data"] = heard.vendor_data
    if heard.metadata is not None:
        files["var/lib/metadata.json"] = json.dumps(heard.metadata)
    config = {"system_info": {"default_user": {"name": heard.user or user}}}
    return {**files, _IMAGE_CONFIG: json.dumps(config)}


@contextlib.contextmanager
def machines(
    cluster: str, world: World, provider: str, image: Image, host: Host, user: str
) -> Iterator[Machines]:
    """The backer for one cluster on one provider, with networks that nobody else on this machine has."""
    if os.geteuid() != 0:
        raise ProviderError("Containers are reached by their addresses with root's Podman only", "Be root.")
    private = _network(host.podman, cluster, "private", "10.{}.{}.0/20", 16)
    public = _network(host.podman, cluster, "public", "198.19.{}.{}/28", 16, "--internal")
    write(world.folder / PUBLIC_FILE, json.dumps({provider: public.cidr}))
    try:
        yield Machines(cluster, world, image, private, public, host, user)
    finally:
        own = f"--filter=label={labels.CLUSTER}={cluster}"
        for container in host.podman.run("ps", "--all", "--quiet", own).split():
            nodes.remove(host.podman, container)
        host.podman.run("network", "rm", private.name, public.name)


def _network(podman: Podman, cluster: str, kind: str, pattern: str, step: int, *options: str) -> Network:
    """Make a network in a range that is free here, which Podman knows best: it refuses one that is not."""
    name = f"{cluster}.{kind}"
    mark = labels.label_arguments({labels.CLUSTER: cluster})
    for _attempt in range(_TRIES):
        # Not a secret: any free range will do.
        cidr = pattern.format(random.randrange(100, 250), random.randrange(0, 256, step))
        done = podman.attempt("network", "create", f"--subnet={cidr}", *options, *mark, name)
        if done.code == 0:
            return Network(name, cidr)
    raise ProviderError(f"No free range was found for the network {name}", done.err)
