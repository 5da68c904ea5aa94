"""Sign files with SSH keys, encrypt them to age or SSH keys. The only door to pyrage and `ssh-keygen -Y`."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyrage

from elasticluster_tf.errors import EctfError, InputError, Place, Problem, Refused

# What a signature is for; one made for another purpose does not hold.
NAMESPACE = "ectf-plan"
_AGE = b"age-encryption.org/v1"


def signature_of(file: Path) -> Path:
    """Where a file's signature stands: where `ssh-keygen -Y sign` puts it."""
    return file.with_name(file.name + ".sig")


def sign(file: Path, key: Path, environment: Mapping[str, str]) -> None:
    """Sign a file with an SSH key: a private key's file, or a public one whose private half the agent has."""
    signature_of(file).unlink(missing_ok=True)
    ended = _ssh_keygen(["sign", "-n", NAMESPACE, "-f", str(key), str(file)], environment)
    if ended.returncode:
        raise EctfError("the bundle could not be signed", str(key), "", ended.stderr.decode(errors="replace"))


def verify(file: Path, body: bytes, signers: Path, environment: Mapping[str, str]) -> str:
    """Who signed a file, of those that `signers` (an allowed_signers file of OpenSSH) names.

    Raises Refused when nobody of them did.
    """
    signature = signature_of(file)
    hint = f"sign it: ssh-keygen -Y sign -n {NAMESPACE} -f KEY {file}"
    if not signature.is_file():
        raise Refused("the bundle is not signed", str(file), hint)
    if not signers.is_file():
        raise InputError(
            [Problem("this file of allowed signers is not there", "--verify", Place(str(signers), 0, 0))]
        )
    common = ["-f", str(signers), "-s", str(signature)]
    found = _ssh_keygen(["find-principals", *common], environment)
    names = found.stdout.decode(errors="replace").splitlines()
    for name in names:
        words = ["verify", *common, "-I", name, "-n", NAMESPACE]
        if _ssh_keygen(words, environment, body).returncode == 0:
            return name
    message = "the signature does not fit the bundle" if names else "a stranger signed the bundle"
    raise Refused(message, str(signature), f"allowed are the keys of {signers}")


def _ssh_keygen(
    words: Sequence[str], environment: Mapping[str, str], body: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(
            ["ssh-keygen", "-Y", *words], input=body, capture_output=True, env=dict(environment), check=False
        )
    except FileNotFoundError as error:
        raise EctfError("ssh-keygen is not installed", "", "install OpenSSH's client") from error


def encrypt(body: bytes, recipients: Sequence[str]) -> bytes:
    """Encrypt to public keys: of age (`age1…`), of SSH (`ssh-ed25519 …`), or files that hold such."""
    keys = [_recipient(line) for given in recipients for line in _lines(given)]
    return bytes(pyrage.encrypt(body, keys))


def is_encrypted(body: bytes) -> bool:
    """Whether a file's content is encrypted by age."""
    return body.startswith(_AGE)


def decrypt(body: bytes, identity: Path | None) -> bytes:
    """Decrypt with the file of a private key, of age or SSH; raises Refused when it does not fit."""
    if identity is None:
        raise Refused("the bundle is encrypted: --identity FILE names the private key that opens it")
    try:
        text = identity.read_bytes()
    except OSError as error:
        problem = Problem(f"can't be read: {error.strerror}", "--identity", Place(str(identity), 0, 0))
        raise InputError([problem]) from error
    try:
        return bytes(pyrage.decrypt(body, [_identity(text)]))
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise Refused("this key does not open the bundle", str(identity), "", str(error)) from error


def _identity(text: bytes) -> "pyrage.x25519.Identity | pyrage.ssh.Identity":
    for line in text.decode(errors="replace").splitlines():
        if line.startswith("AGE-SECRET-KEY-"):
            return pyrage.x25519.Identity.from_str(line.strip())
    return pyrage.ssh.Identity.from_buffer(text)


def _lines(given: str) -> list[str]:
    file = Path(given)
    if given.startswith(("age1", "ssh-")) or not file.is_file():
        return [given]
    rows = file.read_text(encoding="utf-8").splitlines()
    return [row.strip() for row in rows if row.strip() and not row.startswith("#")]


def _recipient(text: str) -> "pyrage.x25519.Recipient | pyrage.ssh.Recipient":
    try:
        if text.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(text)
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        hint = "an age key (age1…), an SSH public key, or a file of them"
        raise InputError([Problem(f"this is no public key: {error}", "--encrypt-to", None, hint)]) from error
