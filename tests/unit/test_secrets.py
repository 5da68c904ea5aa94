"""The root secret and what is derived from it."""

import base64
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives import serialization

from elasticluster_tf import secrets
from elasticluster_tf.errors import InputError, Refused
from elasticluster_tf.secrets import VARIABLE, RootSecret
from tests.builders import REPOSITORY

VALUE = "0123456789abcdef"


def kept(folder: Path, text: str | None = VALUE + "\n") -> Path:
    file = folder / "secret"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    return file


def lookup_plugin() -> ModuleType:
    path = REPOSITORY / "elasticluster_tf" / "ansible_plugins" / "lookup" / "ectf_secret.py"
    spec = importlib.util.spec_from_file_location("ectf_secret_copied", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_new_secrets_differ_and_have_256_bits() -> None:
    one, other = secrets.new(), secrets.new()
    assert one != other
    assert len(bytes.fromhex(one.value)) == 32


def test_a_secret_hides_itself() -> None:
    for text in (repr(RootSecret(VALUE)), str(RootSecret(VALUE)), f"{RootSecret(VALUE)}"):
        assert VALUE not in text
    key = secrets.login_key(RootSecret(VALUE), "demo")
    assert "PRIVATE" not in repr(key)


@pytest.mark.parametrize(
    ("file", "variable", "expected"),
    [
        (VALUE + "\n", None, VALUE),
        (None, VALUE, VALUE),
        (VALUE, VALUE, VALUE),
        (VALUE, f" {VALUE}\n", VALUE),
        (VALUE, "", VALUE),
        (None, None, None),
    ],
)
def test_where_the_secret_comes_from(
    file: str | None, variable: str | None, expected: str | None, tmp_path: Path
) -> None:
    environment = {} if variable is None else {VARIABLE: variable}
    found = secrets.find(kept(tmp_path, file), environment)
    assert found == (RootSecret(expected) if expected else None)


def test_two_secrets_that_differ_are_refused_without_showing_them(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is not the secret this cluster was made with") as caught:
        secrets.find(kept(tmp_path), {VARIABLE: "another-long-secret"})
    assert VALUE not in repr(vars(caught.value))
    assert "another" not in repr(vars(caught.value))


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="shorter than 16 characters"):
        secrets.find(kept(tmp_path, None), {VARIABLE: "short"})


def test_derived_values_are_fixed_by_secret_and_purpose() -> None:
    # A change here would lock every living cluster.
    assert RootSecret(VALUE).derive("munge").hex() == (
        "9b1c006ebde552d2848b0935626b075d71c803e8b7769e9197aab2e79d30efde"
    )
    assert RootSecret(VALUE).derive("munge", 128)[:32] == RootSecret(VALUE).derive("munge")
    assert RootSecret(VALUE).derive("other") != RootSecret(VALUE).derive("munge")
    assert RootSecret(VALUE + "0").derive("munge") != RootSecret(VALUE).derive("munge")


@pytest.mark.parametrize(("length", "form"), [(32, "hex"), (128, "base64"), (1, "hex")])
def test_the_roles_lookup_derives_the_same(length: int, form: str) -> None:
    plugin = lookup_plugin()
    mine = RootSecret(VALUE).derive("munge", length)
    theirs = plugin._written(plugin._derive(VALUE.encode(), "munge", length), form)
    assert theirs == (mine.hex() if form == "hex" else base64.b64encode(mine).decode())


def test_the_login_key_is_a_pair_for_ssh() -> None:
    key = secrets.login_key(RootSecret(VALUE), "demo")
    assert key.public == secrets.login_key(RootSecret(VALUE), "demo").public
    private = serialization.load_ssh_private_key(key.private.encode(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    assert key.public == f"{public.decode()} ectf-demo"
    assert key.public.startswith("ssh-ed25519 ")
