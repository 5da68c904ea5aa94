"""Take nodes out of their software before they go, and back in after they came.

What a software was on a node is known from the record: its group may no longer be in the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from elasticluster_tf.checks import Resolved
from elasticluster_tf.errors import ConfigureFailed
from elasticluster_tf.events import Notice
from elasticluster_tf.pipeline import health
from elasticluster_tf.pipeline.run import Run
from elasticluster_tf.plan import ConfigurationPlan, InfraPlan, Record
from elasticluster_tf.software import Command, Software
from elasticluster_tf.terraform import State

# Scripts have time limits of their own, which their roles' variables set; this one is for lost connections.
_SECONDS = 4 * 3600
_COMES = ("new", "replaced", "unfinished")


@dataclass(frozen=True)
class Hook:
    """A command to run on `host` about nodes of a software's part."""

    software: str
    part: str
    command: Command
    host: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Grounds:
    """What tells which hooks there are: the software there is, by name, and which hosts have which parts."""

    software: Mapping[str, Software]
    parts: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)

    def hooks(self, kind: str, nodes: Sequence[str], staying: Sequence[str]) -> list[Hook]:
        """The hooks of a kind (drain, remove, resume) for nodes, each on the first host that stays."""
        found = []
        for (name, part), hosts in self.parts.items():
            about = tuple(node for node in nodes if node in hosts)
            command = getattr(self.software[name].facts.parts[part], kind) if about else None
            if command is not None:
                where = self.parts.get((name, command.part), ())
                host = next((one for one in where if one in staying), "")
                found.append(Hook(name, part, command, host, about))
        return found


def recorded(record: Record, software: Mapping[str, Software]) -> Grounds:
    """The hooks of what the hosts were configured for."""
    parts: dict[tuple[str, str], list[str]] = {}
    for node in record.nodes:
        for name, setup in record.setups_of(node).items():
            for part in setup.parts:
                if name in software and part in software[name].facts.parts:
                    parts.setdefault((name, part), []).append(node)
    return Grounds(software, parts)


def losses(
    state: State, found: InfraPlan, software: Mapping[str, Software], drain: bool
) -> dict[str, tuple[str, ...]]:
    """What of value goes with each recorded node that goes: all it carries but what it is drained of."""
    going, staying, grounds = _going(state, found, software)
    drains = grounds.hooks("drain", going, staying) if drain else []
    saved = {(hook.software, hook.part, node) for hook in drains if hook.host for node in hook.nodes}
    lost: dict[str, list[str]] = {node: [] for node in going if node in state.record.nodes}
    for (name, part), hosts in grounds.parts.items():
        what = software[name].facts.parts[part].precious
        for node in lost.keys() & hosts if what else ():
            if (name, part, node) not in saved:
                lost[node].append(f"{what} ({name} {part})")
    return {node: tuple(whats) for node, whats in lost.items()}


def _going(
    state: State, found: InfraPlan, software: Mapping[str, Software]
) -> tuple[list[str], list[str], Grounds]:
    """The nodes that go, those that stay, and what all of them are to their software."""
    going = [
        one.name for one in found.nodes if one.action in ("destroy", "replace") and one.name in state.nodes
    ]
    staying = [name for name in state.nodes if name not in going]
    return going, staying, recorded(state.record, software)


def before_destroy(
    run: Run, state: State, found: InfraPlan, software: Mapping[str, Software], ssh_config: Path
) -> None:
    """Drain the nodes that go, then take them out of their software's lists.

    Raises ConfigureFailed when one can't be drained; those that were are resumed, and nothing was destroyed.
    """
    going, staying, grounds = _going(state, found, software)
    drains = grounds.hooks("drain", going, staying)
    removes = grounds.hooks("remove", going, staying)
    if not drains and not removes:
        return
    with run.stage("drain", f"Drain {len(going)} node(s)"):
        for index, hook in enumerate(drains):
            try:
                _call(run, hook, "drain", ssh_config)
            except ConfigureFailed:
                drained = [node for one in drains[: index + 1] for node in one.nodes]
                for undo in grounds.hooks("resume", drained, staying):
                    _call(run, undo, "resume", ssh_config, forgiving=True)
                raise
        for hook in removes:
            _call(run, hook, "remove", ssh_config)


def after_configure(
    run: Run, resolved: Resolved, todo: ConfigurationPlan, state: State, ssh_config: Path
) -> None:
    """Let software use the nodes that came; those that were drained by an earlier run as well."""
    software = {one.name: one for one in resolved.software}
    came = [host for one in todo.runs for host in one.hosts if any(why.kind in _COMES for why in one.reasons)]
    hooks = recorded(state.record, software).hooks("resume", list(dict.fromkeys(came)), list(state.nodes))
    if hooks:
        with run.stage("resume", f"Hand {len(set(came))} node(s) over to their software"):
            for hook in hooks:
                _call(run, hook, "resume", ssh_config)


def _call(run: Run, hook: Hook, kind: str, ssh_config: Path, forgiving: bool = False) -> None:
    names = ", ".join(hook.nodes)
    if not hook.host:
        message = f"{hook.software} can't {kind} {names}: no node of part `{hook.command.part}` stays"
        run.tell(Notice("warning", message))
        return
    words = ["sudo", "-n", *hook.command.command, *hook.nodes]
    code, text = health.ask(ssh_config, hook.host, words, run.world.children_environment, _SECONDS)
    last = (text.strip().splitlines() or [f"exit code {code}"])[-1]
    if code == 0:
        return
    message = f"{hook.software} could not {kind} {names}: {last}"
    if forgiving:
        run.tell(Notice("warning", message))
        return
    hint = "mend the cause and run the same command again; --no-drain goes on without"
    raise ConfigureFailed(
        f"{message}; nothing was destroyed" if kind == "drain" else message, hook.host, hint, text
    )
