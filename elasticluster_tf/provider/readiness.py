"""Wait until one can log in to a node, and say why not when one cannot."""

import io
import socket
import tarfile
import time

from elasticluster_tf.provider.addresses import LOOPBACK
from elasticluster_tf.provider.containers import Found, read_container
from elasticluster_tf.provider.podman import Podman
from elasticluster_tf.provider.problems import ProviderError

BOOT_TIMEOUT = 180.0
HOST_KEY = "/etc/ssh/ssh_host_ed25519_key.pub"


def find(podman: Podman, name: str) -> Found | None:
    """Find a container by its id or name."""
    told = podman.inspect("container", name)
    return read_container(told) if told else None


def wait_for_ssh(podman: Podman, node: str, container: str, port: int) -> None:
    """Wait for sshd's greeting on the published port."""
    start = time.monotonic()
    next_look = start + 2
    while not _greets(port):
        now = time.monotonic()
        if now > next_look:
            next_look = now + 2
            found = find(podman, container)
            if found is None or not found.running or now - start > BOOT_TIMEOUT:
                raise ProviderError(f"{node} did not come up", _why(podman, container, found))
        time.sleep(0.03)


def read_host_key(podman: Podman, container: str) -> str:
    """Read the node's public host key, without its comment, through Podman."""
    return host_key_of(podman.run("exec", container, "cat", HOST_KEY))


def host_key_of(text: str) -> str:
    """Take type and key out of a public key's line."""
    return " ".join(text.split()[:2])


def read_file(podman: Podman, container: str, path: str) -> str | None:
    """Read a text out of a container, running or not; None when there is no such file."""
    done = podman.attempt("cp", f"{container}:{path}", "-")
    if done.code:
        return None
    with tarfile.open(fileobj=io.BytesIO(done.out)) as tar:
        content = tar.extractfile(tar.getmembers()[0])
        return content.read().decode() if content else None


def _greets(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.5) as connection:
            connection.settimeout(0.5)
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _why(podman: Podman, container: str, found: Found | None) -> str:
    if found is None:
        return "Its container was removed while it booted."
    state = "runs, but its sshd does not answer" if found.running else f"is {found.status}"
    log = podman.attempt("logs", "--tail=20", container)
    return f"Its container {state}. Its last lines were:\n{log.text}{log.err}"
