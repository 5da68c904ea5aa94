"""Measure and print a Markdown report: `python -m benchmarks [own] [up] [plans] [stacks]`.

`own`: `validate` and `render` by number of nodes, and `--help`. `up`: no node to the first finished job on
`local` (image present), by stage, with ectf's own share. `plans`: Terraform's cost of a plan on each cloud's
double, beside a hand-written root module. `stacks`: bare nodes to the first finished job for each of the main kinds of
software, with the shares of download, installation and configuration. Times are of one run on one machine: compare within a report, not
between machines.
"""

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.commands import ectf
from benchmarks.plans import plans
from benchmarks.stacks import stacks

EXAMPLE = Path(__file__).parents[1] / "examples" / "slurm.yaml"
NODE_COUNTS = (10, 100, 1000, 5000)
REPEATS = 3


def median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(REPEATS))


def cluster_file(folder: Path, name: str, workers: int) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("name: demo", f"name: {name}")
    (folder / "cluster.yaml").write_text(text.replace("count: 2", f"count: {workers}"), encoding="utf-8")


def own(folder: Path) -> Iterator[str]:
    yield "| nodes | validate s | render s | render again s |"
    yield "|---|---|---|---|"
    for count in NODE_COUNTS:
        cluster_file(folder, f"bench{count}", count - 1)
        ectf(folder, "validate")
        first = ectf(folder, "render")[0]
        validate = median(lambda: ectf(folder, "validate")[0])
        render = median(lambda: ectf(folder, "render")[0])
        yield f"| {count} | {validate:.2f} | {first:.2f} | {render:.2f} |"
    yield ""
    yield f"`ectf --help`: {median(lambda: ectf(folder, '--help')[0]):.2f} s"


def up(folder: Path) -> Iterator[str]:
    cluster_file(folder, "bench", 2)
    try:
        started = time.monotonic()
        events = [json.loads(line) for line in ectf(folder, "up", "--yes", "--json")[1].splitlines()]
        built = time.monotonic() - started
        ectf(folder, "ssh", "--", "srun", "-N2", "hostname")
        total = time.monotonic() - started
        stages = {one["stage"]: one["seconds"] for one in events if one.get("event") == "stage_done"}
        yield "| stage | s | share |"
        yield "|---|---|---|"
        for stage, seconds in stages.items():
            yield f"| {stage} | {seconds:.1f} | {seconds / total:.0%} |"
        rest = built - sum(stages.values())
        yield f"| ectf itself, beside the tools | {rest:.1f} | {rest / total:.0%} |"
        yield f"| first job by `ectf ssh` | {total - built:.1f} | {(total - built) / total:.0%} |"
        yield f"| **in all** | **{total:.1f}** | |"
        again = ectf(folder, "up", "--yes")[0]
        yield ""
        yield f"`up` again, nothing to change: {again:.1f} s"
    finally:
        ectf(folder, "down", "--yes")


def main(names: Sequence[str]) -> None:
    parts: dict[str, Callable[[Path], Iterator[str]]] = {
        "own": own,
        "up": up,
        "plans": plans,
        "stacks": stacks,
    }
    stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    load = os.getloadavg()[0]
    print(
        f"# Measured {stamp}\n\n{os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f} at start."
    )
    print(ectf(Path.cwd(), "version")[1])
    for name in names or list(parts):
        print(f"## {name}\n")
        with tempfile.TemporaryDirectory(prefix="ectf-bench-") as folder:
            for row in parts[name](Path(folder)):
                print(row, flush=True)
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
