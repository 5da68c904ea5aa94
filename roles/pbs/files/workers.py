"""Written by ectf; changes made here are lost.

`workers.py [--seconds N] drain|remove|resume|settle HOST…`: names that pbs_server does not know are left
alone, and the last line says how it went.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Collection

import dialect
import pbs

PAUSE = 2.0


def told(nodes: Collection[pbs.Node]) -> str:
    """Busy nodes in words."""
    return ", ".join(f"{node.name} (jobs: {len(node.jobs)})" for node in nodes)


def busy(hosts: list[str]) -> list[pbs.Node]:
    """Those of the hosts that have jobs."""
    return [node for name, node in dialect.nodes().items() if name in hosts and node.jobs]


def drain(hosts: list[str], seconds: int) -> str:
    """Give these hosts no more jobs and wait until those they have are done."""
    for name, node in dialect.nodes().items():
        if name in hosts and not node.offline:
            dialect.take_out(name, "drained by ectf")
    end = time.monotonic() + seconds
    while left := busy(hosts):
        if time.monotonic() >= end:
            raise pbs.Refused(f"still busy after {seconds} s, and given no new jobs: {told(left)}")
        time.sleep(PAUSE)
    return f"drained: {', '.join(hosts) or 'none of them is a worker'}"


def remove(hosts: list[str], seconds: int) -> str:
    """Take idle hosts out of pbs_server's list. Nothing is removed when one of them is busy.

    TORQUE itself would delete a busy node and queue its jobs again.
    """
    if left := busy(hosts):
        raise pbs.Refused(f"not removed, for it is busy: {told(left)}")
    # No job may start between looking and removing.
    drain(hosts, 0)
    for host in hosts:
        dialect.before_removal(host)
        pbs.qmgr(f"delete node {host}")
    if hosts:
        dialect.after_removal()
    return f"removed: {', '.join(hosts) or 'none of them is a worker'}"


def resume(hosts: list[str], seconds: int) -> str:
    """Let these hosts have jobs again."""
    for name, node in dialect.nodes().items():
        if name in hosts and node.offline:
            dialect.put_back(name)
    return f"in service: {', '.join(hosts) or 'none of them is a worker'}"


def unsettled(hosts: list[str]) -> str:
    """What is still missing until jobs may run on these hosts; empty when nothing is."""
    known = dialect.nodes()
    for host in hosts:
        if known[host].down:
            return f"{host} is {','.join(sorted(known[host].state))}"
    return dialect.unsettled(hosts, known)


def settle(hosts: list[str], seconds: int) -> str:
    """Wait until these hosts are up and may have jobs."""
    end = time.monotonic() + seconds
    while missing := unsettled(hosts):
        if time.monotonic() >= end:
            raise pbs.Refused(f"after {seconds} s {missing}")
        time.sleep(PAUSE)
    return f"settled: {', '.join(hosts) or 'none of them is a worker'}"


ACTIONS = {"drain": drain, "remove": remove, "resume": resume, "settle": settle}


def main(words: list[str]) -> int:
    """Do one thing to some workers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("hosts", nargs="*")
    asked = parser.parse_args(words)
    try:
        known = dialect.nodes()
        print(ACTIONS[asked.action]([host for host in asked.hosts if host in known], asked.seconds))
    except pbs.Refused as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
