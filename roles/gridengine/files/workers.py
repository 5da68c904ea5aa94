"""Written by ectf; changes made here are lost.

`workers.py [--seconds N] drain|remove|resume HOST…`: names that qmaster does not know are left alone, and the
last line says how it went.
"""

from __future__ import annotations

import argparse
import sys
import time

import qmaster

PAUSE = 2.0


def busy(hosts: list[str]) -> dict[str, int]:
    """The hosts on which something runs, with the number of slots it has."""
    found: dict[str, int] = {}
    for one in qmaster.instances():
        if one.host in hosts and one.used:
            found[one.host] = found.get(one.host, 0) + one.used
    return found


def instances_on(hosts: list[str], disabled: bool) -> list[str]:
    """Those of the hosts that have a queue which is, or is not, disabled."""
    found = {one.host for one in qmaster.instances() if ("d" in one.state) == disabled}
    return sorted(found & set(hosts))


def told(counts: dict[str, int]) -> str:
    """Busy hosts in words."""
    return ", ".join(f"{host} (jobs on {count} slot(s))" for host, count in sorted(counts.items()))


def drain(hosts: list[str], seconds: int) -> str:
    """Give these hosts no more jobs and wait until those they have are done."""
    for host in instances_on(hosts, disabled=False):
        qmaster.call("qmod", "-d", f"*@{host}")
    end = time.monotonic() + seconds
    while counts := busy(hosts):
        if time.monotonic() >= end:
            raise qmaster.Refused(f"still busy after {seconds} s, and given no new jobs: {told(counts)}")
        time.sleep(PAUSE)
    return f"drained: {', '.join(hosts) or 'none of them is a worker'}"


def remove(hosts: list[str], seconds: int) -> str:
    """Take idle hosts out of qmaster's lists. Nothing is removed when one of them is busy."""
    if counts := busy(hosts):
        raise qmaster.Refused(f"not removed, for it is busy: {told(counts)}")
    # No job may start between looking and removing.
    drain(hosts, 0)
    for host in hosts:
        qmaster.forget(host, "-sel", *qmaster.HOST_LISTS)
    return f"removed: {', '.join(hosts) or 'none of them is a worker'}"


def resume(hosts: list[str], seconds: int) -> str:
    """Let these hosts have jobs again."""
    for host in instances_on(hosts, disabled=True):
        qmaster.call("qmod", "-e", f"*@{host}")
    return f"in service: {', '.join(hosts) or 'none of them is a worker'}"


ACTIONS = {"drain": drain, "remove": remove, "resume": resume}


def main(words: list[str]) -> int:
    """Do one thing to some workers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("hosts", nargs="*")
    asked = parser.parse_args(words)
    try:
        known = qmaster.names("-sel")
        print(ACTIONS[asked.action]([host for host in asked.hosts if host in known], asked.seconds))
    except qmaster.Refused as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
