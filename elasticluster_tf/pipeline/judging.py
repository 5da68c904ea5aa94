"""Judge a plan: the built-in rules, and the user's own."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from elasticluster_tf import policies
from elasticluster_tf.checks import Resolved
from elasticluster_tf.errors import InputError, Problem, Refused, did_you_mean
from elasticluster_tf.estimate import Cost
from elasticluster_tf.events import Notice
from elasticluster_tf.pipeline.identity import MOVE
from elasticluster_tf.pipeline.run import Run
from elasticluster_tf.plan import InfraPlan, Plan, Verdict
from elasticluster_tf.plan.risk import Finding, Level, verdict
from elasticluster_tf.plan.rules import RULES, Case
from elasticluster_tf.policies import Policy
from elasticluster_tf.terraform import State

# The rules' names; the last is judged before there is a plan.
NAMES = (*(rule.name for rule in RULES), MOVE)


def check_names(allow: Collection[str], resolved: Resolved, own: Sequence[Policy]) -> None:
    """Refuse names of rules that there are not, on the command line and in the file."""
    known = [*NAMES, *(policy.name for policy in own)]
    problems = [
        Problem(f"--allow: there is no rule `{name}`", "", None, did_you_mean(name, known))
        for name in sorted(allow)
        if name not in known
    ]
    for name in resolved.config.guard.rules:
        if name not in known:
            path = ("guard", "rules", name)
            hint = did_you_mean(name, known)
            problems.append(resolved.document.problem(path, f"there is no rule `{name}`", hint, at_key=True))
    if problems:
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


def enforce(run: Run, found: Plan) -> None:
    """Refuse a plan that a rule forbids, whatever was answered; the journal keeps what was overruled."""
    if not found.pending:
        return
    for one in found.risks:
        if one.outcome == "allowed":
            run.tell(Notice("warning", f"overruled by --allow {one.rule}: {one.message}"))
    forbidding = [one for one in found.risks if one.forbids]
    if not forbidding:
        return
    rows = [f"{one.rule}: {one.message}" + (f" ({one.hint})" if one.hint else "") for one in forbidding]
    names = " ".join(f"--allow {one.rule}" for one in forbidding)
    raise Refused(
        f"{len(forbidding)} rule(s) forbid this plan; nothing was changed",
        "",
        f"{names} overrules",
        "\n".join(rows),
    )
