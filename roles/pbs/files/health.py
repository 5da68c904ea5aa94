"""Written by ectf; changes made here are lost.

Asks pbs_server for itself and for its workers; the last line says how it went.
"""

from __future__ import annotations

import sys

import dialect
import pbs


def wrong_with(node: pbs.Node) -> str:
    """What keeps a worker from its work, or nothing."""
    if node.down:
        return "does not answer"
    return "is offline" if node.offline else ""


def main() -> int:
    """Say how many workers are in service and give the exit code."""
    try:
        pbs.call("qstat", "-B")
        nodes = dialect.nodes()
    except pbs.Refused as error:
        print(f"pbs_server does not answer: {error}".splitlines()[0])
        return 1
    wrong = {name: said for name, node in sorted(nodes.items()) if (said := wrong_with(node))}
    said = [f"{len(nodes) - len(wrong)} of {len(nodes)} workers are in service"]
    if busy := sum(bool(node.jobs) for node in nodes.values()):
        said.append(f"{busy} busy with jobs")
    said += [f"{name} {what}" for name, what in wrong.items()]
    print("; ".join(said))
    return 1 if wrong or not nodes else 0


if __name__ == "__main__":
    sys.exit(main())
