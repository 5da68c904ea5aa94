"""What is wrong on any cloud."""

from tests.contract.clouds.bad import Bad

IN_GROUP, IN_VOLUMES = "groups.compute", "groups.compute.volumes"
COMMON = [
    Bad("name: demo", "name: Demo", "name", "does not fit the form", "lower-case letters"),
    Bad("name: demo", f"name: {'b' * 32}", "name", "does not fit the form", "1 to 31"),
    Bad("name: demo", "name: my demo", "name", "does not fit the form", "digits and dashes"),
    Bad("name: demo", "name: demo-", "name", "does not fit the form", "ends with no dash"),
    Bad("count: 1", "count: -1", f"{IN_GROUP}.count", "at least 0", "How many nodes"),
    Bad("count: 1", "count: two", f"{IN_GROUP}.count", "a whole number is wanted", "How many nodes"),
    Bad("count: 1", "cuont: 1", f"{IN_GROUP}.cuont", "unknown key", "did you mean `count`?"),
    Bad("group", "volumes: {home: {size_gb: 0}}", f"{IN_VOLUMES}.home.size_gb", "at least 1", "GiB"),
    Bad(
        "group",
        "volumes: {home: {size_gb: 5, mount: home}}",
        f"{IN_VOLUMES}.home.mount",
        "absolute",
        "mounted",
    ),
    Bad(
        "group",
        "volumes: {home: {size_gb: 5, on_destroy: never}}",
        f"{IN_VOLUMES}.home.on_destroy",
        "one of 'delete' or 'keep'",
        "outlives the node",
    ),
    Bad("group", "placement: close", f"{IN_GROUP}.placement", "'together' or 'apart'", "fast network"),
    Bad("group", "disk_gb: 0", f"{IN_GROUP}.disk_gb", "at least 1", "Boot disk in GiB"),
    Bad("group", "exclude: [node7]", f"{IN_GROUP}.exclude.0", "is no node of this group", "`compute001`"),
    Bad(
        "file",
        "ssh: {allow_from: [198.51.100.7/24]}",
        "ssh.allow_from.0",
        "as in 198.51.100.0/24",
        "may reach SSH",
    ),
    Bad("file", "software: {slrum: {}}", "software.slrum", "there is no software `slrum`", "`slurm`"),
    Bad(
        "file",
        "software: {slurm: {controller: compute, worker: nodes}}",
        "software.slurm.worker",
        "there is no group `nodes`",
        "compute",
    ),
]
# On clouds whose networks are of IPv4.
IPV6_ALONE = Bad(
    "file",
    'ssh: {allow_from: ["2001:db8::/32"]}',
    "ssh.allow_from",
    "IPv4 networks alone",
    "198.51.100.0/24",
)
