"""What is asked of qmaster for several clusters, byte for byte.

`UPDATE_GOLDEN=1 pytest tests/unit/roles/gridengine` writes `expected/` anew.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.unit.roles.gridengine.programs import load
from tests.unit.roles.roles import defaults

objects = load("objects")
EXPECTED = Path(__file__).parent / "expected"


def worker(group: str, cpus: int = 2, memory_mb: int = 4096, gpus: int = 0) -> dict[str, Any]:
    return {"group": group, "cpus": cpus, "memory_mb": memory_mb, "gpus": gpus}


def group(name: str, count: int, **size: int) -> dict[str, dict[str, Any]]:
    return {f"{name}{index:03}": worker(name, **size) for index in range(1, count + 1)}


def wanted(workers: dict[str, Any], **others: Any) -> dict[str, Any]:
    """The role's document with its defaults."""
    found = {name.removeprefix("gridengine_"): value for name, value in defaults("gridengine").items()}
    for name in ("drain_seconds", "version"):
        found.pop(name)
    return {**found, "master": "frontend001", "submit": [], "workers": workers, **others}


SHAPES = {
    "two_workers": wanted(group("compute", 2)),
    "one_host": wanted({"frontend001": worker("frontend", cpus=1, memory_mb=1024)}),
    "forty_workers": wanted(group("compute", 40, cpus=16, memory_mb=65536)),
    "several_groups": wanted({**group("compute", 2), **group("big", 1, cpus=64, memory_mb=1048576)}),
    "workers_that_differ": wanted(
        {"a": worker("given", cpus=4), "b": worker("given", cpus=8), **group("compute", 1)}
    ),
    "gpus": wanted(
        {**group("compute", 1), **group("gpu", 2, cpus=8, gpus=4)},
        queues=[{"name": "all.q", "hosts": ["compute"]}, {"name": "gpu.q", "hosts": ["gpu"], "slots": 4}],
        default_memory_mb=512,
    ),
    "queues_and_limits": wanted(
        {**group("compute", 2), **group("big", 2, cpus=32)},
        queues=[
            {"name": "all.q", "settings": {"load_thresholds": "np_load_avg=1.75", "rerun": True}},
            {"name": "short.q", "hosts": ["@mixed"], "max_time": "01:00:00", "max_memory_mb": 1000},
            {"name": "staff.q", "hosts": ["big"], "user_lists": ["staff"], "parallel_environments": []},
        ],
        host_groups=[{"name": "mixed", "hosts": ["big", "compute002"]}],
        user_lists=[{"name": "staff", "users": ["ann", "@teachers"]}, {"name": "nobody", "users": []}],
        resource_quotas=[
            {
                "name": "fair",
                "description": "half for each",
                "limits": ["users {*} to slots=34", "to slots=68"],
            }
        ],
    ),
    "environments": wanted(
        group("compute", 2, cpus=5),
        parallel_environments=[
            {"name": "pairs", "allocation_rule": "2", "slots": 8},
            {"name": "full", "allocation_rule": "$fill_up", "settings": {"accounting_summary": True}},
        ],
        slots_per_cpu=0.5,
    ),
    "literal": wanted(
        group("compute", 1),
        queues=[
            {"name": "all.q", "settings": {"prolog": "root@/bin/echo {{ 7*7 }} $(id); # \u00fc \U0001f984"}}
        ],
        resource_quotas=[{"name": "odd", "description": "it's $HOME", "limits": ["users {*} to slots=1"]}],
    ),
}


def whole(asked: dict[str, Any]) -> str:
    """Everything that is asked, in its order."""
    parts = [f"# resource {name}\n{row}\n" for name, row in objects.resources(asked).items()]
    parts += [
        f"# worker {name}\ncomplex_values {objects.capacities(asked, name)}\n" for name in asked["workers"]
    ]
    parts += [f"# {one.kind} {one.name}\n{one.text}" for one in objects.objects(asked)]
    return "\n".join(parts)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_asked_for_is_what_is_expected(shape: str) -> None:
    path, found = EXPECTED / f"{shape}.txt", whole(SHAPES[shape])
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def test_no_expectation_is_left_over() -> None:
    assert {path.stem for path in EXPECTED.iterdir()} == set(SHAPES)


def test_groups_within_groups_come_to_workers() -> None:
    asked = wanted(
        {**group("compute", 2), **group("big", 1)},
        host_groups=[{"name": "one", "hosts": ["compute001"]}, {"name": "two", "hosts": ["@one", "big"]}],
    )
    assert objects.members(asked, ["@two"]) == {"compute001", "big001"}
    assert objects.members(asked, ["@allhosts"]) == {"compute001", "compute002", "big001"}


def test_a_worker_more_in_a_group_changes_no_queue() -> None:
    few, more = wanted(group("compute", 2)), wanted(group("compute", 3))
    assert [one for one in objects.objects(few) if one.kind == "queue"] == [
        one for one in objects.objects(more) if one.kind == "queue"
    ]
