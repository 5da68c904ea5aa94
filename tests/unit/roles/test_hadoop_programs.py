"""The hooks and the health check against a Hadoop that is played by a small web server and two small programs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import jinja2
import pytest

from tests.unit.roles.roles import ROLES

NODES = ["worker001", "worker002", "worker003"]


class Hadoop:
    """What both masters say, made of the lists that the hooks write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blocks = dict.fromkeys(NODES, 3)
        self.dead: set[str] = set()
        self.busy: set[str] = set()  # never finish
        self.asked: dict[str, int] = {}
        self.files: dict[str, bytes] = {}
        self.changed_text = b""
        for name in ("dfs", "yarn"):
            (folder / f"{name}.include").write_text("".join(f"{one}\n" for one in NODES), encoding="utf-8")

    def names(self, list_: str) -> set[str]:
        path = self.folder / list_
        return set(path.read_text(encoding="utf-8").split()) if path.exists() else set()

    def refreshed(self) -> list[str]:
        path = self.folder / "refreshed"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def leaving(self, list_: str, name: str) -> str:
        """A node that was asked to leave goes at the second question."""
        if name not in self.names(list_):
            return ""
        self.asked[list_ + name] = self.asked.get(list_ + name, 0) + 1
        return "going" if name in self.busy or self.asked[list_ + name] < 2 else "gone"

    def name_node_info(self) -> dict[str, Any]:
        said = {"": "In Service", "going": "Decommission In Progress", "gone": "Decommissioned"}
        nodes = {
            name: {"adminState": said[self.leaving("dfs.exclude", name)]}
            for name in sorted(self.names("dfs.include"))
        }
        live = {
            f"{name}:9866": {**one, "numBlocks": self.blocks[name]}
            for name, one in nodes.items()
            if name not in self.dead
        }
        dead = {f"{name}:9866": one for name, one in nodes.items() if name in self.dead}
        return {"Safemode": "", "LiveNodes": json.dumps(live), "DeadNodes": json.dumps(dead)}

    def nodes(self) -> list[dict[str, Any]]:
        said = {"": "RUNNING", "going": "DECOMMISSIONING", "gone": "DECOMMISSIONED"}
        states = {name: said[self.leaving("yarn.exclude", name)] for name in self.names("yarn.include")}
        states |= dict.fromkeys(self.dead, "LOST")
        return [{"nodeHostName": name, "state": state, "numContainers": 2} for name, state in states.items()]

    def answer(self, path: str) -> Any:
        if "NameNodeInfo" in path:
            return {"beans": [self.name_node_info()]}
        if "FSNamesystem" in path:
            return {"beans": [{"MissingBlocks": 0}]}
        return {"nodes": {"node": self.nodes()}}


