"""A reviewed plan of a cluster that lives: one machine that is replaced, one variable that changes, money and hosts."""

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from elasticluster_tf import cli, plan
from elasticluster_tf.pipeline import recording
from elasticluster_tf.pipeline.run import begin
from tests.contract.clouds.steps import Walk
from tests.contract.clouds.test_google import SITE
from tests.provider_double import double


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    with double(["google"], tmp_path / "world") as cloud:
        (tmp_path / "cluster").mkdir()
        yield configured(Walk(tmp_path / "cluster", SITE, cloud))


def configured(walk: Walk) -> Walk:
    """A cluster that was built, and whose hosts count as configured."""
    walk.file["groups"]["compute"] |= {"count": 1, "zone": "europe-west3-a"}
    walk.file["groups"]["other"] = {"count": 1, "type": "e2-standard-2", "image": "debian-12"}
    walk.file["software"]["slurm"]["vars"] = {"slurm_node_timeout": 300}
    walk.up()
    cluster = walk.cluster
    state, found = cluster.state(), cluster.resolved
    record = plan.wanted(found.config, found.software, found.nodes, state.nodes, cluster.rendered())
    with begin(cluster.workdir, "configure", cluster.world) as run:
        recording.write(run, state, record)
    assert not cluster.plan().pending
    return walk


def untouched(folder: Path) -> dict[str, bytes]:
    """Every file outside the work folder."""
    return {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".ectf" not in path.parts
    }


def test_one_replacement_and_one_variable(
    walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    walk.file["groups"]["compute"] |= {"zone": "europe-west3-b", "type": SITE.types[1]}
    walk.file["software"]["slurm"]["vars"] = {"slurm_node_timeout": 200}
    cluster = walk.cluster
    for program in ("ssh", "scp", "sftp"):  # whoever calls these leaves a trace
        trap = tmp_path / "bin" / program
        trap.parent.mkdir(exist_ok=True)
        trap.write_text(f"#!/bin/sh\necho {program} >>{tmp_path}/contacted\nexit 1\n", encoding="utf-8")
        trap.chmod(0o755)
    environment = {**cluster.world.environment, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    before = untouched(walk.folder)
    file = str(walk.folder / "cluster.yaml")
    assert cli.run(["plan", "--json", "--detailed-exitcode", file]) == 2
    found = json.loads(capsys.readouterr().out)

    (node,) = found["infrastructure"]["nodes"]
    assert (node["name"], node["action"]) == ("compute001", "replace")
    forced = [one for resource in node["resources"] for one in resource["forced_by"]]
    zones = [(one["before"], one["after"]) for one in forced if one["attribute"] == "zone"]
    assert ("europe-west3-a", "europe-west3-b") in zones
    runs = {(one["software"], one["group"]): one for one in found["configuration"]["runs"]}
    (changed,) = [one for one in runs[("slurm", "frontend")]["reasons"] if one["kind"] == "variables"]
    assert changed["variables"] == [
        {"name": "slurm_node_timeout", "before": 300, "after": 200, "secret": False}
    ]
    assert runs[("slurm", "compute")]["reasons"][0]["kind"] == "replaced"
    hosts = {host for one in runs.values() for host in one["hosts"]}
    assert hosts == {"frontend001", "compute001"}
    assert "other001" in found["configuration"]["addresses"]
    now, after = (Decimal(found["cost"][when]["hourly"]) for when in ("now", "after"))
    assert after > now > 0
    groups = {
        one["group"]: Decimal(one["after"]["hourly"]) - Decimal(one["now"]["hourly"])
        for one in found["cost"]["groups"]
    }
    assert groups["compute"] == after - now
    assert [one["outcome"] for one in found["risks"] if one["rule"] == "max-cost"] == ["passed"]

    assert not (tmp_path / "contacted").exists()
    assert untouched(walk.folder) == before
