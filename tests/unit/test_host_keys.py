"""First and final host keys."""

import pytest
from cryptography.hazmat.primitives import serialization

from elasticluster_tf import documents, host_keys
from elasticluster_tf.secrets import RootSecret
from tests.builders import built

SECRET = RootSecret("0123456789abcdef")
LAST = host_keys.final(SECRET, "a001").public


def test_bootstrap_keys_are_random_and_final_ones_derived() -> None:
    assert host_keys.bootstrap().public != host_keys.bootstrap().public
    assert host_keys.final(SECRET, "a001").public == LAST
    assert host_keys.final(SECRET, "a002").public != LAST
    assert host_keys.final(RootSecret("f" * 16), "a001").public != LAST


def test_a_key_is_a_pair_that_hides_its_private_half() -> None:
    key = host_keys.bootstrap()
    private = serialization.load_ssh_private_key(key.private.encode(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    assert public.decode() == key.public
    assert "PRIVATE" not in repr(key)


def test_the_state_s_key_is_the_same_key() -> None:
    key = host_keys.bootstrap()
    assert host_keys.restored(key.private) == key  # to the letter, or every plan would show a change
    with pytest.raises(ValueError, match="."):
        host_keys.restored("nonsense")


def test_user_data_brings_this_key_and_no_other() -> None:
    key = host_keys.bootstrap()
    text = host_keys.user_data(key)
    assert text.startswith("#cloud-config\n")
    assert documents.plain(text) == {
        "ssh_deletekeys": True,
        "ssh_genkeytypes": [],
        "ssh_keys": {"ed25519_private": key.private, "ed25519_public": key.public},
    }


@pytest.mark.parametrize(
    ("told", "bootstrapped", "swapped", "secret", "pinned"),
    [
        ("ssh-ed25519 A", (), {}, SECRET, ["ssh-ed25519 A"]),
        (None, (), {}, SECRET, []),
        ("ssh-ed25519 A", ("a001",), {}, SECRET, ["ssh-ed25519 A", LAST]),  # before the proof either
        ("ssh-ed25519 A", ("a001",), {"a001": "id-a001"}, SECRET, [LAST]),
        ("ssh-ed25519 A", ("a001",), {"a001": "another machine"}, SECRET, ["ssh-ed25519 A", LAST]),
        ("ssh-ed25519 A", ("a001",), {"a001": "id-a001"}, None, ["ssh-ed25519 A"]),
        ("ssh-ed25519 A", ("b001",), {}, SECRET, ["ssh-ed25519 A"]),
    ],
)  # fmt: skip
def test_which_keys_are_pinned(
    told: str | None,
    bootstrapped: tuple[str, ...],
    swapped: dict[str, str],
    secret: RootSecret | None,
    pinned: list[str],
) -> None:
    nodes = {"a001": built("a001", host_key=told)}
    found = host_keys.known_hosts(nodes, bootstrapped, swapped, secret)
    assert found == "".join(f"a001 {key}\n" for key in pinned)


def test_pinned_keys_come_in_the_order_of_names() -> None:
    nodes = {name: built(name, host_key=f"key-{name}") for name in ("b001", "a002", "a001")}
    assert host_keys.known_hosts(nodes, (), {}, None).split() == [
        "a001", "key-a001", "a002", "key-a002", "b001", "key-b001",
    ]  # fmt: skip
