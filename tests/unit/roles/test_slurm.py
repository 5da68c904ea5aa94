"""slurm.conf and its kin, rendered by real Ansible for several clusters."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.unit.roles import play
from tests.unit.roles.play import CONTAINER, MACHINE, Literal, host, slurm_inventory

TWO = {"compute001": host("10.0.0.11"), "compute002": host("10.0.0.12")}
FILES = ("slurm.conf", "cgroup.conf", "gres.conf", "slurmd.drop-in", "health.py")
Texts = dict[str, str]


@dataclass(frozen=True)
class Case:
    """Variables of the role, and facts: of all hosts, and of some."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=lambda: MACHINE)
    exceptions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def render(folder: Path, workers: Mapping[str, Any], cases: Mapping[str, Case]) -> dict[str, Texts]:
    """The controller's files of each case, in one run of Ansible."""
    plays: list[dict[str, Any]] = []
    for name, case in cases.items():
        plays += [play.given(case.facts), *(play.given(given, one) for one, given in case.exceptions.items())]
        task = play.rendered("slurm", FILES, folder / f"{name}.json")
        plays.append(play.of_role("slurm", "slurm_controller", task, variables=case.variables))
    ended = play.run(folder, slurm_inventory(workers), plays)
    assert ended.code == 0, ended.output
    return {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in cases}


def settings(text: str) -> dict[str, str]:
    """The lines that are neither nodes nor partitions."""
    lines = [
        line for line in text.splitlines() if line and not line.startswith(("#", "NodeName", "Partition"))
    ]
    assert len(lines) == len({line.partition("=")[0].lower() for line in lines}), "a key twice"
    return dict(line.split("=", 1) for line in lines)


HOSTILE = [
    ('it\'s "quoted"', 'it\'s "quoted"'),
    ("{{ 7 * 191 }} {% raw %} {# no #}", "{{ 7 * 191 }} {% raw %} {\\# no \\#}"),
    ("$(touch /tmp/never); `id` && ${HOME}", "$(touch /tmp/never); `id` && ${HOME}"),
    ("before # after", "before \\# after"),
    ("back\\slash\\", "back\\\\slash\\\\"),
    ("%{if}", "%{if}"),
    ("\u00fcn\u00ef \u96c6\u7fa4 \U0001f680", "\u00fcn\u00ef \u96c6\u7fa4 \U0001f680"),
    ("x" * 65536, "x" * 65536),
]
CASES = {
    "plain": Case(),
    "containers": Case(facts=CONTAINER),
    "one container": Case(exceptions={"compute002": CONTAINER}),
    "containers with cgroups": Case({"slurm_isolation": "cgroup"}, CONTAINER),
    "machines without": Case({"slurm_isolation": "none"}),
    "partition": Case(
        {
            "slurm_partitions": [
                {
                    "name": "short",
                    "default": False,
                    "max_time": "7-00:00:00",
                    "default_time": "01:00:00",
                    "max_nodes": 1,
                },
                {"name": "long", "priority": 5, "groups": ["compute"], "max_time": None},
                {"name": "later", "groups": [], "extra": {"Hidden": "YES", "GraceTime": 10}},
            ],
            "slurm_memory_percent": 50,
            "slurm_default_memory_per_cpu_mb": 100,
            "slurm_node_timeout": 30,
        }
    ),
    "extra": Case(
        {
            "slurm_extra_config": {
                "returntoservice": 1,
                "SlurmctldDebug": "debug",
                "DisableRootJobs": True,
                "DefMemPerCPU": 10,
                "NodeSet": ["big Nodes=compute001", "small Nodes=compute002"],
                "SlurmctldParameters": "idle_on_node_suspend",
            }
        }
    ),
    "hostile": Case(
        {"slurm_extra_config": {f"Key{index}": Literal(value) for index, (value, _) in enumerate(HOSTILE)}}
    ),
}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Texts]:
    return render(tmp_path_factory.mktemp("slurm"), TWO, CASES)


def test_a_small_cluster_of_machines(texts: dict[str, Texts]) -> None:
    text = texts["plain"]["slurm.conf"]
    conf = settings(text)
    assert conf["ClusterName"] == "demo"
    assert conf["SlurmctldHost"] == "frontend001(10.0.0.1)"
    assert conf["SlurmctldParameters"].split(",")[0] == "enable_configless"
    assert conf["ProctrackType"] == "proctrack/cgroup"
    assert conf["DefMemPerCPU"] == "972"
    assert "GresTypes" not in conf
    assert text.splitlines()[-4:] == [
        "NodeName=compute001 NodeAddr=10.0.0.11 CPUs=2 RealMemory=1945",
        "NodeName=compute002 NodeAddr=10.0.0.12 CPUs=2 RealMemory=1945",
        "",
        "PartitionName=main Nodes=ALL Default=YES State=UP MaxTime=INFINITE",
    ]


