"""`ectf render`, `ectf inventory`."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from elasticluster_tf import cli
from tests.builders import BARE, Terrain, cluster_text, echo_file, write


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_rendering_twice_gives_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"cluster.yaml": cluster_text()})
    file, folder = str(tmp_path / "cluster.yaml"), tmp_path / ".ectf" / "demo"
    assert cli.run(["render", "--check", file]) == 2
    assert not folder.exists()
    assert cli.run(["render", file]) == 0
    first = tree(folder)
    assert cli.run(["render", file, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "format": 1, "kind": "render", "folder": str(folder), "changed": [], "removed": [],
    }  # fmt: skip
    assert tree(folder) == first
    assert cli.run(["render", "--check", file]) == 0
    assert cli.run(["render", "--check", file, "--set", "groups.compute.count=2"]) == 2
    assert tree(folder) == first


def test_rendering_elsewhere_is_fit_to_be_committed(tmp_path: Path) -> None:
    write(tmp_path, {"cluster.yaml": cluster_text()})
    for name in ("one", "two"):
        assert cli.run(["render", "--out", str(tmp_path / name), str(tmp_path / "cluster.yaml")]) == 0
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert ".gitignore" not in tree(tmp_path / "one")
    assert not (tmp_path / ".ectf").exists()
    assert str(tmp_path).encode() not in b"".join(tree(tmp_path / "one").values())


def test_an_inventory_of_nothing_fails_loudly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"cluster.yaml": echo_file(1)})
    assert cli.run(["inventory", str(tmp_path / "cluster.yaml")]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "no node of `demo` is built" in shown.err


def test_the_inventory_of_a_cluster_and_of_a_host(three: Terrain, capsys: pytest.CaptureFixture[str]) -> None:
    write(three.folder, {"cluster.yaml": echo_file(3)})
    file = str(three.folder / "cluster.yaml")
    assert cli.run(["inventory", file]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["compute"]["hosts"] == ["compute001", "compute002", "compute003"]
    assert cli.run(["inventory", "--host", "compute002", file]) == 0
    assert json.loads(capsys.readouterr().out) == found["_meta"]["hostvars"]["compute002"]


def test_the_work_folder_serves_its_inventory_to_stock_ansible(three: Terrain) -> None:
    write(three.folder, {"cluster.yaml": echo_file(3)})
    assert cli.run(["render", str(three.folder / "cluster.yaml")]) == 0
    moved = three.folder.with_name("moved")
    shutil.move(three.folder, moved)
    workdir = moved / ".ectf" / "demo"
    programs = Path(sys.executable).parent
    out = subprocess.check_output(
        [str(programs / "ansible-inventory"), "-i", str(workdir / "ansible" / "inventory"), "--list"],
        env={
            **BARE,
            "HOME": str(moved),
            "LC_ALL": "C.UTF-8",
            "PATH": f"{programs}{os.pathsep}{BARE['PATH']}",
        },
        cwd="/",
        text=True,
    )
    host = json.loads(out)["_meta"]["hostvars"]["compute001"]
    assert host["ansible_host"] == "192.0.2.1"
    assert f"-F {workdir}/ssh_config" in host["ansible_ssh_common_args"]
