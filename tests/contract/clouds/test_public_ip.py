"""A public address that a group gets and gives back, on every cloud; the machine stays."""

from pathlib import Path

import pytest

from tests.contract.clouds.steps import Site, Walk, no_change
from tests.contract.clouds.test_failing import SITES
from tests.provider_double import double

# In its own network, Amazon's public nodes are in subnets of their own: another subnet is another machine. Of Incus the
# file says which addresses there are.
SETTINGS = {
    "aws": {"network": "vpc-0a1b2c3d", "subnets": ["subnet-0a1b2c3d"]},
    "incus": {"public_addresses": {"frontend001": "192.0.2.10", "compute001": "192.0.2.11"}},
}


@pytest.mark.parametrize("site", SITES.values(), ids=list(SITES))
def test_a_public_address_comes_and_goes(site: Site, tmp_path: Path) -> None:
    with double([site.cloud["name"]], tmp_path / "world") as cloud:
        walk = Walk(tmp_path, site, cloud)
        walk.file["cloud"] |= SETTINGS.get(site.cloud["name"], {})
        walk.group["count"] = 1
        walk.up()
        before, things = walk.built()["compute001"], cloud.world.counts()
        walk.group["public_ip"] = True
        walk.up()
        public = walk.built()["compute001"]
        assert public.public_ip and public.ssh_host == public.public_ip
        assert (public.instance_id, public.address) == (before.instance_id, before.address)
        no_change(walk)
        walk.group["public_ip"] = False
        walk.up()
        assert walk.built()["compute001"] == before
        assert cloud.world.counts() == things
