"""What `make setup` needs and leaves behind; the scripts themselves are run, not read."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from os import times
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13")

needs_apt = pytest.mark.skipif(shutil.which("apt-get") is None, reason="setup.sh knows apt-get only")

Completed = subprocess.CompletedProcess[str]


def run(*argv: str | Path, check: bool = True, env: dict[str, str] | None = None) -> Completed:
    done = subprocess.run(
        [str(word) for word in argv],
        cwd=ROOT,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **(env or {})},
        check=False,
    )
    assert not check or done.returncode == 0, done.stdout
    return done


def groups_of_pyproject() -> dict[str, list[Requirement]]:
    """Return the requirements behind each lock file's name."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = pyproject["dependency-groups"]

    def flat(group: str) -> Iterator[Requirement]:
        for item in groups[group]:
            if isinstance(item, str):
                yield Requirement(item)
            else:
                yield from flat(item["include-group"])

    runtime = [Requirement(text) for text in pyproject["project"]["dependencies"]]
    build = [Requirement(text) for text in pyproject["build-system"]["requires"]] + list(flat("build"))
    return {"runtime": runtime, "build": build, "dev": [*runtime, *build, *flat("dev")]}


def locked(name: str) -> list[tuple[Requirement, int]]:
    """Return each entry of a lock file with its number of hashes."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = re.findall(r"^([^\s#].*?)(?=^\S|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    return [
        (Requirement(entry.partition("--hash")[0].replace("\\", " ").strip()), entry.count("--hash=sha256:"))
        for entry in entries
    ]


@pytest.mark.parametrize("name", ["runtime", "build", "dev"])
def test_lock_holds_what_pyproject_asks_for(name: str) -> None:
    entries = locked(name)
    for wanted in groups_of_pyproject()[name]:
        for python in PYTHONS:
            environment = {"python_version": python, "python_full_version": f"{python}.0"}
            versions = [
                Version(next(iter(entry.specifier)).version)
                for entry, _ in entries
                if canonicalize_name(entry.name) == canonicalize_name(wanted.name)
                and (entry.marker is None or entry.marker.evaluate(environment))
            ]
            assert len(versions) == 1, f"{wanted.name} on Python {python}: `make lock` is due"
            assert versions[0] in wanted.specifier, f"{wanted} is locked to {versions[0]}: `make lock` is due"


@pytest.mark.parametrize("name", ["runtime", "build", "dev"])
def test_lock_is_pinned_hashed_and_names_no_registry(name: str) -> None:
    entries = locked(name)
    assert len(entries) >= 5
    for entry, hashes in entries:
        assert [part.operator for part in entry.specifier] == ["=="], entry
        assert hashes > 0, entry
    assert "://" not in (ROOT / "requirements" / f"{name}.txt").read_text()


def test_the_smaller_locks_are_parts_of_the_big_one() -> None:
    big = {(entry.name, entry.specifier) for entry, _ in locked("dev")}
    assert {(entry.name, entry.specifier) for entry, _ in locked("runtime") + locked("build")} <= big


@needs_apt
def test_every_system_package_is_known_here() -> None:
    wanted = run("scripts/setup.sh", "--tests", "--packages").stdout.split()
    assert {"podman", "netavark", "python3-venv", "debootstrap"} <= set(wanted)
    shown = run("apt-cache", "show", "--no-all-versions", *wanted).stdout.splitlines()
    assert {f"Package: {package}" for package in wanted} <= set(shown)


@needs_apt
@pytest.mark.parametrize("words", [(), ("--tests",)])
def test_setup_again_does_nothing_and_is_quick(words: tuple[str, ...]) -> None:
    content = ROOT / ".venv" / "ectf-content"
    assert content.exists(), "this .venv was not made by `make setup`, or that did not finish"
    before = content.stat().st_mtime_ns
    start = times().children_user + times().children_system
    done = run("scripts/setup.sh", *words)
    spent = times().children_user + times().children_system - start
    assert done.stdout == "setup: nothing to do\n"
    assert content.stat().st_mtime_ns == before
    assert spent < 1.0


class FakeSystem:
    """A PATH with the few tools setup.sh uses; those that would change the system only take notes."""

    TOOLS = ("awk", "bash", "cat", "comm", "dirname", "env", "grep", "sed", "sort")

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.calls = folder / "calls"
        self.calls.touch()
        for tool in self.TOOLS:
            found = shutil.which(tool)
            assert found is not None
            (self.bin / tool).symlink_to(found)
        self.add("dpkg-query", "echo installed ca-certificates; exit 1")
        self.add("sleep", "")

    def add(self, name: str, body: str) -> None:
        path = self.bin / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.calls}"\n{body}\n')
        path.chmod(0o755)

    def become(self, uid: int, user: str) -> None:
        self.add("id", f'if [ "$1" = -u ]; then echo {uid}; else echo {user}; fi')

    def setup(self, *words: str) -> Completed:
        return run("scripts/setup.sh", *words, check=False, env={"PATH": str(self.bin)})

    def changes(self) -> list[str]:
        """Return the calls that would have changed something, in order."""
        calls = self.calls.read_text().splitlines()
        return [call for call in calls if call.split()[0] in {"apt-get", "sudo", "usermod"}]


def test_root_steps_are_said_before_they_are_done_and_tried_again(tmp_path: Path) -> None:
    system = FakeSystem(tmp_path)
    system.become(0, "root")
    system.add("apt-get", 'case "$*" in *install*) echo no network; exit 100;; esac')
    done = system.setup()
    assert done.returncode == 100
    assert done.stdout.index("these steps need root") < done.stdout.index("==> apt-get update")
    assert done.stdout.endswith("(exit 100)\n")
    update, *installs = system.changes()
    assert update.endswith(" update")
    assert len(installs) == 4
    assert len(set(installs)) == 1
    # What was said is what was done; what is there already is not asked for.
    assert installs[0] in done.stdout
    assert " podman " in installs[0]
    assert "ca-certificates" not in installs[0]
    assert "uidmap" not in installs[0]


def test_what_only_tests_need_is_asked_of_nobody_else(tmp_path: Path) -> None:
    system = FakeSystem(tmp_path)
    plain = system.setup("--packages").stdout.split()
    tests = system.setup("--tests", "--packages").stdout.split()
    assert set(tests) - set(plain) <= {"maven", "chromium-headless-shell", "e2fsprogs"}
    assert "maven" in tests
    system.add("mvn", "")
    assert "maven" not in system.setup("--tests", "--packages").stdout.split()


@pytest.mark.parametrize("target", ["test", "test-fast", "test-long", "bench", "demo", "check"])
def test_tests_and_benchmarks_set_up_what_they_need(target: str) -> None:
    first = run("make", "--dry-run", target, env={"MAKEFLAGS": "", "MAKELEVEL": ""}).stdout.splitlines()[0]
    assert first.endswith(".sh --tests") == (target not in {"demo", "check"})


def test_a_broken_apt_source_does_not_stop_the_installation(tmp_path: Path) -> None:
    system = FakeSystem(tmp_path)
    system.become(0, "root")
    system.add("apt-get", "exit 100")
    done = system.setup()
    assert "going on with the lists there are" in done.stdout
    assert [call.split()[-1] == "update" for call in system.changes()] == [True] * 4 + [False] * 4


def test_without_root_sudo_is_used_and_rootless_podman_gets_its_packages(tmp_path: Path) -> None:
    system = FakeSystem(tmp_path)
    system.become(1234, "nobody-has-this-name")
    system.add("apt-get", "exit 0")
    system.add("sudo", 'case "$*" in *install*) exit 1;; esac')
    done = system.setup()
    assert done.returncode == 1
    assert all(call.startswith("sudo env DEBIAN_FRONTEND=") for call in system.changes())
    assert " uidmap" in system.changes()[-1]
    assert re.search(
        r"sudo env usermod --add-subuids \d+-\d+ --add-subgids \d+-\d+ nobody-has-this-name", done.stdout
    )


def test_without_root_and_sudo_it_only_says_what_to_do(tmp_path: Path) -> None:
    system = FakeSystem(tmp_path)
    system.become(1234, "nobody-has-this-name")
    system.add("apt-get", "exit 0")
    done = system.setup()
    assert done.returncode == 1
    assert "there is no sudo here" in done.stdout
    assert system.changes() == []


@pytest.mark.parametrize("code", [0, 1])
def test_linters_from_source_are_pinned_and_may_be_missing(code: int, tmp_path: Path) -> None:
    text = (ROOT / "scripts" / "setup.sh").read_text()
    pinned = dict(re.findall(r"^(\w+)=(github\.com/\S+@v\d+\.\d+\.\d+)$", text, re.M))
    assert set(pinned) == {"actionlint", "tflint"}
    go = tmp_path / "go"
    go.write_text(f'#!/bin/sh\necho "$GOBIN: $*"\nexit {code}\n')
    go.chmod(0o755)
    function = text[text.index("make_linter() {") :].split("\n}\n")[0] + "\n}"
    done = run(
        "bash", "-euc", f"{function}; make_linter {pinned['tflint']}", env={"PATH": f"{tmp_path}:/bin"}
    )
    rows = done.stdout.splitlines()
    assert rows[0] == f"{ROOT}/.venv/bin: install {pinned['tflint']}"
    assert len(rows) == 1 + code and all("goes unchecked" in row for row in rows[1:])


def test_make_lists_its_targets() -> None:
    done = run("make", "--no-print-directory", env={"MAKEFLAGS": "", "MAKELEVEL": ""})
    listed = set(re.findall(r"^make ([a-z-]+)", done.stdout, flags=re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert phony is not None
    assert listed == set(phony[1].split()) - {"help"}


def test_a_failing_step_stops_and_is_named() -> None:
    script = (
        "set -euo pipefail; . scripts/lib.sh; bad() { false; echo passed; }; step 'this one' bad; echo on"
    )
    done = run("bash", "-c", script, check=False)
    assert done.returncode == 1
    assert done.stdout.splitlines() == ["==> this one", "==> failed: this one (exit 1)"]


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="a bare system is made with debootstrap and chroot, as root")
@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_setup_on_a_bare_machine(suite: str, tmp_path: Path) -> None:
    root = tmp_path / suite
    on_it = ("tests/setup/bare_machine.sh", suite, root)
    try:
        first = run(*on_it, "make", "setup").stdout
        assert first.index("setup: these steps need root:") < first.index("==> apt-get install")
        assert run(*on_it, ".venv/bin/ectf", "version").stdout
        # Nothing but this line: apt-get was not called, .venv is as it was.
        assert run(*on_it, "make", "setup").stdout == "setup: nothing to do\n"
        # Hadoop's archive can be assembled once the tests' own packages are there.
        run(*on_it, "make", "setup-tests")
        assert "Apache Maven" in run(*on_it, "mvn", "--version").stdout
        assert run(*on_it, "make", "setup-tests").stdout == "setup: nothing to do\n"
        # A .venv whose Python is gone is made anew.
        broken = run(*on_it, "bash", "-c", "ln -sf /nowhere .venv/bin/python; make setup").stdout
        assert "the locked packages: done" in broken
        assert run(*on_it, ".venv/bin/ectf", "version").stdout
    finally:
        shutil.rmtree(root)
