"""pbs_server is brought to what is wanted, and not touched where it is already."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.roles.pbs.programs import load
from tests.unit.roles.torque.server import Server

TORQUE = load("torque")
pbs, reconcile = TORQUE.pbs, TORQUE.reconcile
WANTED: dict[str, Any] = {
    "queue": "batch",
    "queue_settings": {"queue_type": "Execution", "resources_default.nodes": 1, "enabled": True},
    "server_settings": {
        "default_queue": "batch",
        "scheduling": True,
        "submit_hosts": ["login001", "login002"],
    },
    "nodes": {
        "compute001": {"np": 2, "gpus": 0, "properties": "compute"},
        "gpu001": {"np": 8, "gpus": 2, "properties": "gpu"},
    },
}
FEWER = {**WANTED, "nodes": {"compute001": WANTED["nodes"]["compute001"]}}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Server:
    found = Server()
    monkeypatch.setattr(pbs, "run", found.run)
    monkeypatch.setattr(reconcile, "RECORD", tmp_path / "record.json")
    return found


class Run:
    """Runs of the program, as Ansible starts it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys

    def __call__(self, wanted: dict[str, Any], *words: str, code: int = 0) -> Any:
        self.monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(wanted)))
        ended = reconcile.main(list(words))
        said = self.capsys.readouterr()
        assert ended == code, said
        return said.err if code else json.loads(said.out)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(monkeypatch, capsys)


def test_a_fresh_server_gets_everything_once(server: Server, run: Run) -> None:
    assert run(WANTED)["changes"] == [
        "create queue batch",
        'set queue batch queue_type = "Execution"',
        'set queue batch resources_default.nodes = "1"',
        'set queue batch enabled = "True"',
        'set server default_queue = "batch"',
        'set server submit_hosts = "login001"',
        'set server submit_hosts += "login002"',
        "create node compute001 np=2",
        'set node compute001 properties = "compute"',
        "create node gpu001 np=8",
        'set node gpu001 gpus = "2"',
        'set node gpu001 properties = "gpu"',
    ]
    server.changes.clear()
    assert run(WANTED) == {"changes": [], "warnings": [], "removed": []}
    assert server.changes == []


def test_checking_tells_the_same_and_does_nothing(server: Server, run: Run) -> None:
    told = run(WANTED, "--check")
    assert server.changes == []
    assert not reconcile.RECORD.exists()
    assert run(WANTED) == told


def test_what_somebody_changed_is_set_back_and_what_others_made_stays(server: Server, run: Run) -> None:
    run(WANTED)
    server.nodes["compute001"]["np"] = "99"
    server.nodes["theirs"] = {"state": "free", "np": "1"}
    server.queues["theirs"] = {}
    server.queues["batch"]["enabled"] = ["False"]
    assert run(WANTED)["changes"] == ['set queue batch enabled = "True"', 'set node compute001 np = "2"']
    assert "theirs" in server.nodes and "theirs" in server.queues


def test_a_worker_that_left_is_deleted(server: Server, run: Run) -> None:
    run(WANTED)
    told = run(FEWER)
    assert told == {
        "changes": ["node gpu001 offline", "delete node gpu001"],
        "warnings": [],
        "removed": ["gpu001"],
    }
    assert list(server.nodes) == ["compute001"]
    assert run(FEWER)["changes"] == []


def test_a_busy_worker_is_never_deleted(server: Server, run: Run) -> None:
    run(WANTED)
    server.nodes["gpu001"]["jobs"] = "0/12.frontend001, 1/12.frontend001"
    told = run(FEWER)
    assert told["changes"] == ["node gpu001 offline"]
    assert "gpu001 is no worker any more, but pbs_server still has 1 job(s)" in told["warnings"][0]
    assert run(FEWER)["changes"] == []
    assert server.requeued == []
    del server.nodes["gpu001"]["jobs"]
    assert run(FEWER)["removed"] == ["gpu001"]
    assert server.requeued == []


def test_a_job_that_comes_while_it_is_taken_out_is_seen(
    server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(WANTED)
    asked = server.pbsnodes

    def pbsnodes(option: str, *rest: str) -> tuple[int, str]:
        if option == "-o":
            server.nodes["gpu001"]["jobs"] = "0/13.frontend001"
        return asked(option, *rest)

    monkeypatch.setattr(server, "pbsnodes", pbsnodes)
    assert run(FEWER)["removed"] == []
    assert server.requeued == []


def test_a_refusal_is_told(server: Server, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "create", lambda *words: (2, "qmgr obj=batch: Unauthorized Request\n"))
    err = run(WANTED, code=1)
    assert "create queue batch" in err and "Unauthorized Request" in err
