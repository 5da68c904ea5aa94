"""What every host was configured from, as the state remembers it: `terraform_data.configured` of the root.

A *setup* is what one software on a host was configured from: its parts there, the digest of its role, its
variables, and its peers. Hosts that share a setup point to it, so a thousand workers are one setup.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

# How much of a SHA-256 tells two contents apart here; these are no proofs against forgers.
_DIGEST_LENGTH = 16
# The key under which a secret variable's digest stands in a setup's variables.
SECRET = "secret"  # noqa: S105
# scrypt's cost (RFC 7914): 16 MiB and some 50 ms a guess; the state may be read by many.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 16}
# A bundle is refused by the state's serial as well; its name is for saying why.
_KEPT_NONCES = 20


@dataclass(frozen=True)
class Setup:
    """What one software on a host is configured from; `peers` are part → host → digest of its facts."""

    software: str
    parts: tuple[str, ...]
    role: str
    vars: Mapping[str, Any] = field(default_factory=dict)
    peers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its digest, under which it stands in the record."""
        return digest(asdict(self))


@dataclass(frozen=True)
class NodeRecord:
    """What one host was configured from: `facts` and `addresses` are digests, `setups` ids of setups.

    `facts` are its own size, disks and address; `addresses` those of all hosts of the cluster.
    """

    instance_id: str
    facts: str
    addresses: str
    setups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """What the state remembers of all hosts.

    `host_keys` says of which machine (node → instance id) the swap to the final host key is proven;
    `used` are the bundles (their nonces) that were applied.
    """

    nodes: Mapping[str, NodeRecord] = field(default_factory=dict)
    setups: Mapping[str, Setup] = field(default_factory=dict)
    host_keys: Mapping[str, str] = field(default_factory=dict)
    used: tuple[str, ...] = ()

    def setups_of(self, node: str) -> dict[str, Setup]:
        """A host's setups by software; none for a host that is not recorded."""
        found = self.nodes.get(node)
        known = [self.setups[one] for one in found.setups if one in self.setups] if found else []
        return {one.software: one for one in known}

    def without(self, names: Iterable[str]) -> "Record":
        """The same without these hosts: they count as not configured."""
        gone = set(names)
        return _swept(replace(self, nodes={n: one for n, one in self.nodes.items() if n not in gone}))

    def updated(self, done: "Record", names: Collection[str], living: Collection[str]) -> "Record":
        """The same with the hosts `names` as in `done`; only `living` hosts stay."""
        nodes = {n: one for n, one in self.nodes.items() if n in living}
        nodes |= {n: done.nodes[n] for n in names if n in done.nodes}
        return _swept(replace(self, nodes=nodes, setups={**self.setups, **done.setups}))

    def applying(self, nonce: str) -> "Record":
        """The same with one more bundle that was applied; the oldest are dropped."""
        return replace(self, used=(*self.used, nonce)[-_KEPT_NONCES:])

    def told_addresses(self, names: Iterable[str], addresses: str) -> "Record":
        """The same after these hosts were told the addresses of all hosts."""
        told = {n: replace(self.nodes[n], addresses=addresses) for n in names if n in self.nodes}
        return replace(self, nodes={**self.nodes, **told})


def parse(raw: Mapping[str, Any]) -> Record:
    """The record from the state's value; what an earlier form lacks is empty, so its hosts are done again."""
    return Record(
        {
            name: NodeRecord(**{**one, "setups": tuple(one["setups"])})
            for name, one in raw.get("nodes", {}).items()
        },
        {key: Setup(**{**one, "parts": tuple(one["parts"])}) for key, one in raw.get("setups", {}).items()},
        dict(raw.get("host_keys", {})),
        tuple(raw.get("used", ())),
    )


def plain(record: Record) -> dict[str, Any]:
    """The record as the state's value."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(record)))
    return found


def digest(value: Any) -> str:
    """A short digest of a JSON value, the same for equal values."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


def hidden(cluster: str, name: str, value: Any) -> dict[str, str]:
    """What stands for a secret in the record: it tells a change, and guesses at it are slow."""
    salt = f"ectf/{cluster}/{name}".encode()
    text = json.dumps(value, sort_keys=True).encode()
    return {SECRET: hashlib.scrypt(text, salt=salt, **_SCRYPT).hex()}


def _swept(record: Record) -> Record:
    used = {one for node in record.nodes.values() for one in node.setups}
    return replace(record, setups={key: one for key, one in sorted(record.setups.items()) if key in used})
