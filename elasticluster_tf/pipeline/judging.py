"""Judge a plan: the built-in rules, and the user's own."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from elasticluster_tf import policies
from elasticluster_tf.checks import Resolved
from elasticluster_tf.errors import InputError, Problem, Refused, did_you_mean
from elasticluster_tf.estimate import Cost
from elasticluster_tf.events import Notice
from elasticluster_tf.pipeline.run import Run
from elasticluster_tf.plan import InfraPlan, Plan, Verdict, names
from elasticluster_tf.plan.risk import Finding, Level, verdict
from elasticluster_tf.plan.rules import RULES, Case
from elasticluster_tf.policies import Policy
from elasticluster_tf.terraform import State


def check_rules(allow: Collection[str], resolved: Resolved, own: Sequence[Policy]) -> None:
    """Refuse names of rules that there are not, on the command line and in the file."""
    known = names.rules(policy.name for policy in own)
    problems = [
        Problem(f"--allow: there is no rule `{name}`", "", None, did_you_mean(name, known))
        for name in sorted(allow)
        if name not in known
    ]
    problems += names.unknown_rules(resolved, known)
    if problems:
        raise InputError(problems)


def check_protected(resolved: Resolved, state: State) -> None:
    """Refuse to protect what neither the file nor the state has."""
    if problems := list(names.unknown_protected(resolved, state.nodes)):
        raise InputError(problems)


def judge(
    resolved: Resolved,
    state: State,
    found: InfraPlan,
    cost: Cost | None,
    losses: Mapping[str, Sequence[str]],
    allow: Collection[str],
) -> tuple[Verdict, ...]:
    """The verdicts of the built-in rules on a plan for a cluster as its file wants it."""
    case = Case(
        found, resolved.config, resolved.software, resolved.nodes, state.nodes, state.images, cost, losses
    )
    guard = resolved.config.guard
    levels: dict[str, Level] = {"remove-share": "warning"} if guard.max_removed_percent is None else {}
    levels |= guard.rules
    return tuple(verdict(one.name, one.level, list(one.check(case)), levels, allow) for one in RULES)


def judge_down(resolved: Resolved, state: State, found: InfraPlan) -> tuple[Verdict, ...]:
    """The verdicts on a plan that destroys the cluster: the rules that hold even then."""
    case = Case(found, resolved.config, resolved.software, (), state.nodes)
    levels = resolved.config.guard.rules
    return tuple(verdict(one.name, one.level, list(one.check(case)), levels) for one in RULES if one.for_down)


def judge_own(
    own: Sequence[Policy], document: Mapping[str, Any], resolved: Resolved, allow: Collection[str]
) -> tuple[Verdict, ...]:
    """The verdicts of the user's own rules; `document` is the plan as JSON."""
    denials = {one.policy.name: one for one in policies.judge(own, document)}
    return tuple(
        verdict(
            policy.name,
            policy.level,
            [Finding(denials[policy.name].message, denials[policy.name].subjects)]
            if policy.name in denials
            else [],
            resolved.config.guard.rules,
            allow,
        )
        for policy in own
    )


def enforce(run: Run, found: Plan, overrulable: bool = True) -> None:
    """Refuse a plan that a rule forbids, whatever was answered; the journal keeps what was overruled.

    Where `--allow` overrules nothing (`overrulable`), only what the rules say themselves helps.
    """
    if not found.pending:
        return
    for one in found.risks:
        if one.outcome == "allowed":
            run.tell(Notice("warning", f"overruled by --allow {one.rule}: {one.message}"))
    forbidding = [one for one in found.risks if one.forbids]
    if not forbidding:
        return
    rows = [f"{one.rule}: {one.message}" + (f" ({one.hint})" if one.hint else "") for one in forbidding]
    options = " ".join(f"--allow {one.rule}" for one in forbidding)
    raise Refused(
        f"{len(forbidding)} rule(s) forbid this plan; nothing was changed",
        "",
        f"{options} overrules" if overrulable else "",
        "\n".join(rows),
    )
