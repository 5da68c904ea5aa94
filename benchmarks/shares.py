"""What the time of a configuration went into, by the events that ansible-runner keeps of each run.

A task lasts from its start to the start of the next one, so the times add up to the whole run. Its kind:

- *download*: package lists, and archives as they come to the hosts;
- *install*: unpacking archives;
- packages are downloaded and installed by one task, whose time is divided as apt's own log has it: its entry begins
  when everything is fetched and ends when everything is set up. It knows whole seconds;
- *configure*: all the rest, starting daemons and waiting for them included.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

KINDS = ("download", "install", "configure")
PACKAGE_LISTS = "Fetch the package lists"
_FETCHES = ("ansible.builtin.copy", "ansible.builtin.get_url")
_ENTRY = re.compile(r"^Start-Date: (\S+ +\S+)$(?:.*?)^End-Date: (\S+ +\S+)$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Task:
    """One task of a run, on all its hosts at once."""

    name: str
    action: str
    file: Path
    started: float
    seconds: float
    hosts: Mapping[str, tuple[float, float]]  # when each began and ended


@dataclass(frozen=True)
class Installed:
    """One installation in apt's log."""

    started: float
    ended: float


def tasks(run: Path) -> list[Task]:
    """The tasks of a run's folder, in the order in which they began."""
    events = [json.loads(path.read_bytes()) for path in run.glob("ansible/artifacts/*/job_events/*.json")]
    begun = [one for one in events if one["event"] == "playbook_on_task_start"]
    begun.sort(key=lambda one: int(one["counter"]))
    starts = [_stamp(one["created"]) for one in begun]
    ended = max(_stamp(one["created"]) for one in events)
    hosts: dict[str, dict[str, tuple[float, float]]] = {}
    for one in events:
        data = one.get("event_data", {})
        if "end" in data and "host" in data:
            hosts.setdefault(data["task_uuid"], {})[data["host"]] = (
                _stamp(data["start"]),
                _stamp(data["end"]),
            )
    return [
        _task(one["event_data"], start, end - start, hosts)
        for one, start, end in zip(begun, starts, [*starts[1:], ended], strict=True)
    ]


def installed(log: str) -> list[Installed]:
    """The entries of apt's `history.log` of a host whose clock shows UTC."""
    return [Installed(_local(start), _local(end)) for start, end in _ENTRY.findall(log)]


def shares(done: Iterable[Task], logs: Mapping[str, list[Installed]]) -> dict[str, float]:
    """Seconds by kind; `logs` are apt's, by host."""
    found = dict.fromkeys(KINDS, 0.0)
    for task in done:
        if task.action == "ansible.builtin.apt":
            part = _installing(task, logs)
            found["install"] += task.seconds * part
            found["download"] += task.seconds * (1 - part)
        else:
            found[_kind(task)] += task.seconds
    return found


def _task(
    data: Mapping[str, str],
    started: float,
    seconds: float,
    hosts: Mapping[str, Mapping[str, tuple[float, float]]],
) -> Task:
    file = Path(data["task_path"].rpartition(":")[0])
    return Task(data["task"], data["task_action"], file, started, seconds, hosts.get(data["task_uuid"], {}))


def _kind(task: Task) -> str:
    if task.name == PACKAGE_LISTS:
        return "download"
    if "archive" in (task.file.stem, task.file.parent.parent.name):
        return "download" if task.action in _FETCHES else "install"
    return "configure"


def _installing(task: Task, logs: Mapping[str, list[Installed]]) -> float:
    """Which part of the hosts' time in a task was not spent on fetching."""
    spent = sum(end - start for start, end in task.hosts.values())
    busy = sum(
        one.ended - one.started
        for host, (start, end) in task.hosts.items()
        for one in logs.get(host, [])
        if start - 1 < one.started <= end
    )
    return min(1.0, busy / spent) if spent else 0.0


def _stamp(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _local(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%d  %H:%M:%S").replace(tzinfo=UTC).timestamp()
