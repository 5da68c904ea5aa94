"""The life of a cluster on one cloud, step by step: real ectf, real Terraform, the provider double.

A cloud's test gives a `Site`; `Walk` is one cluster of it. Each step asserts what a user counts on: nodes
that it does not concern keep machine and address, and it changes no more than it has to.

    with double(["aws"], tmp_path / "world") as cloud:
        life(Walk(tmp_path, SITE, cloud))       # all steps in order, or one by one: up(walk), grow(walk), …
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path

from elasticluster_tf import terraform_files
from elasticluster_tf.nodes import BuiltNode
from elasticluster_tf.pipeline import Cluster, Order, World
from elasticluster_tf.plan import Action, InfraPlan
from elasticluster_tf.reports import DownReport
from elasticluster_tf.source import Source
from elasticluster_tf.terraform.state import State, parse
from tests.provider_double import Double, Thing

# One frontend with a public address and three workers without: small, and every path of a module is in it.
FRONTEND = "frontend001"
WORKERS = ("compute001", "compute002", "compute003")


@dataclass(frozen=True)
class Newer:
    """What a lookup answers once the vendor publishes a newer image, and what a machine made from that one holds."""

    data: str
    answer: Mapping[str, Any]
    image: str


@dataclass(frozen=True)
class Site:
    """One cloud: its block of the cluster file, the resource type of a machine, two sizes.

    A size is said by the cloud's own `types`, by `sizes` where it has none, by both where it does not tell what a type has.

    `retype` says what another size does to a machine; `machine_id` is the machine's attribute that a node's
    `instance_id` is; `environment` are made-up credentials; `stays` are resource types that may outlive the
    cluster; `newer` is a newer image of the vendor's.
    """

    cloud: Mapping[str, Any]
    machine: str
    types: tuple[str, ...] = ()
    sizes: tuple[Mapping[str, Any], ...] = ()
    retype: Literal["replace", "change"] = "replace"
    image: str = "debian-12"
    machine_id: str = "id"
    environment: Mapping[str, str] = field(default_factory=dict)
    stays: tuple[str, ...] = ()
    newer: Newer | None = None

    def sized(self, at: int) -> dict[str, Any]:
        """The keys of a group that say the first or the second size."""
        found: dict[str, Any] = {"type": self.types[at]} if self.types else {}
        return {**found, "size": dict(self.sizes[at])} if self.sizes else found


@dataclass
class Walk:
    """One cluster: its file as data, which steps change, and the commands on it."""

    folder: Path
    site: Site
    double: Double
    file: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.file = self.file or cluster_file(self.site)

    @property
    def group(self) -> dict[str, Any]:
        """The workers' group."""
        found: dict[str, Any] = self.file["groups"]["compute"]
        return found

    @property
    def cluster(self) -> Cluster:
        """The cluster as the file says now."""
        path = self.folder / "cluster.yaml"
        path.write_text(json.dumps(self.file, indent=2), encoding="utf-8")  # JSON is YAML
        environment = {**self.double.environment, **self.site.environment}
        cache = user_cache_path("ectf")
        return Cluster(Source((path,), environment, cache), World(environment, cache))

    def plan(self) -> InfraPlan:
        return self.cluster.plan().infrastructure

    def up(self, refresh_images: Sequence[str] = ()) -> InfraPlan:
        """Build; returns what had been planned."""
        order = Order(configure=False, refresh_images=refresh_images)
        found = self.cluster.up(lambda plan: True, order).plan
        assert found is not None
        return found.infrastructure

    def down(self) -> DownReport:
        return self.cluster.down(lambda plan: True)

    def state(self) -> State:
        """What the state says, read from its file: asking Terraform takes half a second each time."""
        file = self.folder / ".ectf" / self.file["name"] / terraform_files.STATE_PATH
        return parse(json.loads(file.read_text(encoding="utf-8")))

    def built(self) -> dict[str, BuiltNode]:
        return dict(self.state().nodes)

    def machines(self) -> set[str]:
        return {one.instance_id for one in self.built().values()}


def cluster_file(site: Site) -> dict[str, Any]:
    """The cluster that the steps begin with."""
    common = {**site.sized(0), "image": site.image}
    return {
        "name": "walk",
        "cloud": dict(site.cloud),
        "ssh": {"allow_from": ["198.51.100.0/24"]},
        "groups": {
            "frontend": {"count": 1, "public_ip": True, **common},
            "compute": {"count": 3, **common},
        },
        "software": {"slurm": {"controller": "frontend", "worker": "compute"}},
    }


def life(walk: Walk) -> None:
    """Every step, in an order in which each finds what the one before left."""
    up(walk)
    no_change(walk)
    grow(walk)
    shrink_middle(walk)
    label(walk)
    retype(walk)
    newer_image(walk)
    drift(walk)
    down(walk)


def up(walk: Walk) -> None:
    planned = walk.up()
    built = walk.built()
    assert set(built) == {FRONTEND, *WORKERS}
    assert actions(planned) == dict.fromkeys(built, "create")
    assert built[FRONTEND].public_ip and built[FRONTEND].ssh_host == built[FRONTEND].public_ip
    assert not any(built[name].public_ip for name in WORKERS)
    assert len({one.address for one in built.values()}) == len(built)
    assert walk.machines() == existing(walk)
    assert walk.state().bastions == {walk.file["cloud"]["name"]: FRONTEND}


