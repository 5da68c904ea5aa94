"""Names in `guard:` and `protect:` that mean nothing."""

from elasticluster_tf.plan import names
from tests.builders import built, resolve

FILE = """
name: demo
groups:
  frontend: {count: 1}
  compute: {count: 2, volumes: {data: {size_gb: 1}}}
guard: {rules: {max-node: error, mine: error, move-cluster: error}}
protect: [PROTECTED]
"""


def complaints(protected: str, *there: str) -> list[tuple[str, str]]:
    found = resolve(FILE.replace("PROTECTED", protected))
    standing = {name: built(name, group=name[:-3]) for name in there}
    return [(one.key, one.hint) for one in names.unknown_protected(found, standing)]


def test_rules_that_there_are_not() -> None:
    found = resolve(FILE.replace("PROTECTED", ""))
    (problem,) = names.unknown_rules(found, names.rules(["mine"]))
    assert (problem.key, problem.message) == ("guard.rules.max-node", "there is no rule `max-node`")
    assert problem.hint == "did you mean `max-nodes`?"


def test_everything_that_can_be_protected() -> None:
    assert complaints("frontend, compute, frontend001, compute002, data, compute001/data") == []


def test_a_typo_protects_nothing() -> None:
    found = complaints("compute01, compute/data, frontend001/data, data")
    assert [key for key, _ in found] == ["protect.0", "protect.1", "protect.2"]
    assert found[0][1] == "did you mean `compute001`?"


def test_what_is_built_is_protected_though_it_left_the_file() -> None:
    assert complaints("old, old001, compute003", "old001", "compute003") == []
    assert complaints("old, old001, compute003") != []
