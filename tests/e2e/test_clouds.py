"""The whole way on each cloud: the module applied against the provider double, whose machines are containers.

Real here: rendering, Terraform, the inventory, user data read by cloud-init (on Google by the start-up script),
SSH through the jump host with strict host keys, every role. Made up: the cloud's answers, and how a machine gets
user data and login key, which each cloud's own metadata service would bring (`machines.told`).
"""

import ipaddress
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from elasticluster_tf.provider.images import Image
from elasticluster_tf.provider.world import World as Host
from tests.e2e.conftest import Folder, podman
from tests.e2e.machines import Machines, machines
from tests.e2e.machines.images import with_cloud_init, with_googles_agent
from tests.provider_double import World, double

pytestmark = pytest.mark.podman
Make = Callable[[str], Folder]
FRONTEND, WORKER = "frontend001", "compute001"


@dataclass(frozen=True)
class Site:
    """One cloud: its block of the cluster file, and what its image of a release is like."""

    cloud: Mapping[str, Any]
    range: str  # the setting that says which range of addresses the network has
    size: Mapping[str, Any]
    image: str
    user: str
    boots: Callable[[Host, str], Image] = with_cloud_init
    # What `ectf` wants to see of a way to sign in, where it can tell that there is none.
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.cloud["name"])


# Each cloud another release, so that every cloud-init that ectf meets reads its user data once.
AWS = Site(
    cloud={"name": "aws", "region": "eu-central-1"},
    range="cidr",
    size={"type": "c7i.large"},
    image="debian-12",
    user="admin",
)
AZURE = Site(
    cloud={"name": "azure", "location": "westeurope"},
    range="network_cidr",
    size={"type": "Standard_D2as_v5"},
    image="debian-13",
    user="azureuser",
    environment={
        "ARM_CLIENT_ID": "1b2c",
        "ARM_TENANT_ID": "2c3d",
        "ARM_SUBSCRIPTION_ID": "3d4e",
        "ARM_CLIENT_SECRET": "of nobody",
    },
)
GOOGLE = Site(
    cloud={"name": "google", "project": "my-project", "region": "europe-west3"},
    range="cidr",
    size={"type": "e2-standard-2"},
    image="debian-12",
    user="debian",
    boots=with_googles_agent,
)
OPENSTACK = Site(
    cloud={
        "name": "openstack",
        "cloud": "mysite",
        "external_network": "public",
        "flavors": {"m1.small": {"cpus": 2, "memory_gb": 4}},
    },
    range="cidr",
    size={"size": {"cpus": 2, "memory_gb": 4}},
    image="ubuntu-24.04",
    user="ubuntu",
)
INCUS = Site(
    cloud={"name": "incus"},
    range="cidr",
    size={"size": {"cpus": 2, "memory_gb": 4}},
    image="debian-13",
    user="debian",
)


@dataclass(frozen=True)
class Cluster:
    """A cluster file in a folder, and the cloud it is for."""

    site: Site
    folder: Folder
    world: World
    machines: Machines

    def file(self) -> dict[str, Any]:
        common = {**self.site.size, "image": self.site.image}
        return {
            "name": self.folder.name,
            "cloud": {**self.site.cloud, self.site.range: self.machines.private.cidr, **self.public()},
            "ssh": {"allow_from": ["198.51.100.0/24"]},
            "groups": {
                "frontend": {"count": 1, "public_ip": True, **common},
                "compute": {"count": 1, **common},
            },
            "software": {"slurm": {"controller": "frontend", "worker": "compute"}},
        }

    def public(self) -> dict[str, Any]:
        """Which public address is whose, where the cloud has none to give and the file says so."""
        address = str(list(ipaddress.ip_network(self.machines.public.cidr).hosts())[-1])
        return {"public_addresses": {FRONTEND: address}} if self.site is INCUS else {}

    def write(self, file: Mapping[str, Any]) -> None:
        self.folder.write(json.dumps(file, indent=2))  # JSON is YAML


@contextmanager
def cluster(site: Site, make_folder: Make) -> Iterator[Cluster]:
    host = Host()
    folder = make_folder(site.name)
    world = World(folder.path / "world")
    with ExitStack() as stack:
        image = site.boots(host, site.image)
        bodies = stack.enter_context(machines(folder.name, world, site.name, image, host, site.user))
        cloud = stack.enter_context(double([site.name], world.folder, bodies))
        served = {key: cloud.environment[key] for key in ("TF_REATTACH_PROVIDERS", "CHECKPOINT_DISABLE")}
        made = Cluster(site, replace(folder, environment={**served, **site.environment}), world, bodies)
        made.write(made.file())
        yield made


