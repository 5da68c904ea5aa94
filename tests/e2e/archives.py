"""Archives of stand-ins, laid out as the real ones of TORQUE and OpenPBS."""

import hashlib
import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.e2e.conftest import REPOSITORY

# What the stand-ins import on hosts, where they find it by the same name as here.
SHARED = ("tests/e2e/stand_in.py", "tests/unit/roles/pbs/server.py")


def sum_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def archive(
    path: Path, software: str, prefix: str, programs: Mapping[str, Sequence[str]], others: Mapping[str, str]
) -> Path:
    """A tree below `prefix` with programs by folder, all of them one stand-in, and other files by their path."""
    program = (REPOSITORY / "tests" / "e2e" / f"{software}_stand_in.py").read_bytes()
    files = {f"{prefix}/{folder}/{name}": program for folder, names in programs.items() for name in names}
    for name in (*SHARED, f"tests/unit/roles/{software}/server.py"):
        files[f"{prefix}/lib/{name}"] = (REPOSITORY / name).read_bytes()
    files |= {name: text.encode() for name, text in others.items()}
    with tarfile.open(path, "w:gz") as tree:
        # A staging folder that only its maker may read: hosts keep the modes of their own folders.
        tree.addfile(folder_entry("."))
        tree.addfile(folder_entry("./etc"))
        for name, content in files.items():
            entry = tarfile.TarInfo(f"./{name}")
            entry.size, entry.mode = len(content), 0o755
            tree.addfile(entry, io.BytesIO(content))
    return path


def folder_entry(name: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o700
    return entry
