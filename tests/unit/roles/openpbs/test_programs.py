"""What is asked of OpenPBS' pbs_server, where that differs from TORQUE's, and what is left alone."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.roles.openpbs.server import Server
from tests.unit.roles.pbs.programs import load

OPENPBS = load("openpbs")
pbs, reconcile, workers, health = OPENPBS.pbs, OPENPBS.reconcile, OPENPBS.workers, OPENPBS.health
Capture = pytest.CaptureFixture[str]
CPUS, MEMORY = "resources_available.ncpus", "resources_available.mem"
WANTED: dict[str, Any] = {
    "queue": "workq",
    "queue_settings": {"queue_type": "Execution", "enabled": True, "started": True},
    "server_settings": {"default_queue": "workq", "flatuid": True, "job_history_enable": True},
    "nodes": {"compute001": {CPUS: 2, MEMORY: "1048576kb"}, "compute002": {CPUS: 0, MEMORY: ""}},
}
FEWER = {**WANTED, "nodes": {"compute001": WANTED["nodes"]["compute001"]}}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Server:
    found = Server()
    monkeypatch.setattr(pbs, "run", found.run)
    monkeypatch.setattr(reconcile, "RECORD", tmp_path / "record.json")
    monkeypatch.setattr(workers, "PAUSE", 0.01)
    return found


def reconciled(monkeypatch: pytest.MonkeyPatch, capsys: Capture, wanted: dict[str, Any], *words: str) -> Any:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(wanted)))
    assert reconcile.main(list(words)) == 0
    return json.loads(capsys.readouterr().out)


def call(capsys: Capture, *words: str) -> tuple[int, str]:
    return workers.main(list(words)), capsys.readouterr().out.strip()


def test_what_is_there_from_the_start_is_not_made_again(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    told = reconciled(monkeypatch, capsys, WANTED, "--check")
    assert server.changes == []
    assert reconciled(monkeypatch, capsys, WANTED) == told
    assert server.changes == [
        'set server flatuid = "True"',
        'set server job_history_enable = "True"',
        "create node compute001",
        f'set node compute001 {CPUS} = "2"',
        f'set node compute001 {MEMORY} = "1048576kb"',
        "create node compute002",
    ]
    assert reconciled(monkeypatch, capsys, WANTED)["changes"] == []


def test_what_a_worker_found_by_itself_is_set_right(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    reconciled(monkeypatch, capsys, WANTED)
    server.nodes["compute001"] |= {"state": "free", CPUS: "64"}
    server.nodes["compute002"] |= {"state": "free", CPUS: "64", "resources_available.host": "compute002"}
    changes = reconciled(monkeypatch, capsys, WANTED)["changes"]
    assert changes == [f'set node compute001 {CPUS} = "2"'], "the second one has no size in the file"


def test_a_worker_that_left_is_deleted_when_it_is_idle(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    reconciled(monkeypatch, capsys, WANTED)
    server.nodes["compute002"]["jobs"] = ["7.frontend001"]
    told = reconciled(monkeypatch, capsys, FEWER)
    assert told["changes"] == ["node compute002 offline"]
    assert "compute002 is no worker any more, but pbs_server still has 1 job(s)" in told["warnings"][0]
    server.nodes["compute002"]["jobs"] = []
    assert reconciled(monkeypatch, capsys, FEWER)["removed"] == ["compute002"]
    assert list(server.nodes) == ["compute001"]


def test_drain_remove_and_resume(server: Server, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    reconciled(monkeypatch, capsys, WANTED)
    server.changes.clear()
    for name in ("compute001", "compute002"):
        server.reported(name)
    server.nodes["compute002"]["jobs"] = ["7.frontend001", "8.frontend001"]
    assert call(capsys, "remove", "compute001", "compute002") == (
        1,
        "not removed, for it is busy: compute002 (jobs: 2)",
    )
    assert server.changes == []
    assert call(capsys, "drain", "compute001", "compute002", "nobody") == (
        1,
        "still busy after 0 s, and given no new jobs: compute002 (jobs: 2)",
    )
    assert call(capsys, "resume", "compute002") == (0, "in service: compute002")
    assert call(capsys, "remove", "compute001") == (0, "removed: compute001")
    assert call(capsys, "remove", "compute001") == (0, "removed: none of them is a worker")
    assert server.changes == [
        "pbsnodes -o compute001",
        "pbsnodes -o compute002",
        "pbsnodes -r compute002",
        "delete node compute001",
    ]


def test_what_the_server_refuses_is_told(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    reconciled(monkeypatch, capsys, WANTED)
    # It is busy with something that is no job, such as a reservation.
    monkeypatch.setattr(server, "delete", lambda *words: (179, "qmgr obj=x: Cannot delete busy object\n"))
    code, said = call(capsys, "remove", "compute001")
    assert code == 1 and said.endswith("Cannot delete busy object")


def test_a_worker_is_settled_when_it_is_up(server: Server, capsys: Capture) -> None:
    server.nodes["compute001"] = {"state": "state-unknown,down"}
    assert call(capsys, "settle", "compute001") == (1, "after 0 s compute001 is down,state-unknown")
    server.nodes["compute001"] = {"state": "job-busy"}
    assert call(capsys, "settle", "compute001") == (0, "settled: compute001")


def test_health_names_what_is_wrong(server: Server, capsys: Capture) -> None:
    assert (health.main(), capsys.readouterr().out) == (1, "0 of 0 workers are in service\n")
    server.nodes = {
        "compute001": {"state": "free", "jobs": ["7.frontend001"]},
        "compute002": {"state": "down"},
    }
    said = "1 of 2 workers are in service; 1 busy with jobs; compute002 does not answer\n"
    assert (health.main(), capsys.readouterr().out) == (1, said)
    server.nodes["compute002"]["state"] = "offline"
    assert health.main() == 1
    assert "compute002 is offline" in capsys.readouterr().out


def test_a_silent_server_is_told(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(pbs, "run", lambda *words: (1, "pbsnodes: cannot connect to server frontend001\n"))
    assert call(capsys, "drain", "compute001") == (
        1,
        "pbsnodes -a: pbsnodes: cannot connect to server frontend001",
    )
