"""Runs a role's templates and checks through real Ansible on this machine, without any host."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[3]
PLUGINS = REPOSITORY / "elasticluster_tf" / "ansible_plugins"
# What `setup` would say of a host.
MACHINE = {"distribution": "Debian", "distribution_major_version": "12", "virtualization_tech_guest": ["kvm"]}
CONTAINER = {**MACHINE, "virtualization_tech_guest": ["container", "podman"]}

Task = dict[str, Any]


def host(address: str, cpus: int = 2, memory_mb: int = 2048, **others: Any) -> dict[str, Any]:
    """A node of the inventory."""
    return {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "node_address": address,
        "node_cpus": cpus,
        "node_memory_mb": memory_mb,
        "node_gpus": 0,
        **others,
    }


def slurm_inventory(
    workers: Mapping[str, Mapping[str, Any]],
    parts: Mapping[str, Sequence[str]] | None = None,
    **variables: Any,
) -> dict[str, Any]:
    """One frontend, some workers in groups by their `node_group`, and variables of the software.

    `parts` names the node groups of parts beside the workers'; the frontend is the controller.
    """
    named = {"controller": ["frontend"], **(parts or {})}
    kinds = {one.get("node_group", "compute") for one in workers.values()} or {"compute"}
    hosts: dict[str, Any] = {
        kind: {name: one for name, one in workers.items() if one.get("node_group", "compute") == kind}
        for kind in sorted(kinds)
    }
    hosts["frontend"] = {"frontend001": host("10.0.0.1", 1, 1024, node_group="frontend")}
    hosts["second"] = {"second001": host("10.0.0.2", 1, 1024, node_group="second")}
    groups = {name: {"hosts": members} for name, members in hosts.items()}
    named.setdefault("worker", sorted(kinds))
    for part in ("controller", "backup", "database", "worker", "login"):
        groups[f"slurm_{part}"] = {"children": {group: {} for group in named.get(part, [])}}
    carried: dict[str, Any] = {name: {} for name in groups if name.startswith("slurm_")}
    groups["slurm"] = {"children": carried, "vars": variables}
    return {"all": {"vars": {"cluster_name": "demo"}, "children": groups}}


# Both run inside Ansible itself, which saves starting Python for every host and task.
ACTIONS = {
    "given_facts": 'return {"ansible_facts": self._task.args["facts"]}',
    "keep_json": 'pathlib.Path(self._task.args["path"]).write_text(self._task.args["text"]); return {}',
}
ACTION = """import pathlib
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        %s
"""


class Literal(str):
    """A text that Ansible must not evaluate, as ectf's inventory marks it."""


@dataclass(frozen=True)
class Ended:
    """How Ansible ended."""

    code: int
    output: str


def run(folder: Path, inventory: Mapping[str, Any], plays: Sequence[Mapping[str, Any]], *words: str) -> Ended:
    """Run plays over an inventory in an empty folder."""
    (folder / "hosts.yml").write_text(_yaml(inventory), encoding="utf-8")
    (folder / "site.yml").write_text(_yaml(plays), encoding="utf-8")
    (folder / "secret").write_text("0123456789abcdef" * 4 + "\n", encoding="utf-8")
    (folder / "ansible.cfg").write_text("", encoding="utf-8")
    (folder / "actions").mkdir(exist_ok=True)
    for name, body in ACTIONS.items():
        (folder / "actions" / f"{name}.py").write_text(ACTION % body, encoding="utf-8")
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_ACTION_PLUGINS": str(folder / "actions"),
        "ANSIBLE_LIBRARY": str(PLUGINS / "module"),
        "ANSIBLE_LOOKUP_PLUGINS": str(PLUGINS / "lookup"),
        "ANSIBLE_ROLES_PATH": str(REPOSITORY / "roles"),
        "ANSIBLE_NOCOLOR": "1",
        "ECTF_SECRET_FILE": str(folder / "secret"),
    }
    command = ["ansible-playbook", "-i", "hosts.yml", "site.yml", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return Ended(done.returncode, done.stdout + done.stderr)


def _yaml(value: Any) -> str:
    """JSON text with YAML's mark before texts that are data."""
    if isinstance(value, Mapping):
        return "{" + ",\n".join(f"{json.dumps(key)}: {_yaml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",\n".join(_yaml(one) for one in value) + "]"
    # YAML knows no surrogate pairs, so nothing but what it takes for line breaks or refuses raw is escaped.
    text = re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", _escape, json.dumps(value, ensure_ascii=False))
    return ("!unsafe " if isinstance(value, Literal) else "") + text


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def given(facts: Mapping[str, Any], hosts: str = "all") -> dict[str, Any]:
    """A play after which hosts have these facts."""
    return {"hosts": hosts, "gather_facts": False, "tasks": [{"given_facts": {"facts": dict(facts)}}]}


def of_role(
    role: str, hosts: str, *tasks: Task, variables: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A play that checks a role's variables and goes on with them and the role's own in reach."""
    checked = {"name": role, "tasks_from": "validate", "public": True}
    steps: list[Task] = [{"ansible.builtin.include_role": checked}]
    system = REPOSITORY / "roles" / role / "vars" / "Debian-12.yml"
    if system.is_file():
        steps.append({"ansible.builtin.include_vars": {"file": str(system)}})
    return {"hosts": hosts, "gather_facts": False, "vars": dict(variables or {}), "tasks": [*steps, *tasks]}


def rendered(role: str, names: Sequence[str], destination: Path) -> Task:
    """A task that renders templates of a role into one JSON file, {name: text}."""
    folder = REPOSITORY / "roles" / role / "templates"
    look_ups = [
        f"{name!r}: lookup('ansible.builtin.template', {str(folder / name)!r} ~ '.j2')" for name in names
    ]
    text = "{{ {" + ", ".join(look_ups) + "} | to_json }}"
    return {"keep_json": {"text": text, "path": str(destination)}}


def accepted(
    folder: Path, inventory: Mapping[str, Any], role: str, hosts: str, cases: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Which of several sets of variables a role's specs and checks let pass, by their index."""
    specs = yaml.safe_load((REPOSITORY / "roles" / role / "meta" / "argument_specs.yml").read_text("utf-8"))
    spec = specs["argument_specs"]["main"]["options"]
    plays = [
        {
            "hosts": hosts,
            "gather_facts": False,
            "vars": variables,
            "tasks": [
                {
                    "block": [
                        {"ansible.builtin.validate_argument_spec": {"argument_spec": spec}},
                        {"ansible.builtin.include_role": {"name": role, "tasks_from": "validate"}},
                        {
                            "ansible.builtin.set_fact": {
                                "passed": f"{{{{ passed | default([]) + [{index}] }}}}"
                            }
                        },
                    ],
                    "rescue": [{"ansible.builtin.meta": "noop"}],
                }
            ],
        }
        for index, variables in enumerate(cases)
    ]
    keep = {
        "keep_json": {"text": "{{ passed | default([]) | to_json }}", "path": str(folder / "passed.json")}
    }
    last = {"hosts": hosts, "gather_facts": False, "tasks": [keep]}
    ended = run(folder, inventory, [given(MACHINE), *plays, last])
    assert ended.code == 0, ended.output
    passed: list[int] = json.loads((folder / "passed.json").read_text(encoding="utf-8"))
    return passed
