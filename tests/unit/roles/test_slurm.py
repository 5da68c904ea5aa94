"""slurm.conf and its kin, rendered by real Ansible for several clusters."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.roles import play, roles
from tests.unit.roles.play import CONTAINER, MACHINE, Literal, host, slurm_inventory

TWO = {"compute001": host("10.0.0.11"), "compute002": host("10.0.0.12")}
Configured = Callable[..., dict[str, str]]


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    """Render the controller's files; the facts are those of all hosts or, by host, of some."""

    def render(
        workers: Mapping[str, Any] = TWO,
        facts: Mapping[str, Any] = MACHINE,
        other_facts: Mapping[str, Mapping[str, Any]] | None = None,
        **variables: Any,
    ) -> dict[str, str]:
        names = ("slurm.conf", "cgroup.conf", "gres.conf", "slurmd.drop-in", "health.py")
        plays = [
            play.given(facts),
            *(play.given(given, one) for one, given in (other_facts or {}).items()),
            play.of_role("slurm", "slurm_controller", play.rendered("slurm", names, tmp_path / "texts.json")),
        ]
        ended = play.run(tmp_path, slurm_inventory(workers, **variables), plays)
        assert ended.code == 0, ended.output
        texts: dict[str, str] = json.loads((tmp_path / "texts.json").read_text(encoding="utf-8"))
        return texts

    return render


def settings(text: str) -> dict[str, str]:
    """The lines that are neither nodes nor partitions."""
    lines = [
        line for line in text.splitlines() if line and not line.startswith(("#", "NodeName", "Partition"))
    ]
    assert len(lines) == len({line.partition("=")[0].lower() for line in lines}), "a key twice"
    return dict(line.split("=", 1) for line in lines)


def test_a_small_cluster_of_machines(configured: Configured) -> None:
    text = configured()["slurm.conf"]
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


def test_containers_get_no_control_groups(configured: Configured) -> None:
    files = configured(facts=CONTAINER)
    conf = settings(files["slurm.conf"])
    assert conf["ProctrackType"] == "proctrack/linuxproc"
    assert conf["TaskPlugin"] == "task/none"
    assert conf["JobAcctGatherType"] == "jobacct_gather/linux"
    assert "ConstrainCores=no" in files["cgroup.conf"]


def test_one_container_decides_for_all(configured: Configured) -> None:
    conf = settings(configured(other_facts={"compute002": CONTAINER})["slurm.conf"])
    assert conf["ProctrackType"] == "proctrack/linuxproc"


def test_isolation_can_be_chosen(configured: Configured) -> None:
    assert "proctrack/cgroup" in configured(facts=CONTAINER, slurm_isolation="cgroup")["slurm.conf"]
    assert "proctrack/linuxproc" in configured(slurm_isolation="none")["slurm.conf"]


def test_different_workers_and_the_order_of_the_inventory(configured: Configured) -> None:
    workers = {
        "gpu001": host("10.0.0.21", cpus=16, memory_mb=65536, node_gpus=4),
        "compute010": host("fd00::a", cpus=1, memory_mb=1000),
        "compute002": host("10.0.0.12", cpus=8, memory_mb=16384, node_gpus=1),
    }
    files = configured(workers)
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


def test_gpus_can_be_counted_only(configured: Configured) -> None:
    files = configured({"gpu001": host("10.0.0.21", node_gpus=2)}, slurm_gpu_device="")
    assert files["gres.conf"].splitlines()[1:] == ["NodeName=gpu001 Name=gpu Count=2"]


def test_the_partition_and_limits(configured: Configured) -> None:
    files = configured(
        slurm_partition_name="short",
        slurm_partition_default=False,
        slurm_partition_max_time="7-00:00:00",
        slurm_partition_default_time="01:00:00",
        slurm_partition_max_nodes=1,
        slurm_memory_percent=50,
        slurm_default_memory_per_cpu_mb=100,
        slurm_node_timeout=30,
    )
    lines = files["slurm.conf"].splitlines()
    assert lines[-1] == (
        "PartitionName=short Nodes=ALL Default=NO State=UP MaxTime=7-00:00:00 DefaultTime=01:00:00 MaxNodes=1"
    )
    conf = settings(files["slurm.conf"])
    assert (conf["DefMemPerCPU"], conf["SlurmdTimeout"]) == ("100", "30")
    assert "RealMemory=1024" in files["slurm.conf"]
    assert 'PARTITION = "short"' in files["health.py"]


