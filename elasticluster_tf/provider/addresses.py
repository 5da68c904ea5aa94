"""Choose a node's address on the cluster's network, and its SSH port on this machine."""

import ipaddress
import socket
from collections.abc import Callable, Collection

from elasticluster_tf.provider.problems import ProviderError

LOOPBACK = "127.0.0.1"
# Below the range from which the kernel takes ports for outgoing connections.
PORTS = range(22001, 30000)


def free_address(cidr: str, used: Collection[str]) -> str:
    """Take the lowest address that no node has, whether it runs or not; the first one is the gateway's."""
    hosts = ipaddress.ip_network(cidr).hosts()
    next(hosts)
    for address in hosts:
        if str(address) not in used:
            return str(address)
    raise ProviderError(
        f"The network {cidr} has no free address left",
        "Give the cluster a larger one: cloud: {name: local, subnet: …}, for example a /22.",
    )


def free_port(used: Collection[int], is_free: Callable[[int], bool]) -> int:
    """Take the lowest port that neither a node, stopped ones included, nor another program has."""
    for port in PORTS:
        if port not in used and is_free(port):
            return port
    raise ProviderError(
        "No port is left for SSH", f"All of {PORTS.start} to {PORTS.stop - 1} on {LOOPBACK} are taken."
    )


def is_port_free(port: int) -> bool:
    """Tell whether a program could listen on a loopback port right now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
