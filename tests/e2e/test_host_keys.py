"""Host keys on clouds that can't tell them, played by a variant of `local` that hides what it knows.

The variant gives user data to the real cloud-init of each container and reports no host key of its own.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import REPOSITORY, Folder, leftovers, podman

pytestmark = pytest.mark.podman
Make = Callable[[str], Folder]
# What `local` tells of its nodes: one line that has to go, and one after which another comes.
FOUND = '        host_key    = "podman_node.host_key"\n'
KNOWN = "      group   = node.group\n"


def cloud(folder: Folder) -> None:
    """A cloud folder of the user's own beside the cluster file."""
    target = folder.path / "blind"
    shutil.copytree(REPOSITORY / "terraform_modules" / "local", target)
    facts = (target / "cloud.yaml").read_text(encoding="utf-8")
    (target / "cloud.yaml").write_text(facts + "first_host_key: user_data\n", encoding="utf-8")
    main = (target / "main.tf").read_text(encoding="utf-8")
    assert FOUND in main and KNOWN in main
    main = main.replace(FOUND, "").replace(
        KNOWN, f"{KNOWN}      host_key = lookup(var.host_keys, name, null)\n"
    )
    (target / "main.tf").write_text(main, encoding="utf-8")
    folder.write("""
name: NAME
cloud: {name: ./blind}
groups:
  worker: {count: 1, size: {cpus: 1, memory_gb: 0.5}}
""")


def pinned(folder: Folder) -> list[str]:
    return (folder.workdir / "known_hosts").read_text(encoding="utf-8").splitlines()


def test_the_first_key_serves_once_and_the_final_one_from_then_on(make_folder: Make) -> None:
    folder = make_folder("blind")
    cloud(folder)
    folder.ectf("up", "--yes", "--no-configure")
    first = json.loads((folder.workdir / "ectf.auto.tfvars.json").read_text())["host_keys"]["worker001"]
    assert f"worker001 {first}" in pinned(folder)
    assert folder.ssh("worker001", "sudo cat /etc/ssh/ssh_host_ed25519_key.pub").strip().startswith(first)
    folder.ectf("up", "--yes")
    after = pinned(folder)
    assert len(after) == 1 and first not in after[0]
    final = after[0].split(" ", 1)[1]
    assert folder.ssh("worker001", "sudo cat /etc/ssh/ssh_host_ed25519_key.pub").strip() == final
    assert folder.ectf("plan", "--detailed-exitcode").code == 0
    a_stranger_with_the_dead_key_is_refused(folder)
    any_runner_knows_the_key_again(folder, final)
    folder.ectf("down", "--yes")
    assert leftovers(folder.name) == []


def a_stranger_with_the_dead_key_is_refused(folder: Folder) -> None:
    """Who took the bootstrap key from user data and answers in the node's place gets no connection."""
    values = json.loads((folder.workdir / "ectf.auto.tfvars.json").read_text(encoding="utf-8"))
    stolen = folder.path / "stolen"
    stolen.write_text(values["bootstrap"]["worker001"], encoding="utf-8")
    container = folder.nodes()["worker001"]["instance_id"]
    podman("exec", container, "cp", "/etc/ssh/ssh_host_ed25519_key", "/root/final")
    subprocess.run(["podman", "cp", str(stolen), f"{container}:/etc/ssh/ssh_host_ed25519_key"], check=True)
    podman("exec", container, "chmod", "600", "/etc/ssh/ssh_host_ed25519_key")
    podman("exec", container, "chown", "root:root", "/etc/ssh/ssh_host_ed25519_key")
    podman("exec", container, "systemctl", "restart", "ssh")
    refused = folder.ectf("ssh", "worker001", "--", "true", code=255)
    assert "Host key verification failed" in refused.text
    podman("exec", container, "cp", "/root/final", "/etc/ssh/ssh_host_ed25519_key")
    podman("exec", container, "systemctl", "restart", "ssh")


def any_runner_knows_the_key_again(folder: Folder, final: str) -> None:
    """A runner with the state and the root secret only: no known_hosts, no work folder."""
    keep = folder.path / "saved"
    shutil.copytree(folder.workdir / "keep", keep)
    shutil.rmtree(folder.workdir)
    secret = (keep / "secret").read_text(encoding="utf-8").strip()
    (keep / "secret").unlink()
    shutil.copytree(keep, folder.workdir / "keep")
    folder.ectf("ssh", "worker001", "--", "true", environment={"ECTF_SECRET": secret})
    assert pinned(folder) == [f"worker001 {final}"]
    found = [
        path
        for path in Path(folder.workdir).rglob("*")
        if path.is_file() and secret.encode() in path.read_bytes()
    ]
    assert found == []
    (folder.workdir / "keep" / "secret").write_text(secret, encoding="utf-8")
