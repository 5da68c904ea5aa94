"""Drain, remove, resume: what is said and what is left alone."""

import pytest

from tests.unit.roles.gridengine.engine import Engine, qmaster
from tests.unit.roles.gridengine.programs import load

workers = load("workers")
Said = tuple[int, str]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    found = Engine()
    found.hosts["-sel"] = ["compute001", "compute002"]
    found.hosts["-sh"] += ["compute001", "compute002"]
    found.objects["host group"]["@compute"] = "group_name @compute\nhostlist compute001 compute002\n"
    found.objects["queue"]["all.q"] = "qname all.q\nhostlist @compute\nslots 1,[compute001=2]\n"
    monkeypatch.setattr(qmaster, "run", found.run)
    monkeypatch.setattr(workers, "PAUSE", 0.01)
    return found


def call(capsys: pytest.CaptureFixture[str], *words: str) -> Said:
    code = workers.main(list(words))
    return code, capsys.readouterr().out.strip()


def test_an_idle_worker_is_drained_at_once_and_twice(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(capsys, "drain", "compute001") == (0, "drained: compute001")
    assert call(capsys, "drain", "compute001") == (0, "drained: compute001")
    assert engine.changes == [("-d", "*@compute001")]


def test_jobs_are_waited_for(
    engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.used["compute002"] = 1
    looks: list[float] = []

    def asleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            engine.used.clear()

    monkeypatch.setattr(workers.time, "sleep", asleep)
    assert call(capsys, "--seconds", "60", "drain", "compute002") == (0, "drained: compute002")
    assert len(looks) == 3


def test_a_drain_that_takes_too_long_says_who_is_busy(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.used["compute002"] = 3
    code, line = call(capsys, "drain", "compute001", "compute002")
    assert code == 1
    assert line == "still busy after 0 s, and given no new jobs: compute002 (jobs on 3 slot(s))"
    assert engine.disabled == {"compute001", "compute002"}


def test_a_drained_worker_is_removed(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "remove", "compute001") == (0, "removed: compute001")
    assert engine.changes == [
        ("-d", "*@compute001"),
        ("-dattr", "hostgroup", "hostlist", "compute001", "@compute"),
        ("-purge", "queue", "*", "all.q@compute001"),
        ("-ke", "compute001"),
        ("-de", "compute001"),
        ("-dh", "compute001"),
    ]
    assert call(capsys, "remove", "compute001") == (0, "removed: none of them is a worker")


def test_a_busy_worker_is_never_removed(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.used["compute002"] = 1
    code, line = call(capsys, "remove", "compute001", "compute002")
    assert (code, line) == (1, "not removed, for it is busy: compute002 (jobs on 1 slot(s))")
    assert engine.changes == []


def test_a_worker_comes_back_into_service(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.disabled.add("compute001")
    assert call(capsys, "resume", "compute001", "compute002") == (0, "in service: compute001, compute002")
    assert engine.changes == [("-e", "*@compute001")]


@pytest.mark.parametrize("action", ["drain", "remove", "resume"])
def test_unknown_names_are_harmless(action: str, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    code, line = call(capsys, action, "nobody")
    assert code == 0 and "none of them is a worker" in line
    assert engine.changes == []


def test_a_silent_qmaster_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(qmaster, "run", lambda *words: (1, "error: commlib error"))
    assert call(capsys, "drain", "compute001") == (1, "qconf -sel: error: commlib error")
