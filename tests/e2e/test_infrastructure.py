"""What Terraform, the provider and the work folder do, on real containers without software."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Folder, leftovers, podman

pytestmark = pytest.mark.podman
Make = Callable[[str], Folder]

TWO = """
name: NAME
groups:
  worker: {count: 2, size: {cpus: 1, memory_gb: 0.5}}
"""


@pytest.fixture
def two(make_folder: Make) -> Folder:
    folder = make_folder("two")
    folder.write(TWO)
    return folder


def test_a_kept_volume_outlives_down_and_is_found_again(make_folder: Make) -> None:
    folder = make_folder("keep")
    folder.write("""
name: NAME
groups:
  worker:
    count: 1
    size: {cpus: 1, memory_gb: 0.5}
    volumes:
      home: {size_gb: 1, mount: /srv/home, on_destroy: keep}
      scratch: {size_gb: 1, mount: /srv/scratch}
""")
    folder.ectf("up", "--yes", "--no-configure")
    folder.ssh("worker001", "echo precious | sudo tee /srv/home/data /srv/scratch/data")
    report = folder.ectf("down", "--yes", "--json").events()[-1]
    assert [one["name"] for one in report["kept"]] and all(one["kept"] for one in report["kept"])
    assert len(leftovers(folder.name)) == 1
    folder.ectf("up", "--yes", "--no-configure")
    assert folder.ssh("worker001", "cat /srv/home/data").strip() == "precious"
    assert folder.ssh("worker001", "ls /srv/scratch").strip() == ""


def test_down_works_when_the_file_is_broken(two: Folder) -> None:
    two.ectf("up", "--yes", "--no-configure")
    two.write("name: [broken")
    two.ectf("plan", code=4)
    two.ectf("down", "--yes")
    assert leftovers(two.name) == []


def test_a_second_run_is_refused_and_told_who_holds_the_lock(two: Folder) -> None:
    first = two.start("up", "--yes", "--no-configure")
    wait_for(lambda: (two.workdir / "lock").exists() and (two.workdir / "lock").read_text() != "")
    second = two.ectf("up", "--yes", "--no-configure", code=3)
    assert f"process {first.pid}" in second.text and "since" in second.text
    first.communicate(timeout=300)
    assert first.returncode == 0
    two.ectf("down", "--yes")


def test_a_node_larger_than_the_machine_is_refused_before_anything_starts(make_folder: Make) -> None:
    folder = make_folder("large")
    folder.write("name: NAME\ngroups: {worker: {count: 1, size: {cpus: 999, memory_gb: 0.5}}}\n")
    ended = folder.ectf("up", "--yes", code=5)
    assert "worker001" in ended.text and "999" in ended.text
    assert leftovers(folder.name) == []


def test_ssh_passes_on_the_exit_code_and_the_words(two: Folder) -> None:
    two.ectf("up", "--yes", "--no-configure")
    two.ectf("ssh", "worker002", "--", "exit 7", code=7)
    hostile = "a b; $(touch /tmp/x) \"'`"
    assert two.ectf("ssh", "--", "printf", "%s", hostile).out == hostile
    two.ectf("ssh", "worker003", code=4)
    two.ectf("down", "--yes")


def test_frontend_on_containers_workers_on_hosts_that_exist(make_folder: Make, tmp_path: Path) -> None:
    """The "existing" hosts are containers of another cluster, reached by their own key."""
    racks = make_folder("racks")
    racks.write("name: NAME\ngroups: {compute: {count: 2, size: {cpus: 1, memory_gb: 0.5}}}\n")
    racks.ectf("up", "--yes")
    mixed = make_folder("mixed")
    hosts = {}
    pinned = dict(line.split(" ", 1) for line in (racks.workdir / "known_hosts").read_text().splitlines())
    for name, one in racks.nodes().items():
        user, _, rest = one["ssh"].partition("@")
        address, _, port = rest.partition(":")
        hosts[name] = {
            "address": address, "port": int(port), "user": user,
            "peer_address": one["address"], "host_key": pinned[name].strip(),
        }  # fmt: skip
    key = racks.workdir / "login_key"
    public = subprocess.run(
        ["ssh-keygen", "-y", "-f", str(key)], capture_output=True, text=True, check=True
    ).stdout
    Path(f"{key}.pub").write_text(public, encoding="utf-8")
    mixed.write(f"""
name: NAME
ssh: {{private_key: {key}}}
groups:
  frontend: {{count: 1, size: {{cpus: 1, memory_gb: 0.5}}}}
  compute:
    count: 2
    size: {{cpus: 1, memory_gb: 0.5}}
    cloud: {{name: static, hosts: {json.dumps(hosts)}}}
""")
    mixed.ectf("up", "--yes")
    text = (mixed.workdir / "main.tf").read_text(encoding="utf-8")
    assert 'module "local"' in text and 'module "static"' in text
    assert "frontend001" in mixed.ssh("compute002", "cat /etc/hosts")
    assert mixed.ssh("compute001", "hostname").strip() == "compute001"
    mixed.ectf("down", "--yes")
    assert leftovers(mixed.name) == []
    assert len(leftovers(racks.name)) == 3, "down of the other cluster touched the existing hosts"
    assert {one["state"] for one in racks.ectf("status", "--json").json()["nodes"]} == {"running"}
    racks.ectf("down", "--yes")


def test_ctrl_c_during_apply_frees_the_lock_and_the_next_up_goes_on(two: Folder) -> None:
    child = two.start("up", "--yes", "--no-configure", "--json")
    wait_for(lambda: bool(leftovers(two.name)))
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=300)
    assert child.returncode == 130, out + err
    assert json.loads(out.splitlines()[-1])["error"]["exit_code"] == 130
    two.ectf("up", "--yes", "--no-configure")
    assert sorted(two.nodes()) == ["worker001", "worker002"]
    assert len(podman("ps", "-q", "--filter", f"label=ectf-cluster={two.name}").split()) == 2
    two.ectf("down", "--yes")
    assert leftovers(two.name) == []


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
