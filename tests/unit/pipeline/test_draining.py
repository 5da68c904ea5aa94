"""Nodes are taken out of their software before they go; ssh is a script that keeps what it was asked."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf.errors import ConfigureFailed
from elasticluster_tf.events import Notice, StageDone
from elasticluster_tf.pipeline import draining
from elasticluster_tf.pipeline.run import Run, World, begin
from elasticluster_tf.plan import Action, ConfigurationPlan, InfraPlan, NodeChange, Record, RoleRun
from elasticluster_tf.plan.configuration import Kind, Reason
from elasticluster_tf.plan.record import NodeRecord, Setup
from elasticluster_tf.terraform import State
from elasticluster_tf.workdir import Workdir
from tests.builders import BARE, CACHE, Told, built, resolve, software


def hook(word: str) -> dict[str, Any]:
    return {"part": "head", "command": [f"/x/{word}"]}


QUEUE = software(
    "queue",
    {"head": {}, "worker": {kind: hook(kind) for kind in ("drain", "remove", "resume")}},
)
FOUND = resolve("name: demo\ngroups: {a: {count: 2}, b: {count: 3}}\n")
HEAD, WORKER = Setup("queue", ("head",), "r"), Setup("queue", ("worker",), "r")
NODES = ("a001", "a002", "b001", "b002", "b003")


def record(*without: str) -> Record:
    nodes = {
        n: NodeRecord("i", "f", "a", ((HEAD if n[0] == "a" else WORKER).id,))
        for n in NODES
        if n not in without
    }
    return Record(nodes, {HEAD.id: HEAD, WORKER.id: WORKER})


STATE = State(nodes={name: built(name) for name in NODES}, record=record())


def plan(**actions: Action) -> InfraPlan:
    return InfraPlan(tuple(NodeChange(name, action, "", ()) for name, action in actions.items()), (), ())


class Ssh:
    """An `ssh` on the PATH that writes down what it is asked, and fails where told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**BARE, "PATH": f"{folder}:{BARE['PATH']}"}
        self.told = Told()

    def answers(self, script: str = "exit 0") -> None:
        file = self.folder / "ssh"
        file.write_text(
            f'#!/bin/sh\nnode=$7; shift 8\necho "$node $*" >>{self.folder}/asked\n{script}\n',
            encoding="utf-8",
        )
        file.chmod(0o755)

    def asked(self) -> list[str]:
        file = self.folder / "asked"
        return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []


@pytest.fixture
def ssh(tmp_path: Path) -> Ssh:
    found = Ssh(tmp_path)
    found.answers()
    return found


@pytest.fixture
def run(ssh: Ssh, tmp_path: Path) -> Iterator[Run]:
    with begin(Workdir(tmp_path / "work"), "up", World(ssh.environment, CACHE, ssh.told)) as found:
        yield found


def before(run: Run, found: InfraPlan, state: State = STATE, known: Mapping[str, Any] | None = None) -> None:
    draining.before_destroy(
        run, state, found, {"queue": QUEUE} if known is None else known, Path("/ssh_config")
    )


def test_nodes_that_go_are_drained_and_removed_first(run: Run, ssh: Ssh) -> None:
    before(run, plan(b002="destroy", b003="replace", b001="change"))
    assert ssh.asked() == [
        "a001 sudo -n /x/drain b002 b003",
        "a001 sudo -n /x/remove b002 b003",
    ]
    assert [one.stage for one in ssh.told if isinstance(one, StageDone)] == ["drain"]


def test_the_hook_runs_on_a_node_that_stays(run: Run, ssh: Ssh) -> None:
    before(run, plan(a001="replace", b002="destroy"))
    assert [row.split()[0] for row in ssh.asked()] == ["a002", "a002"]


@pytest.mark.parametrize(
    "found", [plan(), plan(b001="create", b002="change"), plan(a001="destroy"), plan(b009="destroy")]
)
def test_nothing_to_drain(found: InfraPlan, run: Run, ssh: Ssh) -> None:
    before(run, found)
    assert ssh.asked() == []
    assert ssh.told == []


