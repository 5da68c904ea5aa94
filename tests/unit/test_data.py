"""Frozen values as documents."""

import json
from typing import Any

import pytest

from elasticluster_tf import data
from elasticluster_tf.plan import AttributeChange, InfraPlan, NodeChange, Plan, ResourceChange
from elasticluster_tf.reports import Health, Summary, UpReport


def test_a_report_is_a_document_with_format_and_kind() -> None:
    found = data.document(
        "up",
        UpReport(
            "demo", ("a001",), health=(Health("x", True, "well"),), configuration=Summary(ok={"a001": 1})
        ),
    )
    assert list(found)[:3] == ["format", "kind", "cluster"]
    assert found["format"] == 1
    assert found["nodes"] == ["a001"]
    assert found["health"] == [{"software": "x", "healthy": True, "message": "well", "node": ""}]
    assert found["configuration"]["ok"] == {"a001": 1}
    assert json.loads(json.dumps(found)) == found


def test_a_plan_as_data() -> None:
    resource = ResourceChange("m.a001", "m", "replace", "why", (AttributeChange("image", "a", None),))
    found = data.document(
        "plan", Plan("demo", InfraPlan((NodeChange("a001", "replace", "why", (resource,)),), (), (), 1))
    )
    assert found["infrastructure"]["nodes"][0]["resources"][0]["forced_by"] == [
        {"attribute": "image", "before": "a", "after": None}
    ]
    assert found["infrastructure"]["bookkeeping"] == 1


@pytest.mark.parametrize(
    ("value", "plain"),
    [((1, [2]), [1, [2]]), ({1: (2,)}, {"1": [2]}), (None, None), ("x", "x"), (Health, Health)],
)
def test_values_all_the_way_down(value: Any, plain: Any) -> None:
    assert data.plain(value) == plain


def test_a_list_becomes_items() -> None:
    assert data.document("x", [1]) == {"format": 1, "kind": "x", "items": [1]}
