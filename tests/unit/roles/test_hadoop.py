"""Hadoop's XML, units and programs, rendered by real Ansible for several clusters.

`UPDATE_GOLDEN=1 pytest tests/unit/roles/test_hadoop.py` writes the files in golden/hadoop/ anew.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests import hostile
from tests.unit.roles import play, roles
from tests.unit.roles.play import MACHINE, Literal, host

GOLDEN = Path(__file__).parent / "golden" / "hadoop"
TEMPLATES = roles.ROLES / "hadoop" / "templates"
PARTS = ("namenode", "datanode", "resourcemanager", "nodemanager", "history", "edge")
SUM = "0123456789abcdef" * 8
Texts = dict[str, str]
Hosts = Mapping[str, Mapping[str, Any]]
Groups = Mapping[str, Sequence[str]]

MASTER: Hosts = {"master001": host("10.0.0.1", 2, 4096, ansible_user="debian")}
WORKERS: Hosts = {f"worker00{one}": host(f"10.0.0.1{one}", 2, 2048) for one in (1, 2, 3)}
BIG: Hosts = {f"worker00{one}": host(f"10.0.0.1{one}", 16, 65536) for one in (1, 2)}
VOLUMES = {
    "node_volumes": {name: {"device": f"/dev/{name}", "mount": f"/data/{name}"} for name in ("a", "b", "c")}
}
USUAL: Groups = {
    "namenode": ["master001"],
    "resourcemanager": ["master001"],
    "history": ["master001"],
    "datanode": list(WORKERS),
    "nodemanager": list(WORKERS),
}


def inventory(hosts: Hosts, groups: Groups) -> dict[str, Any]:
    """Hosts with parts of the software."""
    children: dict[str, Any] = {
        f"hadoop_{part}": {"hosts": {one: {} for one in groups.get(part, ())}} for part in PARTS
    }
    children["hadoop"] = {"children": {f"hadoop_{part}": {} for part in PARTS}}
    return {"all": {"vars": {"cluster_name": "demo"}, "hosts": dict(hosts), "children": children}}


def all_files(destination: Path) -> play.Task:
    """A task that renders everything of a host into one JSON file, {name: text}."""

    def look_up(name: str, words: str) -> str:
        return f"lookup('ansible.builtin.template', '{TEMPLATES / name}.j2', template_vars={{{words}}})"

    programs = (
        "directories.py",
        "health.py",
        "hook.py",
        "log4j.properties",
        "sysusers.conf",
        "tmpfiles.conf",
    )
    lines = ["{%- set found = {} -%}", "{%- for one in __hadoop_files.values() -%}"]
    lines += [
        f"{{%- set _ = found.update({{one.name: {look_up('site.xml', PROPERTIES)}}}) -%}}",
        "{%- endfor -%}",
    ]
    lines += ["{%- for part in __hadoop_parts -%}"]
    lines += [
        f"{{%- set _ = found.update({{part ~ '.service': {look_up('daemon.service', PART)}}}) -%}}",
        "{%- endfor -%}",
    ]
    lines += [f"{{%- set _ = found.update({{'{name}': {look_up(name, '')}}}) -%}}" for name in programs]
    return {"keep_json": {"text": "".join([*lines, "{{ found | to_json }}"]), "path": str(destination)}}


PROPERTIES = "'__hadoop_properties': one.properties"
PART = "'__hadoop_part': part"


def render(
    folder: Path, hosts: Hosts, groups: Groups, cases: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Texts]]:
    """Every host's files by case, in one run of Ansible."""
    plays: list[dict[str, Any]] = [play.given(MACHINE)]
    for name, variables in cases.items():
        task = all_files(folder / f"{name}-{{{{ inventory_hostname }}}}.json")
        given = {"hadoop_archive_sha512": SUM, **variables}
        plays.append(play.of_role("hadoop", "all", task, variables=given))
    ended = play.run(folder, inventory(hosts, groups), plays)
    assert ended.code == 0, ended.output
    return {
        name: {one: json.loads((folder / f"{name}-{one}.json").read_text(encoding="utf-8")) for one in hosts}
        for name in cases
    }


def properties(text: str) -> dict[str, str]:
    """What an XML parser, as Hadoop has one, reads."""
    root = ElementTree.fromstring(text)
    found = [(one.findtext("name") or "", one.findtext("value") or "") for one in root.findall("property")]
    assert len(found) == len(dict(found)), "a property twice"
    return dict(found)


