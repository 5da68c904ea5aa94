"""Ansible module that brings SLURM's accounts, users and QOS to what a file says, by sacctmgr.

Runs on the controller: standard library only. What is there is read once, the difference is a list of
commands, and only these are run.
"""

from __future__ import annotations

import subprocess

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.slurm_accounts import ASSOCIATION, DESCRIPTION, QOS, Command, Entry, Found, plan

DOCUMENTATION = """
  module: slurm_accounting
  author: The ectf authors
  short_description: Accounts, users and QOS of SLURM
  description:
    - Adds and changes accounts, users and QOS through sacctmgr until they are as described. What is not said
      of an entry that is named is reset to SLURM's default. Only what differs is changed.
  options:
    cluster:
      description: Name of the cluster in the database; it is added when it is missing.
      type: str
      required: true
    accounts:
      description: The accounts; keys as in the role's variable C(slurm_accounts).
      type: list
      elements: dict
      default: []
    users:
      description: The users; keys as in C(slurm_users).
      type: list
      elements: dict
      default: []
    qos:
      description: The QOS; keys as in C(slurm_qos).
      type: list
      elements: dict
      default: []
    operators:
      description: Users that are added to the account C(root) when they have no account.
      type: list
      elements: str
      default: []
    exact:
      description: Whether what is not named is removed.
      type: bool
      default: false
"""

EXAMPLES = """
- name: An account with a user
  slurm_accounting:
    cluster: demo
    accounts: [{name: biology, fair_share: 10}]
    users: [{name: ada, accounts: [biology]}]
"""

RETURN = """
commands:
  description: What was done, as arguments of sacctmgr.
  type: list
  elements: list
  returned: always
"""


class Database:
    """The database as sacctmgr shows and changes it."""

    def show(self, what: str, columns: list[str], *words: str) -> list[Entry]:
        """Rows by column."""
        output = self.call("--parsable2", "--noheader", "show", what, *words, f"format={','.join(columns)}")
        return [dict(zip(columns, line.split("|"), strict=True)) for line in output.splitlines()]

    def call(self, *words: str) -> str:
        """Run sacctmgr without questions."""
        # It asks "are you sure?" and waits for half a minute, unless told not to.
        command = ["sacctmgr", "--immediate", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = (done.stderr + done.stdout).strip()
            raise ValueError(f"sacctmgr {' '.join(words)} ended with {done.returncode}: {said}")
        return done.stdout

    def found(self, cluster: str) -> Found:
        """All that `plan` wants to know."""
        columns = ["Account", "User", "ParentName", *(one.column for one in ASSOCIATION)]
        # Without limits that come from parents.
        rows = self.show("associations", columns, f"cluster={cluster}", "wopl")
        qos = self.show("qos", ["Name", *(one.column for one in (*QOS, DESCRIPTION))])
        return Found(
            clusters={row["Cluster"].lower() for row in self.show("cluster", ["Cluster"])},
            qos={row["Name"]: row for row in qos},
            accounts={row["Account"]: row for row in self.show("account", ["Account", "Descr", "Org"])},
            users={row["User"]: row for row in self.show("user", ["User", "DefaultAccount", "AdminLevel"])},
            account_associations={row["Account"]: row for row in rows if not row["User"]},
            user_associations={(row["User"], row["Account"]): row for row in rows if row["User"]},
        )


def main() -> None:
    """Run as a module of Ansible."""
    entries = {"type": "list", "elements": "dict", "default": []}
    arguments = {
        "cluster": {"type": "str", "required": True},
        "accounts": entries,
        "users": entries,
        "qos": entries,
        "operators": {"type": "list", "elements": "str", "default": []},
        "exact": {"type": "bool", "default": False},
    }
    module = AnsibleModule(arguments, supports_check_mode=True)
    database = Database()
    commands: list[Command] = []
    try:
        found = database.found(module.params["cluster"])
    except (FileNotFoundError, ValueError) as error:
        # A first run that is only tried has installed and started nothing.
        if module.check_mode:
            module.exit_json(changed=True, commands=[])
        module.fail_json(msg=str(error), commands=[])
    try:
        commands = plan(module.params, found)
        for command in commands if not module.check_mode else []:
            database.call(*command)
    except ValueError as error:
        module.fail_json(msg=str(error), commands=commands)
    module.exit_json(changed=bool(commands), commands=commands)


if __name__ == "__main__":
    main()
