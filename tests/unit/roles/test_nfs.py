"""Who is let in to which export, and who mounts what from where; files as Ansible makes them."""

from typing import Any

import pytest

from tests.unit.roles.evaluated import Place

pytestmark = pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
DISK = {"b": {"device": "/dev/b", "mount": "/data"}, "a": {"device": "/dev/a", "mount": None}}
HOSTS: dict[str, dict[str, Any]] = {
    "store001": {"node_address": "10.0.0.1", "node_group": "store", "node_cpus": 4, "node_volumes": DISK},
    "store002": {"node_address": "10.0.0.2", "node_group": "store", "node_cpus": 4, "node_volumes": {}},
    "compute001": {"node_address": "10.0.0.11", "node_group": "compute", "node_cpus": 2},
    "gpu001": {"node_address": "fd00::21", "node_group": "gpu", "node_cpus": 2},
}
GROUPS = {
    "nfs_server": ["store001", "store002"],
    "nfs_client": ["store002", "compute001", "gpu001"],
    "nfs": list(HOSTS),
}
HOME = {"name": "home", "mount": "/srv/shared-home/x"}


def files(host: str, *exports: dict[str, Any], **more: Any) -> dict[str, str]:
    return Place("nfs", host, HOSTS, GROUPS).files({"nfs_exports": list(exports), **more})


def exports(host: str, *wanted: dict[str, Any], **more: Any) -> list[str]:
    return files(host, *wanted, **more)["/etc/exports.d/ectf.exports"].split("\n")[1:-1]


def test_the_cluster_s_clients_alone_are_let_in() -> None:
    options = "(rw,sync,no_subtree_check)"
    clients = ("10.0.0.11", "10.0.0.2", "fd00::21")
    line = " ".join(["/data/nfs/home", *(address + options for address in clients)])
    assert exports("store001", HOME) == [line]
    assert exports("store002", HOME) == []
    assert exports("store001", HOME, nfs_allow=["192.0.2.0/24"]) == [f"{line} 192.0.2.0/24{options}"]


def test_an_export_of_one_s_own() -> None:
    one = {**HOME, "server": "store002", "clients": ["gpu"], "read_only": True, "options": ["no_root_squash"]}
    assert exports("store002", one) == ["/srv/nfs/home fd00::21(ro,sync,no_subtree_check,no_root_squash)"]
    assert exports("store001", one) == []
    assert exports("store002", {**one, "path": "/data/x"})[0].startswith("/data/x fd00::21(ro,")


def test_an_export_that_nobody_may_mount_is_not_open_to_everybody() -> None:
    groups = {**GROUPS, "nfs_client": ["store001"]}
    found = Place("nfs", "store001", HOSTS, groups).files({"nfs_exports": [HOME]})
    assert found["/etc/exports.d/ectf.exports"].count("\n") == 1


UNIT = r"/etc/systemd/system/srv-shared\x2dhome-x.mount"


@pytest.mark.parametrize(
    ("host", "what", "kind", "options"),
    [
        ("compute001", "store001:/data/nfs/home", "nfs4", "_netdev,hard,noatime"),
        ("store002", "store001:/data/nfs/home", "nfs4", "_netdev,hard,noatime"),
        ("store001", "/data/nfs/home", "none", "_netdev,bind"),
    ],
)
def test_clients_mount_from_the_server_and_the_server_its_own(
    host: str, what: str, kind: str, options: str
) -> None:
    lines = files(host, {**HOME, "mount_options": ["noatime"]})[UNIT].splitlines()
    assert {f"What={what}", "Where=/srv/shared-home/x", f"Type={kind}", f"Options={options}"} <= set(lines)


def test_hosts_that_are_not_let_in_mount_nothing() -> None:
    assert UNIT not in files("compute001", {**HOME, "clients": ["gpu"]})
    assert not [path for path in files("gpu001", {"name": "home"}) if path.endswith(".mount")]


def test_only_version_4_and_one_domain() -> None:
    found = files("store001", nfs_threads=0)
    assert found["/etc/nfs.conf.d/ectf.conf"].splitlines()[1:] == [
        "[nfsd]",
        "threads=32",
        "# Version 4 is all that firewalls let through: it has one port.",
        "vers3=n",
        "vers4=y",
    ]
    assert "Domain = demo\n" in found["/etc/idmapd.conf"]
    assert "Domain = x.example\n" in files("compute001", nfs_domain="x.example")["/etc/idmapd.conf"]


REFUSED: list[dict[str, Any]] = [
    {"nfs_exports": [HOME, HOME]},
    {"nfs_exports": [{**HOME, "server": "compute001"}]},
    {"nfs_exports": [{**HOME, "clients": ["store", "nowhere"]}]},
    {"nfs_exports": [{**HOME, "options": ["rw) *(rw"]}]},
    {"nfs_exports": [{**HOME, "mode": "1999"}]},
    {"nfs_allow": ["*"]},
    {"nfs_allow": ["example.org"]},
    {"nfs_threads": -1},
]


@pytest.mark.parametrize("given", REFUSED)
def test_what_fits_no_file_is_refused(given: dict[str, Any]) -> None:
    where = Place("nfs", "store001", HOSTS, GROUPS)
    assert where.accepts({"nfs_exports": [HOME]})
    assert not where.accepts(given)
