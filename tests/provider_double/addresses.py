"""Addresses out of networks: no two things have the same one, across processes."""

import ipaddress

from .problems import Problem
from .world import World

# RFC 2544's range for benchmarks: nobody's address, and large enough for thousands of machines.
PUBLIC = {
    "aws": "198.18.0.0/18",
    "google": "198.18.64.0/18",
    "openstack": "198.18.128.0/18",
    "azure": "198.18.192.0/18",
}
_RESERVED_LOW = 4  # the network, its router, and what clouds keep for themselves


def take(world: World, pool: str, cidr: str, owner: str, wanted: str | None = None) -> str:
    """An address of the network for `owner`: the wanted one, or the next that was never given.

    Addresses are not reused until the network is full, so that a test sees when one was not kept.
    """
    network = ipaddress.ip_network(cidr, strict=False)
    with world.editing("addresses.json", {}) as pools:
        told = pools.setdefault(pool, {"next": _RESERVED_LOW, "used": {}})
        used: dict[str, str] = told["used"]
        if wanted:
            _check(world, network, used, wanted, owner)
            used[wanted] = owner
            return wanted
        last = network.num_addresses - 1
        for _attempt in range(network.num_addresses):
            if told["next"] >= last:
                told["next"] = min(_RESERVED_LOW, max(last - 1, 1))
            address = str(network[told["next"]])
            told["next"] += 1
            if address not in used or not _lives(world, used[address]):
                used[address] = owner
                return address
    raise Problem("no free address", f"the network {cidr} is used up")


def release(world: World, owner: str) -> None:
    with world.editing("addresses.json", {}) as pools:
        for told in pools.values():
            told["used"] = {address: held for address, held in told["used"].items() if held != owner}


def owner_name(type_name: str, identity: str) -> str:
    return f"{type_name} {identity}"


def _check(
    world: World,
    network: ipaddress.IPv4Network | ipaddress.IPv6Network,
    used: dict[str, str],
    wanted: str,
    owner: str,
) -> None:
    try:
        inside = ipaddress.ip_address(wanted) in network
    except ValueError:
        raise Problem("not an address", wanted) from None
    if not inside:
        raise Problem("address outside of the network", f"{wanted} is not in {network}")
    if wanted in used and used[wanted] != owner and _lives(world, used[wanted]):
        raise Problem("address in use", f"{wanted} belongs to {used[wanted]}")


def _lives(world: World, owner: str) -> bool:
    kind, _, identity = owner.partition(" ")
    return world.path(kind, identity).is_file()
