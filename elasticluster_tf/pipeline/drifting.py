"""Find what is no longer as ectf left it, on the clouds and on the hosts; nothing is changed."""

from collections.abc import Mapping

from elasticluster_tf import plan as plans
from elasticluster_tf.ansible import Job
from elasticluster_tf.ansible_files import Access
from elasticluster_tf.checks import Resolved
from elasticluster_tf.pipeline import configuring, identity, login, stages
from elasticluster_tf.pipeline.run import Run
from elasticluster_tf.pipeline.values import Order, Standing
from elasticluster_tf.plan import Drift
from elasticluster_tf.reports import Difference, DriftReport
from elasticluster_tf.terraform.runner import PLAN_FILE


def look(
    run: Run, resolved: Resolved, files: Mapping[str, str], allow: frozenset[str], access: Access
) -> DriftReport:
    """What differs: resources from the state, and hosts from the roles they were configured by.

    Hosts whose configuration is due are not judged: what would change there is a plan's business.
    """
    with run.stage("read", "Read the state"):
        standing = stages.read_state(run, files, resolved)
        identity.check(resolved, standing.state, allow)
        login.write_values(run, resolved, standing.state)
    with run.stage("refresh", "Compare the clouds with the state") as note:
        resources = _resources(run, resolved, standing)
        note(f"{len(resources)} differ" if resources else "as they were left")
    state = standing.state
    gone = {one.node for one in resources if one.action == "vanished"}
    due = configuring.foreseen(resolved, state, files, (), Order())
    unjudged = dict.fromkeys(due.contacted, "its configuration is due: see `ectf plan`")
    hosts = [name for name in state.nodes if name not in gone and name not in unjudged]
    differences: tuple[Difference, ...] = ()
    if hosts:
        expected = configuring.fingerprints(resolved, state, files)
        login.write_connection(run.workdir, resolved, state, access, run.world, expected)
        with run.stage("check", f"Compare {len(hosts)} node(s) with their roles") as note:
            differences, failed = _differences(run, hosts)
            note(f"{len(differences)} task(s) would change something" if differences else "as they were left")
        unjudged |= failed
    for name in gone:
        unjudged.pop(name or "", None)
    return DriftReport(resolved.config.name, resources, differences, unjudged)


def _resources(run: Run, resolved: Resolved, standing: Standing) -> tuple[Drift, ...]:
    raw = standing.runner.plan(refresh_only=True)
    (run.workdir.path / PLAN_FILE).unlink(missing_ok=True)
    return plans.parse(raw, [node.name for node in resolved.nodes], list(standing.state.nodes)).drift


def _differences(run: Run, hosts: list[str]) -> tuple[tuple[Difference, ...], dict[str, str]]:
    summary, failure = configuring.play(run, Job(limit=hosts, new_nodes=False, check=True))
    if failure and not summary.failures:
        raise failure
    return summary.differences, {one.node: f"{one.task}: {one.message}" for one in summary.failures}
