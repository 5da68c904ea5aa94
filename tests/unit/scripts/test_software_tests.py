"""The page of what was run of the software."""

import json
from pathlib import Path

import pytest

from scripts import software_tests
from tests.builders import REPOSITORY, shipped
from tests.e2e import conftest

LOG = """
Start-Date: 2026-01-01
Commandline: apt-get install slurmd
Install: slurmd:amd64 (22.05.8-4), libmunge2:amd64 (0.5.15, automatic), munge:amd64 (0.5.15-2)
End-Date: 2026-01-01
Remove: nano:amd64 (7.2)
"""
JUNIT = """<testsuites><testsuite>
<testcase classname="tests.e2e.test_slurm" name="a" time="60"/>
<testcase classname="tests.e2e.test_slurm" name="b" time="30"><failure message="x"/></testcase>
<testcase classname="tests.e2e.test_torque" name="c" time="6"><skipped message="y"/></testcase>
</testsuite></testsuites>"""


def test_every_software_that_can_run_here_has_tests_that_run_it() -> None:
    given = shipped().clouds["local"].facts.gives or ()
    for name, one in shipped().software.items():
        can = all(need in given for part in one.facts.parts.values() for need in part.needs)
        assert bool(software_tests.files([name])) == can, name
    together = software_tests.files([])
    assert Path("tests/e2e/test_mix.py") in together
    assert Path("tests/e2e/test_failures.py") not in together
    assert all((REPOSITORY / path).is_file() for path in together)


def test_a_name_is_not_met_by_chance() -> None:
    assert Path("tests/e2e/test_slurm_backup.py") in software_tests.files(["slurm"])
    assert software_tests.files(["slur"]) == []


def test_a_run_renews_its_rows_and_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(JUNIT, encoding="utf-8")
    line = {"tests": "test_slurm", "system": "debian-12", "log": LOG}
    (tmp_path / "packages.jsonl").write_text(f"{json.dumps(line)}\n" * 2, encoding="utf-8")
    new = software_tests.rows(tmp_path)
    before = [(name, "debian-12") for name in ("test_mix", "test_slurm")]
    old = software_tests.page(
        {key: f"| {key[0]} | {key[1]} | before | 1 passed | 1.0 |  |" for key in before}, ""
    )
    found = software_tests.page(new, old).splitlines()[-3:]
    assert found[0] == "| test_mix | debian-12 | before | 1 passed | 1.0 |  |"
    assert found[1].endswith(" | 1 passed, 1 failed | 1.5 | debian-12: munge 0.5.15-2, slurmd 22.05.8-4 |")
    assert " | 1 skipped | 0.1 |  |" in found[2]


def test_rows_of_several_systems_stand_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(JUNIT, encoding="utf-8")
    old = software_tests.page(software_tests.rows(tmp_path), "")
    found = software_tests.page(software_tests.rows(tmp_path, "ubuntu-24.04"), old).splitlines()[-4:]
    assert [line.split(" | ")[:2] for line in found] == [
        ["| test_slurm", "debian-12"],
        ["| test_slurm", "ubuntu-24.04"],
        ["| test_torque", "debian-12"],
        ["| test_torque", "ubuntu-24.04"],
    ]


def test_the_page_says_what_was_run_where(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(JUNIT.replace("torque", "users"), encoding="utf-8")
    rows = software_tests.rows(tmp_path)
    rows[("test_spark", "ubuntu-24.04")] = "| test_spark | ubuntu-24.04 | 2026-02-03 | 2 passed | 1.0 |  |"
    rows[("test_spark_yarn", "ubuntu-24.04")] = (
        "| test_spark_yarn | ubuntu-24.04 | 2026-01-02 | 1 passed, 1 skipped | 1.0 |  |"
    )
    lines = [line for line in software_tests.page(rows, "").splitlines() if line.count("|") == 5]
    states = {
        name: cells for _, name, *cells, _ in ([cell.strip() for cell in line.split("|")] for line in lines)
    }
    assert states["software"] == ["debian-12", "debian-13", "ubuntu-24.04"]
    assert states["slurm"] == ["**failed**", "not run", "not run"]
    assert states["users"] == ["not run", "not run", "not run"]
    assert states["spark"] == ["not run", "not run", "2026-01-02"]
    assert states["ganglia"] == ["not run", "refused", "not run"]


@pytest.mark.parametrize(("image", "without"), [("debian-13", "ganglia"), ("ubuntu-24.04", "gridengine")])
def test_a_system_runs_what_it_can_have(image: str, without: str) -> None:
    usual, other = software_tests.files([]), software_tests.files([], image)
    # Some tests bring systems of their own.
    left_out = {f"tests/e2e/test_{name}.py" for name in (without, *software_tests.OWN_SYSTEMS)}
    assert {str(path) for path in set(usual) - set(other)} == left_out
    with pytest.raises(SystemExit, match=f"not for {image}: {without}"):
        software_tests.files(["slurm", without], image)


def test_the_usual_system_is_that_of_the_tests() -> None:
    assert software_tests.USUAL_IMAGE == conftest.USUAL_IMAGE
