"""A bundle's file: what goes in comes out, and damage shows."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from elasticluster_tf.bundle import Bundle, Manifest, differences, pack, unpack
from elasticluster_tf.errors import Refused
from elasticluster_tf.estimate import Cost, Total
from elasticluster_tf.plan import InfraPlan, NodeChange, Plan, ResourceChange, Verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MANIFEST = Manifest(
    "demo", "n", NOW.isoformat(), (NOW + timedelta(hours=1)).isoformat(), ("cluster.yaml",), ("a=1",), {"limit": []},
    {"role base": "1", "cluster file x": "2"}, "line", 3, "/state",
)  # fmt: skip
RESOURCE = ResourceChange("m.a", "m", "create", node="a001")
PLAN = Plan(
    "demo",
    InfraPlan((NodeChange("a001", "create", "", (RESOURCE,)),), (), ()),
    risks=(Verdict("r", "error", "passed"),),
    cost=Cost("USD", Total(), Total(Decimal("1.5000"), Decimal("1095.00"), 0)),
)
BUNDLE = Bundle(MANIFEST, PLAN, b"\x00\x01 terraform", {"main.tf": "# ü\n", "modules/x/nodes.tf": ""})


def test_what_goes_in_comes_out() -> None:
    found = unpack(pack(BUNDLE), "f")
    assert (found.plan, found.terraform, found.files) == (BUNDLE.plan, BUNDLE.terraform, BUNDLE.files)
    assert replace(found.manifest, digests={}) == MANIFEST
    assert pack(BUNDLE) == pack(BUNDLE)


def test_a_flipped_byte_shows_wherever_it_matters() -> None:
    body = pack(BUNDLE)
    whole = unpack(body, "f")
    dice = random.Random(1)
    refused = 0
    for position in dice.sample(range(len(body)), 200):
        flipped = body[:position] + bytes([body[position] ^ (1 << dice.randrange(8))]) + body[position + 1 :]
        try:
            assert unpack(flipped, "f") == whole  # a date or a comment of the archive: nothing of ours
        except Refused as error:
            refused += 1
            assert error.exit_code == 3
            assert "damaged" in error.message or "format" in error.message
    assert refused > 100


@pytest.mark.parametrize("body", [b"", b"no zip", pack(BUNDLE)[:-30]])
def test_what_is_no_bundle(body: bytes) -> None:
    with pytest.raises(Refused, match="no bundle"):
        unpack(body, "f")


@pytest.mark.parametrize(
    ("now", "inputs", "state", "found"),
    [
        (NOW, dict(MANIFEST.inputs), ("line", 3, "/state"), []),
        (NOW + timedelta(hours=1), dict(MANIFEST.inputs), ("line", 3, "/state"), [f"it expired at {MANIFEST.expires}"]),
        (NOW, {"role base": "9", "cluster file x": "2"}, ("line", 3, "/state"), ["role base differs"]),
        (NOW, {"role base": "1"}, ("line", 3, "/state"), ["cluster file x is gone"]),
        (NOW, {**MANIFEST.inputs, "role y": "1"}, ("line", 3, "/state"), ["role y is new"]),
        (NOW, dict(MANIFEST.inputs), ("line", 4, "/state"), ["the state is another one: serial 3 then, serial 4 now"]),
        (NOW, dict(MANIFEST.inputs), ("other", 3, "/state"), ["the state is another one: serial 3 then, serial 3 now"]),
        (NOW, dict(MANIFEST.inputs), ("line", 3, "/x"), ["the state is another file: /state then, /x now"]),
    ],
)  # fmt: skip
def test_differences(
    now: datetime, inputs: dict[str, str], state: tuple[str, int, str], found: list[str]
) -> None:
    assert differences(MANIFEST, inputs, *state, now) == found
