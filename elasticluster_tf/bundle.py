"""A reviewed plan in one file: what was planned, from what, and until when it may run.

A ZIP archive: `manifest.json`, `plan.json` (the plan as a document), `tfplan` (Terraform's own plan) and
the files of the work folder under `files/`. Terraform keeps variables in clear in its plans, so a bundle
holds the first host keys of new nodes, which are dead after the first contact, and no other secret.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from elasticluster_tf import data
from elasticluster_tf.errors import Refused
from elasticluster_tf.plan import Plan

FORMAT = 1
_MANIFEST, _PLAN, _TERRAFORM, _FILES = "manifest.json", "plan.json", "tfplan", "files/"
# What reading an archive with wrong bytes in it raises.
_DAMAGE = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, NotImplementedError, EOFError, RuntimeError)
# A fixed time, so that equal content makes equal bytes; ZIP knows none before 1980.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Manifest:
    """What a bundle was made from.

    `inputs` are name → digest of all that decides the plan; `paths` and `assignments` the cluster files and
    --set as they were given; `lineage` and `serial` name the state (empty and 0 when there was none), `state`
    where it is. Times are ISO 8601 in UTC. `digests` are those of the other members.
    """

    cluster: str
    nonce: str
    created: str
    expires: str
    paths: tuple[str, ...]
    assignments: tuple[str, ...]
    order: Mapping[str, Any]
    inputs: Mapping[str, str]
    lineage: str
    serial: int
    state: str
    digests: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT


@dataclass(frozen=True)
class Bundle:
    """A bundle's content; `files` are those of the work folder by path."""

    manifest: Manifest
    plan: Plan
    terraform: bytes
    files: Mapping[str, str]


def pack(bundle: Bundle) -> bytes:
    """The bytes of a bundle's file; the manifest's digests are filled in."""
    members = {_PLAN: _json(data.plain(bundle.plan)), _TERRAFORM: bundle.terraform}
    members |= {f"{_FILES}{path}": text.encode() for path, text in sorted(bundle.files.items())}
    manifest = {**asdict(bundle.manifest), "digests": {name: digest(body) for name, body in members.items()}}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in {_MANIFEST: _json(manifest), **members}.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), body, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def unpack(body: bytes, where: str) -> Bundle:
    """A bundle from its bytes; raises Refused for one that is damaged or no bundle."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        manifest = TypeAdapter(Manifest).validate_json(members.pop(_MANIFEST))
        plan = TypeAdapter(Plan).validate_json(members[_PLAN])
    except _DAMAGE as error:
        raise Refused("the bundle is damaged, or no bundle", where, "plan again", str(error)[:200]) from error
    if manifest.format != FORMAT:
        raise Refused(f"the bundle has format {manifest.format}", where, "plan again with this ectf")
    wrong = [name for name, one in manifest.digests.items() if digest(members.get(name, b"")) != one]
    if wrong or set(members) != set(manifest.digests):
        raise Refused("the bundle is damaged", where, "plan again", "\n".join(wrong))
    files = {
        name.removeprefix(_FILES): text.decode() for name, text in members.items() if name.startswith(_FILES)
    }
    return Bundle(manifest, plan, members[_TERRAFORM], files)


def differences(
    manifest: Manifest, inputs: Mapping[str, str], lineage: str, serial: int, state: str, now: datetime
) -> list[str]:
    """What is no longer as it was when the bundle was made, by name."""
    found = []
    if now >= datetime.fromisoformat(manifest.expires):
        found.append(f"it expired at {manifest.expires}")
    for name in sorted({*manifest.inputs, *inputs}):
        if manifest.inputs.get(name) != inputs.get(name):
            word = "is gone" if name not in inputs else "is new" if name not in manifest.inputs else "differs"
            found.append(f"{name} {word}")
    if (manifest.lineage, manifest.serial) != (lineage, serial):
        was = f"serial {manifest.serial}" if manifest.lineage else "no state"
        found.append(f"the state is another one: {was} then, serial {serial} now")
    elif manifest.state != state:
        found.append(f"the state is another file: {manifest.state} then, {state} now")
    return found


def digest(body: bytes) -> str:
    """The SHA-256 of a content."""
    return hashlib.sha256(body).hexdigest()


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, default=str).encode()
