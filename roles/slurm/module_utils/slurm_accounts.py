"""What sacctmgr has to do so that SLURM's database says what a file says.

For the module `slurm_accounting`; runs on the hosts: standard library only. All of it is pure: what is
asked for and what was found in, commands out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

Command = list[str]
Entry = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One thing that can be said: its key in the file, its name for `set`, its column, and its form."""

    key: str
    option: str
    column: str
    form: str = "int"
    default: str = ""


_SHARED = (
    Field("max_wall", "MaxWall", "MaxWall", "time"),
    Field("max_tres_per_job", "MaxTRES", "MaxTRES", "tres"),
    Field("group_jobs", "GrpJobs", "GrpJobs"),
    Field("group_tres", "GrpTRES", "GrpTRES", "tres"),
    Field("group_tres_minutes", "GrpTRESMins", "GrpTRESMins", "tres"),
)
QOS = (
    Field("priority", "Priority", "Priority", default="0"),
    Field("usage_factor", "UsageFactor", "UsageFactor", "float", "1"),
    Field("flags", "Flags", "Flags", "flags"),
    Field("preempt", "Preempt", "Preempt", "names"),
    Field("max_jobs_per_user", "MaxJobsPerUser", "MaxJobsPU"),
    Field("max_submit_per_user", "MaxSubmitJobsPerUser", "MaxSubmitPU"),
    Field("max_tres_per_user", "MaxTRESPerUser", "MaxTRESPU", "tres"),
    *_SHARED,
)
# Of an account or of a user in an account: an association, SLURM says.
ASSOCIATION = (
    Field("fair_share", "Fairshare", "Share", default="1"),
    Field("max_jobs", "MaxJobs", "MaxJobs"),
    Field("max_submit", "MaxSubmitJobs", "MaxSubmit"),
    Field("qos", "QOS", "QOS", "names"),
    Field("default_qos", "DefaultQOS", "DefaultQOS", "name"),
    *_SHARED,
)
DESCRIPTION = Field("description", "Description", "Descr", "text")
ORGANIZATION = Field("organization", "Organization", "Org", "text")


@dataclass
class Found:
    """What the database has. Rows are by column; associations by account, and by user and account."""

    clusters: set[str] = field(default_factory=set)
    qos: dict[str, Entry] = field(default_factory=dict)
    accounts: dict[str, Entry] = field(default_factory=dict)
    users: dict[str, Entry] = field(default_factory=dict)
    account_associations: dict[str, Entry] = field(default_factory=dict)
    user_associations: dict[tuple[str, str], Entry] = field(default_factory=dict)


def normal(form: str, value: Any) -> Any:
    """A value so that what the file says and what sacctmgr prints can be compared; None is unset."""
    if value is None or value in ("", []):
        return {} if form == "tres" else frozenset() if form in ("flags", "names") else None
    if form in ("flags", "names"):
        words = value if isinstance(value, list) else str(value).split(",")
        return frozenset(str(word).lower() for word in words)
    if form == "tres":
        return dict(_resource(one) for one in str(value).lower().split(","))
    if form == "time":
        return _minutes(str(value))
    if form in ("int", "float"):
        return float(value)
    return str(value).lower()