def marked(value: str) -> str:
    """A text that looks like a template marked as data, as ectf does it."""
    return Literal(value) if re.search("{[{%#]", value) else value


HOSTILE = {
    name: value
    for name, value in hostile.EVERYTHING.items()
    if not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", value)
}
CASES: dict[str, dict[str, Any]] = {
    "usual": {},
    "settings": {
        "hadoop_replication": 2,
        "hadoop_users": ["anna"],
        "hadoop_heap_mb": {"namenode": 777},
        "hadoop_java_options": ["-Dx=a b", Literal('-Dy="$HOME" 100% \\ {{ 1 }}')],
        "hadoop_drain_timeout": 60,
        "hadoop_core_site": {"io.file.buffer.size": 65536, "hadoop.security.authorization": True},
        "hadoop_hdfs_site": {"dfs.namenode.decommission.interval": 30},
        "hadoop_yarn_site": {"yarn.nodemanager.vmem-check-enabled": True},
        "hadoop_mapred_site": {"mapreduce.map.memory.mb": 700},
        "hadoop_capacity_scheduler": {"yarn.scheduler.capacity.root.queues": "default,night"},
    },
    "hostile": {
        f"hadoop_{file}_site": {f"key{index}": marked(value) for index, value in enumerate(HOSTILE.values())}
        for file in ("core", "hdfs", "yarn", "mapred")
    },
}
SHAPES: dict[str, tuple[Hosts, Groups]] = {
    "one host": (
        {"all001": host("10.0.0.1", 4, 8192)},
        {part: ["all001"] for part in ("namenode", "resourcemanager", "datanode", "nodemanager")},
    ),
    "big workers with volumes": (
        {**MASTER, **{name: {**one, **VOLUMES} for name, one in BIG.items()}},
        {**USUAL, "datanode": list(BIG), "nodemanager": list(BIG)},
    ),
    "masters apart and an edge": (
        {
            "names001": {**host("10.0.0.1", 4, 32768), **VOLUMES},
            "queue001": host("10.0.0.2", 2, 8192),
            "jobs001": host("10.0.0.3", 1, 2048),
            "edge001": host("10.0.0.4", 1, 1024),
            **WORKERS,
        },
        {
            **USUAL,
            "namenode": ["names001"],
            "resourcemanager": ["queue001"],
            "history": ["jobs001"],
            "edge": ["edge001"],
        },
    ),
    "blocks and containers on different hosts": (
        {**MASTER, **WORKERS},
        {**USUAL, "datanode": ["worker001"], "nodemanager": ["worker002", "worker003"]},
    ),
    "everything everywhere": (
        {**WORKERS, "worker001": host("10.0.0.11", 2, 4096)},
        {**USUAL, **{part: ["worker001"] for part in ("namenode", "resourcemanager", "history")}},
    ),
    "different workers": (
        {**MASTER, **WORKERS, "fat001": host("10.0.0.31", 32, 262144)},
        {**USUAL, "datanode": [*WORKERS, "fat001"], "nodemanager": [*WORKERS, "fat001"]},
    ),
}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Texts]]:
    return render(tmp_path_factory.mktemp("hadoop"), {**MASTER, **WORKERS}, USUAL, CASES)


def compare(name: str, files: Mapping[str, Texts]) -> None:
    """Hold the XML of every host against what is kept; of hosts that are alike the first one's."""
    found = ""
    for one, rendered in sorted(files.items()):
        for file, text in sorted(rendered.items()):
            if file.endswith(".xml") and (part := f"{file}\n{text}\n".replace(one, "HOST")) not in found:
                found += f"==== {one}: {part}"
    path = GOLDEN / f"{name}.txt".replace(" ", "_")
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["usual", "settings"])
def test_the_xml_of_a_small_cluster_is_as_kept(texts: dict[str, dict[str, Texts]], name: str) -> None:
    compare(name, texts[name])


@pytest.mark.parametrize("name", SHAPES)
def test_the_xml_of_a_shape_is_as_kept(name: str, tmp_path: Path) -> None:
    hosts, groups = SHAPES[name]
    files = render(tmp_path, hosts, groups, {"plain": {}})["plain"]
    compare(name, files)
    for rendered in files.values():
        for file, text in rendered.items():
            if file.endswith(".xml"):
                assert properties(text)


