"""What every host is to be configured from, by the file and what is built."""

from pathlib import Path

from elasticluster_tf import plan
from elasticluster_tf import software as softwares
from tests.builders import built, catalogue, resolve, software, software_folder

TEXT = """
name: demo
groups: {a: {count: 1}, b: {count: 1}}
software:
  late: {worker: b}
  early: {worker: [a, b]}
"""
FILES = {"ansible/after/1/x.yml": "1", "ansible/before/1/x.yml": "1", "ansible/own_roles/plain/x": "1"}


def test_setups_stand_in_the_order_in_which_they_run() -> None:
    found = resolve(TEXT, catalogue(software=[software("late"), software("early")]))
    nodes = {node.name: built(node.name) for node in found.nodes}
    record = plan.wanted(found.config, found.software, found.nodes, nodes, FILES)
    assert list(dict.fromkeys(one.software for one in record.setups.values())) == [
        "base",
        "before",
        "late",
        "early",
        "after",
    ]
    assert list(record.setups_of("a001")) == ["base", "before", "early", "after"]


def test_of_a_host_that_is_not_built_only_its_name_is_known() -> None:
    found = resolve(TEXT, catalogue(software=[software("late"), software("early")]))
    record = plan.wanted(found.config, found.software, found.nodes, {"a001": built("a001")}, {})
    assert record.nodes["b001"].instance_id == record.nodes["b001"].facts == "unknown"
    assert record.nodes["a001"].facts != "unknown"
    assert {one.addresses for one in record.nodes.values()} == {"unknown"}


def test_software_of_the_user_s_own_counts_the_roles_beside_it(tmp_path: Path) -> None:
    own = softwares.load(software_folder(tmp_path / "mine", "title: Mine\nparts: {worker: {}}\n"))
    text = "name: demo\ngroups: {a: {count: 1}}\nsoftware: {mine: {worker: a}}\n"
    found = resolve(text, catalogue(software=[own]))
    nodes = {"a001": built("a001")}
    first, second = (
        plan.wanted(found.config, found.software, found.nodes, nodes, {"ansible/own_roles/plain/x": body})
        for body in ("1", "2")
    )
    assert first.setups_of("a001")["mine"].role != second.setups_of("a001")["mine"].role
    assert first.setups_of("a001")["base"] == second.setups_of("a001")["base"]
