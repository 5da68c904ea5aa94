"""The process that runs Ansible: `python -m elasticluster_tf.ansible.child REQUEST`.

The only door to ansible-runner. It lives in a session of its own and writes one JSON event a line to
its standard output, which is a file; so a killed ectf leaves it working to the end. The root secret
comes by an inherited descriptor and is offered to the lookup plugin as a path that only this process
and its children can open.
"""

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import ansible_runner

_EVENTS = {
    "playbook_on_play_start",
    "playbook_on_task_start",
    "playbook_on_stats",
    "runner_on_failed",
    "runner_on_unreachable",
    "runner_on_ok",
    "runner_item_on_failed",
    "error",
}


_GRACE_SECONDS = 15


class _Cancel:
    """Ctrl-C: Ansible is told as a terminal would and given time; ansible-runner would only kill."""

    def __init__(self) -> None:
        self.asked = 0
        self.first = 0.0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1
        self.first = self.first or time.monotonic()
        for child in _children(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                if (group := os.getpgid(child)) != os.getpgrp():
                    os.killpg(group, signal.SIGINT)

    def now(self) -> bool:
        """Whether to kill: asked for more than once, or told and still there after the time given."""
        return self.asked > 1 or (bool(self.first) and time.monotonic() - self.first > _GRACE_SECONDS)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(word) for word in task.read_text().split()]
    return found


def _write(event: dict[str, Any]) -> bool:
    """Pass on what the run's log needs; full results stay in ansible-runner's artifacts."""
    kind = event.get("event", "")
    if kind in _EVENTS or event.get("stdout"):
        data = event.get("event_data", {})
        kept = {
            key: data[key] for key in ("host", "role", "task", "play", "name", "ignore_errors") if key in data
        }
        if kind == "playbook_on_stats":
            kept = {
                key: data.get(key, {}) for key in ("ok", "changed", "failures", "dark", "rescued", "ignored")
            }
        if kind in ("runner_on_failed", "runner_on_unreachable"):
            kept["result"] = data.get("res", {})
        if kind == "runner_on_ok" and (data.get("res") or {}).get("changed"):
            kept["changed"] = _changed_files(data["res"].get("diff"))
        line = {"event": kind, "data": kept, "stdout": event.get("stdout", "")}
        sys.stdout.write(json.dumps(line, default=str) + "\n")
        sys.stdout.flush()
    return True


def _changed_files(diff: Any) -> list[str]:
    """The files a task would change, as far as it tells; contents stay out of the log."""
    entries = diff if isinstance(diff, list) else [diff]
    named = [one.get("after_header") or one.get("before_header") for one in entries if isinstance(one, dict)]
    return [str(name).split(" (content)")[0] for name in named if name]


def main() -> int:
    """Run one request; the exit code is ansible-playbook's."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if "secret_descriptor" in request:
        path = f"/proc/{os.getpid()}/fd/{request['secret_descriptor']}"
        os.environ["ECTF_SECRET_FILE"] = path
    cancel = _Cancel()
    signal.signal(signal.SIGINT, cancel)
    result = ansible_runner.run(
        private_data_dir=request["artifacts"],
        project_dir=request["project"],
        playbook=request["playbook"],
        inventory=request["inventory"],
        limit=request.get("limit"),
        cmdline=request.get("cmdline"),
        ident="ansible",
        quiet=True,
        event_handler=_write,
        cancel_callback=cancel.now,
        rotate_artifacts=0,
    )
    return int(result.rc if result.rc is not None else 1)


if __name__ == "__main__":
    sys.exit(main())
