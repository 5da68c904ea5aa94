"""A role that fails, a run that is killed: nothing is lost, and the next `up` goes on."""

import json
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Folder, leftovers, podman
from tests.e2e.test_infrastructure import wait_for

pytestmark = pytest.mark.podman
Make = Callable[[str], Folder]

SOFTWARE = """
title: A role of the user's own that fails while a file is there
parts:
  node: {min: 1}
"""
PLAYBOOK = """
- name: Configure the flaky software
  hosts: flaky_node
  gather_facts: false
  become: true
  roles:
    - role: flaky
"""
TASKS = """
- name: Leave a mark before
  ansible.builtin.copy:
    content: before
    dest: /etc/flaky-before
    mode: "0644"
- name: Do what one node can't
  ansible.builtin.command: sh -c 'echo some last words >&2; test ! -e /etc/flaky-broken'
  changed_when: false
- name: Leave a mark after
  ansible.builtin.copy:
    content: after
    dest: /etc/flaky-after
    mode: "0644"
"""


def flaky(folder: Folder) -> None:
    role = folder.path / "roles" / "flaky"
    (role / "tasks").mkdir(parents=True)
    (role / "software.yaml").write_text(SOFTWARE, encoding="utf-8")
    (role / "playbook.yml").write_text(PLAYBOOK, encoding="utf-8")
    (role / "tasks" / "main.yml").write_text(TASKS, encoding="utf-8")
    folder.write("""
name: NAME
groups:
  worker: {count: 2, size: {cpus: 1, memory_gb: 0.5}}
software:
  flaky: {node: worker}
""")


def test_a_failing_task_names_node_role_and_task_and_the_next_up_goes_on(make_folder: Make) -> None:
    folder = make_folder("flaky")
    flaky(folder)
    folder.ectf("up", "--yes", "--no-configure")
    folder.ssh("worker002", "sudo touch /etc/flaky-broken")
    ended = folder.ectf("up", "--yes", code=6)
    for word in ("worker002", "flaky", "Do what one node can't", "some last words", "stdout"):
        assert word in ended.text
    assert "worker001:" not in ended.err.split("error:")[1]
    assert folder.ssh("worker001", "cat /etc/flaky-after") == "after"
    assert folder.ssh("worker002", "cat /etc/flaky-before") == "before"
    error = json.loads(folder.ectf("up", "--yes", "--json", code=6).out.splitlines()[-1])["error"]
    assert error["exit_code"] == 6 and error["where"] == "worker002"
    folder.ssh("worker002", "sudo rm /etc/flaky-broken")
    folder.ectf("up", "--yes")
    assert folder.ssh("worker002", "cat /etc/flaky-after") == "after"
    podman("stop", "-t", "1", folder.nodes()["worker001"]["instance_id"])
    ended = folder.ectf("configure", "--all", code=6)
    assert "worker001" in ended.text and "unreachable" in ended.text
    assert [one["state"] for one in folder.ectf("status", "--json").json()["nodes"]] == [
        "unreachable",
        "running",
    ]
    folder.ectf("down", "--yes")


# Where a run is killed: a stage of the journal, and seconds after it began.
POINTS = [
    ("render", 0.0),
    ("render", 0.4),
    ("plan", 0.0),
    ("plan", 0.7),
    ("apply", 0.1),
    ("apply", 0.8),
    ("apply", 1.6),
    ("configure", 0.0),
    ("configure", 1.5),
    ("configure", 4.0),
]
DESTROY_POINTS = [("read", 0.2), ("plan", 0.3), ("destroy", 0.2), ("destroy", 1.0)]
SAMPLE = random.Random(20261122).sample(POINTS, 3)


def kill_at(folder: Folder, command: str, stage: str, seconds: float) -> None:
    """Start a run, wait until its journal says that the stage began, and kill it without a word."""
    child = folder.start(command, "--yes")
    wait_for(lambda: stage in stages_begun(folder, command, child.pid) or child.poll() is not None)
    time.sleep(seconds)
    child.kill()
    child.communicate()


def stages_begun(folder: Folder, command: str, pid: int) -> set[str]:
    runs = sorted((folder.workdir / "runs").glob(f"*-{command}-*/events.ndjson"))
    text = runs[-1].read_text(encoding="utf-8") if runs else ""
    return {json.loads(line)["stage"] for line in text.splitlines() if '"stage_started"' in line}


def goes_on(folder: Folder) -> None:
    folder.ectf("up", "--yes")
    assert sorted(folder.nodes()) == ["worker001", "worker002"]
    assert len(podman("ps", "-a", "-q", "--filter", f"label=ectf-cluster={folder.name}").split()) == 2
    assert len(leftovers(folder.name)) == 3
    assert [folder.ssh(name, "cat /etc/flaky-after") for name in folder.nodes()] == ["after", "after"]
    json.loads((folder.workdir / "keep" / "terraform.tfstate").read_text(encoding="utf-8"))
    assert folder.ectf("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(("stage", "seconds"), SAMPLE)
def test_a_killed_up_is_made_good_by_the_next(make_folder: Make, stage: str, seconds: float) -> None:
    folder = make_folder("kill")
    flaky(folder)
    kill_at(folder, "up", stage, seconds)
    goes_on(folder)
    folder.ectf("down", "--yes")
    assert leftovers(folder.name) == []


@pytest.mark.long
@pytest.mark.parametrize(("stage", "seconds"), POINTS)
def test_a_killed_up_at_every_point(make_folder: Make, stage: str, seconds: float) -> None:
    test_a_killed_up_is_made_good_by_the_next(make_folder, stage, seconds)


@pytest.mark.parametrize(
    ("stage", "seconds"),
    [
        pytest.param(*point, marks=[] if point == ("destroy", 0.2) else [pytest.mark.long])
        for point in DESTROY_POINTS
    ],
)
def test_a_killed_down_is_made_good_by_the_next(make_folder: Make, stage: str, seconds: float) -> None:
    folder = make_folder("killdown")
    flaky(folder)
    folder.ectf("up", "--yes", "--no-configure")
    kill_at(folder, "down", stage, seconds)
    folder.ectf("down", "--yes")
    assert leftovers(folder.name) == []


@pytest.mark.long
def test_a_killed_down_can_turn_back_to_up(make_folder: Make) -> None:
    folder = make_folder("turn")
    flaky(folder)
    folder.ectf("up", "--yes")
    kill_at(folder, "down", "destroy", 0.5)
    goes_on(folder)
    folder.ectf("down", "--yes")


def test_ctrl_c_during_the_configuration_tells_ansible_and_frees_the_lock(make_folder: Make) -> None:
    folder = make_folder("stop")
    flaky(folder)
    folder.ectf("up", "--yes", "--no-configure")
    child = folder.start("configure")
    wait_for(lambda: "configure" in stages_begun(folder, "configure", child.pid))
    time.sleep(1.5)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 130, out + err
    assert not playbooks(folder.workdir), "ansible-playbook goes on"
    goes_on(folder)
    folder.ectf("down", "--yes")


def playbooks(workdir: Path) -> list[str]:
    """Processes that still run a playbook of this work folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            inside = str((process / "cwd").readlink()).startswith(str(workdir))
        except OSError:
            continue
        if inside and any(word.endswith("ansible-playbook") for word in words):
            found.append(" ".join(words))
    return found
