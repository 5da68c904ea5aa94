"""Archives of software that this repository's scripts assemble: once, then they are in the user's cache."""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parents[1] / "scripts"


@dataclass(frozen=True)
class Archive:
    """An archive, and the sum by which a role knows it."""

    path: Path
    sha512: str


def archive(software: str) -> Archive:
    """The archive that `scripts/<software>-archive.sh` makes, or made."""
    made = subprocess.run([SCRIPTS / f"{software}-archive.sh"], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    path = Path(made.stdout.strip())
    return Archive(path, hashlib.sha512(path.read_bytes()).hexdigest())
