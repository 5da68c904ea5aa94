"""How a configuration's time is shared out, on a run of three tasks made here."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.shares import PACKAGE_LISTS, Task, installed, shares, tasks

ROLES = Path(__file__).parents[2] / "roles"
LOG = """
Start-Date: 2026-11-22  21:45:01
Commandline: /usr/bin/apt-get install java
Install: java:amd64 (17)
End-Date: 2026-11-22  21:45:13

Start-Date: 2026-11-22  21:50:00
Commandline: /usr/bin/apt-get install another
End-Date: 2026-11-22  21:50:01
"""


def at(seconds: float) -> str:
    return f"2026-11-22T21:45:{seconds:09.6f}+00:00"


def event(counter: int, kind: str, created: float, **data: Any) -> dict[str, Any]:
    return {"counter": counter, "event": kind, "created": at(created), "event_data": data}


def begun(counter: int, created: float, task: str, action: str, file: str) -> dict[str, Any]:
    path = f"/somewhere/ansible/roles/{file}:7"
    return event(
        counter,
        "playbook_on_task_start",
        created,
        task=task,
        task_action=action,
        task_path=path,
        task_uuid=task,
    )


def ended(counter: int, task: str, start: float, end: float, host: str) -> dict[str, Any]:
    return event(counter, "runner_on_ok", end, task_uuid=task, host=host, start=at(start), end=at(end))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    events = [
        begun(1, 0, "Install Java", "ansible.builtin.apt", "hadoop/tasks/main.yml"),
        ended(2, "Install Java", 0, 16, "one"),
        ended(3, "Install Java", 0, 8, "two"),
        begun(4, 17, "Copy the archive", "ansible.builtin.copy", "archive/tasks/main.yml"),
        ended(5, "Copy the archive", 17, 20, "one"),
        begun(10, 20, "Unpack it", "ansible.builtin.command", "archive/tasks/main.yml"),
        begun(11, 25, "Start the daemon", "ansible.builtin.systemd_service", "hadoop/tasks/start.yml"),
        event(12, "playbook_on_stats", 27),
    ]
    folder = tmp_path / "ansible" / "artifacts" / "ansible" / "job_events"
    folder.mkdir(parents=True)
    for one in events:
        (folder / f"{one['counter']}-x.json").write_text(json.dumps(one), encoding="utf-8")
    return tmp_path


def test_the_seconds_of_all_kinds_add_up_to_the_run(run: Path) -> None:
    # Of the hosts' 24 seconds in apt, 12 were those of its log; the other entry belongs to no task here.
    found = shares(tasks(run), {"one": installed(LOG), "two": []})
    assert found == {"download": 17 / 2 + 3, "install": 17 / 2 + 5, "configure": 2}


def test_package_lists_count_as_download(tmp_path: Path) -> None:
    lists = Task(PACKAGE_LISTS, "ansible.builtin.command", tmp_path / "base/tasks/main.yml", 0, 4, {})
    assert shares([lists], {}) == {"download": 4, "install": 0, "configure": 0}


def test_what_is_told_apart_by_name_is_still_called_so() -> None:
    def names(role: str) -> dict[str, set[str]]:
        read = yaml.safe_load((ROLES / role / "tasks" / "main.yml").read_text(encoding="utf-8"))
        return {one["name"]: set(one) for one in read}

    assert "ansible.builtin.command" in names("base")[PACKAGE_LISTS]
    assert "ansible.builtin.copy" in names("archive")["Copy the archive"]
