"""What a cloud made to mount and what the file names, as units; files as Ansible makes them."""

from pathlib import Path
from typing import Any

import pytest

from tests.hostile import EVERYTHING
from tests.unit.roles.evaluated import Place

pytestmark = pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
HOSTS: dict[str, dict[str, Any]] = {
    "a001": {"node_address": "10.0.0.1", "node_group": "a", "node_cloud": "aws"},
    "b001": {"node_address": "10.1.0.1", "node_group": "b", "node_cloud": "local"},
}
# As the clouds' modules tell of them.
MADE = {
    "aws": {
        "home": {"type": "nfs4", "source": "fs-1.efs.example:/", "options": "nfsvers=4.1,hard,_netdev"},
        "fast": {"type": "lustre", "source": "fs-2.fsx.example@tcp:/x", "options": "noatime,flock,_netdev"},
    }
}
HOME = {"name": "home", "mount": "/home", "cloud_fs": "home"}
KEY = "ssh-ed25519 " + "A" * 60


def place(host: str = "a001", **more: Any) -> Place:
    hosts = {name: {**one, "cluster_shared_fs": MADE, **more} for name, one in HOSTS.items()}
    return Place("sharedfs", host, hosts, {"sharedfs_client": list(hosts)})


def unit(one: dict[str, Any], host: str = "a001") -> set[str]:
    given = {"sharedfs_mounts": [one]}
    assert place(host).accepts(given)
    return set(place(host).files(given)["/etc/systemd/system/home.mount"].splitlines())


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        (
            {"cloud_fs": "home", "options": "noatime"},
            {
                "What=fs-1.efs.example:/",
                "Type=nfs4",
                "Where=/home",
                "Options=_netdev,nfsvers=4.1,hard,noatime",
            },
        ),
        ({"cloud_fs": "fast"}, {"What=fs-2.fsx.example@tcp:/x", "Type=lustre"}),
        (
            {"source": "//nas/My Share 5%", "type": "cifs", "secret_file": "/etc/hostname"},
            {
                "What=//nas/My Share 5%%",
                "Type=cifs",
                "Options=_netdev,credentials=/etc/ectf/sharedfs/home.secret",
            },
        ),
        (
            {
                "source": "m1,m2:/x",
                "type": "ceph",
                "options": "name=ectf",
                "secret_file": "/etc/hostname",
            },
            {"Type=ceph", "Options=_netdev,secretfile=/etc/ectf/sharedfs/home.secret,name=ectf"},
        ),
        ({"source": "/data/home", "type": "bind"}, {"What=/data/home", "Type=none", "Options=_netdev,bind"}),
    ],
)
def test_units(more: dict[str, Any], lines: set[str]) -> None:
    assert lines <= unit({"name": "home", "mount": "/home", **more})


def test_over_ssh_the_server_is_known_and_the_key_a_file() -> None:
    one = {"name": "home", "mount": "/home", "source": "u@h:/d", "type": "sshfs"}
    given = {"sharedfs_mounts": [{**one, "secret_file": "/etc/hostname", "host_key": KEY}]}
    found = place().files(given)
    assert found["/etc/ectf/sharedfs/home.known_hosts"] == f"* {KEY}\n"
    (options,) = [row for row in found["/etc/systemd/system/home.mount"].splitlines() if "Options=" in row]
    assert "StrictHostKeyChecking=yes" in options and "IdentityFile=/etc/ectf/sharedfs/home.secret" in options
    assert not place().accepts({"sharedfs_mounts": [{**one, "secret_file": "/etc/hostname"}]})


def test_it_may_wait_for_its_use() -> None:
    found = place().files({"sharedfs_mounts": [{**HOME, "automount": True}]})
    assert "Where=/home" in found["/etc/systemd/system/home.automount"].splitlines()


def test_a_host_of_another_cloud_names_the_cloud() -> None:
    assert not place("b001").accepts({"sharedfs_mounts": [HOME]})
    assert "Type=nfs4" in unit({**HOME, "cloud": "aws"}, "b001")


REFUSED: list[dict[str, Any]] = [
    {"name": "home", "mount": "/home"},
    {"name": "home", "mount": "/home", "source": "a:/b"},
    {**HOME, "source": "a:/b"},
    {**HOME, "type": "nfs"},
    {**HOME, "cloud_fs": "nothing"},
    {**HOME, "cloud": "azure"},
    {**HOME, "secret_file": "/etc/hostname"},
    {"name": "home", "mount": "/home", "source": "-o x", "type": "nfs"},
    {"name": "home", "mount": "/home", "source": "data", "type": "bind"},
    {"name": "home", "mount": "/home", "source": "//a/b", "type": "cifs", "secret_file": "/no/such/file"},
    {"name": "home", "mount": "/home", "source": "//a/b", "type": "cifs", "secret_file": "etc/hostname"},
    *({**HOME, key: text} for key in ("cloud_fs", "cloud") for text in EVERYTHING.values()),
]


@pytest.mark.parametrize("one", REFUSED)
def test_what_can_not_be_mounted_is_refused(one: dict[str, Any]) -> None:
    assert not place().accepts({"sharedfs_mounts": [one]})


def test_secrets_are_copied_by_their_path_and_shown_nowhere() -> None:
    tasks = (Path(__file__).parents[3] / "roles/sharedfs/tasks/main.yml").read_text(encoding="utf-8")
    bring = tasks[tasks.index("- name: Bring the secrets") : tasks.index("- name: See which secrets")]
    assert "src:" in bring and "content:" not in bring
    assert "no_log: true" in bring and "diff: false" in bring
