"""Written by ectf; changes made here are lost.

Brings qmaster to what standard input, a JSON document, asks for, and prints what had to be changed. With
--check it only tells. What was made here once and is no longer asked for goes away; what others made stays.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import objects
import qmaster
from objects import Object, Wanted
from qmaster import KINDS

RECORD = Path("/var/lib/ectf/gridengine.json")
AT_ONCE = 8
HOST = {
    "load_scaling": "NONE",
    "complex_values": "NONE",
    "user_lists": "NONE",
    "xuser_lists": "NONE",
    "projects": "NONE",
    "xprojects": "NONE",
    "usage_scaling": "NONE",
    "report_variables": "NONE",
}


class Reconciler:
    """One comparison of what is wanted with what there is."""

    def __init__(self, wanted: Wanted, record: dict[str, Any], check: bool) -> None:
        self.wanted = wanted
        self.record = record
        self.check = check
        self.objects = objects.objects(wanted)
        self.changes: list[str] = []
        self.warnings: list[str] = []

    def change(self, what: str, *words: str) -> None:
        """Note a change and have qconf make it."""
        self.changes.append(what)
        if not self.check:
            qmaster.call("qconf", *words)

    def load(self, what: str, word: str, text: str, file: str = "object") -> None:
        """Note a change and have qconf read it from a file."""
        self.changes.append(what)
        if not self.check:
            qmaster.load(word, text, file)

    def run(self) -> dict[str, Any]:
        """Bring everything in order; give the record of what is ours now."""
        self.resources()
        self.hosts()
        for one in self.objects:
            self.object(one)
        before = {
            "scheduler": self.table("scheduler", "-ssconf", "-Msconf", "scheduler"),
            "configuration": self.table("configuration", "-sconf", "-Mconf", "global"),
        }
        self.drop_objects()
        hosts = sorted({*self.here(), *self.drop_hosts()})
        return {"objects": [[one.kind, one.name] for one in self.objects], "hosts": hosts, "before": before}

    def here(self) -> list[str]:
        """All hosts of the cluster that have a part."""
        return sorted({self.wanted["master"], *self.wanted["submit"], *self.wanted["workers"]})

    def resources(self) -> None:
        """The table of resources has our rows."""
        rows = {line.split()[0]: line for line in qmaster.show("-sc").splitlines()}
        missing = {
            name: row
            for name, row in objects.resources(self.wanted).items()
            if rows.get(name, "").split() != row.split()
        }
        if missing:
            text = "\n".join({**rows, **missing}.values()) + "\n"
            self.load(f"resources {', '.join(missing)}", "-Mc", text)

    def hosts(self) -> None:
        """Administrative, submit and execution hosts."""
        workers = sorted(self.wanted["workers"])
        for kind, word, add, hosts in (
            ("administrative", "-sh", "-ah", sorted({self.wanted["master"], *workers})),
            ("submit", "-ss", "-as", self.here()),
        ):
            known = set(qmaster.names(word))
            if missing := [name for name in hosts if name not in known]:
                self.change(f"{kind} hosts {', '.join(missing)}", add, ",".join(missing))
        known = set(qmaster.names("-sel"))
        for name in workers:
            if name not in known:
                capacities = {"complex_values": objects.capacities(self.wanted, name)}
                text = objects.lines({"hostname": name, **HOST, **capacities})
                self.load(f"worker {name}", "-Ae", text)
        self.capacities([name for name in workers if name in known])

    def capacities(self, workers: list[str]) -> None:
        """What workers that are known already have to give."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            shown = pool.map(
                lambda name: qmaster.settings(qmaster.show("-se", name))["complex_values"], workers
            )
        for name, given in zip(workers, shown, strict=True):
            capacities = objects.capacities(self.wanted, name)
            if sorted(given.split(",")) != sorted(capacities.split(",")):
                words = ("-rattr", "exechost", "complex_values", capacities, name)
                self.change(f"worker {name}: {given} becomes {capacities}", *words)

    def object(self, one: Object) -> None:
        """One object is there and as it is wanted."""
        kind = KINDS[one.kind]
        if one.name not in qmaster.names(kind.list):
            self.load(f"{one.kind} {one.name}", kind.add, one.text)
            return
        given = qmaster.show(kind.show, one.name)
        if qmaster.canonical(one.kind, given) != qmaster.canonical(one.kind, one.text):
            self.load(f"{one.kind} {one.name} changed", kind.change, one.text)

    def table(self, what: str, show: str, change: str, file: str) -> dict[str, str]:
        """Settings that there is one set of; give what those that we set were before we did."""
        given = qmaster.settings(qmaster.show(show))
        wanted = objects.values(self.wanted[what])
        earlier: dict[str, str] = self.record["before"].get(what, {})
        aim = {**given, **earlier, **wanted}
        if qmaster.canonical(what, objects.lines(given)) != qmaster.canonical(what, objects.lines(aim)):
            changed = ", ".join(key for key in aim if aim[key] != given.get(key))
            self.load(f"{what}: {changed}", change, objects.lines(aim), file)
        # A setting that qmaster does not show goes back to none.
        return {key: earlier.get(key, given.get(key, "none")) for key in wanted}

    def drop_objects(self) -> None:
        """Objects that were made here and are no longer asked for; those that refer to others go first."""
        kept = {(one.kind, one.name) for one in self.objects}
        for kind, name in reversed(self.record["objects"]):
            if (kind, name) not in kept and name in qmaster.names(KINDS[kind].list):
                self.change(f"{kind} {name} removed", KINDS[kind].delete, name)

    def drop_hosts(self) -> list[str]:
        """Hosts that left the cluster or are no workers any more; give those that have to stay for now."""
        workers = set(self.wanted["workers"])
        wanted = {"-sel": workers, "-sh": workers | {self.wanted["master"]}, "-ss": set(self.here())}
        known = {word: set(qmaster.names(word)) - hosts for word, hosts in wanted.items()}
        staying = []
        for name in self.record["hosts"]:
            lists = [word for word, hosts in known.items() if name in hosts]
            if "-sel" in lists and (busy := sum(one.used for one in qmaster.instances() if one.host == name)):
                staying.append(name)
                self.warnings.append(
                    f"{name} is no worker any more, but qmaster still counts jobs on {busy} slot(s) there: "
                    "it gets no new ones and is removed by a later run. `qdel -f` ends jobs that are lost."
                )
            elif lists:
                self.changes.append(f"host {name} removed")
                if not self.check:
                    qmaster.forget(name, *lists)
        return staying


def read_record() -> dict[str, Any]:
    """What earlier runs made."""
    if not RECORD.exists():
        return {"objects": [], "hosts": [], "before": {}}
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def write_record(record: dict[str, Any]) -> None:
    """Remember what is ours."""
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    part = RECORD.with_suffix(".part")
    part.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    part.replace(RECORD)


def main(words: list[str]) -> int:
    """Reconcile once."""
    check, wanted, record = "--check" in words, json.load(sys.stdin), read_record()
    one = Reconciler(wanted, record, check)
    if not check:  # a run that is cut short must not lose track of what it made
        named = [[other.kind, other.name] for other in one.objects]
        ours = record["objects"] + [other for other in named if other not in record["objects"]]
        hosts = sorted({*record["hosts"], *one.here()})
        write_record({**record, "objects": ours, "hosts": hosts})
    try:
        after = one.run()
    except qmaster.Refused as error:
        print(error, file=sys.stderr)
        return 1
    if not check:
        write_record(after)
    print(json.dumps({"changes": one.changes, "warnings": one.warnings}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
