"""Whether a provider has what it signs in with, as far as that is seen."""

from pathlib import Path

import pytest

from elasticluster_tf.errors import InputError
from elasticluster_tf.pipeline import sign_in
from tests.builders import catalogue, cloud, resolve

NEED = {
    "missing": "who asks",
    "settings": ["entry"],
    "variables": ["TOY_TOKEN"],
    "programs": ["toy"],
}
TOY = cloud("toy", sign_in={"hint": "set TOY_TOKEN", "needs": [NEED]})
TOY.__dict__.update(variables={}, node_settings=None, _declared={})  # its folder does not exist
FOUND = resolve("name: demo\ncloud:\n  name: toy\ngroups: {a: {count: 1}}\n", catalogue(cloud=[TOY]))


def test_what_is_missing_is_told_with_its_place() -> None:
    with pytest.raises(InputError) as caught:
        sign_in.check(FOUND, {"TOY_TOKEN": ""})
    (problem,) = caught.value.problems
    assert str(problem) == "cluster.yaml:3:3: cloud: nothing tells toy who asks (set TOY_TOKEN)"


def test_one_way_is_enough(tmp_path: Path) -> None:
    sign_in.check(FOUND, {"TOY_TOKEN": "x"})
    (tmp_path / "toy").touch(0o755)
    sign_in.check(FOUND, {"PATH": str(tmp_path)})
