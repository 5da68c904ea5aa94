"""What a plan costs by number of nodes: ectf's root module beside a hand-written one, same run, same double.

The other one (`bare/<cloud>.tf`) has the same two resources and one output per node as literal blocks, which is
the cheapest form that Terraform has: with `for_each` a thousand nodes of aws cost it five times as much. It has no
labels, login keys, host keys, hardening, images found by name, or ways to replace a group.

Seconds of processor time and peak memory are Terraform's alone: the double runs in this process.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from elasticluster_tf import cli, host_keys
from tests.provider_double import Double, double

NODE_COUNTS = (10, 100, 1000)
BARE = Path(__file__).parent / "bare"
# The cloud's block of the cluster file, and a type of machine.
CLOUDS = {
    "aws": ({"region": "eu-central-1"}, "c7i.large"),
    "google": ({"project": "my-project-123", "region": "europe-west3"}, "e2-standard-2"),
    "openstack": ({"cloud": "mysite", "external_network": "public"}, "m1.small"),
    "azure": ({"location": "westeurope"}, "Standard_D2as_v5"),
}


@dataclass(frozen=True)
class Cost:
    """What one plan took."""

    wall: float
    processor: float
    memory_mb: float


def plans(folder: Path) -> Iterator[str]:
    """The report's rows."""
    yield "| cloud | nodes | ectf: s | CPU s | MB | by hand: s | CPU s | MB | CPU ratio | memory ratio |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for cloud in CLOUDS:
        for count in NODE_COUNTS:
            ours = _cost(cloud, rendered(folder / f"{cloud}{count}", cloud, count))
            bare = _cost(cloud, by_hand(folder / f"{cloud}{count}-bare", cloud, count))
            cells = " | ".join(
                f"{one.wall:.1f} | {one.processor:.1f} | {one.memory_mb:.0f}" for one in (ours, bare)
            )
            ratios = f"{ours.processor / bare.processor:.2f} | {ours.memory_mb / bare.memory_mb:.2f}"
            yield f"| {cloud} | {count} | {cells} | {ratios} |"


def rendered(folder: Path, cloud: str, count: int) -> Path:
    """ectf's root module as a first `plan` gives it to Terraform: with keys and user data."""
    settings, kind = CLOUDS[cloud]
    common = {"type": kind, "image": "debian-12"}
    groups = {
        "frontend": {"count": 1, "public_ip": True, **common},
        "compute": {"count": count - 1, **common},
    }
    access = {"allow_from": ["198.51.100.0/24"]}
    file = {"name": "bench", "cloud": {"name": cloud, **settings}, "ssh": access, "groups": groups}
    folder.mkdir()
    (folder / "cluster.yaml").write_text(json.dumps(file), encoding="utf-8")
    if cli.run(["render", str(folder / "cluster.yaml"), "--out", str(folder)]):
        raise SystemExit("ectf render failed")
    keys = {name: host_keys.bootstrap() for name in names(count)}
    values = {
        "ssh_public_key": keys["frontend001"].public,
        "bootstrap": {name: key.private for name, key in keys.items()},
        "host_keys": {name: key.public for name, key in keys.items()},
        "user_data": {name: host_keys.user_data(key) for name, key in keys.items()},
    }
    (folder / "ectf.auto.tfvars.json").write_text(json.dumps(values), encoding="utf-8")
    return folder


def by_hand(folder: Path, cloud: str, count: int) -> Path:
    """The other root module."""
    once, node = (BARE / f"{cloud}.tf").read_text(encoding="utf-8").split("# ---\n")
    folder.mkdir()
    blocks = "\n".join(node.replace("NODE", name) for name in names(count))
    (folder / "main.tf").write_text(once + blocks, encoding="utf-8")
    return folder


def names(count: int) -> list[str]:
    """The nodes of a cluster of so many."""
    return ["frontend001", *(f"compute{index:03d}" for index in range(1, count))]


def _cost(cloud: str, folder: Path) -> Cost:
    with tempfile.TemporaryDirectory(prefix="ectf-bench-") as world, double([cloud], Path(world)) as running:
        _terraform(running, folder, "init", "-input=false")
        # As ectf calls it; people's output would be rendered at a cost.
        return _terraform(running, folder, "plan", "-input=false", "-json", "-out=tfplan")


def _terraform(running: Double, folder: Path, *words: str) -> Cost:
    binary = shutil.which("terraform") or "ectf-terraform"
    log = folder / f"{words[0]}.log"
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as out:
        child = subprocess.Popen(
            [binary, *words], cwd=folder, env=running.environment, stdin=subprocess.DEVNULL,
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"terraform {words[0]} failed\n{log.read_text(encoding='utf-8')[-4000:]}")
    return Cost(time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
