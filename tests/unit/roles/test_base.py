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
