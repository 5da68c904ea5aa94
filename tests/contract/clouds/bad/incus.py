"""Bad files of the cloud `incus`."""

from tests.contract.clouds.bad import Bad

GOOD = """\
name: demo
cloud:
  name: incus
  remote: lab
groups:
  compute:
    count: 1
    size: {cpus: 2, memory_gb: 4}
"""
SIZE = "size: {cpus: 2, memory_gb: 4}"
OWN = "groups.compute.settings.incus"
FITS = "does not fit"


def own(line: str, key: str, message: str, hint: str) -> Bad:
    """One of the group's own settings."""
    return Bad("group", f"settings: {{incus: {{{line}}}}}", f"{OWN}.{key}", message, hint)


BAD = [
    # Where, and who asks
    Bad("remote: lab", "remote: my lab", "cloud.remote", FITS, "incus remote list"),
    Bad("remote: lab", "remotte: lab", "cloud.remotte", "unknown key", "did you mean `remote`?"),
    Bad("cloud", "token: secret", "cloud.token", "unknown key", "ectf clouds incus"),
    Bad("cloud", "password: secret", "cloud.password", "unknown key", "ectf clouds incus"),
    Bad("cloud", "address: incus.example.org", "cloud.address", FITS, "https://incus"),
    Bad("cloud", "address: https://me@incus.example.org", "cloud.address", FITS, "without a user"),
    Bad("remote: lab", "address: https://incus.example.org:8443", "cloud.address", FITS, "say `remote`, too"),
    Bad("cloud", "config_dir: .incus", "cloud.config_dir", FITS, "An absolute path"),
    Bad("cloud", "project: my project", "cloud.project", FITS, "incus project list"),
    # Network
    Bad("cloud", "network: ''", "cloud.network", FITS, "Leave the key out"),
    Bad("cloud", "network: [a, b]", "cloud.network", "text is wanted", "bridge or ovn"),
    Bad("cloud", "cidr: 10.60.0.0/27", "cloud.cidr", FITS, "/8 to /26"),
    Bad("cloud", "cidr: 10.600.0.0/16", "cloud.cidr", FITS, "first address"),
    Bad("cloud", "cidr: 10.60.0.7/16", "cloud.cidr", FITS, "first address"),
    Bad("cloud", "cidr: fd00::/64", "cloud.cidr", FITS, "IPv4"),
    Bad("cloud", "address_offsets: {compute: -1}", "cloud.address_offsets.compute", FITS, "whole number"),
    Bad("cloud", "address_offsets: {compute: 1.5}", "cloud.address_offsets.compute", FITS, "from 0"),
    Bad("cloud", "address_offsets: 100", "cloud.address_offsets", "a mapping is wanted", "by group"),
    Bad("cloud", "egress: router", "cloud.egress", FITS, "`none`"),
    Bad("cloud", "public_addresses: [192.0.2.1]", "cloud.public_addresses", "a mapping is wanted", "by node"),
    Bad(
        "cloud",
        "public_addresses: {compute001: example.org}",
        "cloud.public_addresses.compute001",
        FITS,
        "IPv4 address",
    ),
    Bad(
        "cloud",
        "public_addresses: {compute001: 192.0.2.1, compute002: 192.0.2.1}",
        "cloud.public_addresses",
        FITS,
        "of its own",
    ),
    Bad("cloud", "peer_cidrs: [10.7.0.0]", "cloud.peer_cidrs.0", FITS, "10.90.0.0/16"),
    Bad("cloud", "peer_cidrs: 10.7.0.0/16", "cloud.peer_cidrs", "a list is wanted", "other clouds"),
    Bad(
        "file",
        "  far:\n    count: 1\n    type: c7i.large\n"
        "    cloud: {name: aws, region: eu-central-1, cidr: 10.60.16.0/20}",
        "groups.far.cloud.cidr",
        "10.60.16.0/20 overlaps 10.60.0.0/16, the network of `incus`",
        "choose another `cidr`",
    ),
    # Instances
    Bad("cloud", "instance_type: vm", "cloud.instance_type", FITS, "a virtual-machine"),
    Bad("cloud", "image_remote: 'images:'", "cloud.image_remote", FITS, "incus remote list"),
    Bad("cloud", "login_user: Me", "cloud.login_user", FITS, "as in `debian`"),
    Bad("cloud", "members: [a, a]", "cloud.members", FITS, "named twice"),
    Bad("cloud", "members: [a, 'b c']", "cloud.members.1", "'b c'", "incus cluster list"),
    Bad(SIZE, "type: c2-m4", "groups.compute.type", "incus has no `type`", "say `size`"),
    Bad("group", "spot: true", "groups.compute.spot", "incus has no `spot`", "another cloud"),
    Bad("group", "placement: apart", "groups.compute.placement", "incus has no `placement`", "`zone`"),
    Bad(SIZE, "size: {cpus: 0, memory_gb: 4}", "groups.compute.size.cpus", "at least 1", "Processors"),
    Bad(SIZE, "size: {cpus: 5000, memory_gb: 4}", "groups.compute.size.cpus", "at most 4096", "Processors"),
    Bad(SIZE, "size: {cpus: 2}", "groups.compute.size.memory_gb", "is required", "Memory"),
    Bad(
        "group", "labels: {user-data: x}", "groups.compute.labels.user-data", "does not take", "another name"
    ),
    Bad(
        "group", "labels: {ectf-node: c}", "groups.compute.labels.ectf-node", "does not take", "another name"
    ),
    Bad("file", "labels: {access_interface: eth1}", "labels.access_interface", "does not take", "another"),
    Bad("file", "labels: {owner: ''}", "labels.owner", "this value of a label", "(?s).+"),
    # Disks
    Bad("cloud", "pool: ''", "cloud.pool", FITS, "incus storage list"),
    Bad("cloud", "kept_volumes: {home: default}", "cloud.kept_volumes.home", "'home'", "frontend001_home"),
    Bad(
        "cloud",
        "kept_volumes: {frontend001_home: 'a b'}",
        "cloud.kept_volumes.frontend001_home",
        FITS,
        "where a volume is",
    ),
    Bad(
        "cloud",
        "kept_volumes: [frontend001_home]",
        "cloud.kept_volumes",
        "a mapping is wanted",
        "storage pools",
    ),
    # A group's own settings
    own("instancetype: x", "instancetype", "unknown key", "`instance_type`"),
    own("instance_type: vm", "instance_type", FITS, "a virtual-machine"),
    own("pool: a b", "pool", FITS, "incus storage list"),
    own("gpus: [nvidia0]", "gpus", FITS, "0000:41:00.0"),
    own("gpus: 1", "gpus", "a list is wanted", "PCI addresses"),
    own("config: {user.x: y}", "config", FITS, "security.nesting"),
    own("config: {cloud-init.user-data: y}", "config", FITS, "ectf's own"),
    own("login_user: Me", "login_user", FITS, "plain login name"),
]
