"""A bundle is applied exactly as it was made, once, or refused with the name of what differs."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from elasticluster_tf import Cluster, Order, Source, World
from elasticluster_tf import bundle as bundles
from elasticluster_tf.errors import Refused
from elasticluster_tf.pipeline import bundling
from elasticluster_tf.pipeline.run import begin
from tests.builders import BARE, CACHE, ECHO, Told, software_folder, write

FACTS = "title: Mine\nparts: {node: {}}\nhealth: {part: node, command: ['true']}\n"
ORDER = Order(configure=False)


@dataclass(frozen=True)
class Ground:
    """A folder with a cluster file, one more that is merged, a role, a cloud's module, a rule and a price book."""

    folder: Path

    def cluster(self, *assignments: str) -> Cluster:
        files = (self.folder / "cluster.yaml", self.folder / "more.yaml")
        return Cluster(Source(files, BARE, CACHE, assignments), World(BARE, CACHE, Told()))

    def apply(self, body: bytes) -> tuple[str, ...]:
        found = bundles.unpack(body, "p.ectfplan")
        return self.cluster().up_bundle(found, "p.ectfplan").nodes


def make(folder: Path) -> Ground:
    shutil.copytree(ECHO, folder / "mycloud", symlinks=False)
    software_folder(folder / "roles" / "mine", FACTS)
    write(
        folder,
        {
            "cluster.yaml": "name: demo\ncloud: {name: ./mycloud}\ngroups: {compute: {count: 1}}\n",
            "more.yaml": "groups: {compute: {count: 2}}\nsoftware: {mine: {node: compute}}\n",
            "policy/own.yaml": "rules: [{name: own, deny: 'false', message: never}]\n",
            "prices.yaml": "source: ours\ncurrency: CHF\nclouds: {}\n",
            ".ectf/demo/.terraform.lock.hcl": "# no providers\n",
        },
    )
    return Ground(folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A folder and a first plan's bundle of it; tests work on copies."""
    folder = tmp_path_factory.mktemp("bundle") / "ground"
    folder.mkdir()
    return folder, make(folder).cluster().bundle(ORDER)[1]


@pytest.fixture
def ground(made: tuple[Path, bytes]) -> Ground:
    """The same folder, as it was when the bundle was made: a bundle is for one place."""
    folder, _ = made
    kept = folder.with_name("kept")
    if not kept.exists():
        shutil.copytree(folder, kept, symlinks=True)
    shutil.rmtree(folder)
    shutil.copytree(kept, folder, symlinks=True)
    return Ground(folder)


def test_the_unmodified_one_is_applied_once(ground: Ground, made: tuple[Path, bytes]) -> None:
    assert ground.apply(made[1]) == ("compute001", "compute002")
    assert len(ground.cluster().state().record.used) == 1
    with pytest.raises(Refused, match="applied already") as caught:
        ground.apply(made[1])
    assert caught.value.exit_code == 3
    ground.cluster().down(bool)  # an empty state is not the one that never was
    with pytest.raises(Refused, match="not for what is here") as caught:
        ground.apply(made[1])
    assert "the state is another one: no state then" in caught.value.detail


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (edit("cluster.yaml", "groups:", "# a word\ngroups:"), "cluster file cluster.yaml differs"),
        (edit("more.yaml", "count: 2", "count: 3"), "cluster file more.yaml differs"),
        (edit("roles/mine/tasks/main.yml", "[]", "[] # more"), "role mine differs"),
        (edit("mycloud/main.tf", "output", "# a word\noutput"), "module mycloud differs"),
        (edit("policy/own.yaml", "false", "true"), "rules in policy/ differs"),
        (edit("prices.yaml", "CHF", "EUR"), "price book differs"),
        (edit(".ectf/demo/.terraform.lock.hcl", "no", "some"), "provider lock file differs"),
    ],
)
def test_an_input_that_differs_is_named(
    change: Callable[[Path], None], named: str, ground: Ground, made: tuple[Path, bytes]
) -> None:
    change(ground.folder)
    with pytest.raises(Refused, match="not for what is here") as caught:
        ground.apply(made[1])
    assert named in caught.value.detail.splitlines()
    assert not ground.cluster().state().exists


def test_a_state_that_went_on(ground: Ground, made: tuple[Path, bytes]) -> None:
    ground.cluster("groups.compute.count=1").up(bool, ORDER)
    with pytest.raises(Refused) as caught:
        ground.apply(made[1])
    assert "the state is another one: no state then, serial" in caught.value.detail
    assert list(ground.cluster().state().nodes) == ["compute001"]


def test_another_version_another_place_and_one_that_expired(
    ground: Ground, made: tuple[Path, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(ground.folder, elsewhere, symlinks=True)
    with pytest.raises(Refused) as caught:
        Ground(elsewhere).apply(made[1])
    assert "the state is another file" in caught.value.detail
    expired = ground.cluster().bundle(ORDER, timedelta(0))[1]
    with pytest.raises(Refused, match="not for what is here") as caught:
        ground.apply(expired)
    assert caught.value.detail.startswith("it expired at 20")
    monkeypatch.setattr(bundling, "version", lambda name: "99")
    with pytest.raises(Refused) as caught:
        ground.apply(made[1])
    assert caught.value.detail == "version of ectf differs"


def test_a_bundle_that_shows_another_plan_than_it_holds(ground: Ground, made: tuple[Path, bytes]) -> None:
    found = bundles.unpack(made[1], "")
    harmless = replace(found.plan, infrastructure=replace(found.plan.infrastructure, nodes=()))
    with pytest.raises(Refused, match="not the one that it holds"):
        ground.apply(bundles.pack(replace(found, plan=harmless)))
    assert not ground.cluster().state().exists
    assert not (ground.folder / ".ectf" / "demo" / "tfplan").exists()


def test_a_plan_that_is_forbidden_becomes_no_bundle(ground: Ground) -> None:
    with pytest.raises(Refused, match="forbid this plan"):
        ground.cluster("guard.max_nodes=1").bundle(ORDER)


def test_a_bundle_holds_no_secret(ground: Ground, made: tuple[Path, bytes]) -> None:
    secret = (ground.folder / ".ectf" / "demo" / "keep" / "secret").read_bytes().strip()
    found = bundles.unpack(made[1], "")
    assert secret not in found.terraform
    assert all(secret.decode() not in text for text in found.files.values())


def test_what_decides_a_plan_has_a_name(ground: Ground) -> None:
    cluster = ground.cluster()
    with begin(cluster.workdir, "plan", cluster.world) as run:
        found = bundling.inputs(cluster.source, cluster.rendered(), run.workdir, run.world)
    assert {"role base", "role mine", "module mycloud", "version of Terraform", "rendered files"} <= set(
        found
    )
