"""The user's own playbooks, roles and requirements, and mirrors, on real hosts."""

import hashlib
import http.server
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from tests.builders import write
from tests.e2e.conftest import Folder, podman

pytestmark = pytest.mark.podman
Make = Callable[[str], Folder]

FILE = """
name: NAME
groups: {node: {count: 2, size: {cpus: 1, memory_gb: 0.5}}}
before: [first/prepare.yml]
after: [last/finish.yml]
requirements:
  - {collection: acme.tools, version: 1.0.0, source: acme-tools-1.0.0.tar.gz, sha256: CHECKSUM}
software: {mine: {node: node}}
"""
SITE = {
    "first/prepare.yml": """
- hosts: all
  become: true
  roles: [{role: plain}]
""",
    "last/templates/note.j2": "{{ cluster_name }} {{ inventory_hostname }}\n",
    "last/finish.yml": """
- hosts: node
  become: true
  tasks:
    - ansible.builtin.import_role: {name: acme.tools.note}
    - ansible.builtin.template: {src: note.j2, dest: /etc/site-after, mode: "0644"}
""",
    "roles/plain/tasks/main.yml": """
- ansible.builtin.copy: {content: "before everything\\n", dest: /etc/site-before, mode: "0644"}
""",
    "roles/mine/software.yaml": "title: Mine\nparts: {node: {}}\n",
    "roles/mine/playbook.yml": "- hosts: mine_node\n  become: true\n  gather_facts: false\n  roles: [{role: mine}]\n",
    "roles/mine/tasks/main.yml": """
- ansible.builtin.command: {cmd: cp /etc/site-before /etc/mine, creates: /etc/mine}
""",
    "collection/galaxy.yml": "{namespace: acme, name: tools, version: 1.0.0, readme: README.md, authors: [a]}\n",
    "collection/README.md": "Tools\n",
    "collection/roles/note/tasks/main.yml": """
- ansible.builtin.command: {cmd: cp /etc/mine /etc/from-galaxy, creates: /etc/from-galaxy}
""",
}


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("content")
    write(folder.path, SITE)
    program = str(Path(sys.executable).with_name("ansible-galaxy"))
    subprocess.run(
        [program, "collection", "build", "../collection", "--output-path", ".."],
        cwd=folder.path / "last",
        check=True,
    )
    checksum = hashlib.sha256((folder.path / "acme-tools-1.0.0.tar.gz").read_bytes()).hexdigest()
    folder.write(FILE.replace("CHECKSUM", checksum))
    folder.ectf("up", "--yes")
    return folder


def test_they_run_around_the_software_and_use_what_is_required(cluster: Folder) -> None:
    for node in ("node001", "node002"):
        assert cluster.ssh(node, "cat /etc/from-galaxy") == "before everything\n"
        assert cluster.ssh(node, "cat /etc/site-after") == f"{cluster.name} {node}\n"


def test_they_run_again_where_they_changed(cluster: Folder) -> None:
    assert cluster.ectf("plan", "--json", "--detailed-exitcode").json()["configuration"]["runs"] == []
    write(cluster.path, {"last/templates/note.j2": "changed\n"})
    runs = cluster.ectf("plan", "--json", "--detailed-exitcode", code=2).json()["configuration"]["runs"]
    assert [(run["software"], run["hosts"]) for run in runs] == [("after", ["node001", "node002"])]
    cluster.ectf("configure")
    assert cluster.ssh("node002", "cat /etc/site-after") == "changed\n"
    assert "No drift" in cluster.ectf("drift").text


def test_another_archive_stops_the_run_before_anything_is_built(cluster: Folder) -> None:
    text = (cluster.path / "cluster.yaml").read_text(encoding="utf-8").replace("count: 2", "count: 3")
    wrong = re.sub("sha256: [0-9a-f]{64}", f"sha256: '{'0' * 64}'", text)
    (cluster.path / "wrong.yaml").write_text(wrong, encoding="utf-8")
    ended = cluster.ectf("up", "--yes", "wrong.yaml", code=4)
    assert "requirements.0.sha256" in ended.text and "wrong.yaml:" in ended.text
    assert sorted(cluster.nodes()) == ["node001", "node002"]


class Proxy(http.server.BaseHTTPRequestHandler):
    """Passes requests on and remembers that it was asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.path) as answer:
            self.send_response(200)
            self.send_header("Content-Length", answer.headers["Content-Length"])
            self.end_headers()
            self.wfile.write(answer.read())

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def proxy(cluster: Folder) -> Iterator[str]:
    """A proxy at the address that hosts know their machine by."""
    name = podman("network", "ls", "-q", "--filter", f"label=ectf-cluster={cluster.name}").split()[0]
    gateway = podman("network", "inspect", name, "--format", "{{(index .Subnets 0).Gateway}}").strip()
    with http.server.ThreadingHTTPServer((gateway, 0), Proxy) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://{gateway}:{found.server_port}"
        found.shutdown()


def test_packages_come_through_the_mirror(cluster: Folder, proxy: str) -> None:
    cluster.write(f"mirrors: {{apt: '{proxy}', pip: '{proxy}/simple'}}\n", "mirrors.yaml")
    cluster.ectf("configure", "cluster.yaml", "mirrors.yaml")
    Proxy.asked.clear()
    cluster.ssh("node001", "sudo apt-get install --yes --no-install-recommends hello >/dev/null 2>&1; hello")
    assert any("/hello_" in path for path in Proxy.asked)
    assert proxy in cluster.ssh("node001", "cat /etc/xdg/pip/pip.conf")
    cluster.ectf("configure")
    assert proxy not in cluster.ssh("node001", "cat /etc/xdg/pip/pip.conf /etc/apt/apt.conf.d/80ectf")
