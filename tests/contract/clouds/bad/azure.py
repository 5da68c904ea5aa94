"""Bad files of the cloud `azure`."""

from tests.contract.clouds.bad import Bad
from tests.contract.clouds.bad.common import IPV6_ALONE

GOOD = """\
name: demo
cloud:
  name: azure
  location: westeurope
groups:
  compute:
    count: 1
    type: Standard_D2as_v5
"""
LOCATION, TYPE = "location: westeurope", "type: Standard_D2as_v5"
OWN = "groups.compute.settings.azure"
FITS = "does not fit"


def own(line: str, key: str, message: str, hint: str) -> Bad:
    """One of the group's own settings."""
    return Bad("group", f"settings: {{azure: {{{line}}}}}", f"{OWN}.{key}", message, hint)


BAD = [
    # Where, and who asks
    Bad(LOCATION, "location: West Europe", "cloud.location", FITS, "as in westeurope"),
    Bad(LOCATION, "location: west-europe", "cloud.location", FITS, "without spaces or dashes"),
    Bad(LOCATION, "", "cloud", "`location` is required", "Region"),
    Bad("cloud", "locatoin: westeurope", "cloud.locatoin", "unknown key", "location"),
    Bad("cloud", "client_secret: hunter2", "cloud.client_secret", "unknown key", "ectf clouds azure"),
    Bad("cloud", "subscription_id: my-subscription", "cloud.subscription_id", FITS, "az account show"),
    Bad("cloud", "environment: germany", "cloud.environment", FITS, "usgovernment or china"),
    Bad("cloud", "metadata_host: https://example.org/", "cloud.metadata_host", FITS, "without https://"),
    Bad(
        "cloud",
        "resource_provider_registrations: some",
        "cloud.resource_provider_registrations",
        FITS,
        "none, core",
    ),
    Bad("cloud", "resource_group: lab.", "cloud.resource_group", FITS, "without a period"),
    # Network
    Bad("cloud", "network: 10.0.0.0/16", "cloud.network", FITS, "hub-vnet"),
    Bad("cloud", "network: hub-vnet", "cloud.network", FITS, "go together"),
    Bad("cloud", "subnet: nodes", "cloud.subnet", FITS, "go together"),
    Bad("cloud", "subnet: /subscriptions/x/subnets/y", "cloud.subnet", FITS, "no path"),
    Bad("cloud", "subnet: nodes\nnetwork: hub-vnet", "cloud.network", FITS, "`network_resource_group`"),
    Bad(
        "cloud",
        "network_resource_group: lab/hub",
        "cloud.network_resource_group",
        FITS,
        "letters, digits and",
    ),
    Bad("cloud", "network_cidr: 10.80.0.0", "cloud.network_cidr", FITS, "from /8 to /28"),
    Bad("cloud", "network_cidr: 10.80.0.0/30", "cloud.network_cidr", FITS, "from /8 to /28"),
    Bad("cloud", "network_cidr: 8.8.0.0/16", "cloud.network_cidr", FITS, "private"),
    Bad("cloud", "network_cidr: 10.80.1.0/16", "cloud.network_cidr", FITS, "first address"),
    Bad("cloud", "egress: internet", "cloud.egress", FITS, "nat or none"),
    Bad(
        "cloud",
        "resource_group: lab\nnetwork: hub-vnet\nsubnet: nodes\negress: nat",
        "cloud.egress",
        FITS,
        "its own way out",
    ),
    Bad(
        "file",
        "  far:\n    count: 1\n    type: Standard_D2as_v5\n"
        "    cloud: {name: azure, alias: north, location: northeurope}",
        "groups.far.cloud.network_cidr",
        "overlaps 10.80.0.0/16, the network of `azure`",
        "choose another `network_cidr`",
    ),
    Bad("cloud", "zones: '1'", "cloud.zones", "a list is wanted", "deals nodes out"),
    Bad("cloud", "zones: ['1', westeurope-2]", "cloud.zones.1", "'westeurope-2'", "Zones are"),
    Bad("cloud", "zones: ['1', '1']", "cloud.zones", FITS, "named twice"),
    Bad("cloud", "zones: []", "cloud.zones", FITS, "Zones are"),
    # Disks
    Bad("cloud", "disk_type: gp3", "cloud.disk_type", FITS, "StandardSSD_LRS"),
    Bad("cloud", "disk_type: PremiumV2_LRS", "cloud.disk_type", FITS, "Premium_LRS"),
    Bad("cloud", "volume_type: ssd", "cloud.volume_type", FITS, "PremiumV2_LRS"),
    Bad(
        "cloud", "disk_encryption_set_id: my-set", "cloud.disk_encryption_set_id", FITS, "diskEncryptionSets"
    ),
    Bad("cloud", "encryption_at_host: 'on'", "cloud.encryption_at_host", "true or false", "EncryptionAtHost"),
    Bad("cloud", "allow_extensions: 1", "cloud.allow_extensions", "true or false", "extensions"),
    Bad("cloud", "shared_fs: {home: {size: 100}}", "cloud.shared_fs.home.size", "unknown key", "size_gb"),
    Bad("cloud", "shared_fs: {home: {size_gb: 10}}", "cloud.shared_fs.home", FITS, "at least 100 GiB"),
    Bad("cloud", "shared_fs: {Home: {size_gb: 100}}", "cloud.shared_fs.Home", FITS, "lower-case letters"),
    # Machines
    Bad(TYPE, "size: {cpus: 1000, memory_gb: 4}", "groups.compute.size", "no type of this size", "--sizes"),
    Bad(
        TYPE,
        "size: {cpus: 4, memory_gb: 4, gpus: 3, arch: arm64}",
        "groups.compute.size",
        "no type of",
        "type:",
    ),
    Bad(
        TYPE,
        "size: {cpus: 4, memory_gb: 8, arch: arm64}  # !\nimage: rocky-9",
        "groups.compute.size.arch",
        "has `rocky-9` only for x86_64",
        "another image or arch",
    ),
    Bad(
        "group",
        "labels: {Microsoft-owner: me}",
        "groups.compute.labels.Microsoft-owner",
        "does not",
        "another",
    ),
    Bad(
        "group", "labels: {ectf-node: y}", "groups.compute.labels.ectf-node", "does not take", "another name"
    ),
    Bad("group", "labels: {Managed-By: me}", "groups.compute.labels.Managed-By", "does not take", "another"),
    Bad("file", f"labels: {{a: {'b' * 257}}}", "labels.a", "this value of a label", "256"),
    IPV6_ALONE,
    # A group's own settings
    own("spot_price: 1", "spot_price", "unknown key", "spot_max_price"),
    own("spot_max_price: low", "spot_max_price", "a number is wanted", "only Azure"),
    own("spot_max_price: 0", "spot_max_price", "0 does not fit", "more than 0"),
    own("disk_type: ssd", "disk_type", FITS, "StandardSSD_LRS"),
    own("identities: [nodes]", "identities", FITS, "userAssignedIdentities"),
    own("luns: {home: 64}", "luns", FITS, "0 to 63"),
    own("luns: {home: 1.5}", "luns", FITS, "0 to 63"),
    own("luns: {home: 3, data: 3}", "luns", FITS, "Two volumes"),
    own("trusted_launch: 'yes'", "trusted_launch", "true or false", "only Azure"),
]
