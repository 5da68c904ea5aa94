"""Which roles run on which hosts and why: from the record and the file alone."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import plan
from elasticluster_tf import software as softwares
from elasticluster_tf.config import ClusterConfig
from elasticluster_tf.nodes import BuiltNode, FileSystem
from elasticluster_tf.plan import ConfigurationPlan, Record
from elasticluster_tf.plan.configuration import PeerChange, Reason, VariableChange
from elasticluster_tf.software import Software
from tests.builders import built, catalogue, resolve, software_folder

FACTS = """
title: Queue
parts:
  head: {peers: [worker]}
  worker: {peers: [head]}
  login: {peers: []}
"""
SPECS = """
argument_specs:
  main:
    options:
      queue_size: {type: int}
      queue_word: {type: str, no_log: true}
  head:
    options:
      queue_policy: {type: str}
"""
GROUPS = "{a: {count: 1, size: {cpus: 1, memory_gb: 1}}, b: {count: 2, size: {cpus: 1, memory_gb: 1}}, c: {count: 1}}"
FILES = {"ansible/roles/base/x": "1", "ansible/roles/queue/x": "1", "ansible/queue.yml": "1"}


@pytest.fixture
def queue(tmp_path: Path) -> Software:
    return softwares.load(software_folder(tmp_path / "queue", FACTS, SPECS))


class Cluster:
    """What is wanted, by a file and by what is built."""

    def __init__(
        self, queue: Software, text: str = "", groups: str = GROUPS, files: Mapping[str, str] = FILES
    ):
        body = f"name: demo\ngroups: {groups}\nsoftware: {{queue: {{head: a, worker: b{text}}}}}\n"
        self.found = resolve(body, catalogue(software=[queue]))
        self.files = files

    @property
    def config(self) -> ClusterConfig:
        return self.found.config

    def nodes(self, *without: str, **more: BuiltNode) -> dict[str, BuiltNode]:
        return {**{n.name: built(n.name) for n in self.found.nodes if n.name not in without}, **more}

    def record(self, nodes: Mapping[str, BuiltNode] | None = None) -> Record:
        nodes = self.nodes() if nodes is None else nodes
        present = [node for node in self.found.nodes if node.name in nodes]
        return plan.wanted(self.config, self.found.software, present, nodes, self.files)

    def plan(self, before: Record, *making: str, **more: Any) -> ConfigurationPlan:
        nodes = {name: one for name, one in self.nodes().items() if name not in making}
        wanted = plan.wanted(self.config, self.found.software, self.found.nodes, nodes, self.files)
        return plan.compare(before, wanted, self.found.nodes, making, **more)


def rows(found: ConfigurationPlan) -> list[tuple[str, tuple[str, ...], list[str]]]:
    return [(run.software, run.hosts, [reason.kind for reason in run.reasons]) for run in found.runs]


def test_nothing_differs(queue: Software) -> None:
    cluster = Cluster(queue, ", vars: {queue_size: 3, queue_word: secret}")
    found = cluster.plan(cluster.record())
    assert (found.runs, found.addresses, found.left, found.contacted) == ((), (), {}, ())


def test_a_new_cluster(queue: Software) -> None:
    found = Cluster(queue).plan(Record(), "a001", "b001", "b002", "c001")
    assert rows(found) == [
        ("base", ("a001",), ["new"]),
        ("base", ("b001", "b002"), ["new"]),
        ("base", ("c001",), ["new"]),
        ("queue", ("a001",), ["new"]),
        ("queue", ("b001", "b002"), ["new"]),
    ]
    assert found.hosts == ("a001", "b001", "b002", "c001")
    assert found.software == ("base", "queue")


def test_a_new_worker_concerns_itself_and_the_head(queue: Software) -> None:
    before = Cluster(queue).record()
    found = Cluster(queue, groups=GROUPS.replace("b: {count: 2", "b: {count: 3")).plan(before, "b003")
    assert rows(found) == [
        ("base", ("b003",), ["new"]),
        ("queue", ("a001",), ["peers"]),
        ("queue", ("b003",), ["new"]),
    ]
    assert found.runs[1].reasons[0].peers == (PeerChange("worker", added=("b003",)),)
    assert found.addresses == ("a001", "b001", "b002", "c001")  # all others learn who is there


def test_a_worker_that_goes(queue: Software) -> None:
    before = Cluster(queue).record()
    found = Cluster(queue, groups=GROUPS.replace("b: {count: 2", "b: {count: 1")).plan(before)
    assert rows(found) == [("queue", ("a001",), ["peers"])]
    assert found.runs[0].reasons[0].peers == (PeerChange("worker", removed=("b002",)),)


@pytest.mark.parametrize(
    ("before", "after", "hosts", "change"),
    [
        ("queue_size: 3", "queue_size: 4", ("a001", "b001", "b002"), VariableChange("queue_size", 3, 4)),
        ("", "queue_size: 4", ("a001", "b001", "b002"), VariableChange("queue_size", None, 4)),
        ("queue_size: 3", "", ("a001", "b001", "b002"), VariableChange("queue_size", 3, None)),
        ("queue_policy: x", "queue_policy: y", ("a001",), VariableChange("queue_policy", "x", "y")),
        ("queue_word: x", "queue_word: y", ("a001", "b001", "b002"), VariableChange("queue_word", secret=True)),
        ("", "queue_word: y", ("a001", "b001", "b002"), VariableChange("queue_word", secret=True)),
    ],
)  # fmt: skip
def test_a_variable_that_changes(
    before: str, after: str, hosts: tuple[str, ...], change: VariableChange, queue: Software
) -> None:
    old = Cluster(queue, f", vars: {{{before}}}").record()
    found = Cluster(queue, f", vars: {{{after}}}").plan(old)
    assert found.hosts == hosts
    assert {one for run in found.runs for reason in run.reasons for one in reason.variables} == {change}
    assert found.addresses == ()


def test_a_secret_s_value_is_in_no_record(queue: Software) -> None:
    assert "canary" not in repr(Cluster(queue, ", vars: {queue_word: canary}").record())


def test_what_a_cloud_made_to_mount_concerns_the_software_that_asks_for_it(tmp_path: Path) -> None:
    softwares_of = {
        asks: softwares.load(software_folder(tmp_path / str(asks) / "queue", f"{FACTS}shared_fs: {asks}\n"))
        for asks in ("true", "false")
    }
    home, moved = FileSystem("192.0.2.1:/home", "nfs"), FileSystem("192.0.2.2:/home", "nfs")
    for asks, hosts in (("true", ("a001", "b001", "b002")), ("false", ())):
        cluster = Cluster(softwares_of[asks])

        def wanted(shared: Mapping[str, Mapping[str, FileSystem]], cluster: Cluster = cluster) -> Record:
            found = cluster.found
            return plan.wanted(
                found.config, found.software, found.nodes, cluster.nodes(), cluster.files, shared
            )

        before = wanted({"local": {"home": home}})
        assert plan.compare(before, wanted({"local": {"home": home}}), cluster.found.nodes).hosts == ()
        assert plan.compare(before, wanted({"local": {"home": moved}}), cluster.found.nodes).hosts == hosts
        assert plan.compare(before, wanted({"local": {}}), cluster.found.nodes).hosts == hosts
        assert plan.compare(wanted({}), wanted({"local": {}}), cluster.found.nodes).hosts == ()


@pytest.mark.parametrize(
    ("path", "software"),
    [
        ("ansible/roles/queue/x", {"queue"}),
        ("ansible/queue.yml", {"queue"}),
        ("ansible/roles/base/x", {"base"}),
        ("ansible/library/x.py", {"base", "queue"}),
        ("ansible/roles/other/x", set()),
        ("ansible/site.yml", set()),
    ],
)
def test_a_file_that_changes(path: str, software: set[str], queue: Software) -> None:
    before = Cluster(queue).record()
    found = Cluster(queue, files={**FILES, path: "2"}).plan(before)
    assert set(found.software) == software
    assert all(run.reasons == (Reason("role"),) for run in found.runs)


def test_a_machine_that_is_another_one(queue: Software) -> None:
    cluster = Cluster(queue)
    before = cluster.record(cluster.nodes(b002=replace(built("b002"), instance_id="other")))
    found = cluster.plan(before)
    assert rows(found) == [
        ("base", ("b002",), ["replaced"]),
        ("queue", ("a001",), ["peers"]),
        ("queue", ("b002",), ["replaced"]),
    ]
    planned = cluster.plan(cluster.record(), "b002")
    assert ("queue", ("b002",), ["replaced"]) in rows(planned)
    assert ("queue", ("a001",), ["peers"]) in rows(planned)  # its address is not known yet


def test_a_host_that_is_another_size(queue: Software) -> None:
    before = Cluster(queue).record()
    found = Cluster(
        queue, groups=GROUPS.replace("b: {count: 2, size: {cpus: 1", "b: {count: 2, size: {cpus: 2")
    ).plan(before)
    assert ("queue", ("b001", "b002"), ["host"]) in rows(found)
    assert ("queue", ("a001",), ["peers"]) in rows(found)
    assert "c001" not in found.contacted


def test_a_host_that_failed(queue: Software) -> None:
    cluster = Cluster(queue)
    assert rows(cluster.plan(cluster.record().without(["b001"]))) == [
        ("base", ("b001",), ["unfinished"]),
        ("queue", ("b001",), ["unfinished"]),
    ]


def test_software_that_comes_and_goes(queue: Software) -> None:
    without = resolve(f"name: demo\ngroups: {GROUPS}\n", catalogue(software=[queue]))
    nodes = {node.name: built(node.name) for node in without.nodes}
    bare = plan.wanted(without.config, (), without.nodes, nodes, FILES)
    full = Cluster(queue)
    assert rows(full.plan(bare)) == [
        ("queue", ("a001",), ["software"]),
        ("queue", ("b001", "b002"), ["software"]),
    ]
    found = plan.compare(full.record(), bare, without.nodes)
    assert (found.runs, found.left) == ((), {"queue": ("a001", "b001", "b002")})


def test_another_part(queue: Software) -> None:
    before = Cluster(queue).record()
    found = Cluster(queue, ", login: b").plan(before)
    assert rows(found) == [("queue", ("b001", "b002"), ["parts"])]


def test_everything_and_some_hosts_only(queue: Software) -> None:
    cluster = Cluster(queue)
    found = cluster.plan(cluster.record(), everything=True)
    assert found.hosts == ("a001", "b001", "b002", "c001")
    assert {reason.kind for run in found.runs for reason in run.reasons} == {"asked"}
    assert found.limited(["b001"]).contacted == ("b001",)


PLAYBOOKS = {**FILES, "ansible/before/1/x.yml": "1", "ansible/after/1/y.yml": "1"}


def test_own_playbooks_run_on_new_hosts_around_the_software(queue: Software) -> None:
    found = Cluster(queue, files=PLAYBOOKS).plan(Record(), "a001", "b001", "b002", "c001")
    order = [name for name, _, kinds in rows(found) if kinds == ["new"]]
    assert list(dict.fromkeys(order)) == ["base", "before", "queue", "after"]


def test_an_own_playbook_that_changed_runs_on_every_host_and_nothing_else_does(queue: Software) -> None:
    before = Cluster(queue, files=PLAYBOOKS).record()
    found = Cluster(queue, files={**PLAYBOOKS, "ansible/after/1/y.yml": "2"}).plan(before)
    kinds = {(name, *kinds) for name, _, kinds in rows(found)}
    assert kinds == {("after", "role")}
    assert found.hosts == ("a001", "b001", "b002", "c001")


@pytest.mark.parametrize("path", ["ansible/own_roles/plain/tasks/main.yml", "ansible/requirements.json"])
def test_what_own_playbooks_and_software_may_use_counts(queue: Software, path: str) -> None:
    before = Cluster(queue, files=PLAYBOOKS).record()
    found = Cluster(queue, files={**PLAYBOOKS, path: "2"}).plan(before)
    assert {(name, *kinds) for name, _, kinds in rows(found)} == {
        ("before", "role"),
        ("queue", "role"),
        ("after", "role"),
    }


def test_playbooks_after_the_software_follow_what_runs_on_a_host(queue: Software) -> None:
    before = Cluster(queue, files=PLAYBOOKS).record()
    found = Cluster(queue, ", vars: {queue_policy: fair}", files=PLAYBOOKS).plan(before)
    assert rows(found) == [
        ("queue", ("a001",), ["variables"]),
        ("after", ("a001",), ["follows"]),
    ]


def test_an_own_playbook_that_left_the_file_is_nothing_to_do(queue: Software) -> None:
    found = Cluster(queue).plan(Cluster(queue, files=PLAYBOOKS).record())
    assert (found.runs, found.left) == ((), {})


def test_another_mirror_is_told_to_every_host(queue: Software) -> None:
    cluster = Cluster(queue)
    mirrored = cluster.config.mirrors.model_copy(update={"apt": "http://cache:3142"})
    config = cluster.config.model_copy(update={"mirrors": mirrored})
    wanted = plan.wanted(config, cluster.found.software, cluster.found.nodes, cluster.nodes(), FILES)
    found = plan.compare(cluster.record(), wanted, cluster.found.nodes)
    assert {run.software for run in found.runs} == {"base"}
    change = VariableChange("mirrors", None, {"apt": "http://cache:3142"})
    assert all(run.reasons == (Reason("variables", variables=(change,)),) for run in found.runs)
