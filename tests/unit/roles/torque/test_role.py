"""What Ansible makes of inventory and variables, and what it refuses."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.hostile import HOSTILE
from tests.unit.roles import play, roles
from tests.unit.roles.play import MACHINE, Literal, host

SUM = "0123456789abcdef" * 4
GIVEN = {"torque_archive_url": "https://archive.example.org/torque.tar.gz", "torque_archive_sha256": SUM}
WORKERS = {
    "compute001": {**host("10.0.0.11"), "node_group": "compute"},
    "compute002": {**host("10.0.0.12", cpus=8, node_gpus=2), "node_group": "compute"},
}
FILES = ("mom_config", "maui.cfg", "scheduler")


def inventory(workers: dict[str, Any]) -> dict[str, Any]:
    """One frontend, some workers and a login host."""
    parts = {"torque_server": "frontend", "torque_worker": "compute", "torque_submit": "login"}
    return {
        "all": {
            "vars": {"cluster_name": "demo"},
            "children": {
                "frontend": {"hosts": {"frontend001": host("10.0.0.1")}},
                "login": {"hosts": {"login001": host("10.0.0.2")}},
                "compute": {"hosts": workers},
                **{part: {"children": {group: {}}} for part, group in parts.items()},
                "torque": {"children": {part: {} for part in parts}},
            },
        }
    }


def rendered(folder: Path, *words: str, **variables: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """The files, and the document that the program on the server gets."""
    # Templates are looked for beside the playbook too.
    (folder / "templates").symlink_to(roles.ROLES / "torque" / "templates")
    text = "{{ __torque_wanted | combine({'packages': __torque_packages}) | to_json }}"
    kept = {"keep_json": {"text": text, "path": str(folder / "wanted.json")}}
    tasks = [play.rendered("torque", FILES, folder / "texts.json"), kept]
    variables = {**GIVEN, **variables}
    plays = [play.given(MACHINE), play.of_role("torque", "torque_server", *tasks, variables=variables)]
    ended = play.run(folder, inventory(WORKERS), plays, *words)
    assert ended.code == 0, ended.output
    texts, wanted = (
        json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in ("texts", "wanted")
    )
    return texts, wanted


def test_the_inventory_is_described_whole_in_a_limited_run(tmp_path: Path) -> None:
    texts, wanted = rendered(tmp_path, "--limit", "frontend001")
    assert wanted["nodes"] == {
        "compute001": {"np": 2, "gpus": 0, "properties": "compute"},
        "compute002": {"np": 8, "gpus": 2, "properties": "compute"},
    }
    assert wanted["server_settings"]["submit_hosts"] == ["login001"]
    assert wanted["packages"] == ["libxml2", "libstdc++6", "zlib1g", "openssh-client"]
    assert wanted["queue_settings"]["resources_default.walltime"] == "01:00:00"
    assert texts["mom_config"].splitlines()[1:] == [
        "$pbsserver frontend001",
        "$status_update_time 15",
        "$logevent 255",
        "$usecp *:/home /home",
    ]
    assert "ExecStart=/opt/torque/sbin/pbs_sched\n" in texts["scheduler"]


def test_packages_of_a_site_by_part(tmp_path: Path) -> None:
    named = {"server": ["torque-server"], "worker": ["torque-mom"]}
    _, wanted = rendered(tmp_path, torque_archive_url="", torque_packages=named)
    assert wanted["packages"] == ["torque-server"]


def test_maui_and_settings_that_are_literal(tmp_path: Path) -> None:
    odd = "a {{ 7*7 }} $(id); # \u00fc"
    value = odd.replace("#", "")  # it begins a comment in maui.cfg, and is refused there
    texts, wanted = rendered(
        tmp_path,
        torque_scheduler="maui",
        torque_maui_settings={"BACKFILLPOLICY": "NONE", "QOSCFG[hi]": Literal(value)},
        torque_server_settings={"comment": Literal(odd), "keep_completed": 10},
        torque_queue="work",
    )
    lines = texts["maui.cfg"].splitlines()
    for line in (
        "SERVERHOST frontend001",
        "BACKFILLPOLICY NONE",
        f"QOSCFG[hi] {value}",
        "RMCFG[base] TYPE=PBS",
    ):
        assert lines.count(line) == 1
    assert "BACKFILLPOLICY FIRSTFIT" not in lines
    assert (
        wanted["server_settings"] | {"comment": odd, "keep_completed": 10, "default_queue": "work"}
        == (wanted["server_settings"])
    )
    assert "ExecStart=/opt/maui/sbin/maui\n" in texts["scheduler"]
    assert "Conflicts=pbs_sched.service\n" in texts["scheduler"]


REFUSED: list[dict[str, Any]] = [
    {"torque_archive_url": "", "torque_archive_sha256": ""},
    {"torque_archive_sha256": ""},
    {"torque_archive_sha256": SUM[1:]},
    {"torque_archive_url": "torque.tar.gz"},
    {"torque_archive_url": "https://a b"},
    {"torque_maui_archive_url": "/srv/maui.tar.gz"},
    {"torque_packages": {"server": ["torque; id"]}},
    {"torque_packages": {"master": ["torque"]}},
    {"torque_queue": Literal(HOSTILE["jinja expression"])},
    {"torque_queue": "two words"},
    {"torque_queue": "batch\n"},
    {"torque_scheduler": "moab"},
    {"torque_prefix": "opt"},
    {"torque_home": "/var/'x"},
    {"torque_shared_paths": ["/home x"]},
    {"torque_queue_settings": {"comment": 'say "hi"'}},
    {"torque_queue_settings": {"comment": "a\nset server x"}},
    {"torque_queue_settings": {"bad key": "x"}},
    {"torque_server_settings": {"managers": ["root@a", "b\n"]}},
    {"torque_server_settings": {"comment": {"a": "b"}}},
    {"torque_maui_settings": {"SERVERPORT": 1}},
    {"torque_maui_settings": {"lower": "x"}},
    *({"torque_maui_settings": {"X": text}} for text in ("a # b", "a\\", " a", "#")),
    {"torque_maui_settings": {"LOGLEVEL": "1\nADMIN1 evil"}},
    {"torque_status_seconds": 1},
    {"torque_drain_seconds": -1},
]


def test_what_torque_could_not_read_is_refused(tmp_path: Path) -> None:
    spec = roles.specification("torque")["main"]["options"]
    mark = {"ansible.builtin.set_fact": {"accepted": "{{ accepted | default([]) + [number] }}"}}
    check = [
        {"ansible.builtin.validate_argument_spec": {"argument_spec": spec}},
        {"ansible.builtin.include_role": {"name": "torque", "tasks_from": "validate"}},
        mark,
    ]
    plays = [
        {
            "hosts": "torque_server",
            "gather_facts": False,
            "vars": {**GIVEN, **variables, "number": index},
            "tasks": [{"block": check, "rescue": [{"ansible.builtin.meta": "noop"}]}],
        }
        for index, variables in enumerate([*REFUSED, {}])
    ]
    told = {"ansible.builtin.debug": {"msg": "accepted: {{ accepted | to_json }}"}}
    last = {"hosts": "torque_server", "gather_facts": False, "tasks": [told]}
    ended = play.run(tmp_path, inventory(WORKERS), [play.given(MACHINE), *plays, last])
    assert ended.code == 0, ended.output
    (accepted,) = re.findall(r'"msg": "accepted: (.*)"', ended.output)
    passed = [[*REFUSED, {}][index] for index in json.loads(accepted)]
    assert passed == [{}], "only the last one, with an archive alone, is good"


QSUBS = {"torque", "gridengine", "openpbs"}


@pytest.mark.parametrize("one", sorted(QSUBS))
def test_several_qsubs_are_refused_on_one_host(one: str) -> None:
    facts = yaml.safe_load((roles.ROLES / one / "software.yaml").read_text(encoding="utf-8"))
    assert QSUBS - {one} == set(facts["conflicts"])
