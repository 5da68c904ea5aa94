"""Rules of the user's own."""

import json
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import policies
from elasticluster_tf.errors import InputError
from tests.builders import write

PLAN = {
    "infrastructure": {"nodes": [{"name": "a001", "action": "destroy"}, {"name": "a002", "action": "create"}]}
}
NODES = "plan.infrastructure.nodes"


def rule(deny: str, name: str = "own", **more: Any) -> dict[str, Any]:
    return {"name": name, "deny": deny, "message": "not here", **more}


def load(folder: Path, *rules: dict[str, Any]) -> tuple[policies.Policy, ...]:
    write(folder, {"policy/a.yaml": json.dumps({"rules": rules})})
    return policies.load(folder / "policy")


@pytest.mark.parametrize(
    ("deny", "message", "subjects"),
    [
        (f"{NODES}.exists(n, n.action == 'destroy')", "not here", ()),
        (f"{NODES}.filter(n, n.action == 'destroy').map(n, n.name)", "not here", ("a001",)),
        (f"{NODES}.exists(n, n.action == 'replace')", None, ()),
        (f"{NODES}.filter(n, n.action == 'replace')", None, ()),
        ("size(plan.infrastructure.nodes) > 1", "not here", ()),
        ("plan.nothing", "can't be judged: no such member", ()),
        ("1 + 1", "can't be judged: `deny` gives neither", ()),
    ],
)
def test_what_an_expression_says(
    deny: str, message: str | None, subjects: tuple[str, ...], tmp_path: Path
) -> None:
    found = policies.judge(load(tmp_path, rule(deny)), PLAN)
    assert [one.subjects for one in found] == ([] if message is None else [subjects])
    assert all(one.message.startswith(str(message)) for one in found)


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ('rules: [{name: a, deny: "1 +", message: m}]', "rules.0.deny", "no CEL"),
        ('rules: [{name: A, deny: "true", message: m}]', "rules.0.name", "String should match"),
        (
            'rules: [{name: a, deny: "true", message: m}, {name: a, deny: "true", message: m}]',
            "rules.1.name",
            "already",
        ),
        ('rules: [{name: a, deny: "true"}]', "rules.0.message", "required"),
        ("rules: 3", "rules", "list"),
        ("[]", "", "dictionary"),
    ],
)
def test_wrong_files_say_where(text: str, key: str, message: str, tmp_path: Path) -> None:
    write(tmp_path, {"policy/a.yaml": text})
    with pytest.raises(InputError) as caught:
        policies.load(tmp_path / "policy")
    (problem,) = caught.value.problems
    assert (problem.key, message in problem.message) == (key, True)
    assert str(problem.place).startswith(str(tmp_path / "policy" / "a.yaml"))


def test_no_folder_no_rules(tmp_path: Path) -> None:
    assert policies.load(tmp_path / "policy") == ()
    assert policies.judge((), PLAN) == ()
