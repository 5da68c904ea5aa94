"""Drain, remove, resume, settle and health: what is said and what is left alone."""

import pytest

from tests.unit.roles.pbs.programs import load
from tests.unit.roles.torque.server import Server

TORQUE = load("torque")
pbs, workers, health = TORQUE.pbs, TORQUE.workers, TORQUE.health
Capture = pytest.CaptureFixture[str]
ADDRESSES = {"compute001": "10.0.0.11", "compute002": "10.0.0.12"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    found = Server()
    found.nodes = {name: {"state": "free", "np": "2"} for name in ADDRESSES}
    found.trusted = {name: set(ADDRESSES.values()) for name in ADDRESSES}
    monkeypatch.setattr(pbs, "run", found.run)
    monkeypatch.setattr(workers, "PAUSE", 0.01)
    monkeypatch.setattr(TORQUE.dialect.socket, "gethostbyname", ADDRESSES.__getitem__)
    return found


def call(capsys: Capture, *words: str) -> tuple[int, str]:
    return workers.main(list(words)), capsys.readouterr().out.strip()


def test_an_idle_worker_is_drained_at_once_and_twice(server: Server, capsys: Capture) -> None:
    assert call(capsys, "drain", "compute001") == (0, "drained: compute001")
    assert call(capsys, "drain", "compute001") == (0, "drained: compute001")
    assert server.changes == ["pbsnodes -o compute001"]


def test_jobs_are_waited_for(server: Server, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    server.nodes["compute002"]["jobs"] = "0/7.frontend001"
    monkeypatch.setattr(workers.time, "sleep", lambda seconds: server.nodes["compute002"].pop("jobs"))
    assert call(capsys, "--seconds", "60", "drain", "compute002") == (0, "drained: compute002")


def test_a_drain_that_takes_too_long_says_who_is_busy(server: Server, capsys: Capture) -> None:
    server.nodes["compute002"]["jobs"] = "0/7.frontend001"
    assert call(capsys, "drain", "compute001", "compute002") == (
        1,
        "still busy after 0 s, and given no new jobs: compute002 (jobs: 1)",
    )


def test_a_drained_worker_is_removed(server: Server, capsys: Capture) -> None:
    assert call(capsys, "remove", "compute001") == (0, "removed: compute001")
    assert server.changes == [
        "pbsnodes -o compute001",
        "momctl -s compute001",
        "delete node compute001",
        "systemctl try-restart maui.service",
    ]
    assert call(capsys, "remove", "compute001") == (0, "removed: none of them is a worker")


def test_a_busy_worker_is_never_removed(server: Server, capsys: Capture) -> None:
    server.nodes["compute002"]["jobs"] = "0/7.frontend001"
    code, line = call(capsys, "remove", "compute001", "compute002")
    assert (code, line) == (1, "not removed, for it is busy: compute002 (jobs: 1)")
    assert server.changes == [] and server.requeued == []


def test_a_worker_comes_back_into_service(server: Server, capsys: Capture) -> None:
    server.nodes["compute001"]["state"] = "down,offline"
    assert call(capsys, "resume", "compute001", "compute002") == (0, "in service: compute001, compute002")
    assert server.changes == ["pbsnodes -c compute001"]
    assert server.nodes["compute001"]["state"] == "down"


@pytest.mark.parametrize("action", ["drain", "remove", "resume", "settle"])
def test_unknown_names_are_harmless(action: str, server: Server, capsys: Capture) -> None:
    code, line = call(capsys, action, "nobody")
    assert code == 0 and "none of them is a worker" in line
    assert server.changes == []


def test_a_worker_is_settled_when_all_know_it(
    server: Server, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.trusted["compute001"] = {"10.0.0.11", "110.0.0.12"}
    assert call(capsys, "settle", "compute002") == (1, "after 0 s compute001 does not trust compute002 yet")
    monkeypatch.setattr(workers.time, "sleep", lambda seconds: server.trusted["compute001"].add("10.0.0.12"))
    assert call(capsys, "--seconds", "60", "settle", "compute002") == (0, "settled: compute002")


def test_a_worker_that_is_down_is_not_settled(server: Server, capsys: Capture) -> None:
    server.nodes["compute002"]["state"] = "down,offline,MOM-list-not-sent"
    code, line = call(capsys, "settle", "compute002")
    assert (code, line) == (1, "after 0 s compute002 is MOM-list-not-sent,down,offline")
    assert call(capsys, "settle", "compute001") == (0, "settled: compute001")


def test_health_names_what_is_wrong(server: Server, capsys: Capture) -> None:
    assert (health.main(), capsys.readouterr().out) == (0, "2 of 2 workers are in service\n")
    server.nodes["compute001"]["jobs"] = "0/7.frontend001"
    server.nodes["compute002"]["state"] = "down"
    said = "1 of 2 workers are in service; 1 busy with jobs; compute002 does not answer\n"
    assert (health.main(), capsys.readouterr().out) == (1, said)
    server.nodes["compute002"]["state"] = "free,offline"
    assert health.main() == 1
    assert "compute002 is offline" in capsys.readouterr().out
    server.nodes.clear()
    assert (health.main(), capsys.readouterr().out) == (1, "0 of 0 workers are in service\n")


def test_a_silent_server_is_told(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(pbs, "run", lambda *words: (15, "Cannot connect to specified server host\n"))
    assert (health.main(), capsys.readouterr().out[:44]) == (
        1,
        "pbs_server does not answer: qstat -B: Cannot",
    )
    assert call(capsys, "drain", "compute001")[0] == 1