def _resource(text: str) -> tuple[str, float]:
    """`mem=2g` as ("mem", 2048.0): memory is in MiB."""
    name, _, amount = text.partition("=")
    found = re.fullmatch(r"([\d.]+)([kmgtp]?)", amount)
    if not found:
        raise ValueError(f"{text} is no resource")
    power = {"k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4, "p": 1024**5}.get(found[2])
    if power is None:
        return name, float(found[1])
    return name, float(found[1]) * power / (1024**2 if name == "mem" else 1)


def _minutes(text: str) -> float | None:
    """SLURM's ways to write a time, in minutes; None is without limit."""
    if text.upper() in ("INFINITE", "UNLIMITED", "-1"):
        return None
    days, dash, rest = text.rpartition("-")
    parts = [int(part) for part in rest.split(":")]
    if dash:  # days-hours:minutes:seconds
        hours, minutes, seconds = (*parts, 0, 0)[:3]
    elif len(parts) == 3:
        hours, minutes, seconds = parts
    else:  # minutes:seconds
        hours, (minutes, seconds) = 0, (*parts, 0)[:2]
    return (int(days or 0) * 24 + hours) * 60 + minutes + seconds / 60


def written(one: Field, value: Any, old: Any) -> str:
    """A value as sacctmgr wants it; what is unset needs words of its own."""
    wanted = normal(one.form, value)
    if one.form == "tres":
        gone = [f"{name}=-1" for name in sorted(normal("tres", old)) if name not in wanted]
        return ",".join(([str(value)] if value else []) + gone)
    if one.form == "names":
        return ",".join(sorted(wanted))
    if one.form == "flags":
        return ",".join(value) if value else "-1"
    return "-1" if wanted is None else str(value)


def differences(fields: tuple[Field, ...], wanted: Entry, row: Entry) -> Command:
    """The words `Option=value` that bring a row to what is wanted."""
    words = []
    for one in fields:
        value, old = wanted.get(one.key), row.get(one.column, "")
        value = one.default or None if value is None else value
        if normal(one.form, value) != normal(one.form, old or one.default):
            words.append(f"{one.option}={written(one, value, old)}")
    return words


def plan(asked: Entry, found: Found) -> list[Command]:
    """The commands of sacctmgr that make the database what is asked for."""
    commands: list[Command] = []
    if asked["cluster"].lower() not in found.clusters:
        commands.append(["add", "cluster", asked["cluster"]])
    commands += _qos(asked, found)
    commands += _accounts(asked, found)
    for user in asked["users"]:
        commands += _user(asked["cluster"], user, found)
    have_account = {user for user, _ in found.user_associations} | {user["name"] for user in asked["users"]}
    for name in asked["operators"]:
        if name not in have_account:
            commands.append(["add", "user", name, f"cluster={asked['cluster']}", "account=root"])
    return commands + (_leftovers(asked, found) if asked["exact"] else [])


def _qos(asked: Entry, found: Found) -> list[Command]:
    """First all are there, then their settings, which may name others."""
    new = [["add", "qos", one["name"]] for one in asked["qos"] if one["name"] not in found.qos]
    changes = []
    for one in asked["qos"]:
        row = found.qos.get(one["name"], {})
        wanted = one | {"description": one.get("description") or one["name"]}
        words = differences((*QOS, DESCRIPTION), wanted, row)
        if words:
            changes.append(["modify", "qos", "where", f"name={one['name']}", "set", *words])
    return [*new, *changes]


def _accounts(asked: Entry, found: Found) -> list[Command]:
    """Parents come before what belongs to them."""
    commands: list[Command] = []
    for one in by_parent(asked["accounts"]):
        name, cluster = one["name"], f"cluster={asked['cluster']}"
        parent = one.get("parent") or "root"
        wanted = one | {key: one.get(key) or name for key in ("description", "organization")}
        row = found.account_associations.get(name)
        about = differences((DESCRIPTION, ORGANIZATION), wanted, found.accounts.get(name, {}))
        if row is None:
            commands.append(["add", "account", name, cluster, f"parent={parent}", *about])
        elif about:
            commands.append(["modify", "account", "where", f"name={name}", "set", *about])
        words = differences(ASSOCIATION, wanted, row or {})
        if row is not None and row["ParentName"] != parent:
            words.append(f"parent={parent}")
        if words:
            commands.append(["modify", "account", "where", f"name={name}", cluster, "set", *words])
    return commands


def by_parent(accounts: list[Entry]) -> list[Entry]:
    """Accounts so that each comes after the one it belongs to."""
    ordered: list[Entry] = []
    waiting, known = list(accounts), {"root"}
    while waiting:
        ready = [one for one in waiting if (one.get("parent") or "root") in known]
        if not ready:
            names = ", ".join(one["name"] for one in waiting)
            raise ValueError(f"these accounts belong to each other or to none: {names}")
        ordered += ready
        known |= {one["name"] for one in ready}
        waiting = [one for one in waiting if one["name"] not in known]
    return ordered


def _user(cluster: str, user: Entry, found: Found) -> list[Command]:
    """The user's place in each account, what the user may do, and no other place."""
    name, here = user["name"], f"cluster={cluster}"
    accounts = [str(account) for account in user["accounts"]]
    commands: list[Command] = []
    for account in accounts:
        row = found.user_associations.get((name, account))
        if row is None:
            commands.append(["add", "user", name, here, f"account={account}"])
        words = differences(ASSOCIATION, user, row or {})
        if words:
            where = ["where", f"name={name}", f"account={account}", here]
            commands.append(["modify", "user", *where, "set", *words])
    row = found.users.get(name, {})
    # Of a new user the first account becomes the default by itself.
    if row and row["DefaultAccount"] != accounts[0]:
        change = f"DefaultAccount={accounts[0]}"
        commands.append(["modify", "user", "where", f"name={name}", here, "set", change])
    admin = user.get("admin") or "none"
    if normal("text", row.get("AdminLevel") or "none") != admin:
        commands.append(["modify", "user", "where", f"name={name}", "set", f"AdminLevel={admin}"])
    places = sorted(account for one, account in found.user_associations if one == name)
    gone = [account for account in places if account not in accounts]
    return commands + [["delete", "user", name, here, f"account={account}"] for account in gone]


def _leftovers(asked: Entry, found: Found) -> list[Command]:
    """What is there and was not asked for; what belongs to others goes first."""
    named = {key: {one["name"] for one in asked[key]} for key in ("users", "accounts", "qos")}
    stay = named["users"] | {"root", *asked["operators"]}
    users = sorted({user for user, _ in found.user_associations} - stay)
    commands = [["delete", "user", name] for name in users]
    parents = {name: row["ParentName"] for name, row in found.account_associations.items()}
    accounts = [name for name in _children_first(parents) if name not in named["accounts"] | {"root"}]
    commands += [["delete", "account", name] for name in accounts]
    return commands + [["delete", "qos", name] for name in sorted(set(found.qos) - named["qos"] - {"normal"})]


def _children_first(parents: dict[str, str]) -> list[str]:
    """Names by how deep they are below root."""

    def depth(name: str) -> int:
        return 0 if parents.get(name) in (None, "", name) else 1 + depth(parents[name])

    return sorted(parents, key=lambda name: (-depth(name), name))
