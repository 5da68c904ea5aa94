"""A pbs_server that is played: outputs and exit codes are those that OpenPBS 23.06 was seen to give."""

import json
from typing import Any

from tests.unit.roles.pbs.server import Answer, Played


class Server(Played):
    """OpenPBS': a queue is there from the start, and a busy node can't be deleted."""

    EXISTS = 218

    def __init__(self) -> None:
        super().__init__()
        self.queues = {"workq": {"queue_type": ["Execution"], "enabled": ["True"], "started": ["True"]}}
        self.server |= {"default_queue": ["workq"], "resources_default.ncpus": ["1"]}

    def delete(self, kind: str, name: str, rest: str) -> Answer:
        if name not in self.nodes:
            return 214, f"qmgr obj={name} svr=default: Unknown node \n"
        if self.nodes[name].get("jobs"):
            return 179, f"qmgr obj={name} svr=default: Cannot delete busy object \n"
        del self.nodes[name]
        return 0, ""

    def pbsnodes(self, option: str, *rest: str) -> Answer:
        if option == "-a":
            if not self.nodes:
                return 1, "pbsnodes: Server has no node list\n"
            described = {name: document(facts) for name, facts in self.nodes.items()}
            return 0, json.dumps({"timestamp": 1, "pbs_version": "23.06.06", "nodes": described}, indent=4)
        host = rest[-1]
        if host not in self.nodes:
            return 1, f"Error marking node {host} - Unknown node \n"
        self.changes.append(f"pbsnodes {option} {host}")
        self.mark(host, option == "-o")
        return 0, ""


def document(facts: dict[str, Any]) -> dict[str, Any]:
    """A node as pbsnodes writes it: numbers are numbers."""
    resources = {
        key.removeprefix("resources_available."): int(value) if value.isdigit() else value
        for key, value in facts.items()
        if key.startswith("resources_available.")
    }
    others = {key: value for key, value in facts.items() if not key.startswith("resources_available.")}
    return {"Mom": "compute001.local", "ntype": "PBS", **others, "resources_available": resources}
