"""What the benchmark's hand-written modules make is what ectf makes, value by value."""

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks import plans
from tests.provider_double import double


@pytest.mark.parametrize("cloud", plans.CLOUDS)
def test_both_plan_the_same(cloud: str, tmp_path: Path) -> None:
    ours = plan(cloud, plans.rendered(tmp_path / "ectf", cloud, 3), tmp_path)
    bare = plan(cloud, plans.by_hand(tmp_path / "bare", cloud, 3), tmp_path)
    assert made(ours) == made(bare)
    assert sum(made(bare).values()) > 10
    assert looked_up(bare) <= looked_up(ours)
    assert set(bare["planned_values"]["outputs"]) == {"nodes"}


def plan(cloud: str, folder: Path, scratch: Path) -> dict[str, Any]:
    plans.planned(cloud, folder)
    words = [shutil.which("terraform") or "ectf-terraform", "show", "-json", "tfplan"]
    with double([cloud], scratch / "world") as running:
        shown = subprocess.run(words, cwd=folder, env=running.environment, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def made(plan: dict[str, Any]) -> Counter[tuple[str, str, str]]:
    """Each resource as its type, the values it gets and which of them are known only later; without bookkeeping."""
    return Counter(
        (one["type"], text(one["change"]["after"]), text(one["change"]["after_unknown"]))
        for one in plan["resource_changes"]
        if one["type"] != "terraform_data"
    )


def looked_up(plan: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Each data source as its type and what it found."""
    root = plan.get("prior_state", {"values": {"root_module": {}}})["values"]["root_module"]
    found = [one for module in (root, *root.get("child_modules", [])) for one in module.get("resources", [])]
    return Counter((one["type"], text(one["values"])) for one in found if one["mode"] == "data")


def text(values: Any) -> str:
    return json.dumps(values, sort_keys=True)
