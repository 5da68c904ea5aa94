"""Bad files of the cloud `google`."""

from tests.contract.clouds.bad import Bad
from tests.contract.clouds.bad.common import IPV6_ALONE

GOOD = """\
name: demo
cloud:
  name: google
  project: my-project
  region: europe-west3
groups:
  compute:
    count: 1
    type: e2-standard-2
"""
PROJECT, REGION, TYPE = "project: my-project", "region: europe-west3", "type: e2-standard-2"
OWN = "groups.compute.settings.google"
FITS = "does not fit"


def own(line: str, key: str, message: str, hint: str) -> Bad:
    """One of the group's own settings."""
    return Bad("group", f"settings: {{google: {{{line}}}}}", f"{OWN}.{key}", message, hint)


BAD = [
    # Where
    Bad(REGION, "region: europe-west3-a", "cloud.region", FITS, "without a zone's letter"),
    Bad(PROJECT, "project: '123456789'", "cloud.project", FITS, "not its number"),
    Bad(PROJECT, "project: My Project", "cloud.project", FITS, "lower-case letters"),
    Bad(PROJECT, "", "cloud", "`project` is required", "built in and billed to"),
    Bad("cloud", "zone: europe-west3", "cloud.zone", FITS, "as in europe-west3-a"),
    Bad("cloud", "zone: europe-west1-b", "cloud.zone", FITS, "another region"),
    Bad("cloud", "zones: europe-west3-a", "cloud.zones", "a list is wanted", "deals nodes out"),
    Bad("cloud", "zones: [europe-west3]", "cloud.zones.0", FITS, "as in europe-west3-a"),
    Bad("cloud", "zones: [europe-west3-a, europe-west1-b]", "cloud.zones.1", FITS, "another region"),
    Bad("cloud", "zones: [europe-west3-a, europe-west3-a]", "cloud.zones", FITS, "named twice"),
    Bad("cloud", "regoin: europe-west3", "cloud.regoin", "unknown key", "region"),
    Bad("cloud", "universe_domain: https://apis.example", "cloud.universe_domain", FITS, "domain name"),
    Bad("name: demo", "name: a-name-of-twenty-five-cha", "name", "leaves room for 24", "shorter"),
    # Who asks
    Bad("cloud", "credentials: key.json", "cloud.credentials", "unknown key", "ectf clouds google"),
    Bad("cloud", "service_account: nodes", "cloud.service_account", FITS, "e-mail address"),
    Bad("cloud", "scopes: compute", "cloud.scopes", "a list is wanted", ""),
    # Network
    Bad("cloud", "cidr: 10.90.0.0/33", "cloud.cidr", FITS, "from /8 to /29"),
    Bad("cloud", "cidr: 10.900.0.0/20", "cloud.cidr", FITS, "as in 10.90.0.0/20"),
    Bad("cloud", "cidr: 10.90.0.9/20", "cloud.cidr", FITS, "begins at its network address"),
    Bad("cloud", "egress: NAT", "cloud.egress", FITS, "nat or none"),
    Bad("cloud", "network: projects/p/global/networks/n", "cloud.network", FITS, "short name"),
    Bad("cloud", "network: net\nsubnet: My_Subnet", "cloud.subnet", FITS, "short name"),
    Bad("cloud", "subnet: nodes", "cloud.subnet", FITS, "name that too"),
    Bad("cloud", "network_project: host-project", "cloud.network_project", FITS, "name that too"),
    Bad("cloud", "network_project: '42'", "cloud.network_project", FITS, "project's ID"),
    Bad("cloud", "network_tier: GOLD", "cloud.network_tier", FITS, "PREMIUM or STANDARD"),
    Bad("cloud", "mtu: jumbo", "cloud.mtu", "a number is wanted", "Largest packet"),
    Bad("cloud", "mtu: 9000", "cloud.mtu", "9000 does not fit", "1300 to 8896"),
    Bad(
        "file",
        "  far:\n    count: 1\n    type: Standard_D2as_v5\n"
        "    cloud: {name: azure, location: westeurope, network_cidr: 10.88.0.0/13}",
        "groups.far.cloud.network_cidr",
        "overlaps 10.90.0.0/20, the network of `google`",
        "choose another `network_cidr`",
    ),
    # Disks
    Bad("cloud", "boot_disk_type: ssd", "cloud.boot_disk_type", FITS, "pd-balanced"),
    Bad("cloud", "volume_type: hyperdisk", "cloud.volume_type", FITS, "hyperdisk-throughput"),
    Bad("cloud", "kms_key: my-key", "cloud.kms_key", FITS, "cryptoKeys"),
    Bad(
        "cloud",
        "shared_fs: {home: {capacity: 1024}}",
        "cloud.shared_fs.home.capacity",
        "unknown key",
        "size_gb",
    ),
    Bad("cloud", "shared_fs: {home: {size_gb: 100}}", "cloud.shared_fs.home", FITS, "begins at 1024"),
    Bad("cloud", "shared_fs: {home: {tier: GOLD}}", "cloud.shared_fs.home.tier", "'GOLD'", "BASIC_HDD"),
    Bad("cloud", "shared_fs: {fast: {tier: BASIC_SSD}}", "cloud.shared_fs.fast", FITS, "BASIC_SSD at 2560"),
    Bad("cloud", "shared_fs: {home-dir: {}}", "cloud.shared_fs.home-dir", FITS, "underscores"),
    Bad(
        "cloud",
        "shared_fs: {home: {zone: us-east1-b}}",
        "cloud.shared_fs.home.zone",
        FITS,
        "cluster's region",
    ),
    # Machines
    Bad("cloud", "spot_action: HIBERNATE", "cloud.spot_action", FITS, "STOP or DELETE"),
    Bad("cloud", "image_project_prefix: vendor", "cloud.image_project_prefix", FITS, "ends with a colon"),
    Bad("cloud", "secure_boot: 'on'", "cloud.secure_boot", "true or false is wanted", ""),
    Bad(TYPE, "size: {cpus: 1000, memory_gb: 4}", "groups.compute.size", "no type of this size", "--sizes"),
    Bad(
        TYPE, "size: {cpus: 4, memory_gb: 4, gpus: 3, arch: arm64}", "groups.compute.size", "no type", "type:"
    ),
    Bad(
        "group",
        "labels: {Owner: me}",
        "groups.compute.labels.Owner",
        "does not take the label",
        "another name",
    ),
    Bad("group", "labels: {goog-x: y}", "groups.compute.labels.goog-x", "does not take", "another name"),
    Bad("group", "labels: {owner: Me}", "groups.compute.labels.owner", "this value of a label", "[a-z0-9_-]"),
    Bad("file", "labels: {ectf-node: y}", "labels.ectf-node", "does not take the label", "another name"),
    IPV6_ALONE,
    Bad(
        TYPE,
        "type: e2-standard-2  # !\nplacement: together",
        "groups.compute.type",
        "does not place machines of the type `e2-standard-2` together",
        "another family",
    ),
    Bad(
        TYPE,
        "type: n1-highcpu-96  # !\nplacement: together",
        "groups.compute.type",
        "does not place machines of the type `n1-highcpu-96` together",
        "another family",
    ),
    Bad(
        TYPE,
        "size: {cpus: 8, memory_gb: 1800}  # !\nplacement: together",
        "groups.compute.size",
        "no type of this size that it places together",
        "--sizes",
    ),
    # A group's own settings
    own("gpu: t4", "gpu", "unknown key", "accelerator_type"),
    own("local_ssd_count: two", "local_ssd_count", "a number is wanted", "only Google"),
    own("local_ssd_count: 9", "local_ssd_count", "9 does not fit", "0 to 8, 16 or 24"),
    own("accelerator_count: 3", "accelerator_count", "3 does not fit", "1, 2, 4, 8 or 16"),
    own("threads_per_core: 4", "threads_per_core", "4 does not fit", "1 or 2"),
    own("nic_type: E1000", "nic_type", FITS, "GVNIC"),
    own("boot_disk_type: ssd", "boot_disk_type", FITS, "pd-balanced"),
    own("service_account: nodes", "service_account", FITS, "e-mail address"),
    own("network_tags: [ok, Not_Ok]", "network_tags", FITS, "lower-case letters"),
]
