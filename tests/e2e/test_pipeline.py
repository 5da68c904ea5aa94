"""A pipeline acted out: a bare repository, jobs in fresh clones, one state behind HTTP, real hosts.

The steps are those of the written file, run by a shell; approval is the test going on.
"""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ci_api, http_state
from tests.e2e.conftest import leftovers, podman, sweep
from tests.repositories import Project

pytestmark = pytest.mark.podman


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    if not shutil.which("podman"):
        pytest.fail("Podman is missing: `make setup` installs it")
    name = f"lab-{secrets.token_hex(2)}"
    with ci_api.serve() as api, http_state.serve() as states:
        api.cluster = name
        found = Project(tmp_path_factory.mktemp("pipeline"), "github", api, states, name=name)
        found.begin({"groups": {"worker": {"count": 1, "size": {"cpus": 1, "memory_gb": 0.5}}}})
        yield found
    sweep(name)


def hosts(project: Project) -> list[str]:
    """The containers of the cluster."""
    label = f"label=ectf-cluster={project.name}"
    return sorted(podman("ps", "--filter", label, "--format", "{{.Names}}").split())


def apply(project: Project, bundle: Path) -> None:
    """The apply job, which has the prepare job's artifact and nothing else."""
    job = project.job("apply", bundle=bundle.read_bytes())
    assert job.code == 0, job.output


def test_a_pipeline_from_the_first_push_to_a_clean_night(project: Project) -> None:
    # The first push: nobody reviewed anything yet, so it is planned on main, approved and applied.
    first = project.job("prepare")
    assert first.code == 0, first.output
    assert "planning again" in first.output
    assert (first.folder.parent / "output").read_text(encoding="utf-8") == "pending=true\n"
    apply(project, first.bundle)
    assert len(hosts(project)) == 1

    # A branch with one node more: planned, told in a comment, and nothing is built.
    project.change("count: 1", "count: 2", "more")
    plan, change = project.planned(12, "more")
    assert plan.code == 0, plan.output
    (comment,) = project.api.comments
    assert comment["body"].startswith(f"<!-- ectf plan: {project.name} -->")
    assert "1 to create" in comment["body"]
    assert "worker002" in comment["body"]
    assert len(hosts(project)) == 1

    # Merged and approved: the reviewed bundle itself is applied, by a clone that never saw the cluster.
    project.merge("more", change)
    prepared = project.job("prepare")
    assert prepared.code == 0, prepared.output
    assert prepared.bundle.read_bytes() == change.bundle
    apply(project, prepared.bundle)
    assert len(hosts(project)) == 2

    # The same approval does not count twice.
    again = project.job("apply", bundle=change.bundle)
    assert again.code == 3
    assert "applied already" in again.output
    idle = project.job("prepare")
    assert idle.code == 0, idle.output
    assert not idle.bundle.exists()
    assert not (idle.folder.parent / "output").exists()

    # The night: nothing differs; then somebody removes a host by hand, and just that is named.
    night = project.job("drift")
    assert night.code == 0, night.output
    podman("rm", "-f", "-t", "0", hosts(project)[1])
    night = project.job("drift")
    assert night.code == 2, night.output
    assert "worker002" in night.output
    assert "worker001" not in night.output
    assert project.states.locks == {}


def test_the_cluster_can_be_taken_down_from_any_clone(project: Project) -> None:
    assert project.ectf("down", "--yes").code == 0
    assert leftovers(project.name) == []
