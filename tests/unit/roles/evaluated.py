"""A role's checks and files, worked out by Ansible's own templating inside this process.

Real plays take a second for each set of variables (`play`); tables of thousands need milliseconds. `about` is the variable
that a table is about: what does not look at it is left out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import filter_loader, init_plugin_loader, lookup_loader
from ansible.template import Templar

from tests.unit.roles.play import MACHINE, PLUGINS
from tests.unit.roles.roles import ROLES, specification

Values = dict[str, Any]
ROLES_OF = ("ansible.builtin.include_role", "ansible.builtin.import_role")
TASKS_OF = ("ansible.builtin.include_tasks", "ansible.builtin.import_tasks")
COMMAND = "ansible.builtin.command"
COPY = "ansible.builtin.copy"


@cache
def _loader() -> DataLoader:
    init_plugin_loader([])
    lookup_loader.add_directory(str(PLUGINS / "lookup"))
    for folder in ROLES.glob("*/filter_plugins"):
        filter_loader.add_directory(str(folder))
    return DataLoader()


@cache
def _yaml(path: Path) -> Any:
    """A file of a role, whose texts are templates; nothing where there is none."""
    return _loader().load_from_file(str(path), trusted_as_template=True) if path.is_file() else None


@cache
def _own(role: str) -> Values:
    found: Values = {"role_path": str(ROLES / role), "ansible_search_path": [str(ROLES / role)]}
    for name in ("defaults/main.yml", "vars/main.yml", "vars/Debian-12.yml"):
        found |= _yaml(ROLES / role / name) or {}
    return found


@cache
def _named(role: str, text: str) -> frozenset[str]:
    """The words of a text, of the role's variables that it names, and of the templates that these name."""
    own, found, new = _own(role), set[str](), {text}
    while new:
        words = {word for one in new for word in re.findall(r"\w+(?:[\w./-]*\.j2)?", one)} - found
        found |= words
        new = {str(own[word]) for word in words if word in own}
        templates = [ROLES / role / "templates" / word for word in words if word.endswith(".j2")]
        new |= {path.read_text(encoding="utf-8") for path in templates if path.is_file()}
    return frozenset(found)


@dataclass(frozen=True)
class Place:
    """A role on one host of a cluster."""

    role: str
    host: str
    hosts: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, Sequence[str]]

    def variables(self, given: Mapping[str, Any]) -> Values:
        """All that is known there; `given` are texts of users, never templates."""
        of_cluster = {
            "cluster_name": "demo",
            "groups": {"all": list(self.hosts), **self.groups},
            "group_names": [name for name, hosts in self.groups.items() if self.host in hosts],
            "hostvars": self.hosts,
            "inventory_hostname": self.host,
            "ansible_facts": {**MACHINE, "pkg_mgr": "apt", "architecture": "x86_64"},
            "ansible_check_mode": False,
        }
        return {**_own(self.role), **of_cluster, **self.hosts[self.host], **given}

    def accepts(self, given: Mapping[str, Any], about: str = "") -> bool:
        """Whether the role's checks let these variables pass."""
        check = _Check(self.role, about)
        try:
            return check.passes("validate.yml", self.variables(given))
        except AnsibleError:
            return False  # so does the task

    def files(self, given: Mapping[str, Any], about: str = "") -> dict[str, str]:
        """The texts of all files that the role writes by their paths, and what its commands are given."""
        return {
            str(path): str(text)
            for entry in specification(self.role)
            for path, text in _Writer(self.role, about).texts(entry, self.variables(given), "")
        }