def test_no_more_copies_than_data_nodes(texts: dict[str, dict[str, Texts]], tmp_path: Path) -> None:
    usual = properties(texts["usual"]["master001"]["hdfs-site.xml"])
    assert usual["dfs.replication"] == "3"
    assert properties(texts["settings"]["worker001"]["hdfs-site.xml"])["dfs.replication"] == "2"
    assert "COPIES = 2\n" in texts["settings"]["master001"]["hook.py"]
    hosts, groups = SHAPES["one host"]
    alone = render(tmp_path, hosts, groups, {"plain": {}})["plain"]["all001"]
    assert properties(alone["hdfs-site.xml"])["dfs.replication"] == "1"
    assert properties(alone["mapred-site.xml"])["mapreduce.client.submit.file.replication"] == "1"


def test_settings_replace_and_add(texts: dict[str, dict[str, Texts]]) -> None:
    files = texts["settings"]["master001"]
    core = properties(files["core-site.xml"])
    assert (core["io.file.buffer.size"], core["hadoop.security.authorization"]) == ("65536", "true")
    assert properties(files["hdfs-site.xml"])["dfs.namenode.decommission.interval"] == "30"
    assert properties(files["mapred-site.xml"])["mapreduce.map.memory.mb"] == "700"
    assert (
        properties(files["capacity-scheduler.xml"])["yarn.scheduler.capacity.root.queues"] == "default,night"
    )
    assert "-Xmx777m" in files["namenode.service"]
    assert '("/user/anna", "anna", "anna", "750")' in files["directories.py"]
    assert '("/user/debian", "debian", "debian", "750")' in files["directories.py"]
    assert "PATIENCE = 60 " in files["hook.py"]


def test_systemd_reads_java_options_as_they_are(texts: dict[str, dict[str, Texts]]) -> None:
    unit = texts["settings"]["master001"]["namenode.service"]
    assert '\n  "-Dx=a b" \\\n' in unit
    assert '\n  "-Dy=\\"$$HOME\\" 100%% \\\\ {{ 1 }}" \\\n' in unit


@pytest.mark.parametrize("file", ["core", "hdfs", "yarn", "mapred"])
def test_hostile_values_arrive_as_they_are(texts: dict[str, dict[str, Texts]], file: str) -> None:
    found = properties(texts["hostile"]["worker001"][f"{file}-site.xml"])
    assert [found[f"key{index}"] for index in range(len(HOSTILE))] == list(HOSTILE.values())


def test_a_daemon_is_restarted_for_its_own_files_alone(texts: dict[str, dict[str, Texts]]) -> None:
    usual, other = texts["usual"]["worker001"], texts["settings"]["worker001"]
    stamp = re.compile("^# (core|hdfs|yarn|mapred)-site.xml (.*)$", re.MULTILINE)
    assert dict(stamp.findall(usual["datanode.service"])).keys() == {"core", "hdfs"}
    assert dict(stamp.findall(usual["nodemanager.service"])).keys() == {"core", "yarn"}
    assert stamp.findall(usual["datanode.service"]) != stamp.findall(other["datanode.service"])


def test_directories_are_on_the_volumes(tmp_path: Path) -> None:
    hosts, groups = SHAPES["big workers with volumes"]
    cases: dict[str, dict[str, Any]] = {"all": {}, "some": {"hadoop_volumes": ["b"]}}
    files = render(tmp_path, hosts, groups, cases)
    everywhere = properties(files["all"]["worker001"]["hdfs-site.xml"])["dfs.datanode.data.dir"]
    assert everywhere == ",".join(f"file:///data/{one}/hadoop/data" for one in "abc")
    assert (
        "RequiresMountsFor=/data/a/hadoop /data/b/hadoop /data/c/hadoop\n"
        in files["all"]["worker001"]["datanode.service"]
    )
    assert "d /data/c/hadoop/local 0755 yarn hadoop\n" in files["all"]["worker001"]["tmpfiles.conf"]
    assert (
        properties(files["some"]["worker001"]["yarn-site.xml"])["yarn.nodemanager.local-dirs"]
        == "/data/b/hadoop/local"
    )
    assert (
        properties(files["some"]["master001"]["hdfs-site.xml"])["dfs.namenode.name.dir"]
        == "file:///var/lib/hadoop/name"
    )


def test_the_programs_are_python(texts: dict[str, dict[str, Texts]]) -> None:
    for name in ("directories.py", "health.py", "hook.py"):
        compile(texts["usual"]["master001"][name], name, "exec")


