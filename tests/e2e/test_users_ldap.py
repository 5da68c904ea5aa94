"""People of a directory server log in: a real OpenLDAP on the node that asks it; each test goes on from the one before."""

import secrets
import subprocess
from collections.abc import Callable

import pytest

from tests.e2e.conftest import IMAGE, Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]

CLUSTER = """
name: NAME
cloud: {name: local}
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
software:
  users:
    node: frontend
    vars:
      users_accounts: [{name: alice, uid: 5001}]
"""
ASKING = """      users_ldap:
        uris: ["ldaps://frontend001"]
        base: dc=example,dc=org
        bind_dn: cn=reader,dc=example,dc=org
        secret_file: FOLDER/password
        ca_file: FOLDER/cert.pem
        allow_groups: [lab]
        ssh_keys: true
        make_homes: true
"""

# Nobody but the entry that asks may read, and nobody sees passwords.
SERVER = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
attributetype ( 1.3.6.1.4.1.24552.500.1.1.1.13 NAME 'sshPublicKey'
  EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )
objectclass ( 1.3.6.1.4.1.24552.500.1.1.2.0 NAME 'ldapPublicKey' SUP top AUXILIARY MAY sshPublicKey )
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile /srv/ldap/cert.pem
TLSCertificateKeyFile /srv/ldap/key.pem
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=reader,dc=example,dc=org" read by anonymous auth by * none
database mdb
suffix dc=example,dc=org
directory /srv/ldap/data
"""
PERSON = """
dn: uid=PERSON,dc=example,dc=org
objectClass: inetOrgPerson
objectClass: posixAccount
objectClass: ldapPublicKey
cn: PERSON
sn: PERSON
uidNumber: NUMBER
gidNumber: NUMBER
homeDirectory: /home/PERSON
loginShell: /bin/sh
sshPublicKey: KEY
"""
PEOPLE = """dn: dc=example,dc=org
objectClass: domain
dc: example

dn: cn=reader,dc=example,dc=org
objectClass: organizationalRole
objectClass: simpleSecurityObject
userPassword: PASSWORD

dn: cn=lab,dc=example,dc=org
objectClass: posixGroup
gidNumber: 6000
memberUid: carol
"""
START = """set -e
export DEBIAN_FRONTEND=noninteractive
apt-get install -qq -y --no-install-recommends slapd openssl >/dev/null
systemctl disable --quiet --now slapd
mkdir -p /srv/ldap/data
cd /srv/ldap
mv /home/*/slapd.conf /home/*/people.ldif .
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=frontend001 -addext subjectAltName=DNS:frontend001 \\
  -keyout key.pem -out cert.pem 2>/dev/null
slapadd -q -f slapd.conf -l people.ldif
systemd-run --quiet --unit=ldap --property=Type=forking slapd -f /srv/ldap/slapd.conf -h ldaps:///
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("ldap")
    folder.write(CLUSTER)
    key = folder.path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (folder.path / "password").write_text(secrets.token_urlsafe() + "\n", encoding="utf-8")
    return folder


def login(folder: Folder, user: str, line: str) -> "subprocess.CompletedProcess[str]":
    options = ["-F", str(folder.workdir / "ssh_config"), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"]
    command = ["ssh", *options, "-i", str(folder.path / "key"), "-l", user, "frontend001", line]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_people_of_the_directory_log_in(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    key = (cluster.path / "key.pub").read_text(encoding="utf-8").strip()
    password = (cluster.path / "password").read_text(encoding="utf-8").strip()
    people = [
        PERSON.replace("PERSON", name).replace("NUMBER", number).replace("KEY", key)
        for name, number in (("carol", "6001"), ("dave", "6002"))
    ]
    ldif = PEOPLE.replace("PASSWORD", password) + "".join(people)
    for name, text in (("people.ldif", ldif), ("slapd.conf", SERVER), ("start.sh", START)):
        (cluster.path / name).write_text(text, encoding="utf-8")
        cluster.ectf("scp", str(cluster.path / name), f"frontend001:{name}")
    cluster.ssh("frontend001", "sudo sh start.sh")
    certificate = cluster.ssh("frontend001", "cat /srv/ldap/cert.pem")
    (cluster.path / "cert.pem").write_text(certificate, encoding="utf-8")
    cluster.write(CLUSTER + ASKING.replace("FOLDER", str(cluster.path)))
    cluster.ectf("up", "--yes")
    assert login(cluster, "carol", "id; pwd").stdout.splitlines() == [
        "uid=6001(carol) gid=6001 groups=6001,6000(lab)",
        "/home/carol",
    ]
    # Known, but of no group that may log in.
    assert cluster.ssh("frontend001", "id -u dave alice").split() == ["6002", "5001"]
    assert login(cluster, "dave", "id").returncode != 0


def test_the_password_is_nowhere_but_on_the_host(cluster: Folder) -> None:
    password = (cluster.path / "password").read_bytes().strip()
    files = [path for path in cluster.workdir.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(files) > 50
    assert [path for path in files if password in path.read_bytes()] == []
    modes = {"debian-13": "640 root root"}
    found = cluster.ssh("frontend001", "sudo stat -c '%a %U %G' /etc/sssd/conf.d/ectf.conf").strip()
    assert found == modes.get(IMAGE, "600 root root")
    assert password.decode() in cluster.ssh("frontend001", "sudo cat /etc/sssd/conf.d/ectf.conf")


def test_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert sum(report["configuration"]["changed"].values()) == 0
    assert report["health"][0]["message"] == "1 accounts"


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
