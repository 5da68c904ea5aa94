"""SSH host keys of nodes whose cloud can't tell them.

A *bootstrap* key, random, travels in the user data of a new node; its public half is checked at the
first contact, which replaces it by the node's *final* key, derived from the root secret. What stays
in user data and state is then a dead key. See docs/threat-model.md.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from elasticluster_tf import documents
from elasticluster_tf.nodes import BuiltNode
from elasticluster_tf.secrets import RootSecret


@dataclass(frozen=True)
class HostKey:
    """A host key: the private half as OpenSSH's file text, the public half as `ssh-ed25519 AAAA…`."""

    private: str
    public: str

    def __repr__(self) -> str:
        return f"HostKey(public={self.public!r})"


def bootstrap() -> HostKey:
    """A random key for a new node."""
    return _texts(Ed25519PrivateKey.generate())


def restored(private: str) -> HostKey:
    """A bootstrap key that the state remembers."""
    key = serialization.load_ssh_private_key(private.encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("a bootstrap key is an Ed25519 key")
    return HostKey(private, _texts(key).public)  # the text as it is: OpenSSH's format holds a random number


def final(secret: RootSecret, node: str) -> HostKey:
    """The key a node keeps after the first contact: from the root secret, so that any runner knows it."""
    return _texts(Ed25519PrivateKey.from_private_bytes(secret.derive(f"host-key/{node}")))


def user_data(key: HostKey) -> str:
    """The cloud-config that gives a new machine its first host key, and no other."""
    keys = {"ed25519_private": key.private, "ed25519_public": key.public}
    return "#cloud-config\n" + documents.dump(
        {"ssh_deletekeys": True, "ssh_genkeytypes": [], "ssh_keys": keys}
    )


def known_hosts(
    built: Mapping[str, BuiltNode],
    bootstrapped: Collection[str],
    swapped: Mapping[str, str],
    secret: RootSecret | None,
) -> str:
    """The pinned keys, by node name.

    Nodes of `bootstrapped` got their first key by user data. `swapped` says of which machine (node →
    instance id) the swap to the final key is proven: then that key alone is accepted; before, either.
    """
    lines = []
    for name, one in sorted(built.items()):
        keys = [one.host_key] if one.host_key else []
        if name in bootstrapped and secret:
            last = final(secret, name).public
            keys = [last] if swapped.get(name) == one.instance_id else [*keys, last]
        lines += [f"{name} {key}\n" for key in keys]
    return "".join(lines)


def _texts(key: Ed25519PrivateKey) -> HostKey:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return HostKey(private.decode(), public.decode())
