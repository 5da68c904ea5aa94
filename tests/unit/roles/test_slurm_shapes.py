"""SLURM's files for eight shapes of a cluster, word by word. `UPDATE_GOLDEN=1` writes `slurm_shapes/` anew."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.unit.roles import play
from tests.unit.roles.play import CONTAINER, MACHINE, host, slurm_inventory

SHAPES = Path(__file__).parent / "slurm_shapes"
FILES = ("slurm.conf", "gres.conf", "cgroup.conf", "slurmd.drop-in", "slurmctld.drop-in")
TWO = {
    "compute001": host("10.0.0.11", node_group="compute"),
    "compute002": host("10.0.0.12", node_group="compute"),
}
GPUS = {
    **TWO,
    "gpu001": host("10.0.0.21", 16, 65536, node_gpus=4, node_group="gpu"),
    "gpu002": host("10.0.0.22", 16, 65536, node_gpus=1, node_group="gpu"),
}


@dataclass(frozen=True)
class Shape:
    """Workers, parts beside them, variables of the role, and facts of all hosts."""

    workers: Mapping[str, Any] = field(default_factory=lambda: TWO)
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=lambda: MACHINE)


ACCOUNTS = {
    "slurm_accounts": [{"name": "science"}],
    "slurm_users": [{"name": "ada", "accounts": ["science"]}],
}
CASES = {
    "machines": Shape(),
    "containers": Shape(facts=CONTAINER),
    "one_host": Shape({}, {"worker": ["frontend"], "login": ["frontend"]}),
    "partitions": Shape(
        {**TWO, "big001": host("10.0.0.31", 64, 262144, node_group="big")},
        variables={
            "slurm_partitions": [
                {"name": "short", "groups": ["compute"], "max_time": "01:00:00", "priority": 10},
                {"name": "long", "default": True, "max_time": "7-0", "default_time": "1-0", "max_nodes": 2},
                {"name": "big", "groups": ["big"], "extra": {"OverSubscribe": "EXCLUSIVE"}},
            ],
            "slurm_node_groups": [
                {"group": "compute", "features": ["intel"], "weight": 1, "gres": ["fpga:small:2"]},
                {"group": "big", "weight": 100, "extra": {"TmpDisk": 1000}},
            ],
        },
    ),
    "gpus": Shape(
        GPUS,
        {"database": ["frontend"]},
        {"slurm_node_groups": [{"group": "gpu", "gpu_type": "a100", "features": ["nvlink"]}]},
    ),
    "accounting": Shape(
        parts={"database": ["second"]},
        variables={
            **ACCOUNTS,
            "slurm_partitions": [{"name": "main", "accounts": ["science"], "qos": "normal"}],
            "slurm_priority_weights": {"fair_share": 5},
            "slurm_database_purge_months": 24,
        },
    ),
    "backup": Shape(parts={"backup": ["second"]}, variables={"slurm_state_folder": "/shared/slurm"}),
    "everything": Shape(
        {**GPUS, "compute003": host("fd00::13", node_group="compute")},
        {"backup": ["second"], "database": ["frontend"], "login": ["second", "frontend"]},
        {
            **ACCOUNTS,
            "slurm_state_folder": "/shared/slurm",
            "slurm_prolog": "#!/bin/sh\n",
            "slurm_epilog": "#!/bin/sh\n",
            "slurm_rest": True,
            "slurm_enforce_limits": "never",
            "slurm_gpu_device": "",
            "slurm_extra_config": {"SlurmctldTimeout": 20, "JobCompLoc": "/var/log/jobs # one"},
        },
    ),
}


def rendered(folder: Path, shape: Shape) -> str:
    """All files of a shape in one text."""
    names = [*FILES, *(["slurmdbd.conf", "mariadb.cnf"] if "database" in shape.parts else [])]
    names += ["slurmrestd.drop-in"] if "slurm_rest" in shape.variables else []
    task = play.rendered("slurm", names, folder / "texts.json")
    plays = [play.given(shape.facts), play.of_role("slurm", "slurm_controller", task)]
    ended = play.run(folder, slurm_inventory(shape.workers, shape.parts, **shape.variables), plays)
    assert ended.code == 0, ended.output
    texts: dict[str, str] = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    return "".join(f"=== {name}\n{texts[name]}" for name in names)


@pytest.mark.parametrize("name", CASES)
def test_the_files_of_a_shape(name: str, tmp_path: Path) -> None:
    text = rendered(tmp_path, CASES[name])
    path = SHAPES / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_x11_is_forwarded_nowhere() -> None:
    assert not [path.name for path in SHAPES.iterdir() if "x11" in path.read_text(encoding="utf-8").lower()]
