"""A plan is judged by the built-in rules and the user's own, and refused when one forbids it."""

import pytest

from elasticluster_tf import policies
from elasticluster_tf.errors import InputError, Refused
from elasticluster_tf.events import Notice
from elasticluster_tf.pipeline import judging
from elasticluster_tf.pipeline.run import World, begin
from elasticluster_tf.plan import InfraPlan, NodeChange, Plan, ResourceChange, Verdict
from elasticluster_tf.policies import Policy
from elasticluster_tf.terraform import State
from elasticluster_tf.workdir import Workdir
from tests.builders import BARE, CACHE, Told, built, resolve

FOUND = resolve(
    "name: demo\ngroups: {a: {count: 4}}\nguard: {rules: {open-to-world: off}}\nprotect: [a001]\n"
)
GONE = InfraPlan(
    tuple(NodeChange(f"a00{n}", "destroy", "", (ResourceChange("m", "m", "destroy"),)) for n in (1, 2, 3)),
    (),
    (),
)
STATE = State(nodes={f"a00{n}": built(f"a00{n}") for n in (1, 2, 3, 4)})


def told(found: Plan, tmp_path: object) -> Told:
    heard = Told()
    with begin(Workdir(tmp_path), "up", World(BARE, CACHE, heard)) as run:  # type: ignore[arg-type]
        judging.enforce(run, found)
    return heard


def failing(verdicts: tuple[Verdict, ...]) -> dict[str, str]:
    return {one.rule: one.level for one in verdicts if one.outcome != "passed"}


def test_levels_come_from_the_rule_and_from_the_file() -> None:
    assert failing(judging.judge(FOUND, STATE, GONE, None, {}, ())) == {
        "protected": "error",
        "remove-share": "warning",
    }
    strict = resolve("name: demo\ngroups: {a: {count: 4}}\nguard: {max_removed_percent: 50}\n")
    assert failing(judging.judge(strict, STATE, GONE, None, {}, ())) == {"remove-share": "error"}


def test_a_whole_cluster_that_goes_is_judged_by_few_rules() -> None:
    found = judging.judge_down(FOUND, STATE, GONE)
    assert [one.rule for one in found] == ["protected"]
    assert failing(found) == {"protected": "error"}


def test_names_of_rules_are_checked_wherever_they_stand() -> None:
    own = (Policy("mine", "error", "m", "", None),)
    judging.check_rules({"mine", "max-nodes", "move-cluster"}, FOUND, own)
    wrong = resolve("name: demo\ngroups: {a: {count: 1}}\nguard: {rules: {max-node: off}}\n")
    with pytest.raises(InputError) as caught:
        judging.check_rules({"min"}, wrong, own)
    assert [(one.key, one.hint) for one in caught.value.problems] == [
        ("", "did you mean `mine`?"),
        ("guard.rules.max-node", "did you mean `max-nodes`?"),
    ]


def test_the_user_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    own = (Policy("one", "error", "m", "", None), Policy("two", "warning", "m", "", None))
    denial = policies.Denial(own[0], "no", ("a001",))
    monkeypatch.setattr(policies, "judge", lambda rules, plan: (denial,))
    assert judging.judge_own(own, {}, FOUND, ()) == (
        Verdict("one", "error", "failed", "no", ("a001",)),
        Verdict("two", "warning", "passed"),
    )
    assert judging.judge_own(own, {}, FOUND, {"one"})[0].outcome == "allowed"


def test_what_is_forbidden_is_refused_and_what_was_overruled_is_kept(tmp_path: object) -> None:
    bad = Verdict("r", "error", "failed", "too much", (), "take less")
    with pytest.raises(Refused) as caught:
        told(Plan("demo", GONE, risks=(bad,)), tmp_path)
    assert caught.value.detail == "r: too much (take less)"
    assert caught.value.hint == "--allow r overrules"
    fine = (Verdict("w", "warning", "failed", "hm"), Verdict("r", "error", "allowed", "too much"))
    notices = [one for one in told(Plan("demo", GONE, risks=fine), tmp_path) if isinstance(one, Notice)]
    assert [one.message for one in notices] == ["overruled by --allow r: too much"]
    assert not told(Plan("demo", InfraPlan((), (), ()), risks=(bad,)), tmp_path)  # nothing would be done
