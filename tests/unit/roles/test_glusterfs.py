"""Which bricks come and go, and the files rendered by real Ansible."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

from tests import hostile
from tests.unit.roles import play, roles
from tests.unit.roles.play import MACHINE, Literal, host

PROGRAM = roles.ROLES / "glusterfs" / "templates" / "manage.py.j2"


def load() -> ModuleType:
    module = ModuleType("manage")
    module.__file__ = "/nowhere/manage"
    exec(compile(PROGRAM.read_text(encoding="utf-8"), str(PROGRAM), "exec"), module.__dict__)
    return module


manage = load()


def bricks(*names: str) -> list[str]:
    return [f"{name}:/b" for name in names]


GROWTH = [
    ("nothing new", ["a", "b"], 2, 2, [], []),
    ("one more, spread", ["a"], 1, 1, ["b"], [["b:/b"]]),
    ("half a set waits", ["a", "b"], 2, 2, ["c"], []),
    ("a whole set", ["a", "b"], 2, 2, ["c", "d", "e"], [["c:/b", "d:/b"]]),
    ("a copy more", ["a"], 1, 2, ["b"], [["replica", "2", "b:/b"]]),
    ("copies more, then a set", ["a"], 1, 2, ["b", "c", "d"], [["replica", "2", "b:/b"], ["c:/b", "d:/b"]]),
    ("too few for a copy more", ["a", "b"], 1, 2, ["c"], [["c:/b"]]),
]


@pytest.mark.parametrize(
    ("now", "replica", "wanted", "spare", "steps"), [c[1:] for c in GROWTH], ids=[c[0] for c in GROWTH]
)
def test_growth(now: list[str], replica: int, wanted: int, spare: list[str], steps: list[list[str]]) -> None:
    assert manage.growth(bricks(*now), replica, wanted, bricks(*spare)) == steps


DEPARTURES = [
    ("none of its bricks", ["a", "b"], 1, {"c"}, [], []),
    ("spread over others", ["a", "b", "c"], 1, {"b"}, [], [("move", ["b:/b"])]),
    ("all of them, to a spare one", ["a"], 1, {"a"}, ["b"], [("add-brick", ["b:/b"]), ("move", ["a:/b"])]),
    ("a copy, to a spare one", ["a", "b"], 2, {"a"}, ["c"], [("replace-brick", ["a:/b", "c:/b"])]),
    ("a copy less", ["a", "b"], 2, {"b"}, [], [("shrink", ["replica", "1", "b:/b"])]),
    ("a set of several", ["a", "b", "c", "d"], 2, {"c"}, [], [("move", ["c:/b", "d:/b"])]),
    ("more than fit on spare ones", ["a", "b"], 2, {"a", "b"}, ["c"],
     [("replace-brick", ["a:/b", "c:/b"]), ("shrink", ["replica", "1", "b:/b"])]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "replica", "leaving", "spare", "steps"),
    [c[1:] for c in DEPARTURES],
    ids=[c[0] for c in DEPARTURES],
)
def test_departure(
    now: list[str], replica: int, leaving: set[str], spare: list[str], steps: list[Any]
) -> None:
    assert manage.departure("v", bricks(*now), replica, leaving, bricks(*spare)) == steps


@pytest.mark.parametrize(
    ("now", "replica", "leaving"),
    [(["a"], 1, {"a"}), (["a", "b"], 2, {"a", "b"}), (["a", "b", "c", "d"], 2, {"a", "c"})],
)
def test_no_file_is_lost(now: list[str], replica: int, leaving: set[str]) -> None:
    with pytest.raises(manage.Failed, match="the files of v have no place"):
        manage.departure("v", bricks(*now), replica, leaving, [])


VOLUMES = """<o><opRet>0</opRet><volume><name>home</name><statusStr>Started</statusStr><replicaCount>2</replicaCount>
<brick><name>a:/b/home</name></brick><brick><name>b:/b/home</name></brick>
<option><name>auth.allow</name><value>%s</value></option></volume></o>"""
PEERS = "<o><opRet>0</opRet>%s</o>"
PEER = "<peer><hostname>%s</hostname><connected>1</connected><state>3</state></peer>"
HEALED = "<o><opRet>0</opRet><brick><numberOfEntries>0</numberOfEntries></brick></o>"


class Servers:
    """Stands in for the command `gluster`; `allowed` is what the volume's setting is, as this server has it."""

    def __init__(self, allowed: str, *peers: str) -> None:
        self.allowed, self.peers = allowed, list(peers)
        self.said: list[str] = []

    def ask(self, words: tuple[str, ...]) -> tuple[int, str, ElementTree.Element]:
        line = " ".join(words)
        text = HEALED if "heal" in words else PEERS % ""
        if line == "volume info":
            text = VOLUMES % self.allowed
        elif line == "peer status":
            text = PEERS % "".join(PEER % name for name in self.peers)
        elif "status" not in words and "heal" not in words:
            self.said.append(line)
        if words[:2] == ("peer", "probe"):
            self.peers.append(words[2])
        return 0, "", ElementTree.fromstring(text)


def stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path, servers: Servers) -> None:
    wanted = {"servers": dict.fromkeys("abc", "/b"), "allow": "10.0.0.1", "drain_seconds": 60}
    (folder / "wanted.json").write_text(json.dumps({**wanted, "volumes": [{"name": "home", "replica": 2}]}))
    monkeypatch.setattr(manage, "WANTED", folder / "wanted.json")
    monkeypatch.setattr(manage, "ask", servers.ask)
    monkeypatch.setattr(manage, "own_name", lambda: "a")
    monkeypatch.setattr(manage, "SETTLING", 0)


def test_servers_copies_of_a_setting_are_made_equal_after_a_brick_was_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    servers = Servers("10.0.0.1", "b", "c")
    stand_in(monkeypatch, tmp_path, servers)
    manage.drain(["b"])
    assert servers.said == [
        "volume replace-brick home b:/b/home c:/b/home commit force",
        "volume set home auth.allow 10.0.0.1",
    ]


def test_servers_copies_are_made_equal_before_anybody_joins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    servers = Servers("10.0.0.1,b", "b")
    stand_in(monkeypatch, tmp_path, servers)
    manage.apply([])
    assert servers.said[:2] == ["volume set home auth.allow 10.0.0.1", "peer probe c"]


DISK: dict[str, Any] = {
    "node_volumes": {"b": {"device": "/dev/b", "mount": "/data"}, "a": {"device": "/dev/a", "mount": None}}
}
HOSTS = {"store001": host("10.0.0.1", **DISK), "store002": host("10.0.0.2"), "compute001": host("10.0.0.11")}
INVENTORY: dict[str, Any] = {
    "all": {
        "vars": {"cluster_name": "demo"},
        "hosts": HOSTS,
        "children": {
            "glusterfs_server": {"hosts": {"store002": {}, "store001": {}}},
            "glusterfs_client": {"hosts": {"compute001": {}}},
            "glusterfs": {"children": {"glusterfs_server": {}, "glusterfs_client": {}}},
        },
    }
}
VOLUME = {"name": "home", "mount": "/srv/shared-home/x", "replica": 2, "mode": "1777"}


def test_bricks_are_on_data_volumes_where_there_are(tmp_path: Path) -> None:
    unit = (
        "lookup('ansible.builtin.template', '%s', template_vars={'__glusterfs_volume': glusterfs_volumes[0]})"
    )
    unit %= PROGRAM.with_name("volume.mount.j2")
    text = f"{{{{ [__glusterfs_wanted, __glusterfs_unit, {unit}] | to_json }}}}"
    task = {"keep_json": {"text": text, "path": str(tmp_path / "found.json")}}
    steps = play.of_role("glusterfs", "compute001", task, variables={"glusterfs_volumes": [VOLUME]})
    ended = play.run(tmp_path, INVENTORY, [play.given(MACHINE), steps])
    assert ended.code == 0, ended.output
    wanted, units, text = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert wanted["servers"] == {"store001": "/data/glusterfs", "store002": "/srv/glusterfs"}
    assert wanted["allow"] == "10.0.0.1,10.0.0.11,10.0.0.2"
    assert wanted["volumes"] == [VOLUME]
    assert units == {"home": r"srv-shared\x2dhome-x.mount"}
    lines = text.splitlines()
    assert "What=store001:/home" in lines and "Where=/srv/shared-home/x" in lines
    assert "Options=_netdev,backup-volfile-servers=store002" in lines


NASTY = [hostile.EVERYTHING[name] for name in ("jinja expression", "shell substitution", "newlines", "emoji")]
REFUSED: list[dict[str, Any]] = [
    {"glusterfs_volumes": [{**VOLUME, key: Literal(text)}]}
    for key in ("name", "mount", "mode")
    for text in NASTY
]
REFUSED += [{"glusterfs_directory": Literal(text)} for text in NASTY]
REFUSED += [
    {"glusterfs_volumes": [{**VOLUME, "replica": 3}]},
    {"glusterfs_volumes": [{**VOLUME, "replica": 0}]},
    {"glusterfs_volumes": [VOLUME, VOLUME]},
    {"glusterfs_volumes": [{**VOLUME, "options": {"auth.allow": "*"}}]},
    {"glusterfs_volumes": [{**VOLUME, "options": {"network.ping-timeout": "1\n2"}}]},
    {"glusterfs_volumes": [{**VOLUME, "options": {"--evil": "1"}}]},
    {"glusterfs_volumes": [{"name": "home"}]},
    {"glusterfs_drain_seconds": 0},
]
KEPT = [{}, {"glusterfs_volumes": [{**VOLUME, "options": {"network.ping-timeout": 10}}]}]


def test_only_what_fits_is_taken(tmp_path: Path) -> None:
    passed = play.accepted(tmp_path, INVENTORY, "glusterfs", "store001", [*REFUSED, *KEPT])
    assert passed == [len(REFUSED), len(REFUSED) + 1]
