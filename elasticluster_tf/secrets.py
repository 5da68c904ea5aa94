"""The one root secret of a cluster, and what is derived from it.

Derivation: HKDF-SHA256 (RFC 5869) with a label per purpose; the lookup plugin of the roles
(`ansible_plugins/lookup/ectf_secret.py`) computes the same. The login key is an Ed25519 key whose
32 seed bytes are derived (RFC 8032).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from elasticluster_tf.errors import InputError, Place, Problem, Refused

VARIABLE = "ECTF_SECRET"
_LEAST_LENGTH = 16


@dataclass(frozen=True)
class RootSecret:
    """The secret; it does not show itself in messages or tracebacks."""

    value: str

    def __repr__(self) -> str:
        return "RootSecret(…)"

    def derive(self, purpose: str, length: int = 32) -> bytes:
        """`length` bytes for one purpose."""
        hkdf = HKDF(algorithm=SHA256(), length=length, salt=None, info=b"ectf/v1/" + purpose.encode())
        return hkdf.derive(self.value.encode())


@dataclass(frozen=True)
class LoginKey:
    """An SSH key pair: the private half as OpenSSH's file text, the public half as its one line."""

    private: str
    public: str

    def __repr__(self) -> str:
        return f"LoginKey(public={self.public!r})"


def new() -> RootSecret:
    """A fresh secret of 256 bits."""
    return RootSecret(secrets.token_hex(32))


def find(file: Path, environment: Mapping[str, str]) -> RootSecret | None:
    """The cluster's secret from the environment or its file; None when it has none yet.

    Raises Refused when both exist and differ: configuring with the wrong one would lock the cluster.
    """
    kept = RootSecret(file.read_text(encoding="utf-8").strip()) if file.is_file() else None
    given = environment.get(VARIABLE, "").strip()
    if not given:
        return kept
    if len(given) < _LEAST_LENGTH:
        message = f"{VARIABLE} is shorter than {_LEAST_LENGTH} characters"
        raise InputError(
            [Problem(message, "", Place("environment", 0, 0), "`openssl rand -hex 32` makes one")]
        )
    if kept and kept.value != given:
        hint = f"unset {VARIABLE}, or move the file away if the variable is the right one"
        raise Refused(f"{VARIABLE} is not the secret this cluster was made with", str(file), hint)
    return RootSecret(given)


def login_key(secret: RootSecret, cluster: str) -> LoginKey:
    """The key that logs in to the cluster's nodes when the user names none."""
    key = Ed25519PrivateKey.from_private_bytes(secret.derive("login-key"))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return LoginKey(private.decode(), f"{public.decode()} ectf-{cluster}")
