"""The Ansible half of the work folder: playbooks and roles, inventory, ssh's files."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import ansible_files
from elasticluster_tf.ansible_files import Access
from elasticluster_tf.checks import Resolved
from elasticluster_tf.nodes import BuiltNode
from tests.builders import BARE, built, catalogue, cluster_text, resolve, software, software_folder, write
from tests.hostile import EVERYTHING

DEMO = Path("/work/demo")
ACCESS = Access(DEMO / "ssh_config", DEMO / "known_hosts", DEMO / "login_key")
TEXT = """
name: demo
groups:
  head: {count: 1, size: {cpus: 2, memory_gb: 1.5, gpus: 1}, volumes: {data: {size_gb: 1, mount: /data}}}
  arm: {count: 2}
software:
  tool: {chief: head, worker: [arm, head], vars: {tool_depth: 3}}
  late: {}
"""
TOOL = software("tool", {"chief": {}, "worker": {}, "idle": {}})
LATE = software("late")


def cluster(text: str = TEXT) -> Resolved:
    known = catalogue(software=[TOOL, LATE])
    vars(known.software["tool"])["variables"] = {}
    return resolve(text.replace("vars: {tool_depth: 3}", "vars: {}"), known)


def given(found: Resolved, variables: dict[str, Any]) -> Resolved:
    """The cluster with these variables of the tool."""
    choice = found.config.software["tool"].model_copy(update={"vars": variables})
    chosen = {**found.config.software, "tool": choice}
    return replace(found, config=found.config.model_copy(update={"software": chosen}))


def nodes(*more: BuiltNode) -> dict[str, BuiltNode]:
    standard = [built("head001", volumes={"data": "/dev/vdb"}), built("arm001"), built("arm002")]
    return {node.name: node for node in [*standard, *more]}


def tree(
    found: Resolved, stand: dict[str, BuiltNode] | None = None, jump: str | None = None
) -> dict[str, Any]:
    return ansible_files.inventory(
        found.config,
        found.software,
        found.nodes,
        nodes() if stand is None else stand,
        ACCESS,
        {"local": jump},
    )


def connect(found: Resolved, stand: dict[str, BuiltNode], jump: str | None = None) -> dict[str, str]:
    return ansible_files.connect(
        found.config,
        found.software,
        found.nodes,
        stand,
        ACCESS,
        {"local": jump},
        (),
        "arm001 ssh-ed25519 AAAA\n",
    )


def test_a_host_has_the_documented_facts() -> None:
    found = tree(cluster())["all"]["children"]["head"]["hosts"]["head001"]
    assert found == {
        "ansible_host": "10.0.0.1",
        "ansible_port": 22,
        "ansible_user": "admin",
        "ansible_ssh_common_args": "-F /work/demo/ssh_config -o HostKeyAlias=head001",
        "node_address": "10.0.0.1",
        "node_cloud": "local",
        "node_cpus": 2,
        "node_gpus": 1,
        "node_group": "head",
        "node_image": "debian-12",
        "node_index": 1,
        "node_instance_id": "id-head001",
        "node_memory_mb": 1536,
        "node_volumes": {"data": {"device": "/dev/vdb", "mount": "/data"}},
    }


def test_groups_of_the_file_parts_and_software() -> None:
    found = tree(given(cluster(), {"tool_depth": 3}))["all"]
    assert found["vars"] == {"cluster_name": "demo"}
    groups = found["children"]
    assert {name: list(groups[name]["hosts"]) for name in ("head", "arm")} == {
        "head": ["head001"],
        "arm": ["arm001", "arm002"],
    }
    assert groups["tool_chief"] == {"children": {"head": {}}}
    assert groups["tool_worker"] == {"children": {"arm": {}, "head": {}}}
    assert groups["tool_idle"] == {"children": {}}  # roles may ask for every part there is
    assert groups["tool"]["children"] == {"tool_chief": {}, "tool_worker": {}, "tool_idle": {}}
    assert groups["tool"]["vars"] == {"tool_depth": 3}
    assert groups["late_worker"] == {"children": {}}


def test_nodes_that_are_not_built_are_left_out() -> None:
    stand = {name: node for name, node in nodes().items() if name != "arm001"}
    assert list(tree(cluster(), stand)["all"]["children"]["arm"]["hosts"]) == ["arm002"]


def test_nodes_that_are_built_but_not_wanted_are_left_out_of_the_inventory() -> None:
    assert "arm003" not in json.dumps(tree(cluster(), nodes(built("arm003"))))


@pytest.mark.parametrize(
    ("jump", "public", "expected"),
    [
        (None, None, None),
        ("head001", None, "head001"),
        ("head001", "203.0.113.9", None),  # reached directly
        ("arm001", None, None),  # the jump host itself
    ],
)
def test_the_way_through_a_jump_host(jump: str | None, public: str | None, expected: str | None) -> None:
    node = built("arm001", public_ip=public)
    found = tree(cluster(), nodes(node), jump)["all"]["children"]["arm"]["hosts"]["arm001"]
    words = found["ansible_ssh_common_args"].split()
    assert [word for word in words if word.startswith("ProxyJump")] == (
        [f"ProxyJump={expected}"] if expected else []
    )
    config = ansible_files.ssh_config({"arm001": node}, ACCESS, {"local": jump})
    assert (f"  ProxyJump {expected}\n" in config) == (expected is not None)


def test_only_known_keys_are_trusted() -> None:
    files = connect(cluster(), nodes())
    assert files["known_hosts"] == "arm001 ssh-ed25519 AAAA\n"
    assert "StrictHostKeyChecking yes" in files["ssh_config"]
    assert 'UserKnownHostsFile "/work/demo/known_hosts"' in files["ssh_config"]


def test_ssh_understands_its_configuration(tmp_path: Path) -> None:
    stand = nodes(built("arm002", ssh_host="203.0.113.5", ssh_port=2222, public_ip=None))
    access = Access(tmp_path / "ssh config", tmp_path / "known hosts", tmp_path / "key")
    text = ansible_files.ssh_config(stand, access, {"local": "head001"})
    (tmp_path / "ssh config").write_text(text, encoding="utf-8")
    told = subprocess.run(
        ["ssh", "-G", "-F", str(tmp_path / "ssh config"), "arm002"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for row in (
        "hostname 203.0.113.5", "port 2222", "user admin", "hostkeyalias arm002", "proxyjump head001",
        f"userknownhostsfile {tmp_path}/known hosts", "stricthostkeychecking true", "identitiesonly yes",
    ):  # fmt: skip
        assert row in told


def rendered(tmp_path: Path, more: dict[str, str] | None = None, **facts: Any) -> dict[str, str]:
    folder = software_folder(tmp_path / "mine", "title: Mine\nparts: {node: {}}\n")
    write(folder, more or {})
    one = replace(software("mine", {"node": {}}, **facts), path=folder)
    found = resolve(cluster_text(software={"mine": {"node": "compute"}}), catalogue(software=[one]))
    return ansible_files.render(found.config, found.software)


def test_playbooks_roles_and_plugins_are_copied(tmp_path: Path) -> None:
    extra = {
        "README.md": "x", "molecule/default/molecule.yml": "x", "tests/t.yml": "x", "tasks/__pycache__/a.pyc": "x",
        "files/deep/down/data.txt": "data", "templates/t.j2": "{{ x }}",
    }  # fmt: skip
    files = rendered(tmp_path, extra)
    assert files["ansible/mine.yml"].startswith("- hosts: mine\n")
    assert files["ansible/roles/mine/files/deep/down/data.txt"] == "data"
    assert files["ansible/roles/mine/templates/t.j2"] == "{{ x }}"
    own = {
        name.removeprefix("ansible/roles/mine/") for name in files if name.startswith("ansible/roles/mine/")
    }
    assert own == {"tasks/main.yml", "files/deep/down/data.txt", "templates/t.j2"}
    assert "ansible/roles/base/tasks/main.yml" in files
    assert "ansible/lookup_plugins/ectf_secret.py" in files


def test_roles_that_plays_use_come_along(tmp_path: Path) -> None:
    alone = rendered(tmp_path)
    helped = rendered(tmp_path, roles=["slurm"])  # a role of ours, whatever it is
    added = {name.split("/")[2] for name in helped.keys() - alone.keys()}
    assert added == {"slurm"}


@pytest.mark.parametrize(("count", "forks"), [(1, 5), (20, 20), (1000, 50)])
def test_forks_fit_the_cluster_and_the_machine(count: int, forks: int) -> None:
    found = resolve(cluster_text(groups={"compute": {"count": count}}))
    assert f"forks = {forks}\n" in ansible_files.render(found.config, found.software)["ansible/ansible.cfg"]


def test_the_inventory_of_a_thousand_plain_nodes_is_json() -> None:
    found = resolve(cluster_text(groups={"compute": {"count": 1000}}))
    stand = {node.name: built(node.name, instance_id="x") for node in found.nodes}
    assert json.loads(connect(found, stand)["ansible/hosts.yml"]) == tree(found, stand)


# --- far end: what Ansible itself makes of the hostile values ---

# Ansible takes a mapping of this key in an inventory's JSON for its own mark; as a value it is a word as any.
KEYS = {text[:200]: name for name, text in EVERYTHING.items() if text != "__ansible_unsafe"}
VARIABLES: dict[str, Any] = {
    "tool_texts": {name: [text] for name, text in EVERYTHING.items()},
    "tool_keys": KEYS,
}
WRITE = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.template: {src: all.j2, dest: "{{ here }}"}
      connection: local
      vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
"""
SAY = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {msg: "{{ lookup('ansible.builtin.template', 'all.j2') }}"}
"""
ALL = """{{ {'texts': tool_texts, 'keys': tool_keys, 'address': node_address} | to_json(ensure_ascii=false) }}
{{ tool_texts['jinja expression'][0] }}|{{ tool_texts['newlines'][0] }}|"""
SCRIPT = "#!/bin/sh\ncat '%s'\n"


@pytest.fixture(scope="module")
def far_end(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the inventory as file and as script; the node's own address is hostile as well."""
    folder = tmp_path_factory.mktemp("far")
    found = given(cluster(), VARIABLES)
    stand = {"arm001": built("arm001", address=EVERYTHING["jinja expression"])}
    write(
        folder,
        {
            "hosts.yml": connect(found, stand)["ansible/hosts.yml"],
            "script.json": json.dumps(ansible_files.script_inventory(tree(found, stand)), ensure_ascii=False),
            "script": SCRIPT % (folder / "script.json"),
            "write.yml": WRITE,
            "say.yml": SAY,
            "templates/all.j2": ALL,
        },
    )
    (folder / "script").chmod(0o755)
    return folder


