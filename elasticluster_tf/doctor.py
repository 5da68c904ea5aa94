"""What this machine has of the tools that ectf starts, and what installs what is missing."""

import platform
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

from elasticluster_tf import clouds, terraform
from elasticluster_tf.errors import EctfError
from elasticluster_tf.reports import Check


def versions(environment: Mapping[str, str], cache: Path) -> dict[str, str]:
    """Versions of ectf and of what it runs; never asks `ansible` itself, which takes a second."""
    try:
        binary = terraform.find(environment, cache).version
    except EctfError:
        binary = "missing"
    return {
        "ectf": installed("elasticluster-tf"),
        "terraform": binary,
        "ansible-core": installed("ansible-core"),
        "ansible-runner": installed("ansible-runner"),
        "python": platform.python_version(),
    }


def examine(environment: Mapping[str, str], cache: Path, wanted: Collection[str] = ()) -> tuple[Check, ...]:
    """Everything that a run may need; what a cloud needs is optional but for those of `wanted`."""
    return tuple(_checks(environment, cache, wanted))


def _checks(environment: Mapping[str, str], cache: Path, wanted: Collection[str]) -> Iterator[Check]:
    yield Check("python", "ok", f"{platform.python_version()} ({sys.executable})")
    try:
        binary = terraform.find(environment, cache)
        yield Check("terraform", "ok", f"{binary.version} ({binary.path}; {binary.reason})")
    except EctfError as error:
        yield Check("terraform", "missing", str(error), error.hint)
    for package in ("ansible-core", "ansible-runner"):
        yield _package(package)
    yield _program("ssh", "apt-get install openssh-client", environment)
    for cloud in clouds.discover(cache / "hcl").values():
        for tool in cloud.facts.tools:
            found = _program(tool.name, tool.install, environment, f"cloud {cloud.name}")
            optional = found.state == "missing" and cloud.name not in wanted
            yield replace(found, state="optional") if optional else found


def _package(name: str) -> Check:
    try:
        return Check(name, "ok", installed(name))
    except PackageNotFoundError:
        return Check(name, "missing", "", f"pip install {name}")


def _program(name: str, remedy: str, environment: Mapping[str, str], needed_by: str = "") -> Check:
    # Tools of the system's administrator are not on every user's PATH.
    search = f"{environment.get('PATH', '')}:/usr/sbin:/sbin:/usr/lib/podman"
    path = shutil.which(name, path=search)
    title = f"{name} ({needed_by})" if needed_by else name
    return Check(title, "ok", path) if path else Check(title, "missing", "", remedy)
