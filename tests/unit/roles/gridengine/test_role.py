"""What Ansible makes of inventory and variables, and what it refuses."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import HOSTILE, SEVERAL_LINES
from tests.unit.roles import play, roles
from tests.unit.roles.gridengine.programs import load
from tests.unit.roles.play import MACHINE, Literal, host

objects = load("objects")


def node(group: str, address: str, **others: Any) -> dict[str, Any]:
    return {**host(address, **others), "node_group": group}


WORKERS = {"compute001": node("compute", "10.0.0.11"), "compute002": node("compute", "10.0.0.12")}


def inventory(workers: dict[str, Any]) -> dict[str, Any]:
    """One frontend, some workers and a login host."""
    return {
        "all": {
            "vars": {"cluster_name": "demo"},
            "children": {
                "frontend": {"hosts": {"frontend001": node("frontend", "10.0.0.1")}},
                "login": {"hosts": {"login001": node("login", "10.0.0.2")}},
                "compute": {"hosts": workers},
                "gridengine_master": {"children": {"frontend": {}}},
                "gridengine_worker": {"children": {"compute": {}}},
                "gridengine_submit": {"children": {"login": {}}},
                "gridengine": {
                    "children": {"gridengine_master": {}, "gridengine_worker": {}, "gridengine_submit": {}}
                },
            },
        }
    }


def asked(folder: Path, *words: str, **variables: Any) -> dict[str, Any]:
    """The document that the program on the master gets."""
    # Templates are looked for beside the playbook too.
    (folder / "templates").symlink_to(roles.ROLES / "gridengine" / "templates")
    kept = {"keep_json": {"text": "{{ __gridengine_wanted | to_json }}", "path": str(folder / "wanted.json")}}
    plays = [play.given(MACHINE), play.of_role("gridengine", "gridengine_master", kept, variables=variables)]
    ended = play.run(folder, inventory(WORKERS), plays, *words)
    assert ended.code == 0, ended.output
    found: dict[str, Any] = json.loads((folder / "wanted.json").read_text(encoding="utf-8"))
    return found


def test_the_inventory_is_described_whole_in_a_limited_run(tmp_path: Path) -> None:
    found = asked(tmp_path, "--limit", "frontend001")
    assert found["master"] == "frontend001"
    assert found["submit"] == ["login001"]
    assert found["workers"] == {
        name: {"group": "compute", "cpus": 2, "memory_mb": 2048, "gpus": 0} for name in WORKERS
    }
    assert found["scheduler"] == {"flush_submit_sec": 1, "flush_finish_sec": 1}
    texts = {one.name: one.text for one in objects.objects(found)}
    assert "slots              1,[@compute=2]\n" in texts["all.q"]
    assert "allocation_rule    $round_robin\n" in texts["mpi"]


ONE_LINE = {name: text for name, text in HOSTILE.items() if text == text.strip() and "separators" not in name}


def test_hostile_settings_end_up_as_they_are(tmp_path: Path) -> None:
    # As ectf's inventory does it: only what looks like a template is marked.
    marked = [Literal(text) if "{" in text else text for text in ONE_LINE.values()]
    settings = {f"key{index}": text for index, text in enumerate(marked)}
    found = asked(tmp_path, gridengine_queues=[{"name": "all.q", "settings": settings}])
    lines = objects.queue(found, found["queues"][0]).text.split("\n")
    assert lines[-1 - len(ONE_LINE) : -1] == [
        f"{key:<18} {text}" for key, text in zip(settings, ONE_LINE.values(), strict=True)
    ]


def queue(**others: Any) -> dict[str, Any]:
    return {"gridengine_queues": [{"name": "all.q", **others}]}


# One check holds for every name; each of these costs a play.
HOSTILE_NAMES = [
    HOSTILE[name] for name in ("jinja expression", "shell list", "accents", "spaces", "number", "long")
]
# The others can't be written into the playbook of a test.
WRITABLE = ("newlines", "windows", "yaml document", "heredoc")
REFUSED: list[dict[str, Any]] = [
    *(queue(settings={"prolog": Literal(text)}) for name, text in SEVERAL_LINES.items() if name in WRITABLE),
    queue(settings={"prolog": "  both ends  "}),
    queue(settings={"prolog": "ends with \\"}),
    queue(settings={"prolog": "\\"}),
    queue(settings={"prolog": ""}),
    queue(settings={"prolog": ["a list"]}),
    queue(settings={"pro log": "x"}),
    queue(settings={"slots": 3}),
    queue(settings={"prolog\nepilog": "x"}),
    *({"gridengine_queues": [{"name": Literal(text)}]} for text in HOSTILE_NAMES),
    *(
        {"gridengine_user_lists": [{"name": "a", "users": [Literal(text)]}]}
        for text in ("a b", "{{ 1 }}", "a\n", "a,b")
    ),
    {"gridengine_host_groups": [{"name": "allhosts", "hosts": []}]},
    {"gridengine_host_groups": [{"name": "compute", "hosts": []}]},
    {"gridengine_host_groups": [{"name": "fast", "hosts": ["nowhere"]}]},
    {"gridengine_queues": []},
    {"gridengine_queues": [{"name": "a"}, {"name": "a"}]},
    queue(hosts=["@nowhere"]),
    queue(parallel_environments=["openmp"]),
    queue(user_lists=["nobody"]),
    queue(slots=-1),
    queue(max_time="1:00\nh_vmem 1"),
    {"gridengine_parallel_environments": [{"name": "mpi", "allocation_rule": "$round_robin\nslots 1"}]},
    {"gridengine_resource_quotas": [{"name": "a", "limits": []}]},
    {"gridengine_resource_quotas": [{"name": "a", "limits": ["to slots=1\n}"]}]},
    {"gridengine_resource_quotas": [{"name": "a", "description": 'say "x"', "limits": ["to slots=1"]}]},
    {"gridengine_slots_per_cpu": 0},
    {"gridengine_memory_percent": 101},
    {"gridengine_default_memory_mb": -1},
    {"gridengine_drain_seconds": -1},
    {"gridengine_scheduler": {"params": "a\nb"}},
    {"gridengine_configuration": {"UPPER": "x"}},
    {"gridengine_version": "1; id"},
]


def test_what_qconf_could_not_read_is_refused(tmp_path: Path) -> None:
    spec = roles.specification("gridengine")["main"]["options"]
    mark = {"ansible.builtin.set_fact": {"accepted": "{{ accepted | default([]) + [number] }}"}}
    check = [
        {"ansible.builtin.validate_argument_spec": {"argument_spec": spec}},
        {"ansible.builtin.include_role": {"name": "gridengine", "tasks_from": "validate"}},
        mark,
    ]
    plays = [
        {
            "hosts": "gridengine_master",
            "gather_facts": False,
            "vars": {**variables, "number": index},
            "tasks": [{"block": check, "rescue": [{"ansible.builtin.meta": "noop"}]}],
        }
        for index, variables in enumerate([*REFUSED, {}])
    ]
    told = {"ansible.builtin.debug": {"msg": "accepted: {{ accepted | to_json }}"}}
    last = {"hosts": "gridengine_master", "gather_facts": False, "tasks": [told]}
    ended = play.run(tmp_path, inventory(WORKERS), [play.given(MACHINE), *plays, last])
    assert ended.code == 0, ended.output
    (accepted,) = re.findall(r'"msg": "accepted: (.*)"', ended.output)
    passed = [[*REFUSED, {}][index] for index in json.loads(accepted)]
    assert passed == [{}], "only the last one, without any variable, is good"


BAD_WORKERS: dict[str, dict[str, Any]] = {
    "none": {},
    "no CPUs": {"compute001": node("compute", "10.0.0.11", cpus=0)},
    "unknown memory": {"compute001": {**node("compute", "10.0.0.11"), "node_memory_mb": None}},
}


@pytest.mark.parametrize("workers", BAD_WORKERS.values(), ids=BAD_WORKERS)
def test_workers_that_cannot_be_described_are_refused(workers: dict[str, Any], tmp_path: Path) -> None:
    tasks = [{"ansible.builtin.import_role": {"name": "gridengine"}}]
    whole = {"hosts": "gridengine", "gather_facts": False, "tasks": tasks}
    ended = play.run(tmp_path, inventory(workers), [play.given(MACHINE), whole])
    assert ended.code == 2
    assert "Grid Engine needs exactly one host" in ended.output
    assert "See which packages" not in ended.output
