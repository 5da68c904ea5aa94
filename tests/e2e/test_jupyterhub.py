"""Notebooks in a real browser, with servers on the hub's host and as SLURM jobs, step by step."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser import chromium
from tests.browser.chromium import Browser, Tab
from tests.e2e.conftest import IMAGE, Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]

CLUSTER = """
name: NAME
cloud: {name: local}
groups:
  hub: {count: 1, size: {cpus: 1, memory_gb: 2}, image: debian-12}
  compute: {count: 2, size: {cpus: 1, memory_gb: 2}, image: debian-12}
software:
  index: {node: [hub, compute]}
  users:
    node: [hub, compute]
    vars:
      users_accounts: [{name: alice, uid: 5001}]
      users_passwords: {alice: "HASH"}
  slurm: {controller: hub, worker: compute}
  jupyterhub: HUB
"""
LOCAL = "{hub: hub, vars: {jupyterhub_memory: 1G, jupyterhub_cull_minutes: 60}}"
SLURM = """
    hub: hub
    node: compute
    vars: {jupyterhub_spawner: slurm, jupyterhub_tls: self-signed, jupyterhub_memory: 900M, jupyterhub_cpus: 1}
"""
PASSWORD = "a word to pass"
# Tells where the kernel runs and who it is.
CELL = "import os, pwd, socket; print('kernel of', pwd.getpwuid(os.getuid()).pw_name, 'on', socket.gethostname())"


def index_role(folder: Path) -> None:
    """A role of the user's own that lets the hosts use this machine's Python index as this machine does."""
    role = folder / "roles" / "index"
    role.mkdir(parents=True)
    own = {"title": "Python index", "parts": {"node": {"min": 1}}, "supported": [IMAGE]}
    (role / "software.yaml").write_text(json.dumps(own), encoding="utf-8")
    bundle = os.environ.get("PIP_CERT", "/etc/ssl/certs/ca-certificates.crt")
    play = {
        "name": "Python index",
        "hosts": "index_node",
        "gather_facts": False,
        "become": True,
        "tasks": [
            {
                "name": "Copy certificates and settings",
                "ansible.builtin.copy": {"src": "{{ item.src }}", "dest": "{{ item.dest }}", "mode": "0644"},
                "loop": [
                    {"src": bundle, "dest": "/etc/ssl/certs/ca-certificates.crt"},
                    *([{"src": "/etc/pip.conf", "dest": "/etc/pip.conf"}] if Path("/etc/pip.conf").is_file() else []),
                ],
            }
        ],
    }  # fmt: skip
    (role / "playbook.yml").write_text(json.dumps([play]), encoding="utf-8")


def write(folder: Folder, hub: str) -> None:
    made = subprocess.run(
        ["openssl", "passwd", "-6", "-salt", "ectftest", PASSWORD], capture_output=True, text=True, check=True
    )
    folder.write(CLUSTER.replace("HASH", made.stdout.strip()).replace("HUB", hub))


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("jupyterhub")
    index_role(folder.path)
    write(folder, LOCAL)
    return folder


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """One that was never logged in."""
    program = chromium.find()
    if program is None:
        pytest.fail("Chromium is missing: `make setup` installs it")
    with chromium.started(program, tmp_path / "profile") as found:
        yield found


@contextmanager
def tunnel(folder: Folder) -> Iterator[int]:
    """A port of this machine that leads to the hub's web pages, as docs/software/jupyterhub.md says."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    ssh = shutil.which("ssh") or "ssh"
    options = ["-F", str(folder.workdir / "ssh_config"), "-N", "-o", "ExitOnForwardFailure=yes"]
    child = subprocess.Popen([ssh, *options, "-L", f"{port}:localhost:8000", "hub001"])
    try:
        for _ in range(60):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.5)
        yield port
    finally:
        child.terminate()
        child.wait()


def log_in(tab: Tab, address: str, password: str) -> None:
    tab.visit(f"{address}/hub/login")
    tab.await_true("document.querySelector('#password_input')")
    tab.type("#username_input", "alice")
    tab.type("#password_input", password)
    tab.value("document.querySelector('#login_submit').click()")


