"""MPI's files, rendered by real Ansible; what they run is stood in for."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import hostile
from tests.unit.roles import play
from tests.unit.roles.play import MACHINE, Literal, host

FILES = ("hosts", "parameters.conf", "choose.sh", "health.sh")
INVENTORY: dict[str, Any] = {
    "all": {
        "vars": {"cluster_name": "demo"},
        "hosts": {"frontend001": host("10.0.0.1", 1), "compute001": host("10.0.0.11", 4)},
        "children": {
            "mpi_node": {"hosts": {"frontend001": {}, "compute001": {}}},
            "mpi_login": {"hosts": {"frontend001": {}}},
            "mpi": {"children": {"mpi_node": {}, "mpi_login": {}}},
        },
    }
}


def render(folder: Path, **variables: Any) -> dict[str, Any]:
    """The files and, as `packages`, what would be installed."""
    packages = {
        "keep_json": {"text": "{{ __mpi_packages | to_json }}", "path": str(folder / "packages.json")}
    }
    task = play.rendered("mpi", FILES, folder / "texts.json")
    steps = play.of_role("mpi", "mpi_login", task, packages, variables=variables)
    ended = play.run(folder, INVENTORY, [play.given(MACHINE), steps])
    assert ended.code == 0, ended.output[-3000:]
    texts: dict[str, Any] = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    return texts | {"packages": json.loads((folder / "packages.json").read_text(encoding="utf-8"))}


def test_open_mpi(tmp_path: Path) -> None:
    found = render(tmp_path, mpi_parameters={"btl_tcp_if_include": "eth0,10.0.0.0/24", "a_b": True, "c": 3})
    assert found["hosts"].splitlines()[1:] == ["compute001 slots=4", "frontend001 slots=1"]
    assert found["parameters.conf"].splitlines()[1:] == [
        "btl_tcp_if_include = eth0,10.0.0.0/24",
        "a_b = 1",
        "c = 3",
    ]
    assert {"openmpi-bin", "libpmix-dev", "libopenmpi-dev"} <= set(found["packages"])


def test_mpich(tmp_path: Path) -> None:
    found = render(tmp_path, mpi_implementation="mpich", mpi_compilers=False)
    assert found["hosts"].splitlines()[1:] == ["compute001:4", "frontend001:1"]
    assert found["packages"] == ["mpich"]


def test_python(tmp_path: Path) -> None:
    assert "python3-mpi4py" in render(tmp_path, mpi_python=True)["packages"]


def stand_in(folder: Path, name: str, text: str) -> dict[str, str]:
    """A command of this name, and the environment that finds it."""
    commands = folder / "commands"
    commands.mkdir(exist_ok=True)
    (commands / name).write_text(f"#!/bin/sh\n{text}", encoding="utf-8")
    (commands / name).chmod(0o755)
    return {**os.environ, "PATH": f"{commands}:{os.environ['PATH']}"}


ALTERNATIVES = """case $1 in
--get-selections) printf '%-30s auto     %s\\n' editor /bin/nano mpi /usr/bin/mpicc.openmpi mpi-x86_64-linux-gnu \
/usr/lib/openmpi/include mpirun /usr/bin/mpirun.openmpi ;;
--list) case $2 in
  mpi-*) echo /usr/lib/openmpi/include ;;
  *) echo /usr/bin/$2.openmpi; echo /usr/bin/$2.mpich ;; esac ;;
--set) echo "set $2 $3" ;;
esac
"""


def test_names_mean_the_implementation_as_far_as_it_offers_them(tmp_path: Path) -> None:
    script = render(tmp_path, mpi_implementation="mpich")["choose.sh"]
    environment = stand_in(tmp_path, "update-alternatives", ALTERNATIVES)
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        ["set mpi /usr/bin/mpi.mpich", "set mpirun /usr/bin/mpirun.mpich"],
    )


@pytest.mark.parametrize(
    ("starts", "code", "said"),
    [
        ("echo process 1 of 2; echo process 0 of 2", 0, "Open MPI 4.1.4: 2 of 2 processes found each other"),
        (
            "echo 'There are not enough slots' >&2; exit 1",
            1,
            "Open MPI 4.1.4: 0 of 2 processes found each other",
        ),
    ],
)
def test_health_counts_processes(tmp_path: Path, starts: str, code: int, said: str) -> None:
    script = render(tmp_path)["health.sh"]
    body = f'[ "$1" != --version ] || {{ echo "mpirun (Open MPI) 4.1.4"; exit 0; }}\n{starts}\n'
    environment = stand_in(tmp_path, "mpirun.openmpi", body)
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (code, said)


# Words that mean nothing to Open MPI's file.
PLAIN = ("yaml truth", "number", "null", "ansible unsafe", "long")
REFUSED: list[Mapping[str, Any]] = [
    {"mpi_parameters": {"btl": Literal(text) if "{" in text else text}}
    for name, text in hostile.EVERYTHING.items()
    if name not in PLAIN
]
REFUSED += [
    {"mpi_version": Literal(text) if "{" in text else text}
    for name, text in hostile.EVERYTHING.items()
    if name not in (*PLAIN, "empty")
]
REFUSED += [
    {"mpi_parameters": {key: "x"}} for key in ("a b", "a=b", "a\nb", "#", "", "A", Literal("{{ 7 }}"))
]
REFUSED += [
    {"mpi_parameters": {"btl": ["a"]}},
    {"mpi_parameters": {"btl": None}},
    {"mpi_implementation": "other"},
    {"mpi_implementation": "mpich", "mpi_parameters": {"btl": "tcp"}},
    {"mpi_implementation": "mpich", "mpi_python": True},
]


def test_what_fits_in_no_file_is_refused(tmp_path: Path) -> None:
    passed = play.accepted(tmp_path, INVENTORY, "mpi", "mpi_login", [*REFUSED, {"mpi_version": "4.1"}])
    assert passed == [len(REFUSED)]
