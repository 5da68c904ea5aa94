"""Written by ectf; changes made here are lost.

How OpenPBS is asked about its workers and told about them.
"""

from __future__ import annotations

import json
from typing import Any

import pbs

SOFTWARE = "openpbs"
GIVEN_AT_BIRTH: tuple[str, ...] = ()


def nodes() -> dict[str, pbs.Node]:
    """All workers that pbs_server knows."""
    code, output = pbs.run("pbsnodes", "-a", "-F", "json")
    if "no node list" in output or "No nodes found" in output:
        return {}
    if code != 0:
        raise pbs.Refused(f"pbsnodes -a: {output.strip()}")
    return {name: _node(name, facts) for name, facts in json.loads(output)["nodes"].items()}


def _node(name: str, facts: dict[str, Any]) -> pbs.Node:
    resources = facts.get("resources_available", {})
    given = {f"resources_available.{key}": str(value) for key, value in resources.items()}
    state = frozenset(str(facts.get("state", "unknown")).split(","))
    return pbs.Node(name, state, tuple(map(str, facts.get("jobs", ()))), given)


def take_out(name: str, why: str) -> None:
    """Give a worker no new jobs."""
    pbs.call("pbsnodes", "-o", "-C", why, name)


def put_back(name: str) -> None:
    """Let a worker have jobs."""
    pbs.call("pbsnodes", "-r", "-C", "", name)


def before_removal(name: str) -> None:
    """Nothing: a pbs_mom that pbs_server does not know gets no jobs, and no command ends it from here."""


def after_removal() -> None:
    """Nothing: OpenPBS forgets a deleted node everywhere."""


def unsettled(hosts: list[str], known: dict[str, pbs.Node]) -> str:
    """What is still missing until jobs may run on workers that are up: nothing, pbs_comm knows them all."""
    return ""
