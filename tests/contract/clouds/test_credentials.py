"""Credentials stay in the environment: no file, plan, state, log, output or process's arguments holds them."""

from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from elasticluster_tf import cli
from tests.builders import shipped
from tests.contract.clouds import canaries
from tests.contract.clouds.steps import Walk
from tests.contract.clouds.test_failing import SITES
from tests.provider_double import double

Traces = set[tuple[str, str]]
Search = Callable[[Walk, Collection[str]], tuple[Traces, ...]]


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Search:
    """What is where after a plan, after a cluster was built, and after it was destroyed."""

    def run(walk: Walk, wanted: Collection[str]) -> tuple[Traces, ...]:
        walk.folder.mkdir()
        environment = canaries.environment(walk.file["cloud"]["name"])
        wide = {"COLUMNS": "9999"}  # breaks no text
        for name, value in {**walk.cluster.world.environment, **environment, **wide}.items():
            monkeypatch.setenv(name, value)

        def traces(*words: str) -> Traces:
            canaries.started.clear()
            assert cli.run([*words, str(walk.folder / "cluster.yaml")]) == 0
            assert any(environment.items() <= given.items() for _, given in canaries.started)
            return canaries.traces(wanted, walk.folder, "".join(capfd.readouterr()))

        group, bundle = next(iter(walk.file["groups"])), str(walk.folder / "bundle")
        return (
            traces("plan", "--json", "--refresh-images", group, "--out", bundle),
            traces("up", "--yes", "--no-configure", "--verbose"),
            traces("down", "--yes", "--verbose"),
        )

    return run


def test_every_cloud_with_credentials_has_its_turn() -> None:
    assert {name for name, cloud in shipped().clouds.items() if cloud.facts.credentials} == set(SITES)


@pytest.mark.parametrize("cloud", SITES)
def test_credentials_are_nowhere(cloud: str, tmp_path: Path, search: Search) -> None:
    with double([cloud], tmp_path / "world") as running:
        walk = Walk(tmp_path / "cluster", SITES[cloud], running)
        walk.group["count"] = 1
        assert search(walk, canaries.environment(cloud).values()) == (set(), set(), set())


def test_the_search_finds_what_is_there(tmp_path: Path, search: Search) -> None:
    label, group = "of-a-label", "ofagroup"
    with double(["google"], tmp_path / "world") as running:
        walk = Walk(tmp_path / "cluster", SITES["google"], running)
        walk.file["groups"] = {group: {**walk.group, "count": 1, "labels": {"purpose": label}}}
        walk.file["software"] = {}
        planned, built, destroyed = search(walk, [label, group])
    work = ".ectf/walk"
    plans = {f"{work}/tfplan!tfplan", "bundle!tfplan!tfplan"}
    assert {(label, one) for one in (*plans, f"{work}/terraform.tfvars.json")} <= planned
    assert {(group, "argv"), (group, "output")} <= planned
    assert {(label, f"{work}/keep/terraform.tfstate"), (group, "output")} <= built
    for told in (built, destroyed):
        logs = [Path(where).name for text, where in told if text == group and f"{work}/runs/" in where]
        assert {"events.ndjson", "04-terraform-apply.log"} <= set(logs)