# Each takes about a minute on a quiet machine. The others go the ways of AWS: cloud-init, a jump host.
@pytest.mark.parametrize(
    "site",
    [
        AWS,
        GOOGLE,
        pytest.param(AZURE, marks=pytest.mark.long),
        pytest.param(OPENSTACK, marks=pytest.mark.long),
        pytest.param(INCUS, marks=pytest.mark.long),
    ],
    ids=lambda site: site.name,
)
def test_from_the_file_to_a_job(site: Site, make_folder: Make) -> None:
    with cluster(site, make_folder) as made:
        made.folder.ectf("up", "--yes")
        the_world_made_the_addresses(made)
        the_worker_is_behind_the_frontend(made)
        every_node_has_its_final_host_key(made)
        assert made.folder.ectf("ssh", "--", "srun", "hostname").out.strip() == WORKER
        nothing_is_left_to_do(made)
        made.folder.ectf("down", "--yes")
        assert made.world.counts() == {}
        assert podman("ps", "--all", "--quiet", "--filter", f"label=ectf-cluster={made.folder.name}") == ""


def the_world_made_the_addresses(made: Cluster) -> None:
    """What ectf knows of the nodes is what the cloud gave them."""
    for name, one in made.folder.nodes().items():
        public = name == FRONTEND
        assert bool(one["public_ip"]) is public
        host = one["public_ip"] if public else one["private_ip"]
        assert one["ssh"] == f"{made.site.user}@{host}:22"
        own = made.folder.ssh(name, "hostname -I").split()
        assert one["private_ip"] in own and (not public or one["public_ip"] in own)


def the_worker_is_behind_the_frontend(made: Cluster) -> None:
    nodes = made.folder.nodes()
    rows = (made.folder.workdir / "ssh_config").read_text(encoding="utf-8").splitlines()
    assert [row for row in rows if "ProxyJump" in row] == [f"  ProxyJump {FRONTEND}"]
    assert (
        rows.index(f"Host {WORKER}") < rows.index(f"  ProxyJump {FRONTEND}") < rows.index(f"Host {FRONTEND}")
    )
    client = made.folder.ssh(WORKER, "echo $SSH_CONNECTION").split()[0]
    assert client == nodes[FRONTEND]["private_ip"]
    with pytest.raises(TimeoutError):
        socket.create_connection((nodes[WORKER]["private_ip"], 22), timeout=1)


def every_node_has_its_final_host_key(made: Cluster) -> None:
    """The first contact was checked against the bootstrap key, which serves no more."""
    values = json.loads((made.folder.workdir / "ectf.auto.tfvars.json").read_text(encoding="utf-8"))
    pinned = (made.folder.workdir / "known_hosts").read_text(encoding="utf-8").splitlines()
    assert [row.split(" ", 1)[0] for row in pinned] == [WORKER, FRONTEND]
    assert not {row.split(" ", 1)[1] for row in pinned} & set(values["host_keys"].values())
    assert values["configured"]["host_keys"].keys() == values["host_keys"].keys()


def nothing_is_left_to_do(made: Cluster) -> None:
    """The next run has nothing to do, and whoever has every role run again changes nothing."""
    report = made.folder.ectf("up", "--yes", "--json").events()[-1]
    infrastructure = report["plan"]["infrastructure"]
    assert (infrastructure["nodes"], infrastructure["resources"]) == ([], [])
    assert (report["applied"], report["configuration"]) == (False, None)
    again = made.folder.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert (again["configuration"]["changed"], again["configuration"]["failures"]) == ({}, [])


@pytest.mark.long  # as long as ectf waits for new nodes
def test_a_stranger_is_never_let_in(make_folder: Make) -> None:
    """A machine that never shows its bootstrap key is waited for, in the next run as well, and not talked to."""
    with cluster(AWS, make_folder) as made:
        made.machines.hears = lambda heard: replace(heard, user_data=None)
        file = made.file()
        del file["groups"]["compute"], file["software"]
        made.write(file)
        for _run in range(2):
            refused = made.folder.ectf("up", "--yes", code=6)
            assert "Host key verification failed" in refused.text
            container = made.machines.container(made.folder.nodes()[FRONTEND]["instance_id"])
            log = podman("exec", container, "journalctl", "--unit=ssh", "--no-pager")
            assert log.count("[preauth]") > 1
            assert "Accepted" not in log
        made.folder.ectf("down", "--yes")
