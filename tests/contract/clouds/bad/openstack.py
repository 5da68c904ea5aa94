"""Bad files of the cloud `openstack`."""

from tests.contract.clouds.bad import Bad

GOOD = """\
name: demo
cloud:
  name: openstack
  external_network: public
groups:
  compute:
    count: 1
    type: m1.small
"""
TYPE = "type: m1.small"
OWN = "groups.compute.settings.openstack"
FITS = "does not fit"


def own(line: str, key: str, message: str, hint: str) -> Bad:
    """One of the group's own settings."""
    return Bad("group", f"settings: {{openstack: {{{line}}}}}", f"{OWN}.{key}", message, hint)


BAD = [
    # Where, and who asks
    Bad("cloud", "region: region one", "cloud.region", FITS, "as in RegionOne"),
    Bad("cloud", "regoin: RegionOne", "cloud.regoin", "unknown key", "did you mean `region`?"),
    Bad("cloud", "password: secret", "cloud.password", "unknown key", "ectf clouds openstack"),
    Bad("cloud", "cloud: my site", "cloud.cloud", FITS, "clouds.yaml"),
    Bad("cloud", "auth_url: keystone.example.org", "cloud.auth_url", FITS, "https://keystone"),
    Bad("cloud", "auth_url: https://me:pw@k.org/v3", "cloud.auth_url", FITS, "without user"),
    Bad("cloud", "interface: private", "cloud.interface", FITS, "public, internal or admin"),
    Bad("cloud", "cacert_file: ca.pem", "cloud.cacert_file", FITS, "An absolute path"),
    Bad(
        "cloud",
        "endpoint_overrides: {compute: 'https://nova.example.org/v2.1'}",
        "cloud.endpoint_overrides.compute",
        FITS,
        "ends with a slash",
    ),
    # Network
    Bad(
        "external_network: public", "external_network: ''", "cloud.external_network", FITS, "list --external"
    ),
    Bad("cloud", "network: ''", "cloud.network", FITS, "leave the key out"),
    Bad("cloud", "subnet: nodes", "cloud.subnet", FITS, "name that too"),
    Bad("cloud", "cidr: 10.40.0.0/29", "cloud.cidr", FITS, "/10 to /28"),
    Bad("cloud", "cidr: 10.400.0.0/16", "cloud.cidr", FITS, "first address"),
    Bad("cloud", "cidr: 10.40.0.7/16", "cloud.cidr", FITS, "first address"),
    Bad("cloud", "dns_nameservers: 192.0.2.1", "cloud.dns_nameservers", "a list is wanted", "Name servers"),
    Bad("cloud", "dns_nameservers: [192.0.2.1, dns]", "cloud.dns_nameservers.1", "'dns'", "IPv4 address"),
    Bad("cloud", "egress: router", "cloud.egress", FITS, "`none`"),
    Bad("cloud", "public_ip_from: pool", "cloud.public_ip_from", FITS, "`floating`"),
    Bad("cloud", "public_ip_from: network", "cloud.public_ip_from", FITS, "name `network` too"),
    Bad(
        "file",
        "  far:\n    count: 1\n    type: c7i.large\n"
        "    cloud: {name: aws, region: eu-central-1, cidr: 10.40.16.0/20}",
        "groups.far.cloud.cidr",
        "10.40.16.0/20 overlaps 10.40.0.0/16, the network of `openstack`",
        "choose another `cidr`",
    ),
    # Machines
    Bad(
        "cloud",
        "flavors: {m1.small: {cpus: 2}}",
        "cloud.flavors.m1.small",
        "`memory_gb` is required",
        "flavors",
    ),
    Bad("cloud", "flavors: {m1.small: {cpu: 2}}", "cloud.flavors.m1.small.cpu", "unknown key", "`cpus`"),
    Bad("cloud", "flavors: {a: {cpus: 0, memory_gb: 4}}", "cloud.flavors.a", FITS, "more than 0 cpus"),
    Bad(
        "cloud",
        "flavors: {a: {cpus: 1, memory_gb: 4, arch: arm}}",
        "cloud.flavors.a.arch",
        "'arm' does not fit",
        "x86_64 or arm64",
    ),
    Bad("cloud", "site_images: [Debian]", "cloud.site_images", "a mapping is wanted", "portable name"),
    Bad("cloud", "login_user: Me", "cloud.login_user", FITS, "`cloud-user`"),
    Bad("cloud", "config_drive: maybe", "cloud.config_drive", "true or false is wanted", "user data"),
    Bad("cloud", "placement_policy: hard", "cloud.placement_policy", FITS, "`strict`"),
    Bad("cloud", "zones: [nova, nova]", "cloud.zones", FITS, "named twice"),
    Bad("group", "spot: true", "groups.compute.spot", "openstack has no `spot`", "another cloud"),
    Bad(TYPE, "size: {cpus: 0, memory_gb: 4}", "groups.compute.size.cpus", "at least 1", "Processors"),
    Bad(TYPE, "size: {cpus: 5000, memory_gb: 4}", "groups.compute.size.cpus", "at most 4096", "Processors"),
    Bad("group", "labels: {a/b: c}", "groups.compute.labels.a/b", "does not take the label", "another name"),
    Bad(
        "group", "labels: {ectf-node: c}", "groups.compute.labels.ectf-node", "does not take", "another name"
    ),
    Bad("file", f"labels: {{a: {'b' * 256}}}", "labels.a", "this value of a label", "255"),
    # Disks
    Bad("cloud", "volume_bus: nvme", "cloud.volume_bus", FITS, "virtio or scsi"),
    Bad("cloud", "volume_type: ''", "cloud.volume_type", FITS, "volume type list"),
    Bad("cloud", "disk_type: ''", "cloud.disk_type", FITS, "volume type list"),
    Bad("cloud", "volume_zone: 'az1:host'", "cloud.volume_zone", FITS, "or `node`"),
    Bad(
        "cloud", "kept_volumes: {frontend001_home: home}", "cloud.kept_volumes.frontend001_home", FITS, "UUID"
    ),
    Bad(
        "cloud",
        "kept_volumes: {home: 10f3d1a1-6f3b-4a0e-8a39-1c1e0a4d5b6f}",
        "cloud.kept_volumes.home",
        "'home' does not fit",
        "as in frontend001_home",
    ),
    Bad("cloud", "shared_fs: {home: {size: 1}}", "cloud.shared_fs.home.size", "unknown key", "`size_gb`"),
    Bad("cloud", "shared_fs: {home: {}}", "cloud.shared_fs.home", "`size_gb` is required", "Manila"),
    Bad("cloud", "shared_fs: {home: {size_gb: 0}}", "cloud.shared_fs.home", FITS, "at least 1 GiB"),
    Bad(
        "cloud", "shared_fs: {home: {size_gb: 9, protocol: SMB}}", "cloud.shared_fs.home", FITS, "NFS or CIFS"
    ),
    Bad("cloud", "shared_fs: {Home: {size_gb: 9}}", "cloud.shared_fs.Home", "'Home'", "lower-case"),
    # A group's own settings
    own("disktype: x", "disktype", "unknown key", "`disk_type`"),
    own("disk_type: ' ssd'", "disk_type", FITS, "volume type list"),
    own("volume_type: ' ssd'", "volume_type", FITS, "volume type list"),
    own("security_group_ids: [default]", "security_group_ids", FITS, "a UUID"),
    own("security_group_ids: default", "security_group_ids", "a list is wanted", "security groups"),
    own("login_user: Me", "login_user", FITS, "plain login name"),
]