def no_change(walk: Walk) -> None:
    """A second plan of the same file is empty, and nothing is seen as drift."""
    planned = walk.plan()
    assert (actions(planned), planned.resources, planned.drift) == ({}, (), ())
    assert not planned.pending


def grow(walk: Walk) -> None:
    before = walk.built()
    walk.group["count"] += 1
    assert only(walk.up()) == {"compute004": "create"}
    untouched(walk, before, before)
    assert set(walk.built()) == {*before, "compute004"}


def shrink_middle(walk: Walk) -> None:
    before = walk.built()
    walk.group["count"] -= 1
    walk.group["exclude"] = ["compute002"]
    assert only(walk.up()) == {"compute002": "destroy"}
    assert set(walk.built()) == set(before) - {"compute002"}
    untouched(walk, before, set(before) - {"compute002"})
    assert before["compute002"].instance_id not in existing(walk)


def label(walk: Walk) -> None:
    before = walk.built()
    walk.group["labels"] = {"purpose": "walk"}
    assert only(walk.up()) == dict.fromkeys(workers(before), "change")
    untouched(walk, before, before)


def retype(walk: Walk) -> None:
    """Another type is another machine, or the same one changed; the address stays in both cases."""
    before = walk.built()
    walk.group.update(walk.site.sized(1))
    assert only(walk.up()) == dict.fromkeys(workers(before), walk.site.retype)
    after = walk.built()
    assert addresses(after) == addresses(before)
    untouched(walk, before, [FRONTEND] if walk.site.retype == "replace" else before)
    if walk.site.retype == "replace":
        assert not {before[name].instance_id for name in workers(before)} & walk.machines()


def newer_image(walk: Walk) -> None:
    """The vendor's newer image makes no machine anew until that is asked for, and then those of one group."""
    before, newer = walk.built(), walk.site.newer
    if newer:
        walk.double.world.fixture(newer.data, newer.answer)
    assert only(walk.up()) == {}
    untouched(walk, before, before)
    assert actions(walk.up(refresh_images=["compute"])) == dict.fromkeys(workers(before), "replace")
    after = walk.built()
    assert addresses(after) == addresses(before)
    untouched(walk, before, [FRONTEND])
    assert not {before[name].instance_id for name in workers(before)} & existing(walk)
    assert walk.machines() == existing(walk)
    if newer:
        made = {name for name in after if newer.image in str(machine(walk, name).attributes)}
        assert made == workers(after)


def drift(walk: Walk) -> None:
    """A machine deleted by hand is seen, and made again at the same address."""
    before = walk.built()
    gone = machine(walk, "compute003")
    walk.double.world.remove(gone.type, gone.id)
    planned = walk.plan()
    assert [one.action for one in planned.drift if one.node == "compute003"].count("vanished")
    assert set(actions(planned)) == {"compute003"}
    walk.up()
    untouched(walk, before, set(before) - {"compute003"})
    after = walk.built()
    assert after["compute003"].instance_id != before["compute003"].instance_id
    assert addresses(after) == addresses(before)
    no_change(walk)


def down(walk: Walk) -> None:
    """Nothing is left: in the state, in the cloud, by the cloud's own look for leftovers."""
    report = walk.down()
    assert report.destroyed
    assert not report.kept
    assert not walk.state().resources
    left = walk.double.world.counts()
    assert {kind: count for kind, count in left.items() if kind not in walk.site.stays} == {}


def existing(walk: Walk) -> set[str]:
    """The machines that the cloud has, by the id that ectf knows them by."""
    return {identity(walk, thing) for thing in walk.double.world.all(walk.site.machine)}


def machine(walk: Walk, name: str) -> Thing:
    """A node's machine in the world."""
    wanted = walk.built()[name].instance_id
    (found,) = [one for one in walk.double.world.all(walk.site.machine) if identity(walk, one) == wanted]
    return found


def identity(walk: Walk, thing: Thing) -> str:
    return str(thing.attributes[walk.site.machine_id])


def actions(planned: InfraPlan) -> dict[str, Action]:
    """What would happen to each node."""
    return {one.name: one.action for one in planned.nodes}


def only(planned: InfraPlan) -> dict[str, Action]:
    """What happens to nodes, where nothing else but ectf's own record may change."""
    others = [one.address for one in planned.resources if one.type != "terraform_data"]
    assert others == []
    return actions(planned)


def workers(built: Mapping[str, BuiltNode]) -> set[str]:
    return {name for name, one in built.items() if one.group == "compute"}


def addresses(built: Mapping[str, BuiltNode]) -> dict[str, str]:
    return {name: one.address for name, one in built.items()}


def untouched(
    walk: Walk, before: Mapping[str, BuiltNode], names: Mapping[str, BuiltNode] | Sequence[str] | set[str]
) -> None:
    """These nodes are the same machines at the same addresses."""
    after = walk.built()
    for name in names:
        assert after[name] == before[name], name