def test_a_node_that_was_never_configured_or_whose_software_is_unknown_just_goes(run: Run, ssh: Ssh) -> None:
    before(run, plan(b002="destroy"), State(nodes=STATE.nodes, record=record("b002")))
    before(run, plan(b002="destroy"), known={})
    assert ssh.asked() == []


def test_nobody_is_left_to_drain(run: Run, ssh: Ssh) -> None:
    before(run, plan(a001="destroy", a002="destroy", b001="destroy"))
    assert ssh.asked() == []
    assert {one.message for one in ssh.told if isinstance(one, Notice)} == {
        "queue can't drain b001: no node of part `head` stays",
        "queue can't remove b001: no node of part `head` stays",
    }


def test_what_can_t_be_drained_stays_and_works_again(run: Run, ssh: Ssh) -> None:
    ssh.answers('case "$*" in *drain*) echo waiting; echo "job 7 runs on b002"; exit 1;; esac')
    with pytest.raises(
        ConfigureFailed, match="queue could not drain b002: job 7 runs on b002; nothing was destroyed"
    ) as caught:
        before(run, plan(b002="destroy"))
    assert caught.value.where == "a001"
    assert "--no-drain" in caught.value.hint
    assert ssh.asked() == ["a001 sudo -n /x/drain b002", "a001 sudo -n /x/resume b002"]


def test_a_resume_that_fails_as_well_is_said(run: Run, ssh: Ssh) -> None:
    ssh.answers("exit 3")
    with pytest.raises(ConfigureFailed, match="drain b002: exit code 3"):
        before(run, plan(b002="destroy"))
    assert [one.message for one in ssh.told if isinstance(one, Notice)] == [
        "queue could not resume b002: exit code 3"
    ]


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("new", ["a001 sudo -n /x/resume b002"]),
        ("replaced", ["a001 sudo -n /x/resume b002"]),
        ("unfinished", ["a001 sudo -n /x/resume b002"]),
        ("variables", []),
        ("peers", []),
    ],
)
def test_nodes_that_came_are_handed_over(kind: Kind, asked: list[str], run: Run, ssh: Ssh) -> None:
    found = resolve("name: demo\ngroups: {a: {count: 1}}\n")
    todo = ConfigurationPlan((RoleRun("queue", "b", ("worker",), ("b002",), (Reason(kind),)),))
    resolved = type(found)(found.config, found.document, found.clouds, (QUEUE,), found.nodes)
    draining.after_configure(run, resolved, todo, STATE, Path("/ssh_config"))
    assert ssh.asked() == asked


STORE = software(
    "queue",
    {
        "head": {"precious": "the queue"},
        "worker": {"precious": "results", "drain": hook("drain")},
    },
)


@pytest.mark.parametrize(
    ("going", "drain", "lost"),
    [
        ({"b001": "destroy"}, True, {"b001": ()}),
        ({"b001": "replace"}, True, {"b001": ()}),
        ({"b001": "destroy"}, False, {"b001": ("results (queue worker)",)}),
        ({"a001": "destroy"}, True, {"a001": ("the queue (queue head)",)}),
        # Nobody stays to run the command.
        (
            {"a001": "destroy", "a002": "replace", "b002": "destroy"},
            True,
            {
                "a001": ("the queue (queue head)",),
                "a002": ("the queue (queue head)",),
                "b002": ("results (queue worker)",),
            },
        ),
        # It was never configured: the file alone tells what it might carry.
        ({"b003": "destroy"}, True, {}),
        ({"b001": "change", "b002": "create"}, True, {}),
    ],
)
def test_a_node_is_lost_with_what_it_is_not_drained_of(
    going: dict[str, Action], drain: bool, lost: dict[str, tuple[str, ...]]
) -> None:
    state = State(nodes={name: built(name) for name in NODES}, record=record("b003"))
    assert draining.losses(state, plan(**going), {"queue": STORE}, drain) == lost


def test_software_that_left_the_file_and_the_catalogue_loses_nothing_known() -> None:
    assert draining.losses(STATE, plan(a001="destroy"), {}, True) == {"a001": ()}
