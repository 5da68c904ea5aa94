"""Ansible lookup that derives a secret of the cluster from its root secret.

This file is copied alone into a cluster's work folder (`ansible/lookup_plugins/`), so that stock
`ansible-playbook` works there without ectf: it must not import `elasticluster_tf`. The derivation has to
stay the same as in `elasticluster_tf/secrets.py`, byte for byte.
"""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

DOCUMENTATION = """
  name: ectf_secret
  author: The ectf authors
  short_description: A secret of this cluster, derived from its root secret
  description:
    - Gives the same value for the same purpose on every run and every machine that has the root secret.
    - The root secret is read from the file that the environment variable E(ECTF_SECRET_FILE) names, else from
      C(keep/secret) of the work folder this plugin was copied into.
    - Tasks that use the value should set C(no_log), because templating does not hide it.
  options:
    _terms:
      description: What the secrets are for; each purpose has a secret of its own.
      required: true
    length:
      description: How many bytes to derive.
      type: int
      default: 32
    format:
      description:
        - How the bytes are written. V(ssh_private) and V(ssh_public) take 32 bytes as the seed of an
          Ed25519 key and give OpenSSH's text of it. The private text differs each time, the key does not.
      type: str
      choices: [hex, base64, ssh_private, ssh_public]
      default: hex
"""

EXAMPLES = """
- name: Write the key
  ansible.builtin.copy:
    content: "{{ lookup('ectf_secret', 'munge') }}"
    dest: /etc/munge/munge.key
    mode: "0400"
  no_log: true
"""

RETURN = """
  _raw:
    description: One text per purpose.
    type: list
    elements: str
"""

PURPOSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}\Z")
LONGEST = 255 * 32  # what HKDF with SHA-256 can give


class LookupModule(LookupBase):  # type: ignore[misc]  # Ansible has no types
    """`lookup('ectf_secret', '<purpose>', length=32, format='hex')`."""

    def run(self, terms: list[Any], variables: Any = None, **kwargs: Any) -> list[str]:
        """Derive one secret per purpose."""
        self.set_options(var_options=variables, direct=kwargs)
        length, form = self.get_option("length"), self.get_option("format")
        if not 1 <= length <= LONGEST:
            raise AnsibleError(f"ectf_secret: length is {length}, it can be 1 to {LONGEST} bytes")
        root = _root_secret(_secret_file())
        return [_written(_derive(root, _purpose(term), length), form) for term in terms]


def _purpose(term: Any) -> str:
    if not isinstance(term, str) or not PURPOSE.match(term):
        raise AnsibleError(
            f"ectf_secret: {term!r} is no purpose; use letters, digits and any of . _ / - (100 at most)"
        )
    return str(term)


def _secret_file() -> Path:
    named = os.environ.get("ECTF_SECRET_FILE")
    if named:
        return Path(named)
    # <work folder>/ansible/lookup_plugins/ectf_secret.py
    return Path(__file__).absolute().parents[2] / "keep" / "secret"


def _root_secret(path: Path) -> bytes:
    try:
        root = path.read_bytes().strip()
    except OSError as error:
        raise AnsibleError(
            f"ectf_secret: the cluster's root secret can't be read from {path}: {error.strerror}. "
            "Set ECTF_SECRET_FILE to a file that holds it; `ectf up` makes one for a new cluster."
        ) from error
    if not root:
        raise AnsibleError(f"ectf_secret: the file of the root secret, {path}, is empty")
    return root


def _derive(root: bytes, purpose: str, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"ectf/v1/" + purpose.encode()).derive(
        root
    )


def _written(secret: bytes, form: str) -> str:
    if form in ("ssh_private", "ssh_public"):
        return _ssh(Ed25519PrivateKey.from_private_bytes(secret), form)
    return secret.hex() if form == "hex" else base64.b64encode(secret).decode("ascii")


def _ssh(key: Ed25519PrivateKey, form: str) -> str:
    if form == "ssh_public":
        public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        return public.decode("ascii")
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode("ascii")
