"""Signatures by OpenSSH, encryption by age, for real."""

import os
import subprocess
from pathlib import Path

import pyrage
import pytest

from elasticluster_tf import sealing
from elasticluster_tf.errors import EctfError, InputError, Refused


def key(folder: Path, name: str) -> Path:
    file = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
    return file


def signers(folder: Path, **keys: Path) -> Path:
    rows = [f"{name}@site {file.with_name(file.name + '.pub').read_text()}" for name, file in keys.items()]
    (folder / "signers").write_text("".join(rows), encoding="utf-8")
    return folder / "signers"


def test_a_signature_by_one_of_the_allowed(tmp_path: Path) -> None:
    one, other = key(tmp_path, "one"), key(tmp_path, "other")
    file = tmp_path / "p.ectfplan"
    file.write_bytes(b"plan")
    allowed = signers(tmp_path, one=one)
    with pytest.raises(Refused, match="not signed"):
        sealing.verify(file, b"plan", allowed, os.environ)
    sealing.sign(file, one, os.environ)
    assert sealing.verify(file, b"plan", allowed, os.environ) == "one@site"
    with pytest.raises(Refused, match="does not fit"):
        sealing.verify(file, b"plan!", allowed, os.environ)
    sealing.sign(file, other, os.environ)
    with pytest.raises(Refused, match="a stranger signed"):
        sealing.verify(file, b"plan", allowed, os.environ)
    with pytest.raises(InputError, match="not there"):
        sealing.verify(file, b"plan", tmp_path / "no", os.environ)


def test_a_signature_for_another_purpose_does_not_hold(tmp_path: Path) -> None:
    one = key(tmp_path, "one")
    file = tmp_path / "p"
    file.write_bytes(b"plan")
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", str(one), str(file)], check=True)
    with pytest.raises(Refused):
        sealing.verify(file, b"plan", signers(tmp_path, one=one), os.environ)


def test_a_key_that_can_t_sign(tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(b"plan")
    with pytest.raises(EctfError, match="could not be signed"):
        sealing.sign(tmp_path / "p", tmp_path / "no-key", os.environ)


def test_encryption_to_ssh_and_age_keys(tmp_path: Path) -> None:
    ssh = key(tmp_path, "ssh")
    age = pyrage.x25519.Identity.generate()
    (tmp_path / "age").write_text(f"# made today\n{age}\n", encoding="utf-8")
    body = sealing.encrypt(b"plan", [str(tmp_path / "ssh.pub"), str(age.to_public())])
    assert sealing.is_encrypted(body)
    assert not sealing.is_encrypted(b"PK")
    assert b"plan" not in body
    for file in (ssh, tmp_path / "age"):
        assert sealing.decrypt(body, file) == b"plan"
    with pytest.raises(Refused, match="does not open"):
        sealing.decrypt(body, key(tmp_path, "stranger"))
    with pytest.raises(Refused, match="--identity") as caught:
        sealing.decrypt(body, None)
    assert caught.value.exit_code == 3
    with pytest.raises(InputError, match="can't be read"):
        sealing.decrypt(body, tmp_path / "no")
    for wrong in ("age1nothing", "no key at all", "ssh-ed25519 AAAA"):
        with pytest.raises(InputError, match="no public key"):
            sealing.encrypt(b"plan", [wrong])
