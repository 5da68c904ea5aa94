"""What many tests start from and that takes seconds to make."""

import os
import shutil
import sysconfig
import tempfile
from pathlib import Path

import pytest

from tests.builders import Terrain, echo


def pytest_configure(config: pytest.Config) -> None:
    """Where no Terraform is on the PATH, the one that ectf carries is found under its name."""
    if shutil.which("terraform"):
        return
    folder = Path(tempfile.mkdtemp(prefix="ectf-terraform-"))
    (folder / "terraform").symlink_to(Path(sysconfig.get_path("scripts")) / "ectf-terraform")
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    config.add_cleanup(lambda: shutil.rmtree(folder))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real clusters first: side by side with the rest they mostly wait, and none is left for the end."""
    items.sort(key=lambda item: item.get_closest_marker("podman") is None)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a built cluster `demo` of three nodes; to be copied, not used."""
    ground = Terrain(tmp_path_factory.mktemp("made"))
    ground.up(echo(3))
    return ground.folder


@pytest.fixture
def three(made: Path, tmp_path: Path) -> Terrain:
    """A built cluster `demo` of compute001, compute002, compute003 in the cloud `echo`."""
    folder = tmp_path / "three"
    shutil.copytree(made, folder, symlinks=True)
    return Terrain(folder)
