"""Cluster files and what is rendered from them, byte for byte.

A case is a folder: cluster.yaml, `expected/`, and where wanted case.yaml (`files`, `set`, `environment`,
`digested`: files kept as digests) and built.json (Terraform's outputs and the nodes there are, from which
inventory, ssh_config and known_hosts come). `UPDATE_GOLDEN=1 pytest tests/golden` writes `expected/` anew.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import Cluster, Source, World, ansible_files, documents, host_keys
from elasticluster_tf.ansible_files import Access
from elasticluster_tf.nodes import BuiltNode
from elasticluster_tf.terraform import state
from tests.builders import CACHE, shipped, stored

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/cluster.yaml"))
WORKDIR = Path("/work/demo")
DIGESTS = "digests.json"


def rendered(folder: Path) -> dict[str, str]:
    """Every file of ectf's own making; files copied from modules and roles would only repeat them."""
    case = described(folder)
    files = tuple(folder / name for name in case.get("files", ["cluster.yaml"]))
    source = Source(files, case.get("environment", {}), CACHE, tuple(case.get("set", [])))
    source.__dict__["catalogue"] = shipped()  # read once for all cases
    cluster = Cluster(source, World({}, CACHE), WORKDIR)
    found = {name: text for name, text in cluster.rendered().items() if not copied(name)}
    if (folder / "built.json").is_file():
        built = json.loads((folder / "built.json").read_text(encoding="utf-8"))
        found.update(connected(cluster, built["outputs"], built["nodes"]))
    digested = {name: digest(found.pop(name)) for name in case.get("digested", [])}
    if digested:
        found[DIGESTS] = json.dumps(digested, indent=2) + "\n"
    return found


def described(folder: Path) -> dict[str, Any]:
    file = folder / "case.yaml"
    found = documents.plain(file.read_text(encoding="utf-8")) if file.is_file() else {}
    assert isinstance(found, dict)
    return found


def copied(name: str) -> bool:
    """Whether a file is the same for every cluster. (`.gitignore` would hide the expected files besides.)"""
    parts = name.split("/")
    if parts[0] == "modules":
        return parts[-1] != "nodes.tf"
    if parts[0] == "ansible":
        return name not in ("ansible/site.yml", "ansible/ansible.cfg")
    return name == ".gitignore"


def connected(cluster: Cluster, outputs: Mapping[str, Any], nodes: Mapping[str, Any]) -> dict[str, str]:
    """What comes of the state that has these outputs and nodes."""
    found = cluster.resolved
    places = {node.name: node.cloud for node in found.nodes}
    raw = stored(
        [BuiltNode(name=name, cloud=places[name], **values) for name, values in nodes.items()],
        outputs={name: {"value": value} for name, value in outputs.items()},
    )
    stood = state.parse(raw)
    key = found.config.ssh.private_key
    access = Access(WORKDIR / "ssh_config", WORKDIR / "known_hosts", WORKDIR / (key or "login_key"))
    pinned = host_keys.known_hosts(stood.nodes, stood.bootstrap, stood.record.host_keys, None)
    return ansible_files.connect(
        found.config,
        found.software,
        found.nodes,
        stood.nodes,
        access,
        stood.bastions,
        stood.bootstrap,
        pinned,
    )


def digest(text: str) -> dict[str, Any]:
    return {"lines": text.count("\n"), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def on_disk(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("case", CASES)
def test_what_is_rendered_is_what_is_expected(case: str) -> None:
    expected = HERE / case / "expected"
    found = rendered(HERE / case)
    if os.environ.get("UPDATE_GOLDEN"):
        shutil.rmtree(expected, ignore_errors=True)
        for name, text in found.items():
            (expected / name).parent.mkdir(parents=True, exist_ok=True)
            (expected / name).write_bytes(text.encode())
    wanted = on_disk(expected)
    assert sorted(found) == sorted(wanted)
    for name, text in found.items():
        assert text == wanted[name], name


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 8
