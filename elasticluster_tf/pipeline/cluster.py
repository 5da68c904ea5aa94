"""A cluster, from its files: what can be asked of it and done with it."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from elasticluster_tf import ansible_files, documents, terraform_files, workdir
from elasticluster_tf.ansible_files import Access
from elasticluster_tf.bundle import Bundle
from elasticluster_tf.checks import Resolved
from elasticluster_tf.errors import EctfError
from elasticluster_tf.nodes import BuiltNode
from elasticluster_tf.pipeline import (
    bootstrapping,
    bundling,
    draining,
    drifting,
    health,
    judging,
    login,
    planning,
    requiring,
    sign_in,
    stages,
    teardown,
)
from elasticluster_tf.pipeline.planning import Wish
from elasticluster_tf.pipeline.run import Run, World, begin
from elasticluster_tf.pipeline.values import Order, Planned
from elasticluster_tf.plan import Plan
from elasticluster_tf.reports import ClusterStatus, DownReport, DriftReport, NodeStatus, UpReport
from elasticluster_tf.source import Source
from elasticluster_tf.terraform import State
from elasticluster_tf.terraform.runner import PLAN_FILE
from elasticluster_tf.workdir import Workdir

Confirm = Callable[[Plan], bool]


@dataclass(frozen=True)
class Cluster:
    """One cluster.

    `workdir` moves the work folder, which else is `.ectf/<name>/` beside the first file. Methods raise
    EctfError and its kin; see `errors` for the exit codes they stand for.
    """

    source: Source
    world: World
    given_workdir: Path | None = None
    allow: frozenset[str] = field(default_factory=frozenset)

    @property
    def resolved(self) -> Resolved:
        """The cluster as its files want it; raises InputError with everything that is wrong."""
        return self.source.resolved

    @cached_property
    def workdir(self) -> Workdir:
        """Where the cluster's files are."""
        if self.given_workdir:
            return Workdir(self.given_workdir.absolute())
        return workdir.find(self.source.base, self.resolved.config.name)

    def rendered(self) -> dict[str, str]:
        """All files that depend on the cluster files alone, by path."""
        found = self.resolved
        root = terraform_files.root_input(found.config, found.clouds, found.software, found.nodes)
        return {
            "cluster.yaml": documents.dump(self.source.document.data),
            **terraform_files.render(root),
            **ansible_files.render(found.config, found.software, found.content),
        }

    def plan(self, order: Order = Order()) -> Plan:
        """What would change. Contacts no host, and writes the work folder only."""
        files, wish = self.rendered(), self._wish(order)
        with begin(self.workdir, "plan", self.world) as run:
            return planning.plan(run, self.resolved, files, self.source.catalogue, wish).plan

    def bundle(self, order: Order = Order(), life: timedelta = bundling.LIFE) -> tuple[Plan, bytes]:
        """A plan, and the file that lets exactly this plan run within `life`."""
        files, wish = self.rendered(), replace(self._wish(order), nonce=secrets.token_hex(16))
        with begin(self.workdir, "plan", self.world) as run:
            planned = planning.plan(run, self.resolved, files, self.source.catalogue, wish)
            judging.enforce(run, planned.plan)
            return planned.plan, bundling.make(run, self.source, files, planned, wish, life)

    def up(self, confirm: Confirm, order: Order = Order()) -> UpReport:
        """Make the cluster as the file says: plan, confirm, apply, configure, check its health.

        Hosts are configured where something differs from what the state remembers.
        """
        known, files, wish = self.source.catalogue, self.rendered(), self._wish(order)
        with begin(self.workdir, "up", self.world) as run:
            planned = planning.plan(run, self.resolved, files, known, wish)
            judging.enforce(run, planned.plan)
            self._make_ready(run, order)
            stages.confirm(planned.plan, confirm)
            return self._carry_out(run, planned, files, order)

    def up_bundle(self, bundle: Bundle, where: str) -> UpReport:
        """Do what a bundle plans and nothing else, without asking; raises Refused when anything differs."""
        files = self.rendered()
        with begin(self.workdir, "up", self.world) as run:
            planned = bundling.take_up(run, self.source, files, bundle, where)
            order = Order(**bundle.manifest.order)
            self._make_ready(run, order)
            return self._carry_out(run, planned, files, order)

    def check_bundle(self, bundle: Bundle, where: str) -> None:
        """Raise Refused when a bundle could not be applied now; nothing is done."""
        files = self.rendered()
        with begin(self.workdir, "check", self.world) as run:
            bundling.take_up(run, self.source, files, bundle, where)
            (run.workdir.path / PLAN_FILE).unlink()

    def bootstrap_state(self, confirm: Confirm, more: Mapping[str, str]) -> Plan:
        """Make the place where `state:` wants the state: plan, confirm, apply."""
        wanted = bootstrapping.store(self.resolved, more, self.world.cache / "hcl")
        folder = Workdir(self.workdir.path / bootstrapping.FOLDER)
        with begin(folder, "bootstrap", self.world) as run:
            return bootstrapping.make(run, self.resolved.config.name, wanted, confirm)

    def _carry_out(self, run: Run, planned: Planned, files: Mapping[str, str], order: Order) -> UpReport:
        state = planned.standing.state
        if order.drain and state.nodes:
            login.write_connection(run.workdir, self.resolved, state, self.access, self.world)
            known = self.source.catalogue.software
            draining.before_destroy(run, state, planned.plan.infrastructure, known, self.access.ssh_config)
        built = stages.apply(run, self.resolved, planned)
        login.write_connection(run.workdir, self.resolved, built.state, self.access, self.world)
        if not order.configure:
            return stages.report(self.resolved, built, planned.plan, self.access)
        return stages.configure(run, self.resolved, built, files, planned.plan, self.access, order)

    def _make_ready(self, run: Run, order: Order) -> None:
        """What a run can't do without, before it builds anything."""
        login.root_secret(run.workdir, self.world)
        if order.configure:
            requiring.ready(run, self.resolved)

    def _wish(self, order: Order) -> Wish:
        stages.check_limit(self.resolved, order.limit)
        stages.check_groups(self.resolved, order.refresh_images)
        sign_in.check(self.resolved, self.world.environment)
        return Wish(order, self.allow, self.source.policies)

    def configure(self, order: Order = Order()) -> UpReport:
        """The Ansible half alone, on the nodes that the state knows."""
        stages.check_limit(self.resolved, order.limit)
        files = self.rendered()
        with begin(self.workdir, "configure", self.world) as run:
            built = stages.read_built(run, self.resolved, files, self.allow)
            requiring.ready(run, self.resolved)
            login.write_connection(run.workdir, self.resolved, built.state, self.access, self.world)
            return stages.configure(run, self.resolved, built, files, None, self.access, order)

    def drift(self) -> DriftReport:
        """What is no longer as ectf left it. Asks clouds and hosts, changes nothing."""
        files = self.rendered()
        with begin(self.workdir, "drift", self.world) as run:
            requiring.ready(run, self.resolved)
            return drifting.look(run, self.resolved, files, self.allow, self.access)

    def down(self, confirm: Confirm) -> DownReport:
        """Destroy everything but what is kept, and look whether anything is left."""
        target = teardown.target(self.source.base, self.given_workdir, lambda: self.resolved)
        with begin(target.workdir, "down", self.world) as run:
            return teardown.down(run, target, self.source.catalogue, confirm)

    def nodes(self, probe: bool = False) -> tuple[NodeStatus, ...]:
        """The nodes of file and state; with `probe` each built one is asked over SSH."""
        state = self.state()
        wanted = {node.name: node.group for node in self.resolved.nodes}
        answers: Mapping[str, bool] = {}
        if probe and state.nodes:
            self._write_connection(state)
            answers = health.reachable(
                list(state.nodes), self.workdir.ssh_config, self.world.children_environment
            )
        known = {**{name: one.group for name, one in state.nodes.items()}, **wanted}
        ordered = [*wanted, *(name for name in known if name not in wanted)]
        return tuple(
            _status(name, known[name], state.nodes.get(name), name in wanted, answers) for name in ordered
        )

    def status(self) -> ClusterStatus:
        """Nodes and the health of each software, asked over SSH."""
        nodes = self.nodes(probe=True)
        found = self.resolved
        running = {one.name for one in nodes if one.state == "running"}
        present = [node for node in found.nodes if node.name in running]
        environment = self.world.children_environment
        checked = health.check(found.config, found.software, present, self.workdir.ssh_config, environment)
        return ClusterStatus(found.config.name, nodes, checked)

    def inventory(self) -> dict[str, Any]:
        """Ansible's inventory as data, from the state.

        Raises EctfError when nothing is built: an empty inventory would look like success.
        """
        state = self.state()
        if not state.nodes:
            hint = "`ectf up` builds them"
            raise EctfError(
                f"no node of `{self.resolved.config.name}` is built", str(self.workdir.path), hint
            )
        self._write_connection(state)
        found = self.resolved
        return ansible_files.inventory(
            found.config,
            found.software,
            found.nodes,
            state.nodes,
            self.access,
            state.bastions,
            state.bootstrap,
            state.shared_fs,
        )

    def state(self) -> State:
        """What Terraform's state says now.

        Where the work folder is ready nothing is written and no lock is taken, so that a running `up` can be
        watched; else it is made ready first.
        """
        found = stages.read_ready(self.workdir, self.world)
        if found is None:
            with begin(self.workdir, "read", self.world) as run:
                found = stages.read_state(run, self.rendered(), self.resolved).state
        return found

    @cached_property
    def access(self) -> Access:
        """Where ssh finds what it needs."""
        key = self.resolved.config.ssh.private_key
        identity = (self.source.base / Path(key).expanduser()) if key else self.workdir.identity
        return Access(self.workdir.ssh_config, self.workdir.known_hosts, identity)

    def _write_connection(self, state: State) -> None:
        login.write_connection(self.workdir, self.resolved, state, self.access, self.world)


def _status(
    name: str, group: str, built: BuiltNode | None, wanted: bool, answers: Mapping[str, bool]
) -> NodeStatus:
    if built is None:
        return NodeStatus(name, group, "missing")
    state = "built" if wanted else "surplus"
    if wanted and name in answers:
        state = "running" if answers[name] else "unreachable"
    return NodeStatus(
        name,
        group,
        state,
        built.cloud,
        built.address,
        built.private_ip,
        built.public_ip,
        f"{built.ssh_user}@{built.ssh_host}:{built.ssh_port}",
        built.instance_id,
    )
