"""What this machine offers: places for locks and caches, its size, and its hard limits."""

import fcntl
import json
import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from elasticluster_tf.provider.podman import Podman

FILES_ENOUGH = 1_048_576
PID_MAX = Path("/proc/sys/kernel/pid_max")


@dataclass(frozen=True)
class Capacity:
    """Processors and memory of the machine that Podman runs on."""

    cpus: int
    memory_bytes: int


@dataclass(frozen=True)
class Machine:
    """The folder in which everything that is per machine and user is kept between runs."""

    state: Path

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock that other processes and other threads of this one respect."""
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.state / f"{name}.lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def recall(self, name: str) -> Any:
        """Read what was remembered under a name; None when nothing readable is there."""
        try:
            return json.loads((self.state / f"{name}.json").read_text())
        except (OSError, ValueError):
            return None

    def remember(self, name: str, value: Any) -> None:
        """Write a value under a name, whole or not at all."""
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=self.state, delete=False) as handle:
            json.dump(value, handle)
        Path(handle.name).replace(self.state / f"{name}.json")

    def forget(self, name: str) -> None:
        """Remove what was remembered under a name."""
        (self.state / f"{name}.json").unlink(missing_ok=True)


def this_machine() -> Machine:
    """The machine for this user; root's folder does not depend on whose HOME is set."""
    override = os.environ.get("ECTF_LOCAL_STATE")
    if override:
        return Machine(Path(override))
    if os.geteuid() == 0:
        return Machine(Path("/var/lib/ectf"))
    return Machine(platformdirs.user_state_path("ectf"))


def capacity(podman: Podman) -> Capacity:
    """Ask Podman for the size of its machine, which is not always the one that Terraform runs on."""
    cpus, memory = podman.run("info", "--format", "{{.Host.CPUs}} {{.Host.MemTotal}}").split()
    return Capacity(int(cpus), int(memory))


def ulimits() -> tuple[str, ...]:
    """The limits a node gets: this process's own hard ones, as raising them needs a privilege.

    Podman 4.3 starts its monitor with as many processes as the kernel has process ids, whatever was
    allowed to itself, so a node cannot have more than that.
    """
    pids = int(PID_MAX.read_text())
    return (
        _ulimit("nofile", resource.getrlimit(resource.RLIMIT_NOFILE)[1], FILES_ENOUGH),
        _ulimit("nproc", resource.getrlimit(resource.RLIMIT_NPROC)[1], pids),
    )


def _ulimit(name: str, hard: int, most: int) -> str:
    value = most if hard == resource.RLIM_INFINITY else min(hard, most)
    return f"{name}={value}:{value}"
