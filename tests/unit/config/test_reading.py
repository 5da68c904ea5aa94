"""Several files become one; what is wrong becomes problems with places."""

from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import config
from elasticluster_tf.errors import InputError
from tests.builders import document, write


def merged(folder: Path, *texts: str, assign: tuple[str, ...] = ()) -> Any:
    names = [f"{number}.yaml" for number in range(len(texts))]
    write(folder, dict(zip(names, texts, strict=True)))
    return config.read([folder / name for name in names], assign, {"HOW": "many"}).data


@pytest.mark.parametrize(
    ("texts", "data"),
    [
        (("a: 1", "a: 2", "a: 3"), {"a": 3}),
        (("cloud: {name: x, region: r}", "cloud: {zone: z}"), {"cloud": {"name": "x", "region": "r", "zone": "z"}}),
        (("cloud: {name: x, region: r}", "cloud: {name: x, zone: z}"), {"cloud": {"name": "x", "region": "r", "zone": "z"}}),
        # settings of one cloud make no sense for another
        (("cloud: {name: x, region: r}", "cloud: {name: y}"), {"cloud": {"name": "y"}}),
        (("cloud: {region: r}", "cloud: {name: y}"), {"cloud": {"name": "y"}}),
        (("state: {backend: s3, bucket: b}", "state: {backend: gcs}"), {"state": {"backend": "gcs"}}),
        (("state: {backend: s3, bucket: b}", "state: {key: k}"), {"state": {"backend": "s3", "bucket": "b", "key": "k"}}),
        # `name` means nothing special elsewhere
        (("labels: {name: x, a: b}", "labels: {name: y}"), {"labels": {"name": "y", "a": "b"}}),
        (("groups: {a: {exclude: [a001, a002]}}", "groups: {a: {exclude: [a003]}}"), {"groups": {"a": {"exclude": ["a003"]}}}),
    ],
)  # fmt: skip
def test_files_merge_from_left_to_right(texts: tuple[str, ...], data: Any, tmp_path: Path) -> None:
    assert merged(tmp_path, *texts) == data


def test_a_group_s_cloud_is_replaced_as_well(tmp_path: Path) -> None:
    found = merged(
        tmp_path,
        "groups: {a: {cloud: {name: x, region: r}}}",
        "groups: {a: {cloud: {name: y}}}",
    )
    assert found == {"groups": {"a": {"cloud": {"name": "y"}}}}


def test_assignments_come_last_in_their_order(tmp_path: Path) -> None:
    found = merged(
        tmp_path,
        "a: 1\nb: {c: 1}",
        "a: 2",
        assign=("a=3", "a=4", "b.d=['${env:HOW}']", "cloud.name=z"),
    )
    assert found == {"a": 4, "b": {"c": 1, "d": ["many"]}, "cloud": {"name": "z"}}


def test_an_assigned_value_is_shown_as_its_option() -> None:
    found = config.read([], ["groups.a.count=x"], {})
    _, problems = config.parse(found)
    shown = [str(one) for one in problems]
    wanted = "--set groups.a.count=x: groups.a.count: a whole number is wanted here, not 'x'"
    assert f"{wanted} (How many nodes there are.)" in shown


def test_problems_of_all_files_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        merged(tmp_path, "a: [", "b: 1\nb: 1", assign=("c",))
    assert len(caught.value.problems) == 3


def test_long_values_are_shortened_in_messages() -> None:
    _, (problem, *_) = config.parse(document(f"name: demo\ngroups: {{a: {{count: {'x' * 65536}}}}}"))
    assert len(problem.message) < 120
    assert problem.message.endswith("…")
