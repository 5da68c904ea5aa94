"""Which hosts are configured and what is remembered of them; Ansible is a function that answers as told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from elasticluster_tf import ansible, plan
from elasticluster_tf.ansible import Job
from elasticluster_tf.errors import ConfigureFailed
from elasticluster_tf.nodes import FileSystem
from elasticluster_tf.pipeline import Cluster, Order, configuring, stages
from elasticluster_tf.pipeline.run import begin
from elasticluster_tf.pipeline.values import Built
from elasticluster_tf.plan import ConfigurationPlan, Record
from elasticluster_tf.reports import Summary
from elasticluster_tf.terraform import State
from tests.builders import Terrain, built, catalogue, cluster_text, echo, resolve, software

ALL = ("compute001", "compute002", "compute003")


@dataclass
class Plays:
    """What Ansible was asked to run, and on which hosts it fails."""

    jobs: list[Job] = field(default_factory=list)
    fails: tuple[str, ...] = ()

    def run(self, *arguments: Any) -> tuple[Summary, ConfigureFailed | None]:
        job = next(one for one in arguments if isinstance(one, Job))
        self.jobs.append(job)
        done = tuple(host for host in job.limit if host not in self.fails)
        failure = ConfigureFailed("the configuration failed", "", "", f"{job.playbook} failed")
        summary = Summary(ok=dict.fromkeys(done, 1), finished=done)
        return summary, failure if len(done) < len(job.limit) else None

    def asked(self) -> list[tuple[str, tuple[str, ...]]]:
        found = [(job.playbook, tuple(job.limit)) for job in self.jobs]
        self.jobs.clear()
        return found


@pytest.fixture
def plays(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plays]:
    found = Plays()
    monkeypatch.setattr(ansible, "run", found.run)
    yield found


def configure(cluster: Cluster, order: Order = Order()) -> tuple[Summary | None, ConfigurationPlan, State]:
    state, files = cluster.state(), cluster.rendered()
    with begin(cluster.workdir, "configure", cluster.world) as run:
        built = stages.nodes_of(cluster.resolved, state, state.record)
        return configuring.configure(run, cluster.resolved, built, files, cluster.access, order)


def recorded(cluster: Cluster) -> Sequence[str]:
    return sorted(cluster.state().record.nodes)


def test_hosts_are_configured_once(three: Terrain, plays: Plays) -> None:
    cluster = three.cluster()
    summary, todo, state = configure(cluster)
    assert summary is not None and todo.hosts == ALL
    assert plays.asked() == [("site.yml", ALL)]
    assert sorted(state.record.nodes) == recorded(cluster) == list(ALL)
    summary, todo, _ = configure(cluster)
    assert (summary, todo.contacted, plays.asked()) == (None, (), [])
    configure(cluster, Order(everything=True, limit=["compute002"]))
    assert plays.asked() == [("site.yml", ("compute002",))]


def test_a_host_that_failed_stays_dirty_and_the_others_do_not(three: Terrain, plays: Plays) -> None:
    plays.fails = ("compute002",)
    with pytest.raises(ConfigureFailed):
        configure(three.cluster())
    assert recorded(three.cluster()) == ["compute001", "compute003"]
    plays.fails = ()
    plays.asked()
    configure(three.cluster())
    assert plays.asked() == [("site.yml", ("compute002",))]


def test_a_run_that_is_cut_short_leaves_no_host_that_looks_done(
    three: Terrain, plays: Plays, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(three.cluster())

    def killed(*arguments: Any) -> Summary:
        raise KeyboardInterrupt

    monkeypatch.setattr(ansible, "run", killed)
    with pytest.raises(KeyboardInterrupt):
        configure(three.cluster(), Order(everything=True, limit=["compute001"]))
    assert recorded(three.cluster()) == ["compute002", "compute003"]


def test_a_host_more_is_told_to_the_others(three: Terrain, plays: Plays) -> None:
    configure(three.cluster())
    plays.asked()
    three.up(echo(4))
    cluster = three.cluster()
    plays.fails = ("compute003",)
    with pytest.raises(ConfigureFailed, match="failed") as caught:
        configure(cluster)
    assert caught.value.detail == "addresses.yml failed"
    assert plays.asked() == [("addresses.yml", ALL), ("site.yml", ("compute004",))]
    plays.fails = ()
    _, todo, _ = configure(cluster)
    assert (todo.hosts, todo.addresses) == ((), ("compute003",))


def test_what_is_foreseen_is_what_is_done(three: Terrain, plays: Plays) -> None:
    configure(three.cluster())
    cluster = three.cluster(echo(4))
    found = configuring.foreseen(
        cluster.resolved, cluster.state(), cluster.rendered(), {"compute004"}, Order()
    )
    assert (found.hosts, found.addresses) == (("compute004",), ALL)
    nothing = Order(configure=False)
    assert not configuring.foreseen(cluster.resolved, cluster.state(), {}, {"compute004"}, nothing).contacted
    begun = configuring.begun(cluster.resolved, cluster.state(), replace(found, addresses=()))
    assert sorted(begun.nodes) == list(ALL)


@pytest.mark.parametrize(
    ("before", "after", "hosts"),
    [
        (["home"], ["home"], ()),
        ([], ["home"], ("compute001",)),
        (["home"], ["home", "more"], ("compute001",)),
        (["home", "more"], ["home"], ("compute001",)),
    ],
)
def test_what_a_cloud_will_have_made_to_mount_is_foreseen(
    before: list[str], after: list[str], hosts: tuple[str, ...]
) -> None:
    text = cluster_text(
        cloud={"name": "openstack", "shared_fs": {name: {"size_gb": 1} for name in after}},
        groups={"compute": {"count": 1, "size": {"cpus": 1, "memory_gb": 1}}},
        software={"mine": {"worker": "compute"}},
    )
    found = resolve(text, catalogue(software=[software("mine", shared_fs=True)]))
    made = {"openstack": {name: FileSystem(f"192.0.2.1:/{name}", "nfs") for name in before}}
    nodes = {"compute001": built("compute001")}
    record = plan.wanted(found.config, found.software, found.nodes, nodes, {}, made)
    state = State(nodes=nodes, record=record, shared_fs=made)
    assert configuring.foreseen(found, state, {}, (), Order()).hosts == hosts


def test_expected_fingerprints_differ_by_what_a_host_is_made_of(three: Terrain) -> None:
    cluster = three.cluster()
    found = configuring.fingerprints(cluster.resolved, cluster.state(), cluster.rendered())
    assert len(set(found.values())) == len(found) == 3
    assert Record() == cluster.state().record


@pytest.mark.parametrize(
    ("bootstrap", "proven", "awaited"),
    [
        ({}, {}, False),  # a cloud that tells host keys
        ({"a001": "k", "a002": "k"}, {}, True),
        ({"a001": "k", "a002": "k"}, {"a001": "id-a001"}, True),
        ({"a001": "k"}, {"a001": "id-a001"}, False),
        ({"a001": "k"}, {"a001": "the machine before"}, True),
        ({"z001": "k"}, {}, False),  # no node of this run
    ],
)
def test_which_nodes_may_not_be_ready(
    bootstrap: dict[str, str], proven: dict[str, str], awaited: bool
) -> None:
    nodes = {"a001": built("a001"), "a002": built("a002")}
    state = State(nodes=nodes, bootstrap=bootstrap, record=Record(host_keys=proven))
    assert configuring.unproven(Built(nodes, (), state, state.record)) is awaited
