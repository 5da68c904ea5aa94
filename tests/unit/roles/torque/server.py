"""A pbs_server that is played: outputs and exit codes are those that TORQUE 6.1.3 was seen to give."""

import re

Answer = tuple[int, str]


class Server:
    """pbs_server's state, and `run` to stand in for `pbs.run`."""

    def __init__(self) -> None:
        self.queues: dict[str, dict[str, list[str]]] = {}
        self.server: dict[str, list[str]] = {"scheduling": ["True"], "managers": ["root@frontend001"]}
        self.nodes: dict[str, dict[str, str]] = {}
        self.trusted: dict[str, set[str]] = {}
        self.changes: list[str] = []
        self.requeued: list[str] = []

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
        known = self.queues if kind == "queue" else self.nodes
        if name in known:
            return 2, f"qmgr obj={name} svr=default: {kind} already exists\n"
        if kind == "queue":
            self.queues[name] = {}
        else:
            self.nodes[name] = {"state": "down", "np": rest.removeprefix("np=")}
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

    def delete(self, kind: str, name: str, rest: str) -> Answer:
        if name not in self.nodes:
            return 2, "qmgr obj=nobody svr=default: Unknown node\n"
        # It asks nothing: the jobs of a busy node are queued again.
        self.requeued += filter(None, self.nodes.pop(name).get("jobs", "").split(", "))
        return 0, ""

    def pbsnodes(self, option: str, *rest: str) -> Answer:
        if option == "-a":
            if not self.nodes:
                return 1, "pbsnodes: Server has no node list MSG=node list is empty\n"
            return 0, "\n".join(
                f"{name}\n" + "".join(f"     {key} = {value}\n" for key, value in facts.items())
                for name, facts in self.nodes.items()
            )
        host = rest[-1]
        self.changes.append(f"pbsnodes {option} {host}")
        if host in self.nodes:  # an unknown host is no error
            states = set(self.nodes[host]["state"].split(",")) - {"offline", "free"}
            states |= {"offline"} if option == "-o" else set()
            self.nodes[host]["state"] = ",".join(sorted(states)) or "free"
        return 0, ""

    def momctl(self, *words: str) -> Answer:
        host = words[-1]
        if words[0] == "-s":
            self.changes.append(f"momctl -s {host}")
            return 0, ""
        found = ",".join(f"{address}:15003:15002" for address in sorted(self.trusted.get(host, ())))
        return 0, f"Host: {host}/{host}\nTrusted Client List:  {found}: 0\n"

    def systemctl(self, *words: str) -> Answer:
        self.changes.append(f"systemctl {' '.join(words)}")
        return 0, ""

    def qstat(self, *words: str) -> Answer:
        return 0, "Server Max Tot Que Run\n"


def shown(owner: str, settings: dict[str, list[str]]) -> list[str]:
    """Settings as `print server` writes them."""
    return [
        f"set {owner} {key} {'+=' if index else '='} {value}"
        for key, values in settings.items()
        for index, value in enumerate(values)
    ]
