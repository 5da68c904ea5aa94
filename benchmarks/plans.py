"""What a plan costs by number of nodes: ectf's root module beside one written by hand, same run, same double.

The other one (`bare/<cloud>.tf`) makes the same cluster of the same resources with the same values (a test compares
them): one flat module of literal blocks, with literal values where ectf has settings, and in the form that is the
cheapest for Terraform: with `for_each`, or an output per node, a thousand nodes cost it twice as much and more. It has
none of what ectf needs to find nodes again one by one, to know the cluster again, to replace a group, or to make
another cluster than this.

ectf's is planned as ectf runs Terraform, with less garbage collection, and once more with Terraform's own settings, which
the one by hand has. Seconds of processor time and peak memory are Terraform's alone: the double runs in this process.
Seconds of waiting are those of a user, whose Terraform starts the provider: here the double, which answers at once what a
cloud needs a request for. Of small clusters the best of several runs counts.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from elasticluster_tf import cli, host_keys
from elasticluster_tf.terraform.runner import GO_RUNTIME
from tests.provider_double import double, environment
from tests.provider_double.install import install

# How often each is measured.
NODE_COUNTS = {10: 5, 100: 3, 1000: 1}
BARE = Path(__file__).parent / "bare"
MODULES = Path(__file__).parents[1] / "terraform_modules"
_PER_NODE = re.compile(r"^ *# per node\n(.*?)^ *# end\n", re.M | re.S)
_FILE = re.compile(r'\bfile\("([a-z.-]+)"\)')
# The cloud's block of the cluster file, and a type of machine.
CLOUDS: dict[str, tuple[dict[str, Any], str]] = {
    "aws": ({"region": "eu-central-1", "zones": ["eu-central-1a"]}, "c7i.large"),
    "google": (
        {"project": "my-project-123", "region": "europe-west3", "zone": "europe-west3-a"},
        "e2-standard-2",
    ),
    "openstack": (
        {"cloud": "mysite", "external_network": "public", "site_images": {"debian-12": "debian-12"}},
        "m1.small",
    ),
    "azure": ({"location": "westeurope"}, "Standard_D2as_v5"),
}


@dataclass(frozen=True)
class Cost:
    """What one plan took."""

    processor: float
    memory_mb: float
    seconds: float


def plans(folder: Path) -> Iterator[str]:
    """The report's rows."""
    yield (
        "| cloud | nodes | ectf: CPU s | MB | the same settings: CPU s | MB | by hand: CPU s | MB | ratios of CPU "
        "| ectf: waiting s | by hand: waiting s | ratio | load |"
    )
    yield f"|{'---|' * 13}"
    for cloud in CLOUDS:
        for count, repeats in NODE_COUNTS.items():
            ours = rendered(folder / f"{cloud}{count}", cloud, count)
            bare = by_hand(folder / f"{cloud}{count}-bare", cloud, count)
            ways: tuple[tuple[Path, Mapping[str, str]], ...] = ((ours, GO_RUNTIME), (ours, {}), (bare, {}))
            runs = [[planned(cloud, *way) for way in ways] for _ in range(repeats)]
            best = [_best(of_one) for of_one in zip(*runs, strict=True)]
            cells = " | ".join(f"{one.processor:.2f} | {one.memory_mb:.0f}" for one in best)
            ratios = ", ".join(f"{one.processor / best[-1].processor:.2f}" for one in best[:-1])
            both = (ways[0], ways[-1])
            waited = [[waited_for(cloud, *way) for way in both] for _ in range(repeats)]
            ectf, hand = (_best(of_one).seconds for of_one in zip(*waited, strict=True))
            cells += f" | {ratios} | {ectf:.2f} | {hand:.2f} | {ectf / hand:.2f}"
            yield f"| {cloud} | {count} | {cells} | {os.getloadavg()[0]:.0f} |"


def _best(costs: Sequence[Cost]) -> Cost:
    return Cost(
        min(one.processor for one in costs),
        min(one.memory_mb for one in costs),
        min(one.seconds for one in costs),
    )


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
    _write(folder / "ectf.auto.tfvars.json", secrets(count))
    return folder


@cache
def secrets(count: int) -> dict[str, Any]:
    """What no file of the cluster's holds: its login key, and each node's first host key with the user data for it."""
    keys = {name: host_keys.bootstrap() for name in names(count)}
    return {
        "ssh_public_key": keys["frontend001"].public,
        "bootstrap": {name: key.private for name, key in keys.items()},
        "host_keys": {name: key.public for name, key in keys.items()},
        "user_data": {name: host_keys.user_data(key) for name, key in keys.items()},
    }


def _write(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values), encoding="utf-8")


def by_hand(folder: Path, cloud: str, count: int) -> Path:
    """The other root module: `bare/<cloud>.tf`, with what is marked there written once per compute node."""
    text = (BARE / f"{cloud}.tf").read_text(encoding="utf-8")
    folder.mkdir()
    (folder / "main.tf").write_text(_PER_NODE.sub(lambda part: _each(part[1], count), text), encoding="utf-8")
    for file in _FILE.findall(text):
        shutil.copy(MODULES / cloud / file, folder)
    given = {name: value for name, value in secrets(count).items() if f'variable "{name}"' in text}
    _write(folder / "by-hand.auto.tfvars.json", given)
    return folder


def _each(part: str, count: int) -> str:
    return "\n".join(part.replace("NODE", name) for name in names(count)[1:])


def names(count: int) -> list[str]:
    """The nodes of a cluster of so many."""
    return ["frontend001", *(f"compute{index:03d}" for index in range(1, count))]


def planned(cloud: str, folder: Path, more: Mapping[str, str] = MappingProxyType({})) -> Cost:
    """What a plan of the root module in `folder` takes of Terraform alone; it is left there as `tfplan`."""
    with tempfile.TemporaryDirectory(prefix="ectf-bench-") as world, double([cloud], Path(world)) as running:
        return _plan(folder, {**running.environment, **more})


def waited_for(cloud: str, folder: Path, more: Mapping[str, str] = MappingProxyType({})) -> Cost:
    """The same when Terraform starts the provider."""
    with tempfile.TemporaryDirectory(prefix="ectf-bench-") as world:
        shutil.rmtree(folder / "terraform.d", ignore_errors=True)
        install(folder, cloud, Path(world))
        return _plan(folder, environment(**more))


def _plan(folder: Path, environment: Mapping[str, str]) -> Cost:
    # The launcher names its world, so that its digest is another one each time.
    (folder / ".terraform.lock.hcl").unlink(missing_ok=True)
    _terraform(folder, environment, "init", "-input=false")
    # As ectf calls it; people's output would be rendered at a cost.
    return _terraform(folder, environment, "plan", "-input=false", "-json", "-out=tfplan")


def _terraform(folder: Path, environment: Mapping[str, str], *words: str) -> Cost:
    binary = shutil.which("terraform") or "ectf-terraform"
    log = folder / f"{words[0]}.log"
    with log.open("w", encoding="utf-8") as out:
        began = time.monotonic()
        child = subprocess.Popen(
            [binary, *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"terraform {words[0]} failed\n{log.read_text(encoding='utf-8')[-4000:]}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, seconds)
