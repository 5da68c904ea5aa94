"""The health check: whom it asks, what it says, and that nothing hangs."""

import socket
import sys

import pytest

from tests.unit.roles.gridengine.engine import Engine, qmaster
from tests.unit.roles.gridengine.programs import load

health = load("health")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    found = Engine()
    found.hosts["-sel"] = [f"c{number}" for number in range(1, 4)]
    monkeypatch.setattr(qmaster, "run", found.run)
    monkeypatch.setattr(health, "SILENCE", 0.2)
    monkeypatch.setattr(health, "PAUSE", 0.05)
    return found


def check(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    return health.main(), capsys.readouterr().out.strip()


def test_all_ran(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys) == (0, "3 of 3 workers ran a job")


def test_busy_workers_are_not_waited_for(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.used = {"c1": 1, "c2": 2}
    assert check(capsys) == (0, "1 of 3 workers ran a job; 2 busy with jobs")


def test_what_is_wrong_is_named(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.disabled.add("c1")
    engine.silent.add("c2")
    engine.bad["c3"] = ("refused", "no such luck")
    assert check(capsys) == (
        1,
        "0 of 3 workers ran a job; c1 is disabled; c2 does not answer; c3 says Unable to run job: no such luck",
    )


def test_a_worker_without_a_queue_is_named(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.unqueued.add("c2")
    assert check(capsys) == (1, "2 of 3 workers ran a job; c2 is in no queue")


def test_workers_that_are_up_are_given_time(
    engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After qmaster was restarted it hears of them one by one."""
    engine.silent.add("c1")

    def answers(host: str) -> bool:
        engine.silent.clear()
        return True

    monkeypatch.setattr(health, "reachable", answers)
    assert check(capsys) == (0, "3 of 3 workers ran a job")


def test_a_port_is_reachable_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(health, "WORKER_PORT", server.getsockname()[1])
        assert health.reachable("127.0.0.1")
    assert not health.reachable("127.0.0.1")


def test_a_job_that_does_not_start_is_given_up(
    engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.2)
    engine.bad["c1"] = ("qw", "job_number: 1\nscheduling info: none\n")
    assert check(capsys) == (1, "2 of 3 workers ran a job; c1 did not run a job in time")
    assert engine.changes == [("qdel", "1")]


def test_a_job_in_error_is_not_waited_for(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.bad["c2"] = ("Eqw", "job_number: 2\nerror reason    1:          can't get password entry\n")
    assert check(capsys) == (1, "2 of 3 workers ran a job; c2 says can't get password entry")


def test_a_big_cluster_is_asked_in_part(
    engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "MOST", 2)
    assert check(capsys) == (0, "2 of 3 workers ran a job; 1 more answer")


def test_no_workers_and_no_qmaster_are_not_healthy(
    engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.hosts["-sel"] = []
    assert check(capsys) == (1, "0 of 0 workers ran a job")
    monkeypatch.setattr(qmaster, "run", lambda *words: (1, "error: commlib error\nmore"))
    assert check(capsys) == (1, "qmaster does not answer: qhost -xml: error: commlib error")


def test_the_programs_need_the_standard_library_alone() -> None:
    for name in ("objects", "qmaster", "reconcile", "workers", "health"):
        found = {one.split(".")[0] for one in vars(load(name)) if one in sys.modules}
        assert found <= {*sys.stdlib_module_names, "objects", "qmaster"}
