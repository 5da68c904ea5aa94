"""The world folder: what exists in the double's cloud, as files that a test can read and edit.

objects/<type>/<id>.json   one object each: {"id", "type", "attributes"}; delete it = vanished, edit = drift
faults.json                what shall fail or be slow: see `faults`
fixtures.json              answers of data sources: see `World.fixture`
calls.ndjson               every call Terraform made, append-only
configured.ndjson          the provider blocks' values, secrets masked, append-only
addresses.json             which address belongs to what
public.json                optional: provider → range of its public addresses
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.provider_double.schema import Values

_PLAIN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,100}$")


@dataclass(frozen=True)
class Thing:
    """An object of the world."""

    path: Path
    type: str
    id: str
    attributes: Values


@dataclass(frozen=True)
class World:
    folder: Path

    def path(self, type_name: str, identity: str) -> Path:
        """Where an object's file is."""
        name = identity
        if not _PLAIN.match(identity):
            tail = re.sub(r"[^A-Za-z0-9._-]+", "_", identity.rsplit("/", 1)[-1])[:80]
            name = f"{tail}~{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
        return self.folder / "objects" / type_name / f"{name}.json"

    def get(self, type_name: str, identity: str) -> Thing | None:
        return _read(self.path(type_name, identity))

    def put(self, type_name: str, identity: str, attributes: Mapping[str, Any]) -> Thing:
        """Make or replace an object."""
        thing = Thing(self.path(type_name, identity), type_name, identity, dict(attributes))
        told = {"id": identity, "type": type_name, "attributes": thing.attributes}
        write(thing.path, json.dumps(told, indent=1))
        return thing

    def add(self, type_name: str, identity: str, **attributes: Any) -> Thing:
        """Put something there that Terraform did not make: a leftover, an existing network."""
        return self.put(type_name, identity, {"id": identity, **attributes})

    def remove(self, type_name: str, identity: str) -> None:
        self.path(type_name, identity).unlink(missing_ok=True)

    def edit(self, type_name: str, identity: str, **changes: Any) -> Thing:
        """Drift: change attributes behind Terraform's back."""
        thing = self.get(type_name, identity)
        if thing is None:
            raise KeyError(f"no {type_name} {identity}")
        return self.put(type_name, identity, thing.attributes | changes)

    def all(self, *type_names: str) -> list[Thing]:
        """All objects, or those of some types, in the order of their files' names."""
        folder = self.folder / "objects"
        folders = [folder / name for name in type_names] if type_names else sorted(folder.glob("*"))
        found = (_read(path) for each in folders for path in sorted(each.glob("*.json")))
        return [thing for thing in found if thing is not None]

    def find(self, type_name: str, **wanted: Any) -> list[Thing]:
        """The objects of a type whose attributes have these values."""
        return [
            thing
            for thing in self.all(type_name)
            if all(thing.attributes.get(name) == value for name, value in wanted.items())
        ]

    def one(self, type_name: str, **wanted: Any) -> Thing:
        found = self.find(type_name, **wanted)
        if len(found) != 1:
            raise KeyError(f"{len(found)} objects of type {type_name} with {wanted}")
        return found[0]

    def counts(self) -> dict[str, int]:
        """How many objects of each type there are; a type without any is left out."""
        kinds = [thing.type for thing in self.all()]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}

    def told(self, type_name: str, operation: str, identity: str, name: str) -> None:
        """Log a call."""
        row = {"operation": operation, "type": type_name, "id": identity, "name": name}
        self.append("calls.ndjson", row | {"time": round(time.time(), 3), "pid": os.getpid()})

    def calls(self, operation: str = "", type_name: str = "") -> list[dict[str, Any]]:
        return [
            row
            for row in self.rows("calls.ndjson")
            if operation in ("", row["operation"]) and type_name in ("", row["type"])
        ]

    def configured(self, provider: str) -> list[Values]:
        """The values of the provider's blocks, one for each configure call."""
        rows = self.rows("configured.ndjson")
        return [row["settings"] for row in rows if row["provider"] == provider]

    def append(self, name: str, row: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # One write of a whole line: rows of several processes don't mix.
        with (self.folder / name).open("ab", buffering=0) as file:
            file.write(json.dumps(row).encode() + b"\n")

    def rows(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / name
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        return [json.loads(line) for line in text.splitlines()]

    def document(self, name: str, default: Any) -> Any:
        path = self.folder / name
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else default

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """One at a time, across threads and processes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def editing(self, name: str, default: Any) -> Iterator[Any]:
        """A JSON document of the folder, read under the lock and written back."""
        with self.lock():
            told = self.document(name, default)
            yield told
            write(self.folder / name, json.dumps(told, indent=1))

    def fail(self, operation: str, type_name: str = "*", name: str = "*", **rule: Any) -> None:
        """Add a rule to faults.json: see `faults.Fault` for what it may say."""
        with self.editing("faults.json", []) as rules:
            rules.append({"operation": operation, "type": type_name, "name": name, **rule})

    def heal(self) -> None:
        """Forget all faults."""
        for name in ("faults.json", "faults_used.json"):
            (self.folder / name).unlink(missing_ok=True)

    def fixture(
        self, type_name: str, answer: Mapping[str, Any], match: Mapping[str, Any] | None = None
    ) -> None:
        """Say what a data source answers, if its arguments contain `match`; later ones go first.

        An answer {"error": "…"} makes it fail.
        """
        with self.editing("fixtures.json", []) as rows:
            rows.insert(0, {"type": type_name, "match": dict(match or {}), "answer": dict(answer)})


def _read(path: Path) -> Thing | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Thing(path, told["type"], told["id"], told["attributes"])


def write(path: Path, text: str) -> None:
    """Whole or not at all: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
