"""Bring collections and roles of others to the work folder, each by its archive's checksum.

What a playbook may use is exactly what the cluster file names: dependencies are not looked up.
"""

import hashlib
import json
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from elasticluster_tf import children
from elasticluster_tf.config import Requirement
from elasticluster_tf.errors import EctfError, Interrupted
from elasticluster_tf.workdir import write_whole

# Where Galaxy keeps the archives of collections.
_GALAXY = "https://galaxy.ansible.com/api/v3/plugin/ansible/content/published/collections/artifacts"
# Below the work folder; ansible.cfg names what is in it.
_FOLDER = "galaxy"
_TIMEOUT_SECONDS = 60


class WrongChecksum(Exception):
    """The archive of `requirement` is another one; `found` is its SHA-256."""

    def __init__(self, requirement: Requirement, found: str) -> None:
        super().__init__(found)
        self.requirement = requirement
        self.found = found


def is_ready(requirements: Sequence[Requirement], workdir: Path) -> bool:
    """Whether the work folder holds exactly these."""
    stamp = workdir / _FOLDER / "stamp"
    found = stamp.read_text(encoding="utf-8") if stamp.is_file() else _stamp([])
    return found == _stamp(requirements)


def install(
    requirements: Sequence[Requirement],
    base: Path,
    workdir: Path,
    cache: Path,
    logs: Path,
    environment: Mapping[str, str],
    inherit: Sequence[int] = (),
) -> None:
    """Put them below the work folder, and nothing else.

    Archives are kept in `cache`; relative sources start from `base`. Raises WrongChecksum, EctfError for what
    can't be fetched or installed, Interrupted.
    """
    archives = [_archive(one, base, cache) for one in requirements]
    target = workdir / _FOLDER
    shutil.rmtree(target, ignore_errors=True)
    for number, (one, archive) in enumerate(zip(requirements, archives, strict=True)):
        words = _words(one, archive, target)
        ended = children.run(words, workdir, environment, logs / f"galaxy-{number}.log", inherit=inherit)
        if ended.interrupted:
            raise Interrupted("interrupted while requirements were installed", "", "the same command goes on")
        if ended.code:
            detail = (ended.errors or ended.output).strip()
            raise EctfError(f"can't install {one.name}", str(archive), "is it an archive of that?", detail)
    write_whole(target / "stamp", _stamp(requirements))


def _stamp(requirements: Sequence[Requirement]) -> str:
    return json.dumps([one.model_dump() for one in requirements]) + "\n"


def _words(one: Requirement, archive: Path, target: Path) -> list[str]:
    program = str(Path(sys.executable).with_name("ansible-galaxy"))
    if one.collection:
        options = ["--offline", "--no-deps", "--collections-path", str(target / "collections")]
        return [program, "collection", "install", *options, str(archive)]
    options = ["--no-deps", "--roles-path", str(target / "roles")]
    return [program, "role", "install", *options, f"{archive},{one.version},{one.role}"]


def _archive(one: Requirement, base: Path, cache: Path) -> Path:
    """The archive, proven by its checksum; a path of the user's own stays where it is."""
    source = one.source or f"{_GALAXY}/{(one.collection or '').replace('.', '-')}-{one.version}.tar.gz"
    if "://" not in source:
        path = base / source
        _prove(one, path)
        return path
    kept = cache / "galaxy" / f"{one.sha256}.tar.gz"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=kept.parent) as folder:
            fetched = Path(folder) / "archive"
            _fetch(source, fetched)
            _prove(one, fetched)
            fetched.replace(kept)
    return kept


def _fetch(source: str, target: Path) -> None:
    if not source.startswith(("https://", "http://")):
        raise EctfError("an archive is fetched by https or http alone", source)
    try:
        with urllib.request.urlopen(source, timeout=_TIMEOUT_SECONDS) as answer, target.open("wb") as file:  # noqa: S310
            shutil.copyfileobj(answer, file)
    except (urllib.error.URLError, OSError) as error:
        hint = "name an archive that can be reached by `source:`, or a path"
        raise EctfError(
            f"can't fetch the archive: {getattr(error, 'reason', error)}", source, hint
        ) from error


def _prove(one: Requirement, path: Path) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EctfError(f"can't read the archive of {one.name}: {error.strerror}", str(path)) from error
    if found != one.sha256:
        raise WrongChecksum(one, found)