def test_containers_get_no_control_groups(texts: dict[str, Texts]) -> None:
    files = texts["containers"]
    conf = settings(files["slurm.conf"])
    assert conf["ProctrackType"] == "proctrack/linuxproc"
    assert conf["TaskPlugin"] == "task/none"
    assert conf["JobAcctGatherType"] == "jobacct_gather/linux"
    assert "ConstrainCores=no" in files["cgroup.conf"]


def test_one_container_decides_for_all(texts: dict[str, Texts]) -> None:
    assert settings(texts["one container"]["slurm.conf"])["ProctrackType"] == "proctrack/linuxproc"


def test_isolation_can_be_chosen(texts: dict[str, Texts]) -> None:
    assert "proctrack/cgroup" in texts["containers with cgroups"]["slurm.conf"]
    assert "proctrack/linuxproc" in texts["machines without"]["slurm.conf"]


def test_different_workers_and_the_order_of_the_inventory(tmp_path: Path) -> None:
    workers = {
        "gpu001": host("10.0.0.21", cpus=16, memory_mb=65536, node_gpus=4),
        "compute010": host("fd00::a", cpus=1, memory_mb=1000),
        "compute002": host("10.0.0.12", cpus=8, memory_mb=16384, node_gpus=1),
    }
    cases = {"devices": Case(), "counted": Case({"slurm_gpu_device": ""})}
    both = render(tmp_path, workers, cases)
    files = both["devices"]
    assert [line for line in files["slurm.conf"].splitlines() if line.startswith("NodeName")] == [
        "NodeName=compute002 NodeAddr=10.0.0.12 CPUs=8 RealMemory=15564 Gres=gpu:1",
        "NodeName=compute010 NodeAddr=fd00::a CPUs=1 RealMemory=950",
        "NodeName=gpu001 NodeAddr=10.0.0.21 CPUs=16 RealMemory=62259 Gres=gpu:4",
    ]
    assert settings(files["slurm.conf"])["GresTypes"] == "gpu"
    assert settings(files["slurm.conf"])["DefMemPerCPU"] == "950"
    assert files["gres.conf"].splitlines()[1:] == [
        "NodeName=compute002 Name=gpu File=/dev/nvidia0",
        "NodeName=gpu001 Name=gpu File=/dev/nvidia[0-3]",
    ]
    assert both["counted"]["gres.conf"].splitlines()[1:] == [
        "NodeName=compute002 Name=gpu Count=1",
        "NodeName=gpu001 Name=gpu Count=4",
    ]


def test_the_partition_and_limits(texts: dict[str, Texts]) -> None:
    files = texts["partition"]
    assert files["slurm.conf"].splitlines()[-3:] == [
        "PartitionName=short Nodes=ALL Default=NO State=UP MaxTime=7-00:00:00 DefaultTime=01:00:00 MaxNodes=1",
        "PartitionName=long Nodes=compute001,compute002 Default=YES State=UP MaxTime=INFINITE PriorityTier=5",
        "PartitionName=later Nodes=ALL Default=NO State=UP MaxTime=INFINITE Hidden=YES GraceTime=10",
    ]
    conf = settings(files["slurm.conf"])
    assert (conf["DefMemPerCPU"], conf["SlurmdTimeout"]) == ("100", "30")
    assert "RealMemory=1024" in files["slurm.conf"]
    assert 'PARTITIONS = {\n    "short": 1,\n    "long": 0,\n    "later": 0,\n}' in files["health.py"]


def test_workers_ask_the_controller(texts: dict[str, Texts]) -> None:
    text = texts["plain"]["slurmd.drop-in"]
    assert 'Environment="SLURMD_OPTIONS=--conf-server frontend001:6817"' in text
    assert "ConditionPathExists=\n" in text


def test_extra_settings_replace_and_add(texts: dict[str, Texts]) -> None:
    text = texts["extra"]["slurm.conf"]
    assert "ReturnToService=2" not in text
    for line in (
        "returntoservice=1",
        "SlurmctldDebug=debug",
        "DisableRootJobs=YES",
        "DefMemPerCPU=10",
        "NodeSet=big Nodes=compute001",
        "NodeSet=small Nodes=compute002",
    ):
        assert text.count(f"\n{line}\n") == 1
    (parameters,) = re.findall(r"(?im)^SlurmctldParameters=(.*)$", text)
    assert parameters.startswith("enable_configless,") and parameters.endswith(",idle_on_node_suspend")
    assert len(re.findall(r"(?im)^DefMemPerCPU=", text)) == 1


def test_hostile_values_arrive_as_they_are(texts: dict[str, Texts]) -> None:
    """SLURM itself takes `\\#` and `\\\\` back to `#` and `\\`."""
    lines = texts["hostile"]["slurm.conf"].split("\n")
    for index, (_, expected) in enumerate(HOSTILE):
        assert f"Key{index}={expected}" in lines


