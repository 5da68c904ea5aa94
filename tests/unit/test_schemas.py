"""The JSON Schema takes what `validate` takes."""

from typing import Any

import jsonschema
import pytest

from elasticluster_tf import schemas
from tests.builders import REPOSITORY, cluster_text, document, problems, shipped

SCHEMA = schemas.cluster_schema(shipped())


def takes(text: str) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(document(text).data)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].endswith("2020-12/schema")


def test_every_variable_of_every_cloud_and_role_is_described() -> None:
    alternatives = {one["title"]: one for one in SCHEMA["$defs"]["CloudChoice"]["anyOf"]}
    for cloud in shipped().clouds.values():
        found: Any = alternatives[cloud.facts.title]["properties"]
        assert set(cloud.variables) < set(found)
        assert found["name"]["const"] == cloud.name
        assert found["name"]["description"]
    for one in shipped().software.values():
        found = SCHEMA["properties"]["software"]["properties"][one.name]["properties"]
        assert set(one.facts.parts) < set(found)
        assert set(found["vars"]["properties"]) == set(one.variables)


@pytest.mark.parametrize(
    "text",
    [
        cluster_text(),
        cluster_text(cloud={"name": "echo", "region": "x", "tier": "gold"}),
        cluster_text(cloud={"name": "echo", "alias": "a"}),
        cluster_text(cloud={"name": "../my/cloud", "anything": [1]}),
        *(path.read_text(encoding="utf-8") for path in sorted(REPOSITORY.glob("examples/*.yaml"))),
    ],
)
def test_right_files_fit(text: str) -> None:
    assert takes(text)


@pytest.mark.parametrize(
    "text",
    [
        cluster_text(softwear={}),
        cluster_text(cloud={"name": "nowhere"}),
        cluster_text(cloud={"name": "echo", "regoin": "x"}),
        cluster_text(cloud={"name": "echo", "region": ["x"]}),
        cluster_text(groups={"a": {"count": "one"}}),
        cluster_text(groups={"a": {}}),
        cluster_text(software={"none": {}}),
        cluster_text(name="Demo"),
    ],
)
def test_wrong_files_do_not(text: str) -> None:
    assert not takes(text)
    assert problems(text)
