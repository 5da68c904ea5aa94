"""Ansible module that brings all groups and accounts of a host to what they shall be, in one call.

A task for each of a hundred people would cost every host half a minute in each run. The module runs on the
hosts: standard library only, and of it nothing that Python 3.13 dropped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
  module: users_sync
  author: The ectf authors
  short_description: Groups and accounts with given numbers
  options:
    groups:
      description: Groups with C(name), C(gid) and C(state).
      type: list
      elements: dict
      required: true
    accounts:
      description: Accounts as in the variable C(users_accounts) of the role.
      type: list
      elements: dict
      required: true
    passwords:
      description: Hashes of passwords by account.
      type: dict
      required: true
"""


class Impossible(Exception):
    """The host has something else under a name or a number."""


class Present(NamedTuple):
    """What the host has: its own files, not what a directory server adds."""

    accounts: dict[str, list[str]]
    groups: dict[str, list[str]]
    passwords: dict[str, str]

    def members_of(self, account: str) -> set[str]:
        """The groups that name an account."""
        return {name for name, row in self.groups.items() if account in row[3].split(",")}


class Step(NamedTuple):
    """A command; `text` goes to its input."""

    words: tuple[str, ...]
    text: str | None = None


def read(etc: Path) -> Present:
    """Read a host's files."""

    def rows(name: str) -> list[list[str]]:
        text = (etc / name).read_text(encoding="utf-8", errors="surrogateescape")
        return [line.split(":") for line in text.splitlines() if line.count(":") >= 3]

    return Present(
        {row[0]: row for row in rows("passwd")},
        {row[0]: row for row in rows("group")},
        {row[0]: row[1] for row in rows("shadow")},
    )


def steps(
    groups: list[dict[str, Any]], accounts: list[dict[str, Any]], passwords: dict[str, str], has: Present
) -> list[Step]:
    """What brings the host to what it shall be, in order; raises Impossible before anything is done."""
    here = [one for one in accounts if one.get("state") != "absent"]
    wanted = {one["name"]: one["gid"] for one in groups if one.get("state") != "absent"}
    wanted |= {one["name"]: one["uid"] for one in here if not one.get("group")}
    gone = {one["name"] for one in groups if one.get("state") == "absent"}
    gone |= {one["name"] for one in accounts if one.get("state") == "absent"} - set(wanted)
    _check("group", wanted, gone, {name: row[2] for name, row in has.groups.items()})
    absent = [one for one in accounts if one.get("state") == "absent"]
    numbers = {one["name"]: one["uid"] for one in here}
    _check(
        "account",
        numbers,
        {one["name"] for one in absent},
        {name: row[2] for name, row in has.accounts.items()},
    )
    found = [_removal(one) for one in absent if one["name"] in has.accounts]
    for name, gid in wanted.items():
        if name not in has.groups:
            found.append(Step(("groupadd", "--gid", str(gid), name)))
        elif has.groups[name][2] != str(gid):
            found.append(Step(("groupmod", "--gid", str(gid), name)))
    for one in here:
        found += _account(one, wanted, has) + _password(one["name"], passwords, has)
    # userdel takes a group of the account's own along.
    own = {one["name"] for one in absent if one["name"] in has.accounts}
    return found + [Step(("groupdel", name)) for name in sorted((gone & set(has.groups)) - own)]


def _check(what: str, wanted: dict[str, int], gone: set[str], numbers: dict[str, str]) -> None:
    """Refuse names of the system's own, and numbers that somebody else has and keeps."""
    for name in sorted(set(wanted) | gone):
        if int(numbers.get(name, 1000)) < 1000:
            raise Impossible(f"the {what} {name} belongs to the system")
    owners = {number: name for name, number in numbers.items() if name not in gone | set(wanted)}
    for name, number in wanted.items():
        if str(number) in owners:
            raise Impossible(
                f"the {what} {name} can't have the number {number}: {owners[str(number)]} has it"
            )


def _removal(one: dict[str, Any]) -> Step:
    # --force: also when somebody is logged in.
    return Step(("userdel", "--force", *(["--remove"] if one.get("remove_home") else []), one["name"]))


def _account(one: dict[str, Any], gids: dict[str, int], has: Present) -> list[Step]:
    name, row = one["name"], has.accounts.get(one["name"])
    wanted = {
        "--uid": str(one["uid"]),
        "--gid": str(gids[one.get("group") or name]),
        "--comment": one.get("comment") or "",
        "--home": one.get("home") or f"/home/{name}",
        "--shell": one.get("shell") or "/bin/bash",
    }
    others = set(one.get("groups") or ()) - {one.get("group") or name}
    if row is None:
        options = [word for pair in wanted.items() for word in pair]
        # `*` is no password but no lock either: keys work.
        options += [
            "--groups",
            ",".join(sorted(others)),
            "--no-user-group",
            "--create-home",
            "--password",
            "*",
        ]
        return [Step(("useradd", *options, name))]
    pairs = zip(wanted.items(), row[2:7], strict=True)
    differing = [word for pair, now in pairs if pair[1] != now for word in pair]
    if has.members_of(name) - {one.get("group") or name} != others:
        differing += ["--groups", ",".join(sorted(others))]
    return [Step(("usermod", *differing, name))] if differing else []


def _password(name: str, passwords: dict[str, str], has: Present) -> list[Step]:
    if passwords.get(name, has.passwords.get(name)) == has.passwords.get(name):
        return []
    # By its input: what stands in the command line is seen by everybody.
    return [Step(("chpasswd", "--encrypted"), f"{name}:{passwords[name]}")]


def main() -> None:
    """Run as a module of Ansible."""
    module = AnsibleModule(
        {
            "groups": {"type": "list", "elements": "dict", "required": True},
            "accounts": {"type": "list", "elements": "dict", "required": True},
            "passwords": {"type": "dict", "required": True, "no_log": True},
        },
        supports_check_mode=True,
    )
    asked = module.params
    try:
        found = steps(asked["groups"], asked["accounts"], asked["passwords"], read(Path("/etc")))
    except Impossible as error:
        module.fail_json(msg=str(error))
    if not module.check_mode:
        for step in found:
            code, _, complaint = module.run_command(list(step.words), data=step.text)
            if code != 0:
                module.fail_json(msg=f"{' '.join(step.words)}: {complaint.strip()}", rc=code)
    module.exit_json(changed=bool(found), commands=[" ".join(step.words) for step in found])


if __name__ == "__main__":
    main()
