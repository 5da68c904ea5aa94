"""A pbs_server that is played: outputs and exit codes are those that TORQUE 6.1.3 was seen to give."""

from tests.unit.roles.pbs.server import Answer, Played


class Server(Played):
    """TORQUE's."""

    EXISTS = 2

    def __init__(self) -> None:
        super().__init__()
        self.trusted: dict[str, set[str]] = {}
        self.requeued: list[str] = []

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
            self.mark(host, option == "-o")
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