REFUSED: list[dict[str, Any]] = [
    {"slurm_extra_config": {"Epilog": "/bin/true\nPrologSlurmctld=/bin/evil"}},
    {"slurm_extra_config": {"Epilog": "/bin/true\rX=1"}},
    {"slurm_extra_config": {"Epilog": "/bin/true\u0000"}},
    {"slurm_extra_config": {"NodeSet": ["good", "bad\n"]}},
    {"slurm_extra_config": {"NodeSet": [["nested"]]}},
    {"slurm_extra_config": {"Epilog": {"a": "b"}}},
    {"slurm_extra_config": {"Epilog": ""}},
    {"slurm_extra_config": {"Epilog\nX": "y"}},
    {"slurm_extra_config": {"Epilog=x #": "y"}},
    {"slurm_extra_config": {"SLURMUSER": "root"}},
    {"slurm_partitions": []},
    {"slurm_partitions": [{"name": "a b"}]},
    {"slurm_partitions": [{"name": "main\n"}]},
    {"slurm_partitions": [{"name": "DEFAULT"}]},
    {"slurm_partitions": [{"name": "one"}, {"name": "ONE"}]},
    {"slurm_partitions": [{"name": "one", "default": True}, {"name": "two", "default": True}]},
    {"slurm_partitions": [{"name": Literal("{{ 1 }}")}]},
    {"slurm_partitions": [{"name": "main", "max_time": "1 Hidden=YES"}]},
    {"slurm_partitions": [{"name": "main", "default_time": "01:00:00\n"}]},
    {"slurm_partitions": [{"name": "main", "max_nodes": -1}]},
    {"slurm_partitions": [{"name": "main", "priority": 65535}]},
    {"slurm_partitions": [{"name": "main", "groups": ["frontend"]}]},
    {"slurm_partitions": [{"name": "main", "groups": ["none"]}]},
    {"slurm_partitions": [{"name": "main", "accounts": ["science"]}]},
    {"slurm_partitions": [{"name": "main", "extra": {"Nodes": "ALL"}}]},
    {"slurm_partitions": [{"name": "main", "extra": {"Hidden": "YES Nodes=ALL"}}]},
    {"slurm_partitions": [{"name": "main", "extra": {"Hidden": 'YES"'}}]},
    {"slurm_partitions": [{"name": "main", "extra": {"Hidden": "YES\n"}}]},
    {"slurm_partitions": [{"name": "main", "extra": {"Hidden": "a\\b"}}]},
    {"slurm_partitions": [{"name": "main", "extra": {"Hidden": "#"}}]},
    {"slurm_partitions": [{"name": "main", "speed": 1}]},
    {"slurm_node_groups": [{"group": "frontend"}]},
    {"slurm_node_groups": [{"group": "compute", "features": ["a,b"]}]},
    {"slurm_node_groups": [{"group": "compute", "weight": 0}]},
    {"slurm_node_groups": [{"group": "compute", "gres": ["gpu:1"]}]},
    {"slurm_node_groups": [{"group": "compute", "gres": ["fpga:1 x"]}]},
    {"slurm_node_groups": [{"group": "compute", "extra": {"Weight": 3}}]},
    {"slurm_version": "1 2"},
    {"slurm_prolog": "rm -rf /"},
    {"slurm_epilog": "\n#!/bin/sh"},
    {"slurm_state_folder": "state"},
    {"slurm_state_folder": "/a b"},
    {"slurm_fair_share_half_life": "week"},
    {"slurm_priority_weights": {"age": -1}},
    {"slurm_drain_timeout": -1},
    {"slurm_accounts": [{"name": "science"}]},
    {"slurm_memory_percent": 101},
    {"slurm_gpu_device": "/dev/nvidia x"},
    {"slurm_isolation": "some"},
]


def test_what_fits_in_no_line_is_refused(tmp_path: Path) -> None:
    taken = play.accepted(tmp_path, slurm_inventory(TWO), "slurm", "slurm_controller", [*REFUSED, {}])
    assert taken == [len(REFUSED)], "only the last one, without any variable, is good"


BAD_WORKERS: list[dict[str, Any]] = [
    {},
    {"compute001": host("10.0.0.11", cpus=0)},
    {"compute001": host("10.0.0.11 Port=1")},
    {"compute001": {**host("10.0.0.11"), "node_memory_mb": None}},
]


@pytest.mark.parametrize("workers", BAD_WORKERS, ids=["none", "no CPUs", "odd address", "unknown memory"])
def test_workers_that_cannot_be_written_are_refused(workers: dict[str, Any], tmp_path: Path) -> None:
    """The role's own first task refuses, before any host is touched."""
    whole = {
        "hosts": "slurm",
        "gather_facts": False,
        "tasks": [{"ansible.builtin.import_role": {"name": "slurm"}}],
    }
    ended = play.run(tmp_path, slurm_inventory(workers), [play.given(MACHINE), whole])
    assert ended.code == 2
    assert "SLURM needs exactly one host" in ended.output
    assert "See which packages" not in ended.output


def test_the_health_check_is_python(texts: dict[str, Texts]) -> None:
    compile(texts["plain"]["health.py"], "health.py", "exec")
