"""Run the plays over the built nodes, telling each task, and say what failed where."""

import json
import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elasticluster_tf import children, documents
from elasticluster_tf.errors import ConfigureFailed, Interrupted
from elasticluster_tf.events import TaskEvent, TaskFailed, Tell, ToolLine
from elasticluster_tf.reports import Difference, Summary, TaskFailure
from elasticluster_tf.secrets import RootSecret

# What Ansible's processes may see of the environment. Everything else stays out, because
# ansible-runner writes the whole environment to its artifacts, cloud credentials included.
_PASSED = (
    "HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "SSH_AUTH_SOCK", "TERM", "TMPDIR", "TZ", "USER",
    "XDG_RUNTIME_DIR",
)  # fmt: skip
_TAIL_LINES = 12


@dataclass(frozen=True)
class Job:
    """One run of a playbook of the work folder; its log is named after the playbook.

    `limit` are the hosts, `tags` the plays. `new_nodes` says that there may be machines which take a while
    until they answer with the key they should; else one that does not answer is named at once. A host is
    finished when it came through `last_task`; without one, when nothing failed on it. With `check` nothing is
    changed.
    """

    playbook: str = "site.yml"
    limit: Sequence[str] = ()
    tags: Sequence[str] = ()
    new_nodes: bool = True
    check: bool = False
    last_task: str = "Write the host's fingerprint"

    @property
    def name(self) -> str:
        """What its logs are called."""
        return "ansible" if self.playbook == "site.yml" else f"ansible-{Path(self.playbook).stem}"

    @property
    def arguments(self) -> str | None:
        """Words of ansible-playbook's command line."""
        words = ["--tags", ",".join(self.tags)] if self.tags else []
        words += ["--check", "--diff"] if self.check else []
        words += [] if self.new_nodes else ["--extra-vars", "base_connection_attempts=1"]
        return shlex.join(words) or None


def run(
    workdir: Path,
    logs: Path,
    secret: RootSecret,
    environment: Mapping[str, str],
    tell: Tell,
    job: Job,
    inherit: Sequence[int] = (),
) -> tuple[Summary, ConfigureFailed | None]:
    """Run a playbook of the work folder; what it came to, and its failures as an error if there were any.

    Nodes on which nothing failed are finished whatever happened on others. Raises Interrupted when the user
    ended it.
    """
    artifacts = logs / job.name
    request = {
        "artifacts": str(artifacts),
        "project": str(workdir / "ansible"),
        "playbook": job.playbook,
        "inventory": str(workdir / "ansible" / "hosts.yml"),
        "limit": ",".join(job.limit) or None,
        "cmdline": job.arguments,
    }
    total = _count_tasks(workdir / "ansible", job.tags)
    descriptor = _secret_descriptor(secret)
    try:
        artifacts.mkdir(exist_ok=True)
        request_file = logs / f"{job.name}-request.json"
        request_file.write_text(json.dumps({**request, "secret_descriptor": descriptor}), encoding="utf-8")
        progress = _Progress(tell, total)
        words = [sys.executable, "-m", "elasticluster_tf.ansible.child", str(request_file)]
        ended = children.run(
            words,
            workdir,
            _environment(environment, workdir),
            logs / f"{job.name}.jsonl",
            progress.line,
            (*inherit, descriptor),
        )
    finally:
        os.close(descriptor)
    if ended.interrupted:
        hint = "nodes keep what was done; the same command goes on"
        raise Interrupted("interrupted during the configuration", "", hint)
    summary = read_summary(ended.output.splitlines(), job.last_task)
    if ended.code or summary.failures:
        return summary, _failure(summary, artifacts, ended.errors or ended.output)
    return summary, None


def _secret_descriptor(secret: RootSecret) -> int:
    """The secret as a file in memory: it is on no disk and in no argument or variable."""
    descriptor = os.memfd_create("ectf-secret", 0)
    os.write(descriptor, secret.value.encode())
    return descriptor


