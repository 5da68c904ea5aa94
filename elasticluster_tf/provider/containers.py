"""A node as a Podman container: the command that makes it and how to tell whether one fits. Pure."""

import hashlib
import io
import ipaddress
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from elasticluster_tf.provider import labels
from elasticluster_tf.provider.addresses import LOOPBACK
from elasticluster_tf.provider.runtimes import Runtime

GIB = 1024**3
# What software needs of its host, as capabilities and devices.
NEEDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "fuse": (("SYS_ADMIN",), ("/dev/fuse",)),
    "namespaces": (("SYS_ADMIN",), ()),
}
SEED = "var/lib/cloud/seed/nocloud"
KEYS = "etc/ssh/authorized_keys.d"
# systemd 256 and later refuse the first version of cgroups unless told otherwise, in the words of a
# kernel command line; in a container that is the command line of init.
INIT = ("/sbin/init", "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1")


@dataclass(frozen=True)
class Limits:
    """How much of the machine a node may use; None is no limit."""

    cpus: float | None = None
    memory_bytes: int | None = None

    @property
    def arguments(self) -> list[str]:
        """The options of `podman create` and `podman update`."""
        argv = [] if self.cpus is None else [f"--cpus={self.cpus:g}"]
        return argv + ([] if self.memory_bytes is None else [f"--memory={self.memory_bytes}b"])


@dataclass(frozen=True)
class Place:
    """Where a node is reached: by its peers, and from this machine by SSH."""

    address: str
    ssh_port: int

    @property
    def mac(self) -> str:
        """A hardware address made from the address.

        With a new one at every start, peers go on sending to the old one until their tables expire:
        a restarted node was out of reach for half a minute.
        """
        return "02:ec:" + ":".join(f"{byte:02x}" for byte in ipaddress.ip_address(self.address).packed[-4:])


@dataclass(frozen=True)
class NodeSpec:
    """What a node shall be."""

    cluster: str
    name: str
    group: str
    image: str
    network: str
    user: str
    limits: Limits = Limits()
    public_key: str = ""
    user_data: str | None = None
    needs: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    volumes: tuple[tuple[str, str], ...] = ()
    extra_labels: tuple[tuple[str, str], ...] = ()

    @property
    def container(self) -> str:
        """The container's name."""
        return labels.object_name(self.cluster, self.name)

    @property
    def fingerprint(self) -> str:
        """A digest of what cannot be changed in a container that exists."""
        fixed = [
            self.image,
            self.network,
            self.user_data,
            self.all_capabilities,
            self.all_devices,
            self.volumes,
        ]
        return hashlib.sha256(json.dumps(fixed).encode()).hexdigest()[:16]

    @property
    def all_capabilities(self) -> list[str]:
        """Capabilities given by hand and those that the software's needs come to."""
        return sorted({*self.capabilities, *(item for need in self.needs for item in NEEDS[need][0])})

    @property
    def all_devices(self) -> list[str]:
        """Devices given by hand and those that the software's needs come to."""
        return sorted({*self.devices, *(item for need in self.needs for item in NEEDS[need][1])})


@dataclass(frozen=True)
class Found:
    """A container as Podman describes it."""

    container_id: str
    image_id: str
    status: str
    started_at: str
    labels: Mapping[str, str]
    limits: Limits

    @property
    def running(self) -> bool:
        """Whether processes run in it."""
        return self.status == "running"

    @property
    def never_started(self) -> bool:
        """Whether its first boot is still to come."""
        return self.status in ("created", "configured", "initialized")

    @property
    def place(self) -> Place | None:
        """Where it was made to be reached, unless it is not one of ectf's."""
        try:
            return Place(self.labels[labels.ADDRESS], int(self.labels[labels.SSH_PORT]))
        except (KeyError, ValueError):
            return None


