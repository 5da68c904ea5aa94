"""The names that the role `base` gives."""

import json
from pathlib import Path
from typing import Any

from tests.unit.roles import play
from tests.unit.roles.play import host

INVENTORY: dict[str, Any] = {
    "all": {
        "vars": {"cluster_name": "demo"},
        "children": {
            "frontend": {"hosts": {"frontend001": host("10.0.0.1")}},
            "compute": {"hosts": {"compute001": host("10.0.0.11"), "compute002": host("fd00::12")}},
            "others": {"hosts": {"elsewhere": {"ansible_connection": "local"}}},
        },
    }
}


def hosts_block(folder: Path, *words: str, **variables: str) -> list[str]:
    steps = [
        {
            "ansible.builtin.include_vars": {
                "file": str(play.REPOSITORY / "roles" / "base" / "defaults" / "main.yml")
            }
        },
        {"ansible.builtin.set_fact": variables} if variables else {"ansible.builtin.meta": "noop"},
        play.rendered("base", ["hosts"], folder / "texts.json"),
    ]
    plays = [{"hosts": "frontend", "gather_facts": False, "tasks": steps}]
    ended = play.run(folder, INVENTORY, plays, *words)
    assert ended.code == 0, ended.output
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    return sorted(texts["hosts"].splitlines())


def test_a_limited_run_names_all_hosts(tmp_path: Path) -> None:
    block = hosts_block(tmp_path, "--limit", "frontend001")
    assert block == ["10.0.0.1 frontend001", "10.0.0.11 compute001", "fd00::12 compute002"]


def test_the_short_name_comes_first(tmp_path: Path) -> None:
    block = hosts_block(tmp_path, base_domain="hpc.example.org")
    assert block[0] == "10.0.0.1 frontend001 frontend001.hpc.example.org"


def files_of(folder: Path, manager: str, **mirrors: str) -> dict[str, str]:
    """Path → content of what the role writes on hosts of a package manager, but the names of hosts."""
    inventory = {"all": {**INVENTORY["all"], "vars": {"cluster_name": "demo", "cluster_mirrors": mirrors}}}
    role = play.REPOSITORY / "roles" / "base"
    text = "{{ __base_files_wanted | to_json }}"
    steps = [
        {"given_facts": {"facts": {"ansible_facts": {"pkg_mgr": manager}, "pkg_mgr": manager}}},
        {"ansible.builtin.include_vars": {"file": str(role / "defaults" / "main.yml")}},
        {"ansible.builtin.include_vars": {"file": str(role / "vars" / "main.yml")}},
        {
            "ansible.builtin.set_fact": {
                "base_domain": "",
                "__base_hosts_file": {"path": "/etc/hosts", "content": ""},
            }
        },
        {"ansible.builtin.copy": {"content": text, "dest": str(folder / "files.json"), "mode": "0600"}},
    ]
    ended = play.run(folder, inventory, [{"hosts": "frontend", "gather_facts": False, "tasks": steps}])
    assert ended.code == 0, ended.output
    found = json.loads((folder / "files.json").read_text(encoding="utf-8"))
    return {one["path"]: one["content"] for one in found if one["path"] not in ("/etc/hosts", "/etc/fstab")}


def test_mirrors_reach_every_package_manager(tmp_path: Path) -> None:
    told = {"apt": "http://cache:3142", "yum": "http://cache:3143", "pip": "https://index/simple"}
    assert files_of(tmp_path, "apt", **told) == {
        "/etc/xdg/pip/pip.conf": "[global]\nindex-url = https://index/simple",
        "/etc/apt/apt.conf.d/80ectf": 'Acquire::Retries "3";\nDPkg::Lock::Timeout "300";\n'
        'Acquire::http::Proxy "http://cache:3142";\nAcquire::https::Proxy "http://cache:3142";\n',
    }
    assert files_of(tmp_path, "dnf", **told)["/etc/dnf/dnf.conf"] == "proxy=http://cache:3143"


def test_without_mirrors_the_image_s_own_count(tmp_path: Path) -> None:
    assert files_of(tmp_path, "apt") == {
        "/etc/xdg/pip/pip.conf": "",
        "/etc/apt/apt.conf.d/80ectf": 'Acquire::Retries "3";\nDPkg::Lock::Timeout "300";\n',
    }
    assert files_of(tmp_path, "dnf")["/etc/dnf/dnf.conf"] == ""


def test_disks_are_mounted_and_what_containers_bring_is_left_alone(tmp_path: Path) -> None:
    volumes = {
        "scratch": {"device": "/dev/disk/by-id/virtio-1", "mount": "/scratch"},
        "raw": {"device": "/dev/disk/by-id/virtio-2", "mount": None},
        "brought": {"device": "/data", "mount": "/data"},
        "unknown": {"device": None, "mount": "/later"},
    }
    inventory = {
        "all": {"hosts": {"a001": {**host("10.0.0.1"), "node_volumes": volumes}, "b001": host("10.0.0.2")}}
    }
    role = play.REPOSITORY / "roles" / "base"
    text = "{{ {'volumes': __base_volumes, 'fstab': __base_fstab.content} | to_json }}"
    dest = f"{tmp_path}/{{{{ inventory_hostname }}}}.json"
    steps = [
        {"ansible.builtin.include_vars": {"file": str(role / "vars" / "main.yml")}},
        {"ansible.builtin.copy": {"content": text, "dest": dest, "mode": "0600"}},
    ]
    ended = play.run(tmp_path, inventory, [{"hosts": "all", "gather_facts": False, "tasks": steps}])
    assert ended.code == 0, ended.output
    with_disks, without = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("a001", "b001"))
    assert with_disks["volumes"] == [
        {"name": "scratch", "device": "/dev/disk/by-id/virtio-1", "mount": "/scratch"}
    ]
    (line,) = with_disks["fstab"].strip().splitlines()
    assert line.split()[:3] == ["/dev/disk/by-id/virtio-1", "/scratch", "auto"]
    assert {"nofail", "x-systemd.before=local-fs.target"} <= set(line.split()[3].split(","))
    assert (without["volumes"], without["fstab"].strip()) == ([], "")