def ansible(folder: Path, tool: str, *words: str) -> str:
    environment = {**BARE, "HOME": str(folder), "LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"}
    ended = subprocess.run(
        [str(Path(sys.executable).with_name(tool)), *words],
        cwd=folder,
        env={**environment, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{BARE['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module", params=["hosts.yml", "script"])
def listed(request: pytest.FixtureRequest, far_end: Path) -> Any:
    return json.loads(ansible(far_end, "ansible-inventory", "-i", request.param, "--list"))


def bare(value: Any) -> Any:
    """Without the marks of `ansible-inventory`."""
    if isinstance(value, dict):
        return (
            bare(value["__ansible_unsafe"])
            if set(value) == {"__ansible_unsafe"}
            else {k: bare(v) for k, v in value.items()}
        )
    return [bare(inner) for inner in value] if isinstance(value, list) else value


def test_ansible_reads_every_value_as_it_was_written(listed: Any) -> None:
    host = bare(listed["_meta"]["hostvars"]["arm001"])
    assert host["tool_texts"] == VARIABLES["tool_texts"]
    assert host["tool_keys"] == VARIABLES["tool_keys"]
    assert host["node_address"] == EVERYTHING["jinja expression"]


def test_ansible_knows_the_same_groups(listed: Any) -> None:
    assert listed["arm"]["hosts"] == ["arm001"]
    assert listed["tool_worker"]["children"] == ["arm", "head"]
    assert set(listed["tool"]["children"]) == {"tool_chief", "tool_worker", "tool_idle"}


def literal(text: str) -> None:
    """What the template gave is what the file says."""
    first, rest = text.split("\n", 1)
    found = json.loads(first)
    assert found["texts"] == VARIABLES["tool_texts"]
    assert found["keys"] == VARIABLES["tool_keys"]
    assert found["address"] == EVERYTHING["jinja expression"]
    assert rest == f"{EVERYTHING['jinja expression']}|{EVERYTHING['newlines']}|"
    assert not Path("/tmp/ectf-was-here").exists()


def test_a_play_writes_every_value_as_it_is(far_end: Path) -> None:
    here = far_end / "written"
    ansible(far_end, "ansible-playbook", "-i", "hosts.yml", "-e", f"here={here}", "write.yml")
    literal(here.read_text(encoding="utf-8"))


def test_a_play_over_the_script_s_inventory_says_the_same(far_end: Path) -> None:
    out = ansible(far_end, "ansible-playbook", "-i", "script", "say.yml")
    (row,) = [row for row in out.split("\n") if '"msg": ' in row]
    literal(json.loads("{" + row + "}")["msg"])