def read_container(told: Mapping[str, Any]) -> Found:
    """Read the answer of `podman container inspect`."""
    host = told["HostConfig"]
    return Found(
        container_id=told["Id"],
        image_id=told["Image"],
        status=told["State"]["Status"],
        started_at=str(told["State"].get("StartedAt", "")),
        labels=told["Config"].get("Labels") or {},
        limits=Limits(
            cpus=host["NanoCpus"] / 1e9 if host.get("NanoCpus") else None,
            memory_bytes=host.get("Memory") or None,
        ),
    )


def fits(found: Found, spec: NodeSpec) -> bool:
    """Tell whether a container that is there can become the node by changes in place."""
    own = {labels.CLUSTER: spec.cluster, labels.NODE: spec.name, labels.SPEC: spec.fingerprint}
    usable = found.running or found.never_started or found.status in ("exited", "stopped", "paused")
    return usable and found.place is not None and labels.is_ours(found.labels, own)


def create_arguments(
    spec: NodeSpec, place: Place, image: str, runtime: Runtime, ulimits: tuple[str, ...]
) -> list[str]:
    """The command that makes the container.

    A fixed address and port survive a restart; without Podman's own hosts file, the node's is an
    ordinary file that survives it too, and that Ansible can replace.
    """
    argv = [*runtime.arguments, "create", f"--name={spec.container}", f"--hostname={spec.name}"]
    argv += ["--systemd=always", "--no-hosts", "--stop-timeout=20", "--pull=never"]
    argv += [f"--network={spec.network}", f"--network-alias={spec.name}", f"--ip={place.address}"]
    argv += [f"--mac-address={place.mac}"]
    argv += [f"--publish={LOOPBACK}:{place.ssh_port}:22"]
    argv += [f"--ulimit={limit}" for limit in ulimits]
    argv += spec.limits.arguments if runtime.limits else []
    if spec.limits.memory_bytes is not None:
        # As on a real machine; Podman's own 64 MiB are too small for MPI.
        argv += [f"--shm-size={spec.limits.memory_bytes // 2}b"]
    argv += [f"--cap-add={capability}" for capability in spec.all_capabilities]
    argv += [f"--device={device}" for device in spec.all_devices]
    argv += [f"--volume={volume}:{mount}" for volume, mount in spec.volumes]
    argv += labels.label_arguments(own_labels(spec, place), dict(spec.extra_labels))
    return [*argv, image, *INIT]


def own_labels(spec: NodeSpec, place: Place) -> dict[str, str]:
    """What the container tells of itself when there is no state."""
    return {
        labels.CLUSTER: spec.cluster,
        labels.NODE: spec.name,
        labels.GROUP: spec.group,
        labels.NETWORK: spec.network,
        labels.ADDRESS: place.address,
        labels.SSH_PORT: str(place.ssh_port),
        labels.SPEC: spec.fingerprint,
        labels.MADE_OF: json.dumps(_made_of(spec)),
    }


def _made_of(spec: NodeSpec) -> dict[str, Any]:
    """What an import has to know and Podman does not tell in these words."""
    return {
        "image": spec.image,
        "ssh_user": spec.user,
        "needs": spec.needs,
        "capabilities": spec.capabilities,
        "devices": spec.devices,
        "volumes": spec.volumes,
    }


def access_files(spec: NodeSpec) -> dict[str, str]:
    """Who may log in; the user that is named in the file's name."""
    return {f"{KEYS}/{spec.user}": f"{spec.public_key.strip()}\n" if spec.public_key.strip() else ""}


def first_boot_files(spec: NodeSpec, place: Place) -> dict[str, str]:
    """What has to be in the node before it boots for the first time."""
    files = access_files(spec)
    files["etc/hosts"] = (
        f"127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n{place.address} {spec.name}\n"
    )
    if spec.user_data is not None:
        files[f"{SEED}/user-data"] = spec.user_data
        files[f"{SEED}/meta-data"] = json.dumps({"instance-id": spec.container, "local-hostname": spec.name})
    return files


def archive(files: Mapping[str, str]) -> bytes:
    """Pack texts for `podman cp`: files alone, so that no folder's owner or mode is touched."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, text in files.items():
            content = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o600 if name.startswith(SEED) else 0o644
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()