def test_workers_ask_the_controller(configured: Configured) -> None:
    text = configured()["slurmd.drop-in"]
    assert 'Environment="SLURMD_OPTIONS=--conf-server frontend001:6817"' in text
    assert "ConditionPathExists=\n" in text


def test_extra_settings_replace_and_add(configured: Configured) -> None:
    extra = {
        "returntoservice": 1,
        "SlurmctldDebug": "debug",
        "DisableRootJobs": True,
        "DefMemPerCPU": 10,
        "NodeSet": ["big Nodes=compute001", "small Nodes=compute002"],
        "SlurmctldParameters": "idle_on_node_suspend",
    }
    text = configured(slurm_extra_config=extra)["slurm.conf"]
    assert "ReturnToService=2" not in text
    for line in (
        "returntoservice=1",
        "SlurmctldDebug=debug",
        "DisableRootJobs=YES",
        "DefMemPerCPU=10",
        "NodeSet=big Nodes=compute001",
        "NodeSet=small Nodes=compute002",
        "SlurmctldParameters=enable_configless,idle_on_node_suspend",
    ):
        assert text.count(f"\n{line}\n") == 1
    assert len(re.findall(r"(?im)^(SlurmctldParameters|DefMemPerCPU)=", text)) == 2


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


def test_hostile_values_arrive_as_they_are(configured: Configured) -> None:
    """SLURM itself takes `\\#` and `\\\\` back to `#` and `\\`."""
    extra = {f"Key{index}": Literal(value) for index, (value, _) in enumerate(HOSTILE)}
    lines = configured(slurm_extra_config=extra)["slurm.conf"].split("\n")
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
    {"slurm_partition_name": "a b"},
    {"slurm_partition_name": "main\n"},
    {"slurm_partition_name": Literal("{{ 1 }}")},
    {"slurm_partition_max_time": "1 Hidden=YES"},
    {"slurm_partition_default_time": "01:00:00\n"},
    {"slurm_partition_max_nodes": -1},
    {"slurm_memory_percent": 101},
    {"slurm_gpu_device": "/dev/nvidia x"},
    {"slurm_isolation": "some"},
]


def test_what_fits_in_no_line_is_refused(tmp_path: Path) -> None:
    spec = json.loads(json.dumps(roles.specification("slurm")["main"]["options"]))
    plays = [
        {
            "hosts": "slurm_controller",
            "gather_facts": False,
            "vars": variables,
            "tasks": [
                {
                    "block": [
                        {"ansible.builtin.validate_argument_spec": {"argument_spec": spec}},
                        {"ansible.builtin.include_role": {"name": "slurm", "tasks_from": "validate"}},
                        {
                            "ansible.builtin.set_fact": {
                                "accepted": f"{{{{ accepted | default([]) + [{index}] }}}}"
                            }
                        },
                    ],
                    "rescue": [{"ansible.builtin.meta": "noop"}],
                }
            ],
        }
        for index, variables in enumerate([*REFUSED, {}])
    ]
    told = {"ansible.builtin.debug": {"msg": "accepted: {{ accepted | to_json }}"}}
    last = {"hosts": "slurm_controller", "gather_facts": False, "tasks": [told]}
    ended = play.run(tmp_path, slurm_inventory(TWO), [play.given(MACHINE), *plays, last])
    assert ended.code == 0, ended.output
    assert f"accepted: [{len(REFUSED)}]" in ended.output, "only the last one, without any variable, is good"


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


def test_the_health_check_is_python(configured: Configured, tmp_path: Path) -> None:
    script = tmp_path / "check.py"
    script.write_text(configured()["health.py"], encoding="utf-8")
    subprocess.run([sys.executable, "-m", "py_compile", str(script)], check=True)
