"""Spark's files, rendered by real Ansible for several clusters."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import hostile
from tests.unit.roles import play, roles
from tests.unit.roles.play import MACHINE, Literal, host

SUM = "0123456789abcdef" * 8
FILES = ("spark-defaults.conf", "health.py", "tmpfiles.conf")
TEMPLATES = roles.ROLES / "spark" / "templates"
Texts = dict[str, str]

HOSTS: dict[str, Any] = {
    "master001": host("10.0.0.1", 2, 4096),
    "worker001": host("10.0.0.11", 2, 4096),
    "worker002": host("10.0.0.12", 8, 65536),
}
HOSTILE = {name: value for name, value in hostile.EVERYTHING.items() if "\x00" not in value}


def inventory(**parts: list[str]) -> dict[str, Any]:
    """The hosts with parts of Spark; all of them have Hadoop's edge."""
    children: dict[str, Any] = {
        f"spark_{part}": {"hosts": {one: {} for one in parts.get(part, ())}}
        for part in ("master", "worker", "edge")
    }
    children["spark"] = {"children": {name: {} for name in list(children)}}
    children["hadoop_resourcemanager"] = {"hosts": {"master001": {}}}
    children["hadoop"] = {"hosts": {one: {} for one in HOSTS}}
    return {"all": {"vars": {"cluster_name": "demo"}, "hosts": HOSTS, "children": children}}


STANDALONE = inventory(master=["master001"], worker=["worker001", "worker002"], edge=["master001"])
YARN = inventory(edge=["master001"])


def render(
    folder: Path, tree: Mapping[str, Any], cases: Mapping[str, Mapping[str, Any]], host: str
) -> dict[str, Texts]:
    """A host's files by case, in one run of Ansible."""
    plays: list[dict[str, Any]] = [play.given(MACHINE)]
    for name, variables in cases.items():
        given = {"spark_archive_sha512": SUM, "__spark_part": "worker", **variables}
        files = ("daemon.service", *FILES) if tree is STANDALONE else FILES
        plays.append(
            play.of_role(
                "spark", host, play.rendered("spark", files, folder / f"{name}.json"), variables=given
            )
        )
    ended = play.run(folder, tree, plays)
    assert ended.code == 0, ended.output
    return {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in cases}


def properties(text: str) -> dict[str, str]:
    """What Java reads of a properties file whose lines are all `key=value`."""
    escapes = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
    found = {}
    for line in text.split("\n")[1:-1]:
        key, _, value = line.partition("=")
        assert key not in found and not value.startswith((" ", "\t", "\f"))
        found[key] = re.sub(r"\\(.)", lambda one: escapes.get(one[1], one[1]), value)
    return found


CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "settings": {
        "spark_dynamic_allocation": False,
        "spark_defaults": {"spark.executor.memory": "700m", "spark.ui.enabled": False},
    },
    "hostile": {
        "spark_defaults": {
            f"spark.key{index}": Literal(value) if re.search("{[{%#]", value) else value
            for index, value in enumerate(HOSTILE.values())
        }
    },
}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Texts]:
    return render(tmp_path_factory.mktemp("spark"), STANDALONE, CASES, "worker002")


def test_executors_fit_on_the_smallest_worker(texts: dict[str, Texts]) -> None:
    assert properties(texts["plain"]["spark-defaults.conf"]) == {
        "spark.dynamicAllocation.enabled": "true",
        "spark.dynamicAllocation.shuffleTracking.enabled": "true",
        "spark.executor.cores": "2",
        "spark.executor.memory": "3046m",
        "spark.master": "spark://master001:7077",
        "spark.pyspark.python": "/usr/bin/python3",
    }


def test_a_worker_offers_what_its_host_has(texts: dict[str, Texts]) -> None:
    unit = texts["plain"]["daemon.service"]
    assert "deploy.worker.Worker spark://master001:7077 --host worker002 --webui-port 8082" in unit
    assert "--cores 8 --memory 58342m" in unit
    compile(texts["plain"]["health.py"], "health.py", "exec")
    assert 'WORKERS = ["worker001", "worker002"]' in texts["plain"]["health.py"]


def test_settings_replace_and_add(texts: dict[str, Texts]) -> None:
    found = properties(texts["settings"]["spark-defaults.conf"])
    assert found["spark.executor.memory"] == "700m"
    assert found["spark.ui.enabled"] == found["spark.dynamicAllocation.enabled"] == "false"


def test_hostile_values_arrive_as_they_are(texts: dict[str, Texts]) -> None:
    found = properties(texts["hostile"]["spark-defaults.conf"])
    assert [found[f"spark.key{index}"] for index in range(len(HOSTILE))] == list(HOSTILE.values())


def test_on_yarn_the_edge_is_enough(tmp_path: Path) -> None:
    files = render(tmp_path, YARN, {"yarn": {"spark_master": "yarn"}}, "master001")["yarn"]
    assert properties(files["spark-defaults.conf"])["spark.master"] == "yarn"
    assert "http://master001:8088/" in files["health.py"]
    compile(files["health.py"], "health.py", "exec")


REFUSED: list[dict[str, Any]] = [
    {"spark_archive_sha512": "0" * 127},
    {"spark_archive": "relative.tgz"},
    {"spark_archive_url": "-o/etc/passwd"},
    {"spark_version": "3.5/../.."},
    {"spark_master": "local"},
    {"spark_master": "yarn"},
    {"spark_defaults": {"spark.master": "local"}},
    {"spark_defaults": {"spark.a=b": "c"}},
    {"spark_defaults": {"spark.a\n": "c"}},
    {"spark_defaults": {"other": "c"}},
    {"spark_defaults": {"spark.a": ["b"]}},
    {"spark_defaults": {"spark.a": "\x00"}},
]


def test_what_fits_in_no_file_is_refused(tmp_path: Path) -> None:
    spec = roles.specification("spark")["main"]["options"]
    note = {"ansible.builtin.set_fact": {"accepted": "{{ accepted | default([]) + [index] }}"}}
    checks = [
        {"ansible.builtin.validate_argument_spec": {"argument_spec": spec}},
        {"ansible.builtin.include_role": {"name": "spark", "tasks_from": "validate"}},
        note,
    ]
    plays = [
        {
            "hosts": "spark_master",
            "gather_facts": False,
            "vars": {"spark_archive_sha512": SUM, **variables, "index": index},
            "tasks": [{"block": checks, "rescue": [{"ansible.builtin.meta": "noop"}]}],
        }
        for index, variables in enumerate([*REFUSED, {}])
    ]
    told = {"ansible.builtin.debug": {"msg": "accepted: {{ accepted | default([]) | to_json }}"}}
    last = {"hosts": "spark_master", "gather_facts": False, "tasks": [told]}
    ended = play.run(tmp_path, STANDALONE, [play.given(MACHINE), *plays, last])
    assert ended.code == 0, ended.output
    (found,) = re.findall(r'"msg": "accepted: (.*)"', ended.output)
    assert json.loads(found) == [len(REFUSED)], "only the last one, without any variable, is good"
