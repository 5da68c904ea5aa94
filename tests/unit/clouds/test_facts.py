"""cloud.yaml: what a cloud says of itself."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from elasticluster_tf import clouds
from elasticluster_tf.clouds import CloudFacts
from tests.builders import write


def test_a_cloud_yaml_with_unknown_keys_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"cloud.yaml": "title: X\nimagez: {}\n"})
    with pytest.raises(ValidationError, match="imagez"):
        clouds.load(tmp_path)


def test_a_title_is_enough() -> None:
    found = CloudFacts.model_validate({"title": "X"})
    assert (found.sizes, found.any_image, found.name_limit) == ("direct", True, 31)
    assert (found.first_host_key, found.keeps_volumes) == ("cloud", "state")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sizes", "any"),
        ("first_host_key", "none"),
        ("images", {"a": {"user": "u"}}),
        ("sizes", [{"type": "t"}]),
    ],
)
def test_facts_that_are_none(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        CloudFacts.model_validate({"title": "X", key: value})
