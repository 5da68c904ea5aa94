"""Addresses out of networks: no two things have the same one, across processes."""

import ipaddress

from tests.provider_double.problems import Problem
from tests.provider_double.world import World

# RFC 2544's range for benchmarks: nobody's address, and large enough for thousands of machines.
PUBLIC = {
    "aws": "198.18.0.0/18",
    "google": "198.18.64.0/18",
    "openstack": "198.18.128.0/18",
    "azure": "198.18.192.0/18",
}
PUBLIC_FILE = "public.json"
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
        for address, held in used.items():  # an update asks again
            if held == owner:
                return address
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


def public_range(world: World, provider: str) -> str:
    """Where a provider's public addresses come from: PUBLIC_FILE of the world, else PUBLIC."""
    told: dict[str, str] = world.document(PUBLIC_FILE, {})
    return told.get(provider, PUBLIC[provider])


def holder(world: World, pool: str, address: str) -> str:
    """Who has an address; empty if nobody does."""
    held: dict[str, str] = world.document("addresses.json", {}).get(pool, {}).get("used", {})
    owner = held.get(address, "")
    return owner if owner and _lives(world, owner) else ""


def owner_name(type_name: str, identity: str) -> str:
    """Something that has an address; `#1` after it is its second one."""
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
    return world.path(kind, identity.partition("#")[0]).is_file()