def _environment(environment: Mapping[str, str], workdir: Path) -> dict[str, str]:
    kept = {
        k: v
        for k, v in environment.items()
        if k in _PASSED or k.startswith("LC_") or k.lower().endswith("_proxy")
    }
    scripts = str(Path(sys.executable).parent)
    return {
        **kept,
        "LC_ALL": _locale(environment),
        "PATH": f"{scripts}{os.pathsep}{kept.get('PATH', os.defpath)}",
        "ANSIBLE_CONFIG": str(workdir / "ansible" / "ansible.cfg"),
        # Where nothing is said here, ansible-runner turns it off, whatever ansible.cfg says.
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_NOCOLOR": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _locale(environment: Mapping[str, str]) -> str:
    """Ansible refuses to start in a locale that is not UTF-8."""
    given = environment.get("LC_ALL") or environment.get("LANG") or ""
    return given if given.lower().replace("-", "").endswith("utf8") else "C.UTF-8"


def _count_tasks(folder: Path, tags: Sequence[str] = ()) -> int:
    """An estimate for the progress: the tasks written in the roles the plays use."""
    roles = [folder / "roles" / tag for tag in tags] or list(folder.glob("roles/*"))
    files = [*(path for role in roles for path in role.glob("tasks/*.yml")), *folder.glob("*.yml")]
    return sum(
        _tasks(documents.plain(path.read_text(encoding="utf-8")))
        for path in files
        if path.name != "hosts.yml"
    )


def _tasks(entries: Any) -> int:
    count = 0
    for entry in entries if isinstance(entries, list) else []:
        inner = [entry[key] for key in ("block", "rescue", "always", "tasks", "pre_tasks") if key in entry]
        count += sum(_tasks(each) for each in inner) if inner else "hosts" not in entry
    return count


class _Progress:
    """Turns the child's lines into events."""

    def __init__(self, tell: Tell, total: int) -> None:
        self.tell = tell
        self.total = total
        self.number = 0

    def line(self, line: str) -> None:
        event = _event(line)
        if event is None:
            return
        for text in str(event.get("stdout", "")).splitlines():
            self.tell(ToolLine("ansible", text))
        data = event["data"]
        if event["event"] == "playbook_on_task_start":
            self.number += 1
            total = max(self.total, self.number)
            self.tell(
                TaskEvent(
                    data.get("role", ""), str(data.get("name") or data.get("task", "")), self.number, total
                )
            )
        elif failure := _task_failure(event):
            self.tell(
                TaskFailed(failure.node, failure.role, failure.task, failure.message, failure.unreachable)
            )


def _event(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "data" in found else None


def read_summary(lines: Sequence[str], last_task: str = "") -> Summary:
    """The end of a run from all its lines, so that nothing missed on the way counts."""
    stats: dict[str, Any] = {}
    failures = []
    finished: list[str] = []
    differences: list[Difference] = []
    for line in lines:
        event = _event(line)
        if event is None:
            continue
        if event["event"] == "playbook_on_stats":
            stats = event["data"]
        elif failure := _task_failure(event):
            failures.append(failure)
        elif event["event"] == "runner_on_ok":
            data = event["data"]
            if data.get("task") == last_task:
                finished.append(data["host"])
            if "changed" in data:
                role, task = data.get("role", ""), data.get("task", "")
                differences.append(Difference(data["host"], role, task, tuple(data["changed"])))
    ok = stats.get("ok", {})
    if not last_task:
        failed = {one.node for one in failures}
        finished = [node for node in ok if node not in failed]
    changed = stats.get("changed", {})
    return Summary(ok, changed, tuple(failures), tuple(finished), tuple(differences))


def _task_failure(event: Mapping[str, Any]) -> TaskFailure | None:
    data, kind = event["data"], event["event"]
    unreachable = kind == "runner_on_unreachable"
    if not unreachable and (kind != "runner_on_failed" or data.get("ignore_errors")):
        return None
    result = data.get("result") or {}
    message = str(result.get("msg") or "").strip() or "failed"
    tail = "\n".join(_last_lines(result))
    return TaskFailure(
        data.get("host", ""), data.get("role", ""), data.get("task", ""), message, unreachable, tail
    )


def _last_lines(result: Mapping[str, Any]) -> Iterator[str]:
    results = [
        result,
        *(item for item in result.get("results", []) if isinstance(item, dict) and item.get("failed")),
    ]
    for one in results:
        for key in ("msg", "module_stdout", "module_stderr", "stdout", "stderr"):
            if (key != "msg" or one is not result) and isinstance(one.get(key), str):
                yield from one[key].strip().splitlines()[-_TAIL_LINES:]


def _failure(summary: Summary, artifacts: Path, output: str) -> ConfigureFailed:
    log = f"log: {shlex.quote(str(artifacts / 'artifacts' / 'ansible' / 'stdout'))}"
    if not summary.failures:
        return ConfigureFailed(
            "Ansible ended with an error", "", log, "\n".join(output.splitlines()[-_TAIL_LINES:])
        )
    rows = []
    for one in summary.failures:
        role = f"role {one.role}, " if one.role else ""
        what = "unreachable" if one.unreachable else "failed"
        rows.append(f"{one.node}: {role}task `{one.task}` {what}: {one.message}")
        rows += [f"    {line}" for line in one.tail.splitlines()]
    nodes = sorted({one.node for one in summary.failures})
    message = f"the configuration failed on {', '.join(nodes)}"
    return ConfigureFailed(message, summary.failures[0].node, log, "\n".join(rows))
