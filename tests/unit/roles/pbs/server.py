"""What is the same of a pbs_server that is played for TORQUE and for OpenPBS."""

import re
from typing import Any

Answer = tuple[int, str]


class Played:
    """pbs_server's state, and `run` to stand in for `pbs.run`."""

    EXISTS = 1

    def __init__(self) -> None:
        self.queues: dict[str, dict[str, list[str]]] = {}
        self.server: dict[str, list[str]] = {"scheduling": ["True"], "managers": ["root@frontend001"]}
        self.nodes: dict[str, dict[str, Any]] = {}
        self.changes: list[str] = []

    def run(self, *words: str) -> Answer:
        answer: Answer = getattr(self, words[0])(*words[1:])
        return answer

    def qmgr(self, option: str, line: str) -> Answer:
        if line == "print server":
            return 0, self.printed()
        self.changes.append(line)
        verb, kind, name, *rest = line.split(None, 3)
        return getattr(self, verb)(kind, name, rest[0] if rest else "")  # type: ignore[no-any-return]

    def printed(self) -> str:
        rows = ["#", "# Create queues and set their attributes.", "#"]
        for queue, settings in self.queues.items():
            rows += [f"create queue {queue}", *shown(f"queue {queue}", settings)]
        return "\n".join([*rows, "#", "# Set server attributes.", "#", *shown("server", self.server)]) + "\n"

    def create(self, kind: str, name: str, rest: str) -> Answer:
        if name in (self.queues if kind == "queue" else self.nodes):
            return self.EXISTS, f"qmgr obj={name} svr=default: {kind} already exists\n"
        if kind == "queue":
            self.queues[name] = {}
        else:
            self.nodes[name] = {"state": "down", **dict([rest.split("=")] if rest else [])}
        return 0, ""

    def set(self, kind: str, name: str, rest: str) -> Answer:
        if kind == "server":
            name, rest = "", f"{name} {rest}"
        found = re.fullmatch(r'(\S+) (\+?=) "(.*)"', rest)
        assert found, rest
        key, sign, value = found.groups()
        if kind == "node":
            self.nodes[name][key] = value
            return 0, ""
        settings = self.server if kind == "server" else self.queues[name]
        settings[key] = [*(settings.get(key, []) if sign == "+=" else []), value]
        return 0, ""

    def mark(self, host: str, offline: bool) -> None:
        """Take a worker out of service, or put it back."""
        states = set(self.nodes[host]["state"].split(",")) - {"offline", "free"}
        states |= {"offline"} if offline else set()
        self.nodes[host]["state"] = ",".join(sorted(states)) or "free"

    def reported(self, host: str) -> None:
        """A worker's pbs_mom is up."""
        if host in self.nodes:
            states = set(self.nodes[host]["state"].split(",")) - {"down"} or {"free"}
            self.nodes[host]["state"] = ",".join(sorted(states))

    def qstat(self, *words: str) -> Answer:
        return 0, "Server Max Tot Que Run\n"


def shown(owner: str, settings: dict[str, list[str]]) -> list[str]:
    """Settings as `print server` writes them."""
    return [
        f"set {owner} {key} {'+=' if index else '='} {value}"
        for key, values in settings.items()
        for index, value in enumerate(values)
    ]
