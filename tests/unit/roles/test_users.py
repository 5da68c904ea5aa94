"""Accounts: what a host would be told to do, and what is refused before any host is touched."""

import configparser
import importlib.util
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests import hostile
from tests.unit.roles import play, roles
from tests.unit.roles.play import MACHINE, Literal, host

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5Qm3l2j0J6m4vZ0f1gqj7h8k9l0a1b2c3d4e5f6g7h me@home"
INVENTORY: dict[str, Any] = {
    "all": {
        "vars": {"cluster_name": "demo"},
        "hosts": {"frontend001": host("10.0.0.1")},
        "children": {"users_node": {"hosts": {"frontend001": {}}}},
    }
}


def load() -> ModuleType:
    path = roles.ROLES / "users" / "library" / "users_sync.py"
    spec = importlib.util.spec_from_file_location("users_sync", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


users = load()

PASSWD = "root:x:0:0:root:/root:/bin/bash\ndebian:x:1000:1000::/home/debian:/bin/bash\nana:x:2001:2001:Ana:/home/ana:/bin/bash\n"
GROUP = "root:x:0:\ndebian:x:1000:\nana:x:2001:\nlab:x:3000:ana\nadm:x:4:ana\n"
SHADOW = "root:*:1:0:99999:7:::\ndebian:!:1:0:99999:7:::\nana:$y$old:1:0:99999:7:::\n"


def told(
    tmp_path: Path,
    groups: list[dict[str, Any]],
    accounts: list[dict[str, Any]],
    passwords: dict[str, str] | None = None,
) -> list[str]:
    for name, text in (("passwd", PASSWD), ("group", GROUP), ("shadow", SHADOW)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = users.steps(groups, accounts, passwords or {}, users.read(tmp_path))
    return [" ".join(step.words) for step in found]


ANA = {"name": "ana", "uid": 2001, "comment": "Ana", "groups": ["lab", "adm"]}
LAB = {"name": "lab", "gid": 3000}


def test_what_is_right_is_left_alone(tmp_path: Path) -> None:
    assert told(tmp_path, [LAB], [ANA], {"ana": "$y$old"}) == []


def test_what_is_missing_is_made_with_its_number(tmp_path: Path) -> None:
    assert told(tmp_path, [{"name": "new", "gid": 3001}], [{"name": "bo", "uid": 2002, "group": "new"}]) == [
        "groupadd --gid 3001 new",
        "useradd --uid 2002 --gid 3001 --comment  --home /home/bo --shell /bin/bash --groups  --no-user-group "
        "--create-home --password * bo",
    ]


def test_only_what_differs_is_changed(tmp_path: Path) -> None:
    other = {**ANA, "shell": "/bin/sh", "groups": ["lab"]}
    assert told(tmp_path, [LAB], [other]) == ["usermod --shell /bin/sh --groups lab ana"]
    assert told(tmp_path, [{"name": "lab", "gid": 3005}], [ANA]) == ["groupmod --gid 3005 lab"]


def test_a_password_is_in_no_command_line(tmp_path: Path) -> None:
    assert told(tmp_path, [LAB], [ANA], {"ana": "$y$new"}) == ["chpasswd --encrypted"]


def test_absent_accounts_go_with_their_group_and_on_wish_their_home(tmp_path: Path) -> None:
    gone = {"name": "ana", "state": "absent"}
    assert told(tmp_path, [{"name": "lab", "state": "absent"}], [gone]) == [
        "userdel --force ana",
        "groupdel lab",
    ]
    assert told(tmp_path, [], [{**gone, "remove_home": True}]) == ["userdel --force --remove ana"]
    assert told(tmp_path, [], [{"name": "nobody-knows", "state": "absent"}]) == []


IMPOSSIBLE = [
    ([], [{"name": "root", "uid": 2000}], "the account root belongs to the system|the group root belongs"),
    ([], [{"name": "root", "state": "absent"}], "the group root belongs to the system"),
    ([], [{"name": "eve", "uid": 1000}], "eve can't have the number 1000: debian has it"),
    ([{"name": "adm", "gid": 3000}], [], "the group adm belongs to the system"),
    ([{"name": "more", "gid": 2001}], [], "the group more can't have the number 2001: ana has it"),
]


@pytest.mark.parametrize(("groups", "accounts", "said"), IMPOSSIBLE, ids=[case[2] for case in IMPOSSIBLE])
def test_others_are_not_touched(
    groups: list[dict[str, Any]], accounts: list[dict[str, Any]], said: str, tmp_path: Path
) -> None:
    with pytest.raises(users.Impossible, match=said):
        told(tmp_path, groups, accounts)


def account(**others: Any) -> dict[str, Any]:
    return {"users_accounts": [{"name": "ana", "uid": 2001, **others}]}


# Values for each text of the role: those with more than one line, a colon or the like are refused, the others kept.
CHOSEN = ("jinja expression", "shell substitution", "emoji", "newlines")
TEXTS = {name: hostile.EVERYTHING[name] for name in CHOSEN} | {"colon": "a:b"}
PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "name": lambda text: {"users_accounts": [{"name": text, "uid": 2001}]},
    "group's name": lambda text: {"users_groups": [{"name": text, "gid": 2001}]},
    "groups": lambda text: account(groups=[text]),
    "home": lambda text: account(home=text),
    "shell": lambda text: account(shell=text),
    "key": lambda text: account(ssh_keys=[text]),
    "password": lambda text: {**account(), "users_passwords": {"ana": text}},
    "a second line of a key": lambda text: account(ssh_keys=[KEY + "\n" + text]),
}
REFUSED = [place(Literal(text)) for place in PLACES.values() for text in TEXTS.values()]
REFUSED += [
    account(comment=Literal(text))
    for text in TEXTS.values()
    if ":" in text or re.search(r"[\x00-\x1f\x7f]", text)
]
REFUSED += [
    account(uid=0),
    account(uid=999),
    account(uid=65534),
    account(uid=2**31),
    account(group="nowhere"),
    account(state="gone"),
    account(ssh_keys=["# " + KEY]),
    account(ssh_keys=["ssh-ed25519 short"]),
    {"users_accounts": [{"name": "ana"}]},
    {"users_accounts": [{"name": "ana", "uid": 2001}, {"name": "ana", "uid": 2002}]},
    {"users_accounts": [{"name": "ana", "uid": 2001}, {"name": "bo", "uid": 2001}]},
    {**account(), "users_groups": [{"name": "lab", "gid": 2001}]},
    {**account(), "users_groups": [{"name": "ana", "gid": 3000}]},
    {"users_groups": [{"name": "lab"}]},
    {"users_passwords": {"ana": "*"}},
    {**account(), "users_passwords": {"ana:x\nroot": "*"}},
]
KEPT: list[dict[str, Any]] = [
    account(comment=Literal(text))
    for text in TEXTS.values()
    if ":" not in text and not re.search(r"[\x00-\x1f\x7f]", text)
]
KEPT += [
    {},
    account(
        ssh_keys=[KEY, 'from="10.0.0.0/8",command="echo {x}" ' + KEY], shell="/bin/zsh", home="/data/ana.x"
    ),
    {**account(group="lab", groups=["adm"]), "users_groups": [{"name": "lab", "gid": 3000, "sudo": True}]},
    {
        "users_accounts": [{"name": "ana", "state": "absent"}],
        "users_groups": [{"name": "lab", "state": "absent"}],
    },
    {**account(), "users_passwords": {"ana": "$y$j9T$abc./$DEF"}},
]


LDAP: dict[str, Any] = {"uris": ["ldaps://ldap.example.org"], "base": "dc=example,dc=org"}
NASTY = [TEXTS["jinja expression"] + "\n", TEXTS["shell substitution"] + "\n", TEXTS["newlines"]]


def directory(**others: Any) -> dict[str, Any]:
    return {"users_ldap": {**LDAP, **others}}


REFUSED += [directory(**{key: Literal(text)}) for key in ("base", "user_base", "ca_file") for text in NASTY]
REFUSED += [directory(**{key: [Literal(text)]}) for key in ("uris", "allow_groups") for text in NASTY]
REFUSED += [
    directory(uris=[]),
    directory(uris=["https://x"]),
    directory(base="dc=org?sub?(uid=*)"),
    directory(base="dc=org "),
    directory(schema="own"),
    directory(bind_dn="cn=reader,dc=org"),
    directory(secret_file="/etc/hostname"),
    directory(bind_dn="cn=reader,dc=org", secret_file="/dev/null"),
    directory(bind_dn="cn=reader,dc=org", secret_file="/etc/passwd"),
    {"users_ldap": {"base": "dc=org"}},
]
KEPT += [
    directory(),
    directory(user_base="ou=People; # $(id),dc=org", allow_groups=["lab", "lab.2"], ssh_keys=True),
    directory(bind_dn="cn=reader,dc=org", secret_file="/proc/sys/kernel/ostype", ca_file="/etc/a b.pem"),
]


def test_the_directory_client_asks_as_said(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p%s{{ 1 }} # $(id)\n", encoding="utf-8")
    variables = directory(
        uris=["ldaps://one.example.org", "ldap://two.example.org:3389"],
        user_base="ou=People,dc=example,dc=org",
        bind_dn="cn=reader,dc=example,dc=org",
        secret_file=str(tmp_path / "password"),
        ca_file="/etc/ca.pem",
        allow_groups=["lab", "staff"],
        ssh_keys=True,
    )
    include = {"ansible.builtin.include_role": {"name": "users", "tasks_from": "validate", "public": True}}
    names = ["sssd.conf", "sssd-secret.conf", "sshd.conf", "health.sh"]
    task = play.rendered("users", names, tmp_path / "texts.json")
    plays = [{"hosts": "all", "gather_facts": False, "vars": variables, "tasks": [include, task]}]
    ended = play.run(tmp_path, INVENTORY, [play.given(MACHINE), *plays])
    assert ended.code == 0, ended.output
    texts = json.loads((tmp_path / "texts.json").read_text(encoding="utf-8"))
    settings = configparser.ConfigParser(interpolation=None)
    settings.read_string(texts["sssd.conf"])
    domain = settings["domain/ectf"]
    assert settings["sssd"]["services"] == "nss, pam, ssh"
    assert domain["ldap_uri"] == "ldaps://one.example.org, ldap://two.example.org:3389"
    assert domain["ldap_user_search_base"] == "ou=People,dc=example,dc=org"
    assert domain["ldap_tls_cacert"] == "/etc/sssd/ectf-ca.pem"
    assert (domain["access_provider"], domain["simple_allow_groups"]) == ("simple", "lab, staff")
    assert domain["ldap_id_use_start_tls"] == "true" and domain["ldap_tls_reqcert"] == "demand"
    assert "ldap_default_authtok" not in domain
    settings.read_string(texts["sssd-secret.conf"])
    assert domain["ldap_default_authtok"] == "p%s{{ 1 }} # $(id)"
    assert "AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys" in texts["sshd.conf"].splitlines()
    assert "is-active --quiet sssd.service" in texts["health.sh"]


def test_only_what_fits_is_taken(tmp_path: Path) -> None:
    passed = play.accepted(tmp_path, INVENTORY, "users", "all", [*REFUSED, *KEPT])
    assert passed == list(range(len(REFUSED), len(REFUSED) + len(KEPT)))


def test_rights_are_what_sudo_reads(tmp_path: Path) -> None:
    variables = {
        "users_groups": [
            {"name": "lab", "gid": 3000, "sudo": True},
            {"name": "old", "state": "absent", "sudo": True},
        ],
        "users_accounts": [{"name": "ana", "uid": 2001, "sudo": True}, {"name": "bo", "uid": 2002}],
    }
    include = {"ansible.builtin.include_role": {"name": "users", "tasks_from": "validate", "public": True}}
    task = play.rendered("users", ["sudoers", "health.sh", "sshd.conf"], tmp_path / "texts.json")
    plays = [{"hosts": "all", "gather_facts": False, "vars": variables, "tasks": [include, task]}]
    ended = play.run(tmp_path, INVENTORY, [play.given(MACHINE), *plays])
    assert ended.code == 0, ended.output
    texts = json.loads((tmp_path / "texts.json").read_text(encoding="utf-8"))
    assert texts["sudoers"].splitlines()[1:] == [
        "%lab ALL=(ALL:ALL) NOPASSWD: ALL",
        "ana ALL=(ALL:ALL) NOPASSWD: ALL",
    ]
    assert texts["sshd.conf"].splitlines()[1] == "Match User ana,bo"
    checked = subprocess.run(["sh", "-n"], input=texts["health.sh"], text=True, check=False)
    assert checked.returncode == 0
