"""Configure the hosts that are not as they are wanted, and remember which are done."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from elasticluster_tf import ansible, plan
from elasticluster_tf.ansible import Job
from elasticluster_tf.ansible_files import Access, FileSystems
from elasticluster_tf.checks import Resolved
from elasticluster_tf.errors import ConfigureFailed
from elasticluster_tf.nodes import BuiltNode, FileSystem
from elasticluster_tf.pipeline import login, recording
from elasticluster_tf.pipeline.run import Run
from elasticluster_tf.pipeline.values import Built, Order
from elasticluster_tf.plan import ConfigurationPlan, Record
from elasticluster_tf.plan.record import digest
from elasticluster_tf.reports import Summary
from elasticluster_tf.terraform import State

Files = Mapping[str, str]
_NEW_SHARED_FS = FileSystem("known once it is made", "")


def foreseen(
    resolved: Resolved, state: State, files: Files, making: Collection[str], order: Order
) -> ConfigurationPlan:
    """What will have to run once the nodes of `making` are made or made anew."""
    if not order.configure:
        return ConfigurationPlan()
    built = {name: one for name, one in state.nodes.items() if name not in making}
    found = _compared(
        resolved, state.record, files, built, _foreseen_shared_fs(resolved, state), making, order
    )
    return found[1]


def _foreseen_shared_fs(resolved: Resolved, state: State) -> FileSystems:
    """The shared file systems that there will be; how new ones are mounted only their cloud will know."""
    found = {}
    for label, chosen in resolved.clouds.items():
        there = state.shared_fs.get(label, {})
        if names := sorted(chosen.settings.get("shared_fs") or {}):
            found[label] = {name: there.get(name, _NEW_SHARED_FS) for name in names}
    return found


def _compared(
    resolved: Resolved,
    recorded: Record,
    files: Files,
    built: Mapping[str, BuiltNode],
    shared_fs: FileSystems,
    making: Collection[str],
    order: Order,
) -> tuple[Record, ConfigurationPlan]:
    nodes = [node for node in resolved.nodes if node.name in built or node.name in making]
    wanted = plan.wanted(resolved.config, resolved.software, nodes, built, files, shared_fs)
    todo = plan.compare(recorded, wanted, nodes, making, order.everything)
    return wanted, todo.limited(order.limit) if order.limit else todo


def configure(
    run: Run, resolved: Resolved, built: Built, files: Files, access: Access, order: Order
) -> tuple[Summary | None, ConfigurationPlan, State]:
    """Run the roles where something differs; no summary when nothing had to be done.

    Hosts count as not configured from before the first task until their last one. Raises ConfigureFailed
    after the hosts that are done were recorded.
    """
    wanted, todo = _compared(resolved, built.recorded, files, built.nodes, built.state.shared_fs, (), order)
    state = recording.write(run, built.state, _begun(built.state.record, built.nodes, todo))
    if not todo.contacted:
        return None, todo, state
    login.write_connection(run.workdir, resolved, state, access, run.world, _fingerprints(wanted))
    failures: list[ConfigureFailed] = []
    told = _addresses(run, todo, failures)
    summary = _roles(run, todo, built, failures)
    finished = summary.finished
    record = state.record.updated(wanted, finished, list(built.nodes))
    if told:
        record = record.told_addresses(told, wanted.nodes[told[0]].addresses)
    state = recording.write(run, state, replace(record, host_keys=_swapped(state, built, finished)))
    login.write_connection(run.workdir, resolved, state, access, run.world, _fingerprints(wanted))
    if failures:
        raise _joined(failures)
    return summary, todo, state


def _begun(recorded: Record, living: Collection[str], todo: ConfigurationPlan) -> Record:
    """The record without the hosts that are about to be configured, and those that are gone."""
    gone = [name for name in recorded.nodes if name not in living]
    return recorded.without([*todo.hosts, *gone])


def begun(resolved: Resolved, state: State, todo: ConfigurationPlan) -> Record:
    """What a plan writes into the record, so that a run that is cut short leaves no host that looks done."""
    return _begun(state.record, [node.name for node in resolved.nodes], todo)


def _addresses(run: Run, todo: ConfigurationPlan, failures: list[ConfigureFailed]) -> list[str]:
    """Tell hosts the addresses of all hosts; which of them know."""
    if not todo.addresses:
        return []
    job = Job("addresses.yml", todo.addresses, new_nodes=False, last_task="")
    with run.stage("addresses", f"Tell {len(todo.addresses)} other node(s) who is there"):
        summary, failure = play(run, job)
    failures += [failure] if failure else []
    return list(summary.finished)


def _roles(run: Run, todo: ConfigurationPlan, built: Built, failures: list[ConfigureFailed]) -> Summary:
    if not todo.hosts:
        return Summary()
    job = Job(limit=todo.hosts, tags=todo.software, new_nodes=built.applied or unproven(built))
    with run.stage("configure", f"Configure {len(todo.hosts)} of {len(built.nodes)} node(s)") as note:
        summary, failure = play(run, job)
        changed = sum(summary.changed.values())
        note(
            "failed" if failure else f"{changed} task(s) changed something" if changed else "nothing changed"
        )
    failures += [failure] if failure else []
    return summary


def play(run: Run, job: Job) -> tuple[Summary, ConfigureFailed | None]:
    """Run one playbook of the work folder: what it came to, and its failures as an error."""
    secret = login.root_secret(run.workdir, run.world)
    environment = run.world.children_environment
    return ansible.run(run.workdir.path, run.logs, secret, environment, run.tell, job, (run.lock,))


def unproven(built: Built) -> bool:
    """Whether the first contact with a node is still to come, so that it may not be ready for it yet.

    Its machine may still boot, or answer with a key of its image until its first one is brought.
    """
    proven = built.state.record.host_keys
    return any(
        name in built.state.bootstrap and proven.get(name) != one.instance_id
        for name, one in built.nodes.items()
    )


def _swapped(state: State, built: Built, finished: Sequence[str]) -> dict[str, str]:
    """On which machines the final host key serves: those the configuration went through on, now or before."""
    before = state.record.host_keys
    return {
        name: one.instance_id
        for name, one in built.nodes.items()
        if name in state.bootstrap and (name in finished or before.get(name) == one.instance_id)
    }


def fingerprints(resolved: Resolved, state: State, files: Files) -> dict[str, str]:
    """What each host is expected to remember of what it was configured from."""
    wanted, _ = _compared(resolved, state.record, files, state.nodes, state.shared_fs, (), Order())
    return _fingerprints(wanted)


def _fingerprints(wanted: Record) -> dict[str, str]:
    """What a host keeps of what it was configured from, for `drift`; addresses are seen by the files."""
    found: dict[str, Any] = {name: asdict(one) for name, one in wanted.nodes.items()}
    return {name: digest({**one, "addresses": ""}) for name, one in found.items()}


def _joined(failures: Sequence[ConfigureFailed]) -> ConfigureFailed:
    last = failures[-1]
    if len(failures) > 1:
        last.detail = "\n".join(error.detail for error in failures)
    return last
