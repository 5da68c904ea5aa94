"""Volumes that are kept: forgotten and adopted by blocks in the root module."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import documents, terraform_files
from elasticluster_tf.errors import EctfError
from elasticluster_tf.pipeline import keeping
from elasticluster_tf.pipeline.run import Run, World, begin
from elasticluster_tf.terraform import State
from elasticluster_tf.terraform.state import Resource
from elasticluster_tf.terraform_files import RootInput
from elasticluster_tf.workdir import Workdir
from tests.builders import BARE, CACHE, resolve

HEAD = "# Volumes to keep: forgotten when their node goes, adopted when it comes back.\n"
REMOVED = "removed {\n  from = module.echo.disk.%s\n\n  lifecycle {\n    destroy = false\n  }\n}\n"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with begin(Workdir(tmp_path), "plan", World(BARE, CACHE)) as found:
        yield found


def root(count: int = 2, found: Any = (), **volume: Any) -> RootInput:
    """A cluster whose nodes have a volume `home` each."""
    volumes = {"home": {"size_gb": 1, **volume}}
    data = {
        "name": "demo",
        "cloud": {"name": "echo", "found": list(found)},
        "groups": {"a": {"count": count, "volumes": volumes}},
    }
    made = resolve(documents.dump(data))
    return terraform_files.root_input(made.config, made.clouds, made.software, made.nodes)


def state(*volumes: str, keep: bool = True) -> State:
    return State(resources=tuple(Resource("x", "module.echo", "disk", name, False, keep) for name in volumes))


def blocks(run: Run, wanted: RootInput, standing: State) -> str:
    (text,) = keeping.blocks(run, wanted, standing).values()
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


def test_nothing_to_forget_or_to_adopt(run: Run) -> None:
    assert blocks(run, root(), state("a001_home", "a002_home")) == ""


def test_what_goes_is_forgotten(run: Run) -> None:
    assert blocks(run, root(1), state("a001_home", "a002_home")) == "\n" + REMOVED % "a002_home"
    assert blocks(run, replace(root(), emptied=True), state("a001_home")) == "\n" + REMOVED % "a001_home"


def test_what_is_not_kept_is_destroyed(run: Run) -> None:
    assert blocks(run, root(1), state("a001_home", "a002_home", keep=False)) == ""


def left(number: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "disk",
        "id": f"d-{number}",
        "name": "x",
        "kept": True,
        "node": f"a00{number}",
        "volume": "home",
        **more,
    }


def test_what_comes_back_is_adopted(run: Run) -> None:
    wanted = root(2, [left(1), left(2), left(3)], on_destroy="keep")
    assert blocks(run, wanted, state("a001_home")) == (
        '\nimport {\n  to = module.echo.disk.a002_home\n  id = "d-2"\n}\n'
    )


def test_a_volume_that_is_not_kept_is_not_looked_for(run: Run) -> None:
    assert blocks(run, root(1, [left(1)]), state()) == ""
    assert not (run.workdir.path / "leftovers").exists()


def test_an_id_that_would_be_code_is_refused(run: Run) -> None:
    with pytest.raises(EctfError, match="gave an id that can't be one"):
        blocks(run, root(1, [left(1, id='"${file("/etc/passwd")}"')], on_destroy="keep"), state())