@pytest.fixture
def hadoop(tmp_path: Path) -> Iterator[Hadoop]:
    played = Hadoop(tmp_path)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path.startswith("/webhdfs"):
                self.say(played.files[path] + played.changed_text)
            else:
                self.say(json.dumps(played.answer(self.path)).encode())

        def do_PUT(self) -> None:
            path = urlsplit(self.path).path
            if "op=CREATE" in self.path:
                self.say(json.dumps({"Location": f"{base}{path}"}).encode())
            else:
                played.files[path] = self.rfile.read(int(self.headers["Content-Length"]))
                self.say(b"")

        def do_DELETE(self) -> None:
            del played.files[urlsplit(self.path).path]
            self.say(b"{}")

        def say(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Tests need no log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        base = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        put_in_place(tmp_path, base)
        yield played
        server.shutdown()
        thread.join()


def put_in_place(folder: Path, base: str) -> None:
    """The programs, with addresses, lists and commands of the play."""
    known = jinja2.Environment(autoescape=False)
    known.filters["to_json"] = json.dumps
    variables = {
        "__hadoop_namenode": "master001",
        "__hadoop_resourcemanager": "master001",
        "__hadoop_datanodes": NODES,
        "__hadoop_nodemanagers": NODES,
        "__hadoop_replication": 2,
        "hadoop_drain_timeout": 1,
    }
    places = {"drain": "hook", "remove": "hook", "resume": "hook", "health": "health"}
    for place, name in places.items():
        template = (ROLES / "hadoop" / "templates" / f"{name}.py.j2").read_text(encoding="utf-8")
        text = known.from_string(template).render(variables)
        for old, new in {
            "http://master001:9870": base,
            "http://master001:8088": base,
            "/etc/hadoop": str(folder),
            "/var/lib/ectf/records": str(folder),
            "/var/lib/hadoop": str(folder),
            "/usr/local/bin/yarn": str(folder / "yarn"),
            "time.sleep(2)": "time.sleep(0.02)",
        }.items():
            text = text.replace(old, new)
        (folder / place).mkdir()
        (folder / place / "hadoop").write_text(text, encoding="utf-8")
    for command in ("yarn", "runuser"):
        path = folder / command
        path.write_text(
            f'#!/bin/sh\nif [ -e "{folder}/broken" ]; then echo "no such luck" >&2; exit 1; fi\n'
            f'echo "{command} $*" >>"{folder}/refreshed"\n',
            encoding="utf-8",
        )
        path.chmod(0o755)


def call(hadoop: Hadoop, place: str, *words: str) -> tuple[int, str]:
    """Exit code and last line."""
    command = [sys.executable, str(hadoop.folder / place / "hadoop"), *words]
    environment = {"PATH": f"{hadoop.folder}:{os.defpath}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, (done.stdout + done.stderr).strip().split("\n")[-1]


@pytest.mark.parametrize(("part", "list_"), [("datanode", "dfs.exclude"), ("nodemanager", "yarn.exclude")])
def test_a_node_leaves_and_comes_back(hadoop: Hadoop, part: str, list_: str) -> None:
    assert call(hadoop, "drain", part, "worker002") == (0, "1 node(s) are free")
    assert hadoop.names(list_) == {"worker002"}
    assert len(hadoop.refreshed()) == 1
    assert call(hadoop, "drain", part, "worker002") == (0, "1 node(s) are free")
    assert call(hadoop, "resume", part, "worker002") == (0, "1 node(s) may serve")
    assert hadoop.names(list_) == set()
    before = hadoop.refreshed()
    assert call(hadoop, "resume", part, "worker002")[0] == 0
    assert hadoop.refreshed() == before, "there was nothing to tell"


@pytest.mark.parametrize(("part", "stem"), [("datanode", "dfs"), ("nodemanager", "yarn")])
def test_a_removed_node_is_on_neither_list(hadoop: Hadoop, part: str, stem: str) -> None:
    call(hadoop, "drain", part, "worker002")
    records = [hadoop.folder / f"hadoop-{master}-members" for master in ("namenode", "resourcemanager")]
    for record in records:
        record.touch()
    for _ in range(2):
        assert call(hadoop, "remove", part, "worker002") == (0, "1 node(s) are off the lists")
    assert hadoop.names(f"{stem}.include") == {"worker001", "worker003"}
    assert hadoop.names(f"{stem}.exclude") == set()
    assert len(hadoop.refreshed()) == 2
    assert [record.exists() for record in records] == [part == "nodemanager", part == "datanode"]


@pytest.mark.parametrize("part", ["datanode", "nodemanager"])
@pytest.mark.parametrize("hook", ["drain", "remove", "resume"])
def test_unknown_names_do_no_harm(hadoop: Hadoop, hook: str, part: str) -> None:
    assert call(hadoop, hook, part, "nobody", "$(id)")[0] == 0
    assert hadoop.names("dfs.include") == hadoop.names("yarn.include") == set(NODES)
    assert hadoop.names("dfs.exclude") == hadoop.names("yarn.exclude") == set()


def test_copies_have_to_find_room(hadoop: Hadoop) -> None:
    code, said = call(hadoop, "drain", "datanode", "worker001", "worker002")
    assert code == 1
    assert said.startswith("blocks are wanted 2 times and only 1 data node(s) would stay")
    assert hadoop.names("dfs.exclude") == set() and hadoop.refreshed() == []


def test_dead_nodes_make_no_room(hadoop: Hadoop) -> None:
    hadoop.dead = {"worker003"}
    assert call(hadoop, "drain", "datanode", "worker001")[0] == 1


def test_empty_nodes_may_leave_in_any_number(hadoop: Hadoop) -> None:
    hadoop.blocks = dict.fromkeys(NODES, 0)
    assert call(hadoop, "drain", "datanode", *NODES) == (0, "3 node(s) are free")


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("datanode", "worker001 has 3 blocks and is decommission in progress"),
        ("nodemanager", "worker001 runs 2 container(s) of applications that go on"),
    ],
)
def test_patience_ends(hadoop: Hadoop, part: str, said: str) -> None:
    hadoop.busy = {"worker001"}
    assert call(hadoop, "drain", part, "worker001") == (1, said)


@pytest.mark.parametrize(("part", "command"), [("datanode", "-refreshNodes"), ("nodemanager", "-server")])
def test_a_master_that_does_not_listen_is_told_of(hadoop: Hadoop, part: str, command: str) -> None:
    (hadoop.folder / "broken").touch()
    assert call(hadoop, "drain", part, "worker001") == (1, f"{command}: no such luck")


def test_health_counts_who_serves(hadoop: Hadoop) -> None:
    assert call(hadoop, "health") == (0, "3 of 3 data nodes, 3 of 3 node managers")
    assert hadoop.files == {}, "the file is gone again"
    hadoop.dead = {"worker002"}
    code, said = call(hadoop, "health")
    assert code == 1
    assert said == (
        "2 of 3 data nodes, 2 of 3 node managers; data node worker002 is dead; node manager worker002 is lost"
    )


def test_health_sees_another_text_than_was_written(hadoop: Hadoop) -> None:
    hadoop.changed_text = b"!"
    code, said = call(hadoop, "health")
    assert (code, said.split("; ")[-1]) == (1, "HDFS gave back another text than was written")
