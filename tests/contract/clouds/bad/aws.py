"""Bad files of the cloud `aws`."""

from tests.contract.clouds.bad import Bad

GOOD = """\
name: demo
cloud:
  name: aws
  region: eu-central-1
groups:
  compute:
    count: 1
    type: c7i.large
"""
REGION, TYPE = "region: eu-central-1", "type: c7i.large"
OWN = "groups.compute.settings.aws"
FITS = "does not fit"
KEYS = "arn:aws:kms:eu-central-1:123456789012"


def own(line: str, key: str, message: str, hint: str) -> Bad:
    """One of the group's own settings."""
    return Bad("group", f"settings: {{aws: {{{line}}}}}", f"{OWN}.{key}" if key else OWN, message, hint)


BAD = [
    # Where
    Bad(REGION, "region: eu-central", "cloud.region", FITS, "as in eu-central-1"),
    Bad(REGION, "region: eu-central-1a", "cloud.region", FITS, "goes into `zone`"),
    Bad(REGION, "region: RegionOne", "cloud.region", FITS, "need an `endpoint`"),
    Bad(REGION, "", "cloud", "`region` is required", "Region"),
    Bad("cloud", "regoin: x", "cloud.regoin", "unknown key", "did you mean `region`?"),
    Bad("name: aws", "name: awz", "cloud.name", "there is no cloud `awz`", "`aws`"),
    Bad("cloud", "zones: eu-central-1a", "cloud.zones", "a list is wanted", "Zones that nodes"),
    Bad("cloud", "zones: [eu-central-1a, eu-central-1a]", "cloud.zones", FITS, "named twice"),
    Bad(
        "cloud",
        "zones: [eu-central-1a, us-east-1a]",
        "cloud.zones.1",
        "'us-east-1a' does not",
        "of the region",
    ),
    # Who asks
    Bad("cloud", "access_key: AKIA", "cloud.access_key", "unknown key", "ectf clouds aws"),
    Bad("cloud", "profile: my key", "cloud.profile", FITS, "never stand in a cluster file"),
    Bad("cloud", "endpoint: ec2.example.org", "cloud.endpoint", FITS, "https://ec2"),
    # Network
    Bad("cloud", "network: default", "cloud.network", FITS, "as in vpc-0a1b2c3d"),
    Bad("cloud", "network: vpc-0a1b2c3d", "cloud.network", FITS, "both `network` and `subnets`"),
    Bad("cloud", "subnets: [subnet-0a1b2c3d]", "cloud.subnets", FITS, "both `network` and `subnets`"),
    Bad(
        "cloud",
        "network: vpc-0a1b2c3d\nsubnets: [subnet-0a1b2c3d, mine]",
        "cloud.subnets.1",
        "'mine' does not fit",
        "as in subnet-0a1b2c3d",
    ),
    Bad("cloud", "subnets: subnet-0a1b2c3d", "cloud.subnets", "a list is wanted", "Existing subnets"),
    Bad("cloud", "public_subnets: [subnet-0a1b2c3d]", "cloud.public_subnets", FITS, "`subnets` too"),
    Bad("cloud", "security_groups: [default]", "cloud.security_groups.0", FITS, "as in sg-0a1b2c3d"),
    Bad(
        "cloud",
        "security_groups: [sg-0a1b2c3d, sg-1a1b2c3d, sg-2a1b2c3d]",
        "cloud.security_groups",
        FITS,
        "allows five groups",
    ),
    Bad("cloud", "cidr: 10.0.0.0/8", "cloud.cidr", FITS, "from /16 to /24"),
    Bad("cloud", "cidr: 10.70.0.0", "cloud.cidr", FITS, "CIDR"),
    Bad("cloud", "cidr: 10.70.0.1/16", "cloud.cidr", FITS, "begin at its first address"),
    Bad("cloud", "cidr: 10.700.0.0/16", "cloud.cidr", FITS, "begin at its first address"),
    Bad("cloud", "egress: igw", "cloud.egress", FITS, "`nat` or `none`"),
    Bad(
        "file",
        "  far:\n    count: 1\n    type: c7i.large\n"
        "    cloud: {name: aws, alias: west, region: us-west-2, cidr: 10.70.128.0/20}",
        "groups.far.cloud.cidr",
        "10.70.128.0/20 overlaps 10.70.0.0/16, the network of `aws`",
        "choose another `cidr`",
    ),
    Bad(
        "file",
        "  far:\n    count: 1\n    type: c7i.large\n    cloud: {name: aws, region: us-west-2}",
        "groups.far.cloud",
        "`aws` is used with other settings",
        "`alias:`",
    ),
    # Disks
    Bad("cloud", "disk_type: ssd", "cloud.disk_type", FITS, "gp3, gp2 and"),
    Bad("cloud", "kms_key: mine", "cloud.kms_key", FITS, "arn:aws:kms:"),
    Bad("cloud", f"kms_key: {KEYS}:alias/mine", "cloud.kms_key", FITS, "replace every machine"),
    Bad("cloud", "kms_key: 0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f", "cloud.kms_key", FITS, "describe-key"),
    Bad("cloud", "device_names: {home: /dev/sda}", "cloud.device_names.home", FITS, "/dev/sdf to"),
    Bad("cloud", "device_names: {home: xvdba}", "cloud.device_names.home", FITS, "/dev/xvdba to"),
    Bad("cloud", "encrypted: maybe", "cloud.encrypted", "true or false is wanted", "disks are encrypted"),
    Bad("cloud", "shared_fs: [home]", "cloud.shared_fs", "a mapping is wanted", "File systems"),
    Bad(
        "cloud", "shared_fs: {Home: {}}", "cloud.shared_fs.Home", "'Home' does not fit", "1 to 25 lower-case"
    ),
    Bad("cloud", "shared_fs: {home: {type: nfs}}", "cloud.shared_fs.home.type", "'nfs'", "efs or lustre"),
    Bad(
        "cloud",
        "shared_fs: {fast: {type: lustre, size_gb: 2000}}",
        "cloud.shared_fs.fast",
        FITS,
        "1200, 2400, 4800",
    ),
    Bad("cloud", "shared_fs: {home: {size: 9}}", "cloud.shared_fs.home.size", "unknown key", "`size_gb`"),
    # Sizes and labels
    Bad(TYPE, "size: {cpus: 999, memory_gb: 4}", "groups.compute.size", "no type of this size", "--sizes"),
    Bad(TYPE, "size: {cpus: 4, memory_gb: 4, gpus: 16}", "groups.compute.size", "no type", "`type:`"),
    Bad(TYPE, "size: {cpus: 2, memory_gb: 9000}", "groups.compute.size", "no type", "`type:`"),
    Bad("group", "labels: {'aws:a': b}", "groups.compute.labels.aws:a", "does not take the label", "another"),
    Bad("group", "labels: {ectf-node: b}", "groups.compute.labels.ectf-node", "does not take", "another"),
    Bad("file", f"labels: {{a: {'b' * 257}}}", "labels.a", "does not take this value", "256"),
    # A group's own settings
    own("spot_prize: 1", "spot_prize", "unknown key", "`spot_price`"),
    own("spot_price: low", "spot_price", "a number is wanted", "US dollars"),
    own("spot_price: 0", "spot_price", "0 does not fit", "more than 0"),
    own("disk_type: ssd", "disk_type", FITS, "gp3, gp2, io2"),
    own("disk_type: io2", "", FITS, "want `disk_iops`"),
    own("disk_iops: 50", "disk_iops", "50 does not fit", "100 to 256000"),
    own("disk_iops: 4000, disk_type: gp2", "", FITS, "say `disk_type` too"),
    own("disk_throughput: 9000", "disk_throughput", FITS, "125 to 2000"),
    own("disk_type: standard, disk_throughput: 250", "", FITS, "gp3 alone"),
    own("instance_profile: 'arn:aws:iam::1:instance-profile/x'", "instance_profile", FITS, "not its ARN"),
    own("efa: 3", "efa", "true or false is wanted", "EFA network"),
    own("user: Me", "user", FITS, "plain login name"),
    Bad("group", "settings: {awz: {}}", "groups.compute.settings.awz", "no group is built", "`aws`"),
]
