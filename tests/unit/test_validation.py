"""What can be judged without the state is told at once."""

from pathlib import Path

import pytest

from elasticluster_tf import validation
from elasticluster_tf.errors import InputError
from elasticluster_tf.source import Source
from tests.builders import BARE, CACHE, echo_file


def told(folder: Path, **more: object) -> list[str]:
    (folder / "cluster.yaml").write_text(echo_file(1, **more), encoding="utf-8")
    try:
        found = validation.validate(Source((folder / "cluster.yaml",), BARE, CACHE))
    except InputError as error:
        return [one.key for one in error.problems]
    assert found.config.name == "demo"
    return []


def test_a_right_file(tmp_path: Path) -> None:
    assert told(tmp_path, protect=["compute"], guard={"rules": {"max-nodes": "off"}}) == []


def test_rules_protection_and_prices_come_together(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text("currency: euro\n", encoding="utf-8")
    wrong = told(tmp_path, protect=["compte"], guard={"rules": {"max-node": "off"}})
    assert wrong == ["protect.0", "guard.rules.max-node", "currency", "clouds"]


@pytest.mark.parametrize("text", ["- name: a\n", "nonsense: [\n"])
def test_rules_of_one_s_own_that_are_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "own.yaml").write_text(text, encoding="utf-8")
    keys = told(tmp_path, protect=["compte"])
    assert keys[0] == "protect.0"
    assert len(keys) > 1
