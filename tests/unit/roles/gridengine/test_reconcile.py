"""qmaster is brought to what is wanted, and not touched where it is already."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.roles.gridengine.engine import Engine, qmaster
from tests.unit.roles.gridengine.programs import load
from tests.unit.roles.gridengine.test_objects import group, wanted

reconcile = load("reconcile")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    found = Engine()
    monkeypatch.setattr(qmaster, "run", found.run)
    monkeypatch.setattr(reconcile, "RECORD", tmp_path / "record.json")
    return found


class Run:
    """Runs of the program, as Ansible starts it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys

    def __call__(self, asked: dict[str, Any], *words: str) -> dict[str, list[str]]:
        code, out, err = self.ended(asked, *words)
        assert code == 0, err
        found: dict[str, list[str]] = json.loads(out)
        return found

    def ended(self, asked: dict[str, Any], *words: str) -> tuple[int, str, str]:

        self.monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(asked)))
        code = reconcile.main(list(words))
        said = self.capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(monkeypatch, capsys)


SMALL = {"scheduler": {"flush_submit_sec": 1}, "configuration": {"max_u_jobs": 10}}
TWO = wanted(group("compute", 2), submit=["login001"], **SMALL)


def test_a_fresh_master_gets_everything_once(engine: Engine, run: Run) -> None:
    assert run(TWO)["changes"] == [
        "resources mem_free",
        "administrative hosts compute001, compute002",
        "submit hosts compute001, compute002, frontend001, login001",
        "worker compute001",
        "worker compute002",
        "parallel environment smp",
        "parallel environment mpi",
        "host group @compute",
        "host group @allhosts",
        "queue all.q",
        "scheduler: flush_submit_sec",
        "configuration: max_u_jobs",
    ]
    engine.changes.clear()
    assert run(TWO) == {"changes": [], "warnings": []}
    assert engine.changes == []


def test_checking_tells_the_same_and_does_nothing(engine: Engine, run: Run) -> None:
    told = run(TWO, "--check")
    assert engine.changes == []
    assert not reconcile.RECORD.exists()
    assert run(TWO) == told


def test_the_order_that_qmaster_shows_is_no_difference(engine: Engine, run: Run) -> None:
    asked = {**TWO, "user_lists": [{"name": "staff", "users": ["ann", "bob"]}]}
    run(asked)
    texts = engine.objects
    texts["user list"]["staff"] = texts["user list"]["staff"].replace("ann,bob", "bob, ann")
    texts["host group"]["@compute"] = "group_name @compute\nhostlist compute002 \\\n   compute001\n"
    assert run(asked)["changes"] == []


def test_what_somebody_changed_is_set_back(engine: Engine, run: Run) -> None:
    run(TWO)
    queue = engine.objects["queue"]
    queue["all.q"] = queue["all.q"].replace("/bin/bash", "/bin/csh")
    engine.capacities["compute001"] = "slots=99"
    assert run(TWO)["changes"] == [
        "worker compute001: slots=99 becomes slots=2,mem_free=3891M",
        "queue all.q changed",
    ]
    assert "/bin/bash" in queue["all.q"]


def test_what_others_made_stays_and_what_we_made_goes(engine: Engine, run: Run) -> None:
    extra = {
        "queues": [{"name": "all.q"}, {"name": "old.q", "user_lists": ["staff"]}],
        "user_lists": [{"name": "staff", "users": ["ann"]}],
        "resource_quotas": [{"name": "fair", "limits": ["to slots=1"]}],
    }
    run({**TWO, **extra})
    engine.objects["queue"]["theirs.q"] = "qname theirs.q\nhostlist NONE\n"
    engine.hosts["-ss"].append("desk")
    assert run(TWO)["changes"] == [
        "resource quota set fair removed",
        "queue old.q removed",
        "user list staff removed",
    ]
    assert list(engine.objects["queue"]) == ["all.q", "theirs.q"]
    assert "desk" in engine.hosts["-ss"]


def test_a_setting_that_is_no_longer_asked_for_is_as_before(engine: Engine, run: Run) -> None:
    run(TWO)
    assert "max_u_jobs         10" in engine.tables["-sconf"]
    run({**TWO, "configuration": {"max_u_jobs": 20}})
    assert "max_u_jobs         20" in engine.tables["-sconf"]
    assert run({**TWO, "configuration": {}})["changes"] == ["configuration: max_u_jobs"]
    assert "max_u_jobs         0" in engine.tables["-sconf"]
    assert run({**TWO, "configuration": {}})["changes"] == []


def test_a_worker_that_left_is_taken_out(engine: Engine, run: Run) -> None:
    run(TWO)
    engine.hosts["-sconfl"].append("compute002")
    fewer = {**TWO, "workers": group("compute", 1)}
    assert run(fewer)["changes"] == ["host group @compute changed", "host compute002 removed"]
    assert all("compute002" not in names for names in engine.hosts.values())
    assert run(fewer) == {"changes": [], "warnings": []}


def test_a_busy_worker_is_never_removed(engine: Engine, run: Run) -> None:
    run(TWO)
    engine.used["compute002"] = 2
    fewer = {**TWO, "workers": group("compute", 1)}
    told = run(fewer)
    assert told["changes"] == ["host group @compute changed"]
    assert (
        "compute002 is no worker any more, but qmaster still counts jobs on 2 slot(s)" in told["warnings"][0]
    )
    assert "compute002" in engine.hosts["-sel"]
    engine.used.clear()
    assert run(fewer) == {"changes": ["host compute002 removed"], "warnings": []}


def test_a_worker_that_becomes_a_submit_host_may_go_on_submitting(engine: Engine, run: Run) -> None:
    run(TWO)
    other = {**TWO, "workers": group("compute", 1), "submit": ["compute002", "login001"]}
    assert run(other)["changes"] == ["host group @compute changed", "host compute002 removed"]
    assert "compute002" in engine.hosts["-ss"]
    assert "compute002" not in engine.hosts["-sel"] + engine.hosts["-sh"]
    assert run(other)["changes"] == []


def test_a_node_group_that_left_goes_after_the_queue_that_named_it(engine: Engine, run: Run) -> None:
    both = {**group("compute", 1), **group("big", 1)}
    run({**TWO, "workers": both, "queues": [{"name": "all.q", "hosts": ["compute", "big"]}]})
    assert run({**TWO, "workers": group("compute", 1)})["changes"] == [
        "host group @allhosts changed",
        "queue all.q changed",
        "host group @big removed",
        "host big001 removed",
    ]


def test_a_refusal_is_told_and_what_was_made_is_remembered(engine: Engine, run: Run) -> None:
    bad = {**TWO, "queues": [{"name": "all.q"}, {"name": "bad.q", "settings": {"prolog": "refuse-me"}}]}
    code, out, err = run.ended(bad)
    assert (code, out) == (1, "")
    assert "can't resolve" in err and "qname              bad.q" in err
    assert ["queue", "all.q"] in json.loads(reconcile.RECORD.read_text(encoding="utf-8"))["objects"]
    run(TWO)
    assert run(TWO)["changes"] == []


def test_a_qmaster_that_does_not_answer_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    monkeypatch.setattr(qmaster, "run", lambda *words: (1, "error: commlib error: got select error"))
    monkeypatch.setattr(reconcile, "RECORD", tmp_path / "record.json")
    code, _, err = run.ended(TWO)
    assert code == 1
    assert "commlib error" in err