def run_cell(tab: Tab) -> str:
    """Open a notebook from the launcher, run a cell as a person does, and give what it prints."""
    launcher = ".jp-LauncherCard[data-category=Notebook]"
    tab.await_true(f"document.querySelector('{launcher}')", 600)
    tab.value(f"document.querySelector('{launcher}').click()")
    tab.await_true("document.querySelector('.jp-Notebook .jp-CodeCell .cm-content')", 300)
    tab.await_true("document.body.innerText.includes('(ipykernel) | Idle')", 300)
    tab.value("document.querySelector('.jp-Notebook .jp-CodeCell .cm-content').focus()")
    tab.call("Input.insertText", text=CELL)
    tab.press("Enter", 13, shift=True)
    tab.await_true("document.querySelector('.jp-OutputArea-output pre')", 300)
    return str(tab.value("document.querySelector('.jp-OutputArea-output pre').innerText")).strip()


def test_a_notebook_runs_on_the_hub(cluster: Folder, browser: Browser) -> None:
    report = cluster.ectf("up", "--yes", "--json").events()[-1]
    assert {one["software"]: one["message"] for one in report["health"]}["jupyterhub"].endswith("serves")
    with tunnel(cluster) as port, browser.tab() as tab:
        log_in(tab, f"http://127.0.0.1:{port}", "another word")
        tab.await_true("document.querySelector('.login_error')")
        log_in(tab, f"http://127.0.0.1:{port}", PASSWORD)
        assert run_cell(tab) == "kernel of alice on hub001"
    assert "MemoryMax=1073741824" in cluster.ssh("hub001", "systemctl show 'jupyter-alice-*' -p MemoryMax")


def test_up_again_changes_nothing(cluster: Folder) -> None:
    assert cluster.ectf("up", "--yes", "--json").events()[-1]["configuration"] is None
    report = cluster.ectf("configure", "--all", "--json").events()[-1]
    assert sum(report["configuration"]["changed"].values()) == 0
    # The server that runs has seen neither.
    assert "active" in cluster.ssh("hub001", "systemctl is-active jupyter-alice-singleuser.service")


def test_servers_become_slurm_jobs(cluster: Folder, browser: Browser) -> None:
    cluster.ssh("hub001", "sudo systemctl stop jupyter-alice-singleuser.service")
    write(cluster, SLURM)
    cluster.ectf("up", "--yes")
    with tunnel(cluster) as port, browser.tab() as tab:
        log_in(tab, f"https://127.0.0.1:{port}", PASSWORD)
        assert run_cell(tab).startswith("kernel of alice on compute00")
    jobs = cluster.ssh("hub001", "squeue --noheader --format='%u %j %T %C %m'")
    assert jobs.split() == ["alice", "jupyterhub", "RUNNING", "1", "900M"]


def test_a_server_may_tell_the_hub_its_port_alone(cluster: Folder) -> None:
    """batchspawner's own handler would take any attribute, among them the command that the hub runs as root."""
    pid = "$(pgrep --newest --euid alice --full jupyterhub-singleuser)"
    host = cluster.ssh("hub001", "squeue --noheader --format=%B").strip()
    code = (
        "import json, os, sys, urllib.request, urllib.error\n"
        "pairs = (one.partition('=') for one in open(f'/proc/{sys.argv[1]}/environ').read().split(chr(0)))\n"
        "env = {name: value for name, _, value in pairs}\n"
        "request = urllib.request.Request(env['JUPYTERHUB_API_URL'] + '/batchspawner', method='POST',\n"
        "    data=json.dumps({'exec_prefix': 'touch /run/seized;'}).encode(),\n"
        "    headers={'Authorization': 'token ' + env['JUPYTERHUB_API_TOKEN']})\n"
        "try:\n    print(urllib.request.urlopen(request).status)\n"
        "except urllib.error.HTTPError as error:\n    print(error.code)\n"
    )
    cluster.write(code, "ask.py")
    cluster.ectf("scp", str(cluster.path / "ask.py"), f"{host}:ask.py")
    assert cluster.ssh(host, f"sudo -u alice python3 - {pid} < ask.py").strip() == "400"


def test_a_worker_more_and_one_less(cluster: Folder) -> None:
    cluster.ssh("hub001", "sudo scancel --user=alice")
    more = cluster.ectf("up", "--yes", "--json", "--set", "groups.compute.count=3").events()[-1]
    assert all(one["healthy"] for one in more["health"])
    cluster.ssh("compute003", "/opt/jupyterhub/bin/python -c 'import batchspawner, jupyterlab'")
    cluster.ectf("up", "--yes")
    assert "compute003" not in cluster.nodes()


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
