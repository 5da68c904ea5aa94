"""What the state remembers of the hosts' configuration."""

import json

import pytest

from elasticluster_tf.plan.record import NodeRecord, Record, Setup, digest, parse, plain

ONE, TWO = Setup("x", ("p",), "r1", {"x_a": 1}), Setup("x", ("p",), "r2", peers={"p": {"a001": "f"}})
RECORD = Record(
    {"a001": NodeRecord("i1", "f1", "all", (ONE.id,)), "a002": NodeRecord("i2", "f2", "all", (TWO.id,))},
    {ONE.id: ONE, TWO.id: TWO},
    {"a001": "i1"},
    ("n1",),
)


def test_it_comes_back_from_the_state() -> None:
    assert parse(json.loads(json.dumps(plain(RECORD)))) == RECORD
    assert parse({}) == Record()
    assert parse({"host_keys": {"a001": "i"}}) == Record(host_keys={"a001": "i"})


def test_setups_of_a_host() -> None:
    assert RECORD.setups_of("a001") == {"x": ONE}
    assert RECORD.setups_of("a003") == {}


def test_hosts_that_are_taken_out_take_their_setups_along() -> None:
    found = RECORD.without(["a002", "a009"])
    assert (list(found.nodes), list(found.setups)) == (["a001"], [ONE.id])
    assert (found.host_keys, found.used) == (RECORD.host_keys, RECORD.used)


def test_only_hosts_that_are_done_are_updated() -> None:
    three = Setup("x", ("p",), "r3")
    done = Record(
        {name: NodeRecord("i9", "f9", "new", (three.id,)) for name in ("a001", "a002", "a003")},
        {three.id: three},
    )
    found = RECORD.updated(done, ["a002", "a003"], ["a001", "a002", "a003"])
    assert {name: one.instance_id for name, one in found.nodes.items()} == {
        "a001": "i1",
        "a002": "i9",
        "a003": "i9",
    }
    assert set(found.setups) == {ONE.id, three.id}
    assert set(RECORD.updated(done, [], ["a002"]).nodes) == {"a002"}


def test_addresses_alone() -> None:
    found = RECORD.told_addresses(["a001", "a009"], "new")
    assert {name: one.addresses for name, one in found.nodes.items()} == {"a001": "new", "a002": "all"}


@pytest.mark.parametrize(
    "other",
    [
        Setup("y", ("p",), "r1", {"x_a": 1}),
        Setup("x", ("q",), "r1", {"x_a": 1}),
        Setup("x", ("p",), "r2", {"x_a": 1}),
        Setup("x", ("p",), "r1", {"x_a": "1"}),
        Setup("x", ("p",), "r1", {"x_a": 1}, {"p": {}}),
    ],
)
def test_every_part_of_a_setup_counts(other: Setup) -> None:
    assert other.id != ONE.id
    assert Setup("x", ("p",), "r1", {"x_a": 1}).id == ONE.id


def test_equal_values_have_equal_digests() -> None:
    assert digest({"a": 1, "b": (2,)}) == digest({"b": [2], "a": 1})
