"""A canary in every variable that a cloud's credentials may come from, and the search for where it went.

A provider would refuse some of them, as its variable holds a path, JSON or a Boolean. Neither ectf nor Terraform
reads them, and the double needs none.
"""

import io
import sys
import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.builders import shipped

# Arguments and environment of the processes that this one started. Terraform starts none but providers, and the
# double is in this process.
started: list[tuple[str, Mapping[str, str]]] = []


def environment(cloud: str) -> dict[str, str]:
    """Each variable with a text of its own, which no other's contains."""
    names = shipped().clouds[cloud].facts.credentials
    return {name: f"{name.lower().replace('_', '-')}-canary" for name in names}


def traces(canaries: Collection[str], folder: Path, output: str) -> set[tuple[str, str]]:
    """Which is where: in files below the folder (`archive!member` for an archive's member), `output`, `argv`."""
    argv = "\n".join(words for words, _ in started)
    texts = [*_files(folder), ("output", output.encode()), ("argv", argv.encode())]
    return {(one, where) for where, content in texts for one in canaries if one.encode() in content}


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield from _opened(str(path.relative_to(folder)), path.read_bytes())


def _opened(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from _opened(f"{name}!{member}", archive.read(member))


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        _, words, _, given = arguments
        started.append((str(words), given or {}))


sys.addaudithook(_note)  # sees every process, however short its life
