"""Written by ectf; changes made here are lost.

What TORQUE and OpenPBS have in common: qmgr, and what a worker is. Their commands are found on the PATH.
Where they differ is `dialect`, which is torque.py or openpbs.py.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass

# Settings of pbs_server by what they belong to (`server`, `queue batch`) and by name.
Settings = dict[str, dict[str, list[str]]]


class Refused(Exception):
    """pbs_server did not do what it was asked to."""


@dataclass(frozen=True)
class Node:
    """A worker as pbs_server sees it."""

    name: str
    state: frozenset[str]
    jobs: tuple[str, ...]
    facts: dict[str, str]

    @property
    def offline(self) -> bool:
        """Whether somebody took it out of service."""
        return "offline" in self.state

    @property
    def down(self) -> bool:
        """Whether pbs_server did not hear of it."""
        return bool(self.state & {"down", "unknown", "state-unknown", "unresolvable", "stale"})


def run(*words: str) -> tuple[int, str]:
    """Exit code and all output of a command."""
    done = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, done.stdout


def call(*words: str) -> str:
    """Output of a command; raises Refused when it does not end well."""
    code, output = run(*words)
    if code != 0:
        raise Refused(f"{shlex.join(words)}: {output.strip() or f'exit code {code}'}")
    return output


def qmgr(line: str) -> None:
    """Have qmgr do one thing. (`qmgr < file` ends with 0 whatever went wrong.)"""
    call("qmgr", "-c", line)


def server() -> Settings:
    """What `qmgr` prints of the server and its queues."""
    found: Settings = {"server": {}}
    for line in call("qmgr", "-c", "print server").splitlines():
        if match := re.fullmatch(r"create (queue \S+)", line.strip()):
            found[match[1]] = {}
        elif match := re.fullmatch(r"set (server|queue \S+) (\S+) (\+?=) ?(.*)", line.strip()):
            owner, key, sign, value = match.groups()
            values = found.setdefault(owner, {}).get(key, []) if sign == "+=" else []
            found.setdefault(owner, {})[key] = [*values, value.strip('"')]
    return found
