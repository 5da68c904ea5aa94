"""What only a plan can tell of a file, on every cloud: look-ups that find nothing, and who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import terraform_files
from elasticluster_tf.errors import InputError, TerraformFailed
from elasticluster_tf.pipeline import Cluster, World
from tests.builders import BARE
from tests.contract.clouds import test_aws, test_azure, test_google, test_incus, test_openstack
from tests.contract.clouds.steps import Site, Walk
from tests.provider_double import Double, double

SITES = {
    module.SITE.cloud["name"]: module.SITE
    for module in (test_aws, test_azure, test_google, test_openstack, test_incus)
}
NO_RESULTS = "Your query returned no results. Please change your search criteria and try again."
SEVERAL = "Your query returned more than one result. Please try a more specific search criteria."
NETWORK = "10f3d1a1-6f3b-4a0e-8a39-1c1e0a4d5b6f"


@dataclass(frozen=True)
class Absent:
    """What the cloud does not have, in the provider's words, and the key that named it."""

    data: str
    said: str
    key: str
    hint: str
    cloud: Mapping[str, Any] = field(default_factory=dict)
    group: Mapping[str, Any] = field(default_factory=dict)
    match: Mapping[str, Any] = field(default_factory=dict)


VPC: dict[str, Any] = {"network": "vpc-0a1b2c3d", "subnets": ["subnet-0a1b2c3d"]}
VNET = {"network": "hub", "subnet": "nodes", "resource_group": "lab"}
LOOKUPS = {
    "aws": [
        Absent("aws_availability_zones", "no matching EC2 AZs", "cloud.region", "describe-regions"),
        Absent("aws_ami", NO_RESULTS, "groups.frontend.image", "by its id"),
        Absent("aws_vpc", "no matching EC2 VPC found", "cloud.network", "describe-vpcs", VPC),
        Absent("aws_subnet", "api error InvalidSubnetID.NotFound", "cloud.subnets.0", "describe-subnets", VPC),
    ],
    "google": [
        Absent("google_compute_zones", "googleapi: Error 404: not found", "cloud.region", "regions list"),
        Absent("google_compute_image", "googleapi: Error 404: notFound", "groups.frontend.image", "by its own path"),
        Absent("google_compute_network", "network not found", "cloud.network", "networks list", {"network": "net"}),
        Absent("google_compute_subnetwork", "Error 404: x", "cloud.subnet", "subnets list", {"network": "n", "subnet": "s"}),
    ],
    "openstack": [
        Absent("openstack_compute_flavor_v2", NO_RESULTS, "groups.compute.type", "flavor list", {}, {"type": "m1.smal"}, {"name": "m1.smal"}),
        Absent(
            "openstack_compute_flavor_v2",
            SEVERAL,
            "groups.compute.size",
            "name a `type:`",
            {},
            {"type": None, "size": {"cpus": 4, "memory_gb": 16}},
            {"vcpus": 4},
        ),
        Absent("openstack_networking_network_v2", SEVERAL, "cloud.external_network", "list --external"),
        Absent("openstack_networking_network_v2", NO_RESULTS, "cloud.network", "network list", {"network": "lab"}, {}, {"name": "lab"}),
        Absent("openstack_networking_subnet_v2", SEVERAL, "cloud.network", "by `subnet:`", {"network": NETWORK}),
    ],
    "azure": [
        Absent("azurerm_virtual_network", 'Virtual Network (Name: "hub"\nGroup: "lab") was not found', "cloud.network", "vnet list", VNET),
        Absent("azurerm_subnet", "Subnet was not found", "cloud.subnet", "subnet list", VNET),
    ],
    "incus": [
        Absent("incus_image", "Alias \"mine\" doesn't exist", "groups.compute.image", "image list", {"login_user": "me"}, {"image": "mine"}, {"name": "mine"}),
        Absent("incus_image", "Alias \"mine\" doesn't exist", "groups.compute.image", "type=virtual-machine", {"login_user": "me", "instance_type": "virtual-machine"}, {"image": "mine"}),
        Absent("incus_network", 'Failed to retrieve network "lan" Network not found', "cloud.network", "network list", {"network": "lan"}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SITES)
def test_what_the_cloud_does_not_have_is_told_at_its_key(name: str, tmp_path: Path) -> None:
    """Of one world, so that all look-ups of a cloud cost one provider."""
    with double([name], tmp_path / "world") as cloud:
        for wrong in LOOKUPS[name]:
            walk = Walk(tmp_path, SITES[name], cloud)
            walk.file["software"] = {}
            walk.file["cloud"] |= wrong.cloud
            walk.group.update(wrong.group)
            cloud.world.fixture(wrong.data, {"error": wrong.said}, wrong.match)
            (problem,) = refused(walk)
            assert (problem.key, problem.message) == (wrong.key, " ".join(wrong.said.split()))
            assert wrong.hint in problem.hint
            assert problem.place and named(wrong.key) in line(walk, problem.place.line)
            (cloud.world.folder / "fixtures.json").unlink()


def refused(walk: Walk) -> Any:
    """What is wrong with the file by a plan; nothing is made."""
    with pytest.raises(InputError) as caught:
        walk.plan()
    assert caught.value.exit_code == 4
    assert walk.double.world.counts() == {}
    assert not (walk.folder / ".ectf" / "walk" / terraform_files.STATE_PATH).exists()
    return caught.value.problems


def line(walk: Walk, number: int) -> str:
    """A line of the file."""
    return (walk.folder / "cluster.yaml").read_text(encoding="utf-8").splitlines()[number - 1]


def named(key: str) -> str:
    """What stands in the line of a key that names what is absent."""
    last = key.rsplit(".", 1)[-1]
    return VPC["subnets"][0] if last == "0" else f'"{last}"'


# What each provider says when it has nothing to sign in with, and when it was not let in.
UNSIGNED = {
    "aws": (
        "No valid credential sources found",
        "AuthFailure: not able to validate the provided access credentials",
    ),
    "google": (
        "Attempted to load application default credentials",
        "googleapi: Error 401: Invalid Credentials",
    ),
    "openstack": ("Missing input for argument [Username]", "Authentication failed"),
    "azure": ("could not configure AzureCli Authorizer", "AADSTS7000215: invalid_client, unauthenticated"),
    "incus": ("Failed to generate client certificate", "Unable to authenticate with remote server"),
}
DATA = {
    "aws": "aws_ami",
    "google": "google_compute_image",
    "openstack": "openstack_images_image_ids_v2",
    "azure": "azurerm_virtual_network",
    "incus": "incus_network",
}
WAYS = {
    "aws": "AWS_ACCESS_KEY_ID",
    "google": "GOOGLE_APPLICATION_CREDENTIALS",
    "openstack": "OS_APPLICATION_CREDENTIAL_ID",
    "azure": "az login",
    "incus": "INCUS_REMOTE",
}


@pytest.mark.parametrize("name", SITES)
def test_a_provider_that_is_not_let_in(name: str, tmp_path: Path) -> None:
    with double([name], tmp_path / "world") as cloud:
        walk = Walk(tmp_path, SITES[name], cloud)
        walk.file["software"] = {}
        nothing, wrong = UNSIGNED[name]
        cloud.world.fail("configure", name, error=nothing)
        (problem,) = refused(walk)
        assert (problem.key, problem.message) == ("cloud", nothing)
        assert WAYS[name] in problem.hint and problem.place
        cloud.world.heal()
        walk.file["cloud"] |= {"azure": VNET, "incus": {"network": "lan"}}.get(name, {})
        cloud.world.fixture(DATA[name], {"error": wrong})
        (problem,) = refused(walk)
        assert (problem.key, problem.message) == ("cloud", wrong)
        assert WAYS[name] in problem.hint
        # What is no fault of the file's stays Terraform's.
        cloud.world.fixture(DATA[name], {"error": "Service Unavailable"})
        with pytest.raises(TerraformFailed, match="terraform plan failed") as caught:
            walk.plan()
        assert caught.value.exit_code == 5 and "Service Unavailable" in caught.value.detail


def test_down_tells_how_to_sign_in(tmp_path: Path) -> None:
    with double(["aws"], tmp_path / "world") as cloud:
        walk = Walk(tmp_path, SITES["aws"], cloud)
        walk.file["software"] = {}
        walk.up()
        cloud.world.fail("configure", "aws", error="No valid credential sources found")
        with pytest.raises(TerraformFailed) as caught:
            walk.down()
        assert "AWS_ACCESS_KEY_ID" in caught.value.hint


def test_a_setting_that_the_provider_does_not_like_is_named(tmp_path: Path) -> None:
    with double(["aws"], tmp_path / "world") as cloud:
        walk = Walk(tmp_path, SITES["aws"], cloud)
        walk.file["cloud"]["profile"] = "mine"
        cloud.world.fail("configure", "aws", error="failed to get shared config profile, mine")
        (problem,) = refused(walk)
        assert problem.key == "cloud.profile" and "~/.aws/config" in problem.hint


@pytest.mark.parametrize(
    ("name", "settings", "environment", "missing"),
    [
        ("openstack", {}, {}, ["where the cloud is", "who asks"]),
        ("openstack", {"auth_url": "https://keystone.example.org/v3"}, {}, ["who asks"]),
        ("openstack", {}, {"OS_AUTH_URL": "https://k.example.org", "OS_PASSWORD": "x"}, []),
        ("openstack", {}, {"OS_CLOUD": "mysite"}, []),
        ("openstack", {"cloud": "mysite"}, {}, []),
        ("azure", {}, {}, ["who asks", "which subscription pays"]),
        ("azure", {}, {"ARM_CLIENT_SECRET": "x"}, ["which subscription pays"]),
        ("azure", {"subscription_id": NETWORK}, {"ARM_USE_MSI": "true"}, []),
        ("azure", {}, {"ARM_SUBSCRIPTION_ID": NETWORK}, ["who asks"]),
        ("azure", {}, {"PATH": "az"}, []),
        # A machine's own role is seen by the provider alone.
        ("aws", {}, {}, []),
        ("google", {}, {}, []),
        ("incus", {}, {}, []),
    ],
)
def test_missing_credentials_are_told_before_terraform(
    name: str,
    settings: dict[str, Any],
    environment: dict[str, str],
    missing: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walk = unsigned(name, settings, tmp_path)
    if environment.get("PATH"):
        program = tmp_path / "bin" / environment["PATH"]
        program.parent.mkdir()
        program.touch(0o755)
        environment = {"PATH": str(program.parent)}
    cluster = Cluster(walk.cluster.source, World({**BARE, **environment}, walk.cluster.world.cache))
    monkeypatch.setattr("elasticluster_tf.pipeline.cluster.begin", started)
    with pytest.raises((InputError, Started)) as caught:
        cluster.plan()
    told = caught.value.problems if isinstance(caught.value, InputError) else ()
    assert [(one.key, one.message) for one in told] == [
        ("cloud", f"nothing tells {name} {one}") for one in missing
    ]
    assert all(one.place and WAYS[name] in one.hint for one in told)
    assert not (tmp_path / ".ectf").exists()


class Started(Exception):
    """A run would begin."""


def started(*given: object) -> None:
    raise Started


def unsigned(name: str, settings: dict[str, Any], folder: Path) -> Walk:
    """A cluster whose file says nothing of who asks, beyond these settings."""
    place = {
        key: value for key, value in SITES[name].cloud.items() if key not in ("cloud", "subscription_id")
    }
    site = Site({**place, **settings}, SITES[name].machine, SITES[name].types)
    return Walk(folder, site, Double({}, None))  # type: ignore[arg-type]  # no provider is asked
