"""Collections and roles by checksum: real archives, a server on loopback, the real ansible-galaxy."""

import functools
import hashlib
import http.server
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from elasticluster_tf.ansible import galaxy
from elasticluster_tf.config import Requirement
from elasticluster_tf.errors import EctfError
from tests.builders import write


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection and a role, packed as others publish them."""
    folder = tmp_path_factory.mktemp("archives")
    write(
        folder,
        {
            "collection/galaxy.yml": "namespace: acme\nname: tools\nversion: 1.2.0\nreadme: README.md\nauthors: [a]\n"
            "dependencies: {acme.missing: '>=1.0.0'}\n",
            "collection/README.md": "Tools\n",
            "collection/roles/greet/tasks/main.yml": "[]\n",
            "clock-2.0/meta/main.yml": "galaxy_info: {author: a, description: d, license: MIT, min_ansible_version: '2.15'}\n"
            "dependencies: [{role: missing}]\n",
            "clock-2.0/tasks/main.yml": "[]\n",
        },
    )
    build = [
        str(Path(sys.executable).with_name("ansible-galaxy")),
        "collection",
        "build",
        "--output-path",
        str(folder),
    ]
    subprocess.run([*build, str(folder / "collection")], check=True, capture_output=True)
    with tarfile.open(folder / "clock-2.0.tar.gz", "w:gz") as archive:
        archive.add(folder / "clock-2.0", "clock-2.0")
    return folder


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def required(archives: Path, address: str = "") -> tuple[Requirement, Requirement]:
    collection, role = archives / "acme-tools-1.2.0.tar.gz", archives / "clock-2.0.tar.gz"
    return (
        Requirement(
            collection="acme.tools",
            version="1.2.0",
            sha256=sha256(collection),
            source=f"{address}{collection.name}",
        ),
        Requirement(role="clock", version="2.0", sha256=sha256(role), source=f"{address}{role.name}"),
    )


@pytest.fixture
def server(archives: Path) -> Iterator[str]:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(archives))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}/"
        found.shutdown()


def install(wanted: tuple[Requirement, ...], base: Path, folder: Path) -> Path:
    for name in ("work", "cache", "logs"):
        (folder / name).mkdir(exist_ok=True)
    galaxy.install(wanted, base, folder / "work", folder / "cache", folder / "logs", dict(os.environ))
    return folder / "work" / "galaxy"


def test_exactly_what_is_named_is_there(archives: Path, tmp_path: Path) -> None:
    wanted = required(archives)
    assert not galaxy.is_ready(wanted, tmp_path / "work")
    found = install(wanted, archives, tmp_path)
    assert (found / "collections/ansible_collections/acme/tools/roles/greet/tasks/main.yml").is_file()
    assert (found / "roles/clock/tasks/main.yml").is_file()
    assert galaxy.is_ready(wanted, tmp_path / "work")
    assert not galaxy.is_ready(wanted[:1], tmp_path / "work")
    install(wanted[:1], archives, tmp_path)
    assert not (found / "roles").exists()
    assert galaxy.is_ready(wanted[:1], tmp_path / "work")


def test_nothing_is_wanted(tmp_path: Path) -> None:
    assert galaxy.is_ready((), tmp_path)


def test_what_was_fetched_once_is_kept(archives: Path, server: str, tmp_path: Path) -> None:
    wanted = required(archives, server)
    install(wanted, Path("/nowhere"), tmp_path)
    gone = tuple(one.model_copy(update={"source": "http://127.0.0.1:1/gone"}) for one in wanted)
    found = install(gone, Path("/nowhere"), tmp_path)
    assert (found / "roles/clock/tasks/main.yml").is_file()


@pytest.mark.parametrize("address", ["", "server"])
def test_another_archive_is_refused_and_not_kept(
    archives: Path, server: str, tmp_path: Path, address: str
) -> None:
    collection, role = required(archives, server if address else "")
    wrong = role.model_copy(update={"sha256": "0" * 64})
    with pytest.raises(galaxy.WrongChecksum) as caught:
        install((collection, wrong), archives, tmp_path)
    assert (caught.value.requirement, caught.value.found) == (wrong, role.sha256)
    assert not (tmp_path / "work" / "galaxy").exists()
    assert not list((tmp_path / "cache").rglob("0000*"))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("http://127.0.0.1:1/x", "can't fetch the archive"),
        ("file:///etc/passwd", "by https or http alone"),
        ("gone.tar.gz", "can't read the archive of clock"),
    ],
)
def test_an_archive_that_can_t_be_had(archives: Path, tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(EctfError, match=message):
        install((required(archives)[1].model_copy(update={"source": source}),), archives, tmp_path)


def test_an_archive_of_something_else(archives: Path, tmp_path: Path) -> None:
    path = archives / "x.tar.gz"
    path.write_bytes(b"no archive")
    one = Requirement(collection="acme.tools", version="1.2.0", sha256=sha256(path), source=path.name)
    with pytest.raises(EctfError, match=r"can't install acme\.tools"):
        install((one,), archives, tmp_path)
    assert not galaxy.is_ready((one,), tmp_path / "work")
