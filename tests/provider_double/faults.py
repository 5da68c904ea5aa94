"""What shall go wrong: rules of the world's faults.json, applied to each call."""

import hashlib
import json
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

from tests.provider_double.problems import Problem
from tests.provider_double.world import World


@dataclass(frozen=True)
class Fault:
    """One rule.

    `operation`: create, read, update, delete, plan, import, data, configure, or `*`;
    `type` and `name` are patterns with `*`; `name` is tried on the object's name, its id, its
    tags and labels. For configure, `type` is the provider (`aws`).
    `error`: what Terraform is told; without it the call only waits `delay` seconds.
    `partial`: the creation fails but the thing is there (tainted).
    `times`: how often, -1 for always. `skip`: let so many calls pass first.
    `missing_environment`: only if none of these variables is set where the double runs.
    """

    operation: str
    type: str = "*"
    name: str = "*"
    error: str = ""
    detail: str = ""
    delay: float = 0.0
    partial: bool = False
    times: int = -1
    skip: int = 0
    missing_environment: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        told = json.dumps([getattr(self, field.name) for field in fields(self)])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def applies(self, operation: str, type_name: str, names: Iterable[str]) -> bool:
        return (
            fnmatchcase(operation, self.operation)
            and fnmatchcase(type_name, self.type)
            and (self.name == "*" or any(fnmatchcase(name, self.name) for name in names))
            and not any(os.environ.get(variable) for variable in self.missing_environment)
        )


def strike(
    world: World, operation: str, type_name: str, names: Iterable[str], stop: threading.Event
) -> Problem | None:
    """Wait and fail as the rules say; a partial failure is returned, any other is raised."""
    rules = [_fault(told) for told in world.document("faults.json", [])]
    names = list(names)
    for fault in rules:
        if not fault.applies(operation, type_name, names) or not _due(world, fault):
            continue
        if fault.delay and stop.wait(fault.delay):
            raise Problem("operation cancelled", "Terraform asked the provider to stop")
        if fault.error:
            problem = Problem(fault.error, fault.detail)
            if fault.partial:
                return problem
            raise problem
    return None


def _fault(told: dict[str, Any]) -> Fault:
    return Fault(**{**told, "missing_environment": tuple(told.get("missing_environment", ()))})


def _due(world: World, fault: Fault) -> bool:
    if fault.times < 0 and not fault.skip:
        return True
    with world.editing("faults_used.json", {}) as used:
        count = used[fault.key] = used.get(fault.key, 0) + 1
    return count > fault.skip and (fault.times < 0 or count <= fault.skip + fault.times)
