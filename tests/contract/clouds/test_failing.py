"""A machine that can't be made, on every cloud: what was built is kept, and the next `up` makes only the rest."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from elasticluster_tf.errors import TooFewNodes
from elasticluster_tf.events import Event, Notice
from elasticluster_tf.pipeline import Cluster, World
from tests.contract.clouds import steps, test_aws, test_azure, test_google, test_incus, test_openstack
from tests.contract.clouds.steps import Site, Walk
from tests.provider_double import double

SITES = {
    module.SITE.cloud["name"]: module.SITE
    for module in (test_aws, test_azure, test_google, test_openstack, test_incus)
}
QUOTA = "Quota exceeded for instances"


@dataclass
class Listening(Walk):
    """A walk that hears what a run tells."""

    told: list[Event] = field(default_factory=list)

    @property
    def cluster(self) -> Cluster:
        found = super().cluster
        return Cluster(found.source, World(found.world.environment, found.world.cache, self.told.append))


@pytest.mark.parametrize("site", SITES.values(), ids=list(SITES))
def test_one_machine_of_ten_can_t_be_made(site: Site, tmp_path: Path) -> None:
    with double([site.cloud["name"]], tmp_path / "world") as cloud:
        walk = Listening(tmp_path, site, cloud)
        walk.group["count"] = 9
        cloud.world.fail("create", site.machine, "*compute005*", error=QUOTA)
        with pytest.raises(TooFewNodes, match="compute.*8 of at least 9.*missing: compute005") as caught:
            walk.up()
        assert caught.value.exit_code == 7
        assert QUOTA in caught.value.detail
        before = walk.built()
        assert len(before) == 9 and "compute005" not in before
        walk.group["min"] = 8
        walk.up()  # goes on, as there are enough
        warnings = [one.message for one in walk.told if isinstance(one, Notice) and one.level == "warning"]
        assert any("going on without compute005" in message for message in warnings)
        cloud.world.heal()
        planned = walk.up()
        assert [(one.name, one.action) for one in planned.nodes] == [("compute005", "create")]
        after = walk.built()
        assert {name: after[name].instance_id for name in before} == {
            n: one.instance_id for n, one in before.items()
        }


def test_a_machine_whose_replacement_fails_is_no_node(tmp_path: Path) -> None:
    """What is told of it is still in the state, and so is its network interface: neither is a machine."""
    site = test_aws.SITE
    with double([site.cloud["name"]], tmp_path / "world") as cloud:
        walk = Walk(tmp_path, site, cloud)
        walk.up()
        before = walk.built()
        walk.group["image"] = "debian-13"
        cloud.world.fail("create", site.machine, "*compute002*", error=QUOTA)
        with pytest.raises(TooFewNodes, match="missing: compute002"):
            walk.up()
        assert set(walk.built()) == set(before) - {"compute002"}
        cloud.world.heal()
        assert steps.actions(walk.up()) == {"compute002": "create"}
        assert steps.addresses(walk.built()) == steps.addresses(before)
        steps.no_change(walk)
