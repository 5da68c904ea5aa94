"""State elsewhere: runners with empty work folders see one state, and a held lock keeps the second out."""

import io
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import Order
from elasticluster_tf import bundle as bundles
from elasticluster_tf.errors import InputError, Refused, TerraformFailed
from tests import http_state, postgres
from tests.builders import BARE, Terrain, echo
from tests.http_state import States
from tests.postgres import Postgres

ORDER = Order(configure=False)
SECRET = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Backend:
    """A backend: `state:` of the file, what the environment adds, and its password."""

    settings: Mapping[str, Any]
    environment: Mapping[str, str]
    password: str

    def runner(self, folder: Path, **more: str) -> Terrain:
        """A runner that has nothing but a clone."""
        folder.mkdir()
        return Terrain(folder, {**BARE, "ECTF_SECRET": SECRET, **self.environment, **more})

    def file(self, count: int) -> dict[str, Any]:
        return echo(count, state=dict(self.settings))


@pytest.fixture(scope="module")
def states() -> Iterator[States]:
    with http_state.serve() as found:
        yield found


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    if not postgres.binaries():
        pytest.skip("no PostgreSQL server on this machine: `apt-get install postgresql`")
    with postgres.serve() as found:
        yield found


@pytest.fixture
def over_http(states: States, request: pytest.FixtureRequest) -> Backend:
    return Backend(states.settings(request.node.name), states.environment, states.password)


@pytest.fixture
def in_a_database(database: Postgres, request: pytest.FixtureRequest) -> Backend:
    settings = {"backend": "pg", "conn_str": database.conn_str, "schema_name": request.node.name[:60]}
    return Backend(settings, database.environment, postgres.PASSWORD)


@pytest.fixture(params=["http", "pg"])
def backend(request: pytest.FixtureRequest) -> Backend:
    found = request.getfixturevalue({"http": "over_http", "pg": "in_a_database"}[request.param])
    assert isinstance(found, Backend)
    return found


def texts(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path, path.read_bytes()


def test_two_runners_see_one_state(backend: Backend, tmp_path: Path) -> None:
    first, second = backend.runner(tmp_path / "one"), backend.runner(tmp_path / "two")
    assert first.up(backend.file(2)).nodes == ("compute001", "compute002")
    assert not (first.workdir / "keep" / "terraform.tfstate").exists()
    found = second.cluster(backend.file(3)).plan()
    assert [(one.name, one.action) for one in found.infrastructure.nodes] == [("compute003", "create")]
    second.up(backend.file(3))
    assert [one.state for one in first.cluster().nodes()] == ["built", "built", "surplus"]


def test_a_cluster_is_not_made_once_more_for_another_backend(over_http: Backend, tmp_path: Path) -> None:
    runner = over_http.runner(tmp_path / "one")
    runner.up(echo(1))
    shutil.rmtree(runner.workdir / ".terraform")  # with it Terraform itself asks for a migration
    with pytest.raises(Refused, match="the one of before is not") as caught:
        runner.up(over_http.file(1))
    assert "operations.md" in caught.value.hint
    shutil.rmtree(runner.workdir / ".terraform")
    assert not runner.up(echo(1)).plan.infrastructure.pending
    assert not (runner.workdir / "backend.tfbackend.json").exists()


def test_the_password_is_in_no_file_of_the_work_folder(backend: Backend, tmp_path: Path) -> None:
    runner = backend.runner(tmp_path / "one")
    runner.up(backend.file(1))
    kept = [path for path, body in texts(runner.workdir) if backend.password.encode() in body]
    assert kept == []


def test_the_password_is_not_in_a_bundle(backend: Backend, tmp_path: Path) -> None:
    """Terraform's plan is an archive of its own, within the bundle's."""
    body = backend.runner(tmp_path / "one").cluster(backend.file(1)).bundle(ORDER)[1]
    with zipfile.ZipFile(io.BytesIO(body)) as outer:
        members = [outer.read(name) for name in outer.namelist()]
        with zipfile.ZipFile(io.BytesIO(outer.read("tfplan"))) as inner:
            members += [inner.read(name) for name in inner.namelist()]
    assert len(members) > 8
    assert not [body for body in members if backend.password.encode() in body]


def test_a_bundle_is_applied_by_another_runner_once(backend: Backend, tmp_path: Path) -> None:
    planner, applier = backend.runner(tmp_path / "one"), backend.runner(tmp_path / "two")
    body = planner.cluster(backend.file(2)).bundle(ORDER)[1]
    taken = bundles.unpack(body, "p")
    here = applier.cluster(backend.file(2))
    here.check_bundle(taken, "p")
    assert here.up_bundle(taken, "p").nodes == ("compute001", "compute002")
    with pytest.raises(Refused, match="applied already"):
        backend.runner(tmp_path / "three").cluster(backend.file(2)).check_bundle(taken, "p")


def test_a_held_lock_is_refused(over_http: Backend, states: States, tmp_path: Path) -> None:
    runner = over_http.runner(tmp_path / "one")
    path = "/" + str(over_http.settings["address"]).rsplit("/", 1)[1]
    held = {
        "ID": "6b0fca5f",
        "Operation": "apply",
        "Who": "other@runner",
        "Version": "1",
        "Created": "",
        "Info": "",
    }
    states.locks[path] = {**held, "Created": "2026-01-01T00:00:00Z", "Path": ""}
    with pytest.raises(Refused, match="another run holds the state's lock") as caught:
        runner.up(over_http.file(1))
    assert caught.value.exit_code == 3
    assert held["ID"] in caught.value.detail
    assert path not in states.bodies
    del states.locks[path]
    runner.up(over_http.file(1))
    assert states.locks == {}


def test_a_held_lock_of_the_database_is_refused(
    in_a_database: Backend, database: Postgres, tmp_path: Path
) -> None:
    runner = in_a_database.runner(tmp_path / "one")
    runner.up(in_a_database.file(1))
    schema = in_a_database.settings["schema_name"]
    holder = database.session(f'SELECT pg_advisory_lock(id) FROM "{schema}".states;')
    try:
        with pytest.raises(Refused, match="another run holds the state's lock"):
            runner.up(in_a_database.file(2))
    finally:
        holder.communicate()
    assert runner.up(in_a_database.file(2)).nodes == ("compute001", "compute002")


def test_without_the_password_nothing_is_read(over_http: Backend, tmp_path: Path) -> None:
    over_http.runner(tmp_path / "one").up(over_http.file(1))
    with pytest.raises(TerraformFailed, match="terraform"):
        over_http.runner(tmp_path / "two", TF_HTTP_PASSWORD="wrong").cluster(over_http.file(1)).plan()


def test_a_password_in_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"state\.password: a secret can't stand here"):
        Terrain(tmp_path).cluster(echo(1, state={"backend": "http", "password": "x"})).plan()
    assert not (tmp_path / ".ectf").exists()
