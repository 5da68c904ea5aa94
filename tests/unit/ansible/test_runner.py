"""Plays run over hosts: events, failures, secrets. `local` connections stand in for SSH."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf.ansible import Job, runner
from elasticluster_tf.errors import ConfigureFailed, Interrupted
from elasticluster_tf.events import Event, TaskEvent, TaskFailed, ToolLine
from elasticluster_tf.reports import Summary, TaskFailure
from elasticluster_tf.secrets import RootSecret
from tests.builders import BARE, REPOSITORY, Told, write

SECRET = RootSecret("canary-secret-of-the-cluster")
HOSTS = """
all:
  vars: {ansible_connection: local, ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  hosts: {a001: {}, a002: {}}
"""


def line(event: str, stdout: str = "", **data: Any) -> str:
    return json.dumps({"event": event, "data": data, "stdout": stdout})


def failed(node: str = "a001", task: str = "t", kind: str = "runner_on_failed", **more: Any) -> str:
    return line(kind, host=node, task=task, role=more.pop("role", "r"), **more)


# --- reading ---


def test_a_summary_is_read_from_all_lines() -> None:
    lines = [
        "no json",
        "[1]",
        line("runner_on_ok", host="a001", task="t"),
        failed(result={"msg": " no disk "}),
        line("playbook_on_stats", ok={"a001": 3}, changed={"a001": 1}, failures={"a001": 1}),
    ]
    assert runner.read_summary(lines) == Summary(
        {"a001": 3}, {"a001": 1}, (TaskFailure("a001", "r", "t", "no disk"),)
    )


def test_failures_that_the_play_ignores_are_none() -> None:
    assert runner.read_summary([failed(ignore_errors=True)]).failures == ()


def test_an_unreachable_node_is_a_failure() -> None:
    (found,) = runner.read_summary(
        [failed(kind="runner_on_unreachable", result={"msg": "no route"}, ignore_errors=True)]
    ).failures
    assert (found.unreachable, found.message) == (True, "no route")


@pytest.mark.parametrize(
    ("result", "message", "tail"),
    [
        ({}, "failed", ""),
        ({"msg": "m", "stdout": "1\n2\n", "stderr": "3"}, "m", "1\n2\n3"),
        ({"msg": "m", "module_stderr": "Traceback\nError"}, "m", "Traceback\nError"),
        ({"msg": "m", "results": [{"failed": True, "msg": "inner"}, {"msg": "well"}, "x"]}, "m", "inner"),
        ({"msg": "m", "stdout": "\n".join(str(n) for n in range(50))}, "m", "\n".join(str(n) for n in range(38, 50))),
        ({"msg": ["a", "b"]}, "['a', 'b']", ""),
        (None, "failed", ""),
    ],
)  # fmt: skip
def test_the_last_words_of_a_failed_task(result: Any, message: str, tail: str) -> None:
    (found,) = runner.read_summary([failed(result=result)]).failures
    assert (found.message, found.tail) == (message, tail)


def test_progress_counts_tasks_and_never_beyond_the_total() -> None:
    told = Told()
    progress = runner._Progress(told, 1)
    for one in (
        line("playbook_on_task_start", stdout="TASK [x]\n*****", role="r", name="x"),
        line("playbook_on_task_start", task="y"),
        failed(result={"msg": "m"}),
        "noise",
    ):
        progress.line(one)
    assert [event for event in told if not isinstance(event, ToolLine)] == [
        TaskEvent("r", "x", 1, 1),
        TaskEvent("", "y", 2, 2),
        TaskFailed("a001", "r", "t", "m"),
    ]
    assert [event.line for event in told if isinstance(event, ToolLine)] == ["TASK [x]", "*****"]


def test_tasks_are_counted_in_blocks_too(tmp_path: Path) -> None:
    tasks = (
        "- block:\n    - {debug: }\n    - block: [{debug: }, {debug: }]\n  rescue: [{debug: }]\n- {debug: }\n"
    )
    write(
        tmp_path,
        {
            "roles/a/tasks/main.yml": tasks,
            "roles/a/tasks/empty.yml": "---\n",
            "site.yml": "- {hosts: all, roles: [a]}\n- {hosts: all, tasks: [{debug: }]}\n",
            "hosts.yml": "{a: [1, 2, 3]}\n",
        },
    )
    assert runner._count_tasks(tmp_path) == 6
    assert runner._count_tasks(tmp_path, ["b"]) == 1


@pytest.mark.parametrize(
    ("environment", "locale"),
    [
        ({}, "C.UTF-8"),
        ({"LANG": "C"}, "C.UTF-8"),
        ({"LANG": "de_CH.UTF-8"}, "de_CH.UTF-8"),
        ({"LANG": "de_CH.UTF-8", "LC_ALL": "POSIX"}, "C.UTF-8"),
        ({"LC_ALL": "en_US.utf8"}, "en_US.utf8"),
    ],
)
def test_ansible_gets_a_locale_it_takes(environment: Mapping[str, str], locale: str, tmp_path: Path) -> None:
    assert runner._environment(environment, tmp_path)["LC_ALL"] == locale


def test_ansible_sees_no_credentials(tmp_path: Path) -> None:
    given = {
        "AWS_SECRET_ACCESS_KEY": "k",
        "OS_PASSWORD": "k",
        "ANSIBLE_CONFIG": "/x",
        "TF_VAR_x": "k",
        "HTTPS_PROXY": "p",
    }
    found = runner._environment({**BARE, **given}, tmp_path)
    assert "k" not in found.values()
    assert found["ANSIBLE_CONFIG"] == str(tmp_path / "ansible" / "ansible.cfg")
    assert found["HTTPS_PROXY"] == "p"
    assert found["PATH"].endswith(BARE["PATH"])


@pytest.mark.parametrize(
    ("job", "name", "arguments"),
    [
        (Job(), "ansible", None),
        (Job(tags=("base", "x")), "ansible", "--tags base,x"),
        (
            Job("addresses.yml", new_nodes=False),
            "ansible-addresses",
            "--extra-vars base_connection_attempts=1",
        ),
    ],
)
def test_what_a_job_becomes(job: Job, name: str, arguments: str | None) -> None:
    assert (job.name, job.arguments) == (name, arguments)


# --- running ---


class Ground:
    """A work folder with these plays, and a run over it."""

    def __init__(self, folder: Path, site: str) -> None:
        self.folder, self.told = folder, Told()
        lookup = (REPOSITORY / "elasticluster_tf/ansible_plugins/lookup/ectf_secret.py").read_text(
            encoding="utf-8"
        )
        write(
            folder,
            {
                "ansible/site.yml": site,
                "ansible/hosts.yml": HOSTS,
                "ansible/ansible.cfg": "[defaults]\nlookup_plugins = lookup_plugins\nretry_files_enabled = False\n",
                "ansible/lookup_plugins/ectf_secret.py": lookup,
            },
        )
        (folder / "logs").mkdir()

    def attempt(
        self, tell: Any = None, job: Job = Job(last_task="")
    ) -> tuple[Summary, ConfigureFailed | None]:
        environment = {**BARE, "HOME": str(self.folder), "TOKEN": "canary-token"}
        return runner.run(self.folder, self.folder / "logs", SECRET, environment, tell or self.told, job)

    def run(self, tell: Any = None) -> Summary:
        summary, failure = self.attempt(tell)
        assert failure is None, failure
        return summary

    def texts(self) -> str:
        """Everything in every file of the folder."""
        return "\n".join(
            path.read_text(encoding="utf-8", errors="replace")
            for path in self.folder.rglob("*")
            if path.is_file()
        )


def play(*tasks: str) -> str:
    rows = "".join(f"    - {task}\n" for task in tasks)
    return f"- hosts: all\n  gather_facts: false\n  tasks:\n{rows}"


def test_a_run_tells_its_tasks_and_keeps_the_secret(tmp_path: Path) -> None:
    wanted = SECRET.derive("test").hex()
    compare = {"that": [f"lookup('ectf_secret', 'test') == '{wanted}'"]}
    ground = Ground(
        tmp_path,
        play(
            f"{{name: Compare, ansible.builtin.assert: {json.dumps(compare)}, no_log: true}}",
            "{name: Say, ansible.builtin.debug: {msg: hello}, changed_when: inventory_hostname == 'a002'}",
        ),
    )
    summary = ground.run()
    assert summary.failures == ()
    assert dict(summary.ok) == {"a001": 2, "a002": 2}
    assert dict(summary.changed) == {"a002": 1}
    assert set(summary.finished) == {"a001", "a002"}
    assert [event.task for event in ground.told if isinstance(event, TaskEvent)] == ["Compare", "Say"]
    assert SECRET.value not in ground.texts()
    assert "canary-token" not in ground.texts()


def test_host_keys_are_checked(tmp_path: Path) -> None:
    asked = "lookup('config', 'host_key_checking', plugin_type='connection', plugin_name='ssh')"
    ground = Ground(tmp_path, play(f'{{name: Ask, ansible.builtin.assert: {{that: ["{asked} is true"]}}}}'))
    assert ground.run().failures == ()


def test_a_failure_on_one_node_leaves_the_other_s_work(tmp_path: Path) -> None:
    ground = Ground(
        tmp_path,
        play(
            "{name: Break, ansible.builtin.fail: {msg: no disk}, when: inventory_hostname == 'a001'}",
            "{name: Go on, ansible.builtin.debug: {msg: here}}",
        ),
    )
    summary, failure = ground.attempt(job=Job(last_task="Go on"))
    assert failure and failure.message == "the configuration failed on a001"
    assert (failure.where, summary.finished) == ("a001", ("a002",))
    assert failure.detail.splitlines()[0] == "a001: task `Break` failed: no disk"
    log = Path(failure.hint.removeprefix("log: "))
    assert "no disk" in log.read_text(encoding="utf-8")
    assert "ok: [a002]" in log.read_text(encoding="utf-8")
    assert [event for event in ground.told if isinstance(event, TaskFailed)] == [
        TaskFailed("a001", "", "Break", "no disk")
    ]


def test_plays_that_can_t_be_read(tmp_path: Path) -> None:
    ground = Ground(tmp_path, "- hosts: all\n  tasks: [{nonsense: }]\n")
    _, failure = ground.attempt()
    assert failure and failure.message == "Ansible ended with an error"
    assert "nonsense" in failure.detail


def test_limits_and_ctrl_c(tmp_path: Path) -> None:
    def interrupt(event: Event) -> None:
        if isinstance(event, TaskEvent):
            raise KeyboardInterrupt

    ground = Ground(tmp_path, play("{name: Wait, ansible.builtin.command: sleep 40}"))
    with pytest.raises(Interrupted, match="during the configuration"):
        ground.attempt(interrupt, Job(limit=("a002",)))
    request = json.loads((tmp_path / "logs" / "ansible-request.json").read_text(encoding="utf-8"))
    assert request["limit"] == "a002"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(request["secret_descriptor"])  # closed again
