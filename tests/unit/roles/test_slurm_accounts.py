"""What sacctmgr is asked to do, for what the file says and what the database has."""

import importlib.util
import sys
from types import ModuleType
from typing import Any

import pytest

from tests.unit.roles import roles


def load() -> ModuleType:
    path = roles.ROLES / "slurm" / "module_utils" / "slurm_accounts.py"
    spec = importlib.util.spec_from_file_location("slurm_accounts", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["slurm_accounts"] = module  # where its dataclasses look for it
    spec.loader.exec_module(module)
    return module


slurm_accounts = load()
normal, by_parent = slurm_accounts.normal, slurm_accounts.by_parent
ROOT = {"Account": "root", "User": "", "ParentName": "", "Share": "1", "QOS": "normal"}
# What a database has that is only just made.
FRESH: dict[str, Any] = {
    "clusters": {"demo"},
    "qos": {
        "normal": {
            "Name": "normal",
            "Descr": "Normal QOS default",
            "Priority": "0",
            "UsageFactor": "1.000000",
        }
    },
    "accounts": {"root": {"Account": "root", "Descr": "default root account", "Org": "root"}},
    "users": {"root": {"User": "root", "DefaultAccount": "root", "AdminLevel": "Administrator"}},
    "account_associations": {"root": ROOT},
    "user_associations": {("root", "root"): {**ROOT, "User": "root"}},
}
# One account, one user, one QOS as sacctmgr prints them.
FULL: dict[str, Any] = {
    **FRESH,
    "qos": {
        **FRESH["qos"],
        "one": {
            "Name": "one", "Descr": "one", "Priority": "5", "Flags": "DenyOnLimit", "Preempt": "normal",
            "MaxJobsPU": "1", "MaxWall": "1-00:00:00", "MaxTRESPU": "cpu=2,mem=2G", "UsageFactor": "0.500000",
        },
    },
    "accounts": {
        **FRESH["accounts"],
        "science": {"Account": "science", "Descr": "all of science", "Org": "science"},
        "biology": {"Account": "biology", "Descr": "biology", "Org": "biology"},
    },
    "users": {
        **FRESH["users"],
        "ada": {"User": "ada", "DefaultAccount": "biology", "AdminLevel": "None"},
    },
    "account_associations": {
        "root": ROOT,
        "science": {**ROOT, "Account": "science", "ParentName": "root", "QOS": ""},
        "biology": {**ROOT, "Account": "biology", "ParentName": "science", "QOS": "normal,one", "Share": "10"},
    },
    "user_associations": {
        **FRESH["user_associations"],
        ("ada", "biology"): {"Account": "biology", "User": "ada", "Share": "1", "DefaultQOS": "one"},
    },
}  # fmt: skip
ASKED: dict[str, Any] = {
    "qos": [
        {
            "name": "one", "priority": 5, "flags": ["denyonlimit"], "preempt": ["normal"], "max_jobs_per_user": 1,
            "max_wall": "1440", "max_tres_per_user": "mem=2048M,cpu=2", "usage_factor": 0.5,
        }
    ],
    "accounts": [
        {"name": "biology", "parent": "science", "fair_share": 10, "qos": ["one", "normal"]},
        {"name": "science", "description": "All of science"},
    ],
    "users": [{"name": "ada", "accounts": ["biology"], "default_qos": "one", "admin": None}],
}  # fmt: skip


def plan(there: dict[str, Any], **asked: Any) -> list[str]:
    """The commands, each as one line."""
    wanted = {
        "cluster": "demo",
        "accounts": [],
        "users": [],
        "qos": [],
        "operators": [],
        "exact": False,
        **asked,
    }
    commands: list[list[str]] = slurm_accounts.plan(wanted, slurm_accounts.Found(**there))
    return [" ".join(command) for command in commands]


def test_what_is_there_is_left_alone() -> None:
    assert plan(FULL, **ASKED) == []
    assert plan(FULL, **ASKED, operators=["ada"], exact=True) == []


def test_a_new_database_gets_all_in_an_order_that_works() -> None:
    assert plan({**FRESH, "clusters": set()}, **ASKED, operators=["debian", "ada"]) == [
        "add cluster demo",
        "add qos one",
        "modify qos where name=one set Priority=5 UsageFactor=0.5 Flags=denyonlimit Preempt=normal "
        "MaxJobsPerUser=1 MaxTRESPerUser=mem=2048M,cpu=2 MaxWall=1440 Description=one",
        "add account science cluster=demo parent=root Description=All of science Organization=science",
        "add account biology cluster=demo parent=science Description=biology Organization=biology",
        "modify account where name=biology cluster=demo set Fairshare=10 QOS=normal,one",
        "add user ada cluster=demo account=biology",
        "modify user where name=ada account=biology cluster=demo set DefaultQOS=one",
        "add user debian cluster=demo account=root",
    ]


def test_what_is_not_said_is_reset() -> None:
    bare = {key: [{"name": one["name"]} for one in ASKED[key]] for key in ("qos", "accounts")}
    users = [{"name": "ada", "accounts": ["biology"]}]
    assert plan(FULL, **bare, users=users) == [
        "modify qos where name=one set Priority=0 UsageFactor=1 Flags=-1 Preempt= MaxJobsPerUser=-1 "
        "MaxTRESPerUser=cpu=-1,mem=-1 MaxWall=-1",
        "modify account where name=biology cluster=demo set Fairshare=1 QOS= parent=root",
        "modify account where name=science set Description=science",
        "modify user where name=ada account=biology cluster=demo set DefaultQOS=-1",
    ]


def test_a_user_moves_to_other_accounts() -> None:
    users = [{"name": "ada", "accounts": ["science", "root"], "admin": "operator"}]
    assert plan(FULL, users=users) == [
        "add user ada cluster=demo account=science",
        "add user ada cluster=demo account=root",
        "modify user where name=ada cluster=demo set DefaultAccount=science",
        "modify user where name=ada set AdminLevel=operator",
        "delete user ada cluster=demo account=biology",
    ]


def test_what_is_not_named_goes_only_when_the_file_is_all() -> None:
    assert plan(FULL) == []
    assert plan(FULL, exact=True) == [
        "delete user ada",
        "delete account biology",
        "delete account science",
        "delete qos one",
    ]


def test_accounts_that_belong_to_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="a, b"):
        by_parent([{"name": "a", "parent": "b"}, {"name": "b", "parent": "a"}, {"name": "c"}])