REFUSED: list[dict[str, Any]] = [
    {"hadoop_archive_sha512": "0" * 127},
    {"hadoop_archive_sha512": "0" * 129},
    {"hadoop_archive": "relative.tar.gz"},
    {"hadoop_archive": "/a\nb"},
    {"hadoop_archive_url": "http://x/a b"},
    {"hadoop_archive_url": "-o/etc/passwd"},
    {"hadoop_version": "3.4.2/../../etc"},
    {"hadoop_version": Literal("{{ 1 }}")},
    {"hadoop_replication": 0},
    {"hadoop_drain_timeout": 0},
    {"hadoop_users": ["Robert'); DROP"]},
    {"hadoop_users": ["a\n"]},
    {"hadoop_heap_mb": {"namenod": 1000}},
    {"hadoop_heap_mb": {"namenode": "1000m -Dx"}},
    {"hadoop_java_options": ["Main"]},
    {"hadoop_java_options": ["-Dx=1\nUser=root"]},
    {"hadoop_core_site": {"fs.defaultFS": "file:///"}},
    {"hadoop_hdfs_site": {"dfs.replication": 9}},
    {"hadoop_hdfs_site": {"a<b": "c"}},
    {"hadoop_yarn_site": {"a": "\x00"}},
    {"hadoop_yarn_site": {"a": "\x1b[31m"}},
    {"hadoop_mapred_site": {"a": "\uffff"}},
    {"hadoop_mapred_site": {"a": ["b"]}},
    {"hadoop_capacity_scheduler": {"a": None}},
]


def accepted(folder: Path, hosts: Hosts, groups: Groups, cases: Sequence[Mapping[str, Any]]) -> list[int]:
    """Which cases the role's own checks let pass."""
    spec = roles.specification("hadoop")["main"]["options"]
    note = {"ansible.builtin.set_fact": {"accepted": "{{ accepted | default([]) + [index] }}"}}
    plays = [
        {
            "hosts": "hadoop_namenode[0]",
            "gather_facts": False,
            "vars": {"hadoop_archive_sha512": SUM, **variables, "index": index},
            "tasks": [
                {
                    "block": [
                        {"ansible.builtin.validate_argument_spec": {"argument_spec": spec}},
                        {"ansible.builtin.include_role": {"name": "hadoop", "tasks_from": "validate"}},
                        note,
                    ],
                    "rescue": [{"ansible.builtin.meta": "noop"}],
                }
            ],
        }
        for index, variables in enumerate(cases)
    ]
    told = {"ansible.builtin.debug": {"msg": "accepted: {{ accepted | default([]) | to_json }}"}}
    last = {"hosts": "hadoop_namenode[0]", "gather_facts": False, "tasks": [told]}
    ended = play.run(folder, inventory(hosts, groups), [play.given(MACHINE), *plays, last])
    assert ended.code == 0, ended.output
    (found,) = re.findall(r'"msg": "accepted: (.*)"', ended.output)
    return list(json.loads(found))


def test_what_fits_in_no_file_is_refused(tmp_path: Path) -> None:
    line = {"hadoop_archive_sha512": f"SHA512 (hadoop-3.4.2.tar.gz) = {SUM.upper()}"}
    good: list[dict[str, Any]] = [{}, line]
    found = accepted(tmp_path, {**MASTER, **WORKERS}, USUAL, [*REFUSED, *good])
    assert found == [len(REFUSED), len(REFUSED) + 1]


BAD_HOSTS: dict[str, tuple[Hosts, Groups]] = {
    "unknown memory": (
        {**MASTER, **WORKERS, "worker001": {**host("10.0.0.9"), "node_memory_mb": None}},
        USUAL,
    ),
    "no CPUs": ({**MASTER, **WORKERS, "worker001": host("10.0.0.9", cpus=0)}, USUAL),
    "no data node": ({**MASTER, **WORKERS}, {**USUAL, "datanode": []}),
    "two name nodes": ({**MASTER, **WORKERS}, {**USUAL, "namenode": ["master001", "worker001"]}),
    "no room": ({**MASTER, **WORKERS, "worker001": host("10.0.0.9", memory_mb=1024)}, USUAL),
    "odd mount": (
        {
            **MASTER,
            **WORKERS,
            "worker001": host("10.0.0.9", node_volumes={"a": {"device": "/dev/a", "mount": "/a b"}}),
        },
        USUAL,
    ),
}


@pytest.mark.parametrize("name", BAD_HOSTS)
def test_hosts_that_cannot_do_it_are_refused(name: str, tmp_path: Path) -> None:
    hosts, groups = BAD_HOSTS[name]
    assert accepted(tmp_path, hosts, groups, [{}]) == []
