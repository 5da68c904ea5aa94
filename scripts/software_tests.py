"""Which tests run software on real clusters, and what came out of them, as docs/software-tests.md.

python -m scripts.software_tests files [NAME…]    the test files of all software, or of these
python -m scripts.software_tests report FOLDER    renew the rows of what junit.xml and packages.jsonl tell
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "software-tests.md"
HEAD = """# What was run of the software, on real clusters

`make test-software` runs every software on clusters of the cloud `local`, the long tests too, and writes
this page; `scripts/test-software.sh NAME…` renews some rows. `make test` runs SLURM, Grid Engine, Hadoop and
the mix each time. Packages are those that roles asked for, as the hosts' own logs of apt name them.

| tests | date | result | minutes | packages |
|---|---|---|---|---|
"""
ROW = re.compile(r"\| (test_\w+) \|")
# Clusters of several software, of one on several systems, and of all software.
TOGETHER = ("mix", "systems", "check_mode")


def files(names: Sequence[str]) -> list[Path]:
    """The test files, by the names of software that theirs begin with."""
    known = sorted(path.parent.name for path in (ROOT / "roles").glob("*/software.yaml"))
    wanted = names or [*known, *TOGETHER]
    found = [path for path in sorted((ROOT / "tests" / "e2e").glob("test_*.py")) if _is_of(path, wanted)]
    return [path.relative_to(ROOT) for path in found]


def _is_of(path: Path, names: Sequence[str]) -> bool:
    stem = path.stem.removeprefix("test_")
    return any(stem == name or stem.startswith(f"{name}_") for name in names)


def rows(folder: Path) -> dict[str, str]:
    """A row of the page for each test file of a run."""
    counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for case in ElementTree.parse(folder / "junit.xml").iter("testcase"):  # noqa: S314 - our own file
        name = case.get("classname", "").rpartition(".")[2]
        outcome = next((one.tag for one in case if one.tag in ("failure", "error", "skipped")), "passed")
        counts[name][outcome] += 1
        counts[name]["seconds"] += float(case.get("time", 0))
    packages = _packages(folder / "packages.jsonl")
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    cells = {
        name: (name, date, _result(found), f"{found['seconds'] / 60:.1f}", packages.get(name, ""))
        for name, found in counts.items()
    }
    return {name: f"| {' | '.join(row)} |" for name, row in cells.items()}


def _result(found: dict[str, float]) -> str:
    words = {"passed": "passed", "skipped": "skipped", "failure": "failed", "error": "broken"}
    return ", ".join(f"{found[key]:.0f} {word}" for key, word in words.items() if found.get(key))


def _packages(file: Path) -> dict[str, str]:
    """By test file, what was installed on each system."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    for line in map(json.loads, lines):
        found[line["tests"]][line["system"]].update(asked_for(line["log"]))
    return {
        name: "; ".join(
            f"{system}: {', '.join(sorted(packages))}" for system, packages in sorted(systems.items())
        )
        for name, systems in found.items()
    }


def asked_for(log: str) -> Iterator[str]:
    """Packages with versions that were installed for themselves, by apt's own log of a host."""
    for line in log.splitlines():
        if line.startswith("Install: "):
            for name, version, automatic in re.findall(r"([^\s,:]+):\w+ \(([^,)]+)(, automatic)?\)", line):
                if not automatic:
                    yield f"{name} {version}"


def page(new: dict[str, str], old: str) -> str:
    """The page with these rows in place of older ones."""
    kept = {match[1]: line for line in old.splitlines() if (match := ROW.match(line))}
    return HEAD + "".join(f"{row}\n" for _, row in sorted({**kept, **new}.items()))


if __name__ == "__main__":
    command, *words = sys.argv[1:]
    if command == "files":
        sys.stdout.write("".join(f"{path}\n" for path in files(words)))
    else:
        PAGE.write_text(
            page(rows(Path(words[0])), PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""),
            encoding="utf-8",
        )
