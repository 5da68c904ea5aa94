"""Terraform's complaints about a value, brought back to the place in the cluster file it came from."""

import re

from elasticluster_tf.checks import Resolved
from elasticluster_tf.documents import KeyPath
from elasticluster_tf.errors import EctfError, InputError, Problem, TerraformFailed

_SETTING = re.compile(r'var\.settings\["([a-z0-9]+)"\]\["([a-z0-9_]+)"\]')
# A module's own checks begin with the key they are about: `groups.compute.zone: …`.
_KEY = re.compile(r"(?s)(?:.*?\n)?((?:groups|cloud|name|labels)(?:\.[A-Za-z0-9_-]+)*): (.*)")
_SUMMARIES = ("Invalid value for variable", "Resource precondition failed", "Check block assertion failed")


def of_the_file(error: TerraformFailed, resolved: Resolved) -> EctfError:
    """The same error as problems of the file, when all of it is about values of the file."""
    problems = []
    for summary, detail, code in error.complaints:
        found = _problem(resolved, detail, code) if summary in _SUMMARIES else None
        if found is None:
            return error
        problems.append(found)
    return InputError(problems) if problems else error


def _problem(resolved: Resolved, detail: str, code: str) -> Problem | None:
    message = detail.strip().split("\n\n", 1)[0].strip()
    path: KeyPath | None = None
    if named := _KEY.match(message):
        path, message = tuple(named[1].split(".")), named[2]
    elif (setting := _SETTING.search(code)) and setting[1] in resolved.clouds:
        path = (*resolved.clouds[setting[1]].path, setting[2])
    elif "nodes" in code or "node_settings" in code:
        path = _of_a_group(resolved, message)
    if path is None:
        return None
    place = resolved.document.value_place(path)
    return resolved.document.problem(path, message, "", at_key=place is None)


def _of_a_group(resolved: Resolved, message: str) -> KeyPath:
    """The group of a node that the module's message names; all groups when it names none."""
    for node in resolved.nodes:
        if re.search(rf"\b{node.name}\b", message):
            return ("groups", node.group)
    return ("groups",)
