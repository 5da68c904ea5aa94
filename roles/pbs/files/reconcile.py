"""Written by ectf; changes made here are lost.

Brings pbs_server to what standard input, a JSON document, asks for, and prints what had to be changed. With
--check it only tells. Queues and nodes that others made stay.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import dialect
import pbs

RECORD = Path(f"/var/lib/ectf/{dialect.SOFTWARE}.json")


class Reconciler:
    """One comparison of what is wanted with what there is."""

    def __init__(self, wanted: dict[str, Any], ours: list[str], check: bool) -> None:
        self.wanted = wanted
        self.ours = ours
        self.check = check
        self.changes: list[str] = []
        self.warnings: list[str] = []
        self.removed: list[str] = []

    def change(self, line: str) -> None:
        """Note a change and have qmgr make it."""
        self.changes.append(line)
        if not self.check:
            pbs.qmgr(line)

    def run(self) -> list[str]:
        """Bring everything in order; give the nodes that are ours now."""
        known = pbs.server()
        queue = f"queue {self.wanted['queue']}"
        if queue not in known:
            self.change(f"create {queue}")
        self.settings(queue, self.wanted["queue_settings"], known.get(queue, {}))
        self.settings("server", self.wanted["server_settings"], known["server"])
        return sorted({*self.wanted["nodes"], *self.nodes(dialect.nodes())})

    def settings(self, owner: str, wanted: dict[str, Any], known: dict[str, list[str]]) -> None:
        """Settings of the server or of a queue."""
        for key, value in wanted.items():
            values = [str(one) for one in (value if isinstance(value, list) else [value])]
            # Truth values are written in several ways; lists have no order.
            if sorted(one.lower() for one in values) == sorted(one.lower() for one in known.get(key, [])):
                continue
            for index, one in enumerate(values):
                self.change(f'set {owner} {key} {"+=" if index else "="} "{one}"')

    def nodes(self, known: dict[str, pbs.Node]) -> list[str]:
        """Workers that are new, that changed and that left; give those that left and have to stay for now."""
        for name, facts in self.wanted["nodes"].items():
            aim = {key: str(value) for key, value in facts.items() if value}
            if name not in known:
                born = [f"{key}={aim.pop(key)}" for key in dialect.GIVEN_AT_BIRTH]
                self.change(" ".join(["create node", name, *born]))
            given = known[name].facts if name in known else {}
            for key, value in aim.items():
                if given.get(key) != value:
                    self.change(f'set node {name} {key} = "{value}"')
        left = [name for name in self.ours if name in known and name not in self.wanted["nodes"]]
        return [name for name in left if not self.drop(known[name])]

    def drop(self, node: pbs.Node) -> bool:
        """Take out a worker that left; never one with jobs, which TORQUE would queue again."""
        if not node.offline:
            self.changes.append(f"node {node.name} offline")
            if not self.check:
                dialect.take_out(node.name, "left the cluster")
                node = dialect.nodes()[node.name]
        if node.jobs:
            self.warnings.append(
                f"{node.name} is no worker any more, but pbs_server still has {len(node.jobs)} job(s) "
                "there: it gets no new ones and is removed by a later run. `qdel -p` (TORQUE) or "
                "`qdel -W force` (OpenPBS) ends lost jobs."
            )
            return False
        self.removed.append(node.name)
        self.change(f"delete node {node.name}")
        return True


def main(words: list[str]) -> int:
    """Reconcile once."""
    check, wanted = "--check" in words, json.load(sys.stdin)
    ours = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else []
    one = Reconciler(wanted, ours, check)
    if not check:  # a run that is cut short must not lose track of what it made
        write_record(sorted({*ours, *wanted["nodes"]}))
    try:
        nodes = one.run()
    except pbs.Refused as error:
        print(error, file=sys.stderr)
        return 1
    if not check:
        write_record(nodes)
    print(json.dumps({"changes": one.changes, "warnings": one.warnings, "removed": one.removed}))
    return 0


def write_record(nodes: list[str]) -> None:
    """Remember which nodes are ours."""
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    part = RECORD.with_suffix(".part")
    part.write_text(json.dumps(nodes) + "\n", encoding="utf-8")
    part.replace(RECORD)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
