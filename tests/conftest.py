"""What many tests start from and that takes seconds to make."""

import shutil
from pathlib import Path

import pytest

from tests.builders import Terrain, echo


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