SAME = [
    ("time", "60", "01:00:00"),
    ("time", "90:30", "01:30:30"),
    ("time", "2-12", "2-12:00:00"),
    ("time", "UNLIMITED", ""),
    ("tres", "mem=1024K,gres/gpu:a100=2", "gres/gpu:a100=2,mem=1M"),
    ("tres", "mem=1.5G", "mem=1536M"),
    ("tres", None, ""),
    ("names", ["b", "A"], "a,b"),
    ("flags", [], ""),
    ("float", 1, "1.000000"),
    ("text", "Dept. of Life", "dept. of life"),
]


@pytest.mark.parametrize(("form", "one", "other"), SAME)
def test_one_value_in_two_writings(form: str, one: object, other: str) -> None:
    assert normal(form, one) == normal(form, other)


def test_different_values_differ() -> None:
    assert normal("time", "60") != normal("time", "1:00")
    assert normal("tres", "cpu=2") != normal("tres", "cpu=2K")
    assert normal("tres", "mem=2G") != normal("tres", "mem=2M")


def test_the_file_can_say_what_the_role_describes() -> None:
    """Every key of the argument specs has a field, and the other way round."""
    options = roles.specification("slurm")["main"]["options"]
    shared = {one.key for one in slurm_accounts.ASSOCIATION}
    about = {"name", "description"}
    assert set(options["slurm_qos"]["options"]) == {one.key for one in slurm_accounts.QOS} | about
    assert set(options["slurm_accounts"]["options"]) == shared | about | {"parent", "organization"}
    assert set(options["slurm_users"]["options"]) == shared | {"name", "accounts", "admin"}