@dataclass(frozen=True)
class _Check:
    role: str
    about: str

    def passes(self, name: str, variables: Values) -> bool:
        tasks = _yaml(ROLES / self.role / "tasks" / name)
        return all(self._task_passes(task, variables) for task in tasks)

    def _task_passes(self, task: Values, variables: Values) -> bool:
        if not self._concerned(str(task)):
            return True
        turning = self._concerned(str(task.get("loop", "")) + str(task.get("when", "")))
        for known in _rounds(task, variables):
            templar = Templar(_loader(), variables=known)
            if not all(templar.evaluate_conditional(one) for one in _list(task.get("when"))):
                continue
            if included := next((str(task[one]) for one in TASKS_OF if one in task), ""):
                if not self.passes(included, known):
                    return False
                continue
            conditions = _list(task["ansible.builtin.assert"]["that"])
            chosen = [one for one in conditions if turning or self._concerned(_with_vars(str(one), task))]
            if not all(templar.evaluate_conditional(one) for one in chosen):
                return False
        return True

    def _concerned(self, text: str) -> bool:
        included = re.findall(r"\w+\.yml", text)
        return not self.about or bool(included) or self.about in _named(self.role, text)


def _with_vars(text: str, task: Values) -> str:
    """A text with those of the task's own variables that it names."""
    own, found = task.get("vars") or {}, [text]
    for one in found:
        found += [
            str(own[name]) for name in re.findall(r"\w+", one) if name in own and str(own[name]) not in found
        ]
    return "\n".join(found)


def _rounds(task: Values, variables: Values) -> Iterator[Values]:
    """What is known in each round of a task's loop; none of a loop over what a host answers."""
    known = {**variables, **(task.get("vars") or {})}
    if "loop" not in task:
        yield known
        return
    try:
        items = list(Templar(_loader(), variables=known).template(task["loop"]))
    except AnsibleUndefinedVariable:
        return
    name = (task.get("loop_control") or {}).get("loop_var", "item")
    for item in items:
        yield {**known, name: item}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


@dataclass(frozen=True)
class _Writer:
    role: str
    about: str

    def texts(self, name: str, variables: Values, context: str) -> Iterator[tuple[str, str]]:
        """What the tasks of a file write, and those that they include; `context` says what these got."""
        for task in _flat(_yaml(ROLES / self.role / "tasks" / f"{name.removesuffix('.yml')}.yml")):
            included = any(one in task for one in (*ROLES_OF, *TASKS_OF))
            if not included and (
                not _writes(task) or self.about not in ("", *_named(self.role, context + str(task)))
            ):
                continue
            for known in _rounds(task, variables):
                if _wanted(task, known):
                    yield from self._of_task(task, known, context + str(task.get("vars", "")))

    def _of_task(self, task: Values, known: Values, context: str) -> Iterator[tuple[str, str]]:
        templar = Templar(_loader(), variables=known)
        for included in (task[one] for one in TASKS_OF if one in task):
            yield from self.texts(str(included), known, context)
        for included in (task[one] for one in ROLES_OF if one in task):
            own = {**known, **_own(included["name"]), **(task.get("vars") or {})}
            # What it is given may name templates of the role that gives it.
            own["ansible_search_path"] = own["ansible_search_path"] + known["ansible_search_path"]
            yield from _Writer(included["name"], "").texts(included.get("tasks_from", "main"), own, "")
        if "ectf_files" in task:
            for file in templar.template(task["ectf_files"]["files"]):
                yield file["path"], file["content"]
        elif COPY in task:
            yield templar.template(task[COPY]["dest"]), templar.template(task[COPY]["content"])
        elif COMMAND in task:
            yield f"stdin of {task['name']}", templar.template(task[COMMAND]["stdin"])


def _flat(tasks: Sequence[Values]) -> Iterator[Values]:
    for task in tasks:
        inner = [*(task.get("block") or ()), *(task.get("rescue") or ())]
        around = task.get("vars") or {}
        yield from _flat([{**one, "vars": {**around, **(one.get("vars") or {})}} for one in inner])
        if not inner:
            yield task


def _writes(task: Values) -> bool:
    """Whether it writes what is known here; what only remembers has no files."""
    files = (task.get("ectf_files") or {}).get("files")
    return bool(files) or "content" in task.get(COPY, {}) or "stdin" in task.get(COMMAND, {})


def _wanted(task: Values, known: Values) -> bool:
    """Whether its conditions let it run; those on what a host answers are taken to hold."""
    templar = Templar(_loader(), variables=known)
    try:
        return all(templar.evaluate_conditional(one) for one in _list(task.get("when")))
    except AnsibleUndefinedVariable:
        return True
