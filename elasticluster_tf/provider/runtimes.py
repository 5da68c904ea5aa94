"""Find by trying which container runtime works here, and whether it can limit cpus and memory."""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from elasticluster_tf.provider.machine import Machine, ulimits
from elasticluster_tf.provider.podman import Podman, installed
from elasticluster_tf.provider.problems import ProviderError

MEMORY = "runtime"
KNOWN = ("crun", "runc")


@dataclass(frozen=True)
class Runtime:
    """How containers are run here: a runtime's name, or None for Podman's own choice."""

    name: str | None = None
    limits: bool = True

    @property
    def arguments(self) -> tuple[str, ...]:
        """What goes between `podman` and the command that makes a container."""
        return ("--runtime", self.name) if self.name else ()


def candidates(names: tuple[str, ...]) -> Iterator[Runtime]:
    """List what is worth trying: Podman's choice first, doing without limits last."""
    for limits in (True, False):
        for name in (None, *names):
            yield Runtime(name, limits)


def installed_runtimes() -> tuple[str, ...]:
    """Look for the runtimes by name where system programs are."""
    return tuple(name for name in KNOWN if installed(name))


def detect(podman: Podman, machine: Machine, image: str, tried: tuple[str, ...] | None = None) -> Runtime:
    """Give the runtime that works; the answer holds until Podman, the kernel or the runtimes change."""
    names = installed_runtimes() if tried is None else tried
    version = podman.run("version", "--format", "{{.Client.Version}}")
    key = [os.uname().release, version, *podman.prefix, *names]
    with machine.lock(MEMORY):
        known = machine.recall(MEMORY)
        if known and known.get("key") == key:
            return Runtime(**known["runtime"])
        found = _try_all(podman, image, names)
        machine.remember(MEMORY, {"key": key, "runtime": asdict(found)})
    return found


def _try_all(podman: Podman, image: str, names: tuple[str, ...]) -> Runtime:
    said: list[str] = []
    for runtime in candidates(names):
        done = podman.attempt(*probe_arguments(runtime, image))
        # Rootless Podman on the first version of cgroups goes on without limits, and says so.
        if done.code == 0 and not (runtime.limits and "not supported" in done.err):
            return runtime
        said.append(f"{runtime.name or 'its own choice'}: {done.err.strip()[-300:]}")
    raise ProviderError(
        "Podman cannot run a container on this machine",
        "Each container runtime was tried; Podman said\n" + "\n".join(said) + "\n"
        "Kernels whose cgroups crun refuses often work with runc: sudo apt-get install runc",
    )


def probe_arguments(runtime: Runtime, image: str) -> list[str]:
    """The smallest container that uses what a node uses."""
    argv = [*runtime.arguments, "run", "--rm", "--network=none"]
    argv += [f"--ulimit={limit}" for limit in ulimits()]
    argv += ["--cpus=0.5", "--memory=64m"] if runtime.limits else []
    return [*argv, image, "true"]
