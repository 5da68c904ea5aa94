"""Written by ectf; changes made here are lost.

How TORQUE is asked about its workers and told about them.
"""

from __future__ import annotations

import re
import socket

import pbs

SOFTWARE = "torque"
# pbs_server takes a node's first number of slots when it is made.
GIVEN_AT_BIRTH = ("np",)


def nodes() -> dict[str, pbs.Node]:
    """All workers that pbs_server knows."""
    code, output = pbs.run("pbsnodes", "-a")
    if "no node list" in output or "node list is empty" in output:
        return {}
    if code != 0:
        raise pbs.Refused(f"pbsnodes -a: {output.strip()}")
    found: dict[str, dict[str, str]] = {}
    name = ""
    for line in output.splitlines():
        if line.strip() and not line[0].isspace():
            name = line.strip()
            found[name] = {}
        elif " = " in line and name:
            key, _, value = line.strip().partition(" = ")
            found[name][key] = value
    return {name: _node(name, facts) for name, facts in found.items()}


def _node(name: str, facts: dict[str, str]) -> pbs.Node:
    # One word for each slot: `0/12.server, 1/12.server`.
    slots = filter(None, re.split(r",\s*", facts.get("jobs", "")))
    jobs = tuple(sorted({slot.partition("/")[2] for slot in slots}))
    return pbs.Node(name, frozenset(facts.get("state", "unknown").split(",")), jobs, facts)


def take_out(name: str, why: str) -> None:
    """Give a worker no new jobs."""
    pbs.call("pbsnodes", "-o", "-N", why, name)


def put_back(name: str) -> None:
    """Let a worker have jobs."""
    pbs.call("pbsnodes", "-c", "-N", "", name)


def before_removal(name: str) -> None:
    """Stop a worker's pbs_mom; one that is gone can't be told."""
    pbs.run("momctl", "-s", "-h", name)


def after_removal() -> None:
    """Have Maui forget: a deleted node stays in its table."""
    pbs.run("systemctl", "try-restart", "maui.service")


def unsettled(hosts: list[str], known: dict[str, pbs.Node]) -> str:
    """What is still missing until jobs may run on workers that are up.

    A job over several hosts hangs for good when one of them does not know the address of another yet.
    """
    for node in known.values():
        if node.down:
            continue
        _, output = pbs.run("momctl", "-d", "1", "-h", node.name)
        for host in hosts:
            if not re.search(rf"(?<![\d.]){re.escape(socket.gethostbyname(host))}:", output):
                return f"{node.name} does not trust {host} yet"
    return ""
