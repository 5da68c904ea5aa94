"""Which tests run software on real clusters, and what came out of them, as docs/software-tests.md.

python -m scripts.software_tests files [NAME…]    the test files of all software, or of these
python -m scripts.software_tests report FOLDER    renew the rows of what junit.xml and packages.jsonl tell

ECTF_TESTED_IMAGE names the system that they run on, if not the usual one.
"""

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "software-tests.md"
HEAD = """# What was run of the software, on real clusters

`make test-software` runs every software on clusters of the cloud `local`, the long tests too, and writes
this page; `scripts/test-software.sh [--image SYSTEM] NAME…` renews some rows. `make test` runs SLURM, Grid
Engine, Hadoop and the mix each time. A software is refused on systems that its facts don't name. What no test
can run here stands on its own page in [software/](software/).

"""
TABLE = """
## Each run

Packages are those that roles asked for, as the hosts' own logs of apt name them.

| tests | system | date | result | minutes | packages |
|---|---|---|---|---|---|
"""
ROW = re.compile(r"\| (test_\w+) \| ([^ |]+) \|")
USUAL_IMAGE = "debian-12"
# Clusters of several software.
TOGETHER = ("mix",)
# Tests with systems of their own, whatever the others run on: what their rows say.
OWN_SYSTEMS = {"systems": "several", "check_mode": USUAL_IMAGE}
Key = tuple[str, str]


def files(names: Sequence[str], image: str = USUAL_IMAGE) -> list[Path]:
    """The test files of these software, or of all that the system can have."""
    unsupported = [name for name, systems in _supported().items() if systems and image not in systems]
    if refused := [name for name in names if name in (*unsupported, *OWN_SYSTEMS) and image != USUAL_IMAGE]:
        sys.exit(f"not for {image}: {', '.join(refused)}")
    known = [name for name in _supported() if name not in unsupported]
    wanted = names or [*known, *TOGETHER, *(OWN_SYSTEMS if image == USUAL_IMAGE else ())]
    found = [path for path in sorted((ROOT / "tests" / "e2e").glob("test_*.py")) if _is_of(path, wanted)]
    return [path.relative_to(ROOT) for path in found]


def _supported() -> dict[str, list[str]]:
    """The systems that each software names in its facts."""
    found = sorted((ROOT / "roles").glob("*/software.yaml"))
    return {path.parent.name: YAML(typ="safe").load(path).get("supported", []) for path in found}


def _is_of(path: Path, names: Sequence[str]) -> bool:
    stem = path.stem.removeprefix("test_")
    return any(stem == name or stem.startswith(f"{name}_") for name in names)


def rows(folder: Path, image: str = USUAL_IMAGE) -> dict[Key, str]:
    """A row of the page for each test file of a run on a system."""
    counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for case in ElementTree.parse(folder / "junit.xml").iter("testcase"):  # noqa: S314 - our own file
        name = case.get("classname", "").rpartition(".")[2]
        outcome = next((one.tag for one in case if one.tag in ("failure", "error", "skipped")), "passed")
        counts[name][outcome] += 1
        counts[name]["seconds"] += float(case.get("time", 0))
    packages = _packages(folder / "packages.jsonl")
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    own = {f"test_{name}": systems for name, systems in OWN_SYSTEMS.items()}
    cells = [
        (
            name,
            own.get(name, image),
            date,
            _result(found),
            f"{found['seconds'] / 60:.1f}",
            packages.get(name, ""),
        )
        for name, found in counts.items()
    ]
    return {row[:2]: f"| {' | '.join(row)} |" for row in cells}


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


def page(new: dict[Key, str], old: str) -> str:
    """The page with these rows in place of older ones."""
    kept = {(match[1], match[2]): line for line in old.splitlines() if (match := ROW.match(line))}
    found = dict(sorted({**kept, **new}.items()))
    return HEAD + _support(found) + TABLE + "".join(f"{row}\n" for row in found.values())


def _support(rows: dict[Key, str]) -> str:
    """Which software was run on which system: a table."""
    software = _supported()
    systems = sorted({system for names in software.values() for system in names})
    lines = [f"| software | {' | '.join(systems)} |", f"|---|{'---|' * len(systems)}"]
    for name, of_it in software.items():
        cells = [_state(name, system, rows) if system in of_it else "refused" for system in systems]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "".join(f"{line}\n" for line in lines)


def _state(name: str, system: str, rows: dict[Key, str]) -> str:
    """What the rows say of a software on a system: the date of the oldest of its tests."""
    found = [
        row.split(" | ")
        for (test, of), row in rows.items()
        if of == system and _is_of(Path(test), [name]) and test.removeprefix("test_") not in OWN_SYSTEMS
    ]
    if any(word in cells[3] for cells in found for word in ("failed", "broken")):
        return "**failed**"
    return min((cells[2] for cells in found if "passed" in cells[3]), default="not run")


if __name__ == "__main__":
    command, *words = sys.argv[1:]
    tested = os.environ.get("ECTF_TESTED_IMAGE", USUAL_IMAGE)
    if command == "files":
        sys.stdout.write("".join(f"{path}\n" for path in files(words, tested)))
    else:
        PAGE.write_text(
            page(rows(Path(words[0]), tested), PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""),
            encoding="utf-8",
        )
