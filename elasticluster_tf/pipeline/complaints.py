"""Terraform's complaints about a value, brought back to the place in the cluster file it came from."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from elasticluster_tf import config
from elasticluster_tf.checks import Resolved
from elasticluster_tf.clouds import Chosen, Lookup
from elasticluster_tf.documents import KeyPath
from elasticluster_tf.errors import Complaint, EctfError, InputError, Problem, TerraformFailed
from elasticluster_tf.nodes import Node

_SETTING = re.compile(r'var\.settings\["([a-z0-9]+)"\]\["([a-z0-9_]+)"\]')
# A module's own checks begin with the key they are about: `groups.compute.zone: …`.
_KEY = re.compile(r"(?s)(?:.*?\n)?((?:groups|cloud|name|labels)(?:\.[A-Za-z0-9_-]+)*): (.*)")
_SUMMARIES = ("Invalid value for variable", "Resource precondition failed", "Check block assertion failed")

_PROVIDER = re.compile(r'provider\["([^"]+)"\](?:\.([a-z0-9]+))?')
_DATA = re.compile(r'module\.([a-z0-9]+)\.data\.(\w+\.\w+)(?:\["(.*)"\]|\[[0-9]+\])?')
# How providers say that there is no such thing, or more than one; all else is no fault of the file's.
_ABSENT = re.compile(
    r"(?i)not ?found|\b404\b|no (?:matching|results)|no .{0,60} (?:matched|found)"
    r"|(?:unable to|could not) find|does(?: not|n't) exist|more than one|multiple"
)
# How they say that they don't know who asks.
_REFUSED = re.compile(
    r"(?i)\b401\b|unauthenticated|authenticat|credential|auth ?failure|expired.{0,9}token|invalid_grant"
)


@contextlib.contextmanager
def brought_back(resolved: Resolved) -> Iterator[None]:
    """What Terraform complains about in the body, told as problems of the file where it is about the file."""
    try:
        yield
    except TerraformFailed as error:
        found = of_the_file(error, resolved)
        if found is error:
            raise
        raise found from error


def of_the_file(error: TerraformFailed, resolved: Resolved) -> EctfError:
    """The same error as problems of the file, when all of it is about its values or about signing in."""
    problems = []
    for complaint in error.complaints:
        found = _problem(resolved, complaint)
        if found is None:
            return error
        if found not in problems:
            problems.append(found)
    return InputError(problems) if problems else error


def add_hint(error: TerraformFailed, clouds: Mapping[str, Chosen]) -> None:
    """Tell how to sign in, where a provider does not know who asks."""
    for complaint in error.complaints:
        if not error.hint and (chosen := _unsigned(clouds, complaint)):
            error.hint = chosen.cloud.facts.sign_in.hint


def _problem(resolved: Resolved, complaint: Complaint) -> Problem | None:
    if chosen := _unsigned(resolved.clouds, complaint):
        return _about_signing_in(resolved, chosen, complaint)
    if found := _DATA.fullmatch(complaint.address):
        return _looked_up(resolved, complaint, *found.groups())
    return _of_a_value(resolved, complaint) if complaint.summary in _SUMMARIES else None


def _about_signing_in(resolved: Resolved, chosen: Chosen, complaint: Complaint) -> Problem:
    """A provider that was not let in, or does not like one of its settings."""
    settings = {} if _REFUSED.search(complaint.text) else chosen.settings
    for name, value in settings.items():
        if isinstance(value, str) and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", complaint.text):
            path = (*chosen.path, name)
            return resolved.document.problem(path, complaint.in_one_line, _about(resolved, path))
    hint = chosen.cloud.facts.sign_in.hint
    return resolved.document.problem(chosen.path, complaint.in_one_line, hint)


def _unsigned(clouds: Mapping[str, Chosen], complaint: Complaint) -> Chosen | None:
    """The cloud whose provider could not be configured, or was not let in."""
    if found := _PROVIDER.fullmatch(complaint.address):
        address, alias = found.groups()
        for label, chosen in clouds.items():
            sources = [one["source"] for one in chosen.cloud.required_providers.values()]
            if any(f"/{address}".endswith(f"/{one}") for one in sources) and alias in (None, label):
                return chosen
    elif complaint.summary not in _SUMMARIES and _REFUSED.search(complaint.text):
        return clouds.get(_label(complaint))
    return None


def _label(complaint: Complaint) -> str:
    """The cloud in whose module it is, by the label of the module's call."""
    return complaint.address.removeprefix("module.").split(".")[0]


def _looked_up(
    resolved: Resolved, complaint: Complaint, label: str, data: str, instance: str | None
) -> Problem | None:
    """What the file names and the cloud does not have."""
    chosen = resolved.clouds.get(label)
    if chosen is None or not _ABSENT.search(complaint.text):
        return None
    for lookup in chosen.cloud.facts.lookups:
        if lookup.data == data:
            path = next(_places(resolved, chosen, lookup, instance or ""), chosen.path)
            return resolved.document.problem(path, complaint.in_one_line, lookup.hint)
    return None


def _places(resolved: Resolved, chosen: Chosen, lookup: Lookup, instance: str) -> Iterator[KeyPath]:
    """Where the file names what was looked up, the best place first."""
    if lookup.each:
        for node in resolved.nodes:
            if node.cloud == chosen.label and f"{instance}/".startswith(f"{_called(node, lookup.each)}/"):
                yield ("groups", node.group, lookup.keys[0])
        return
    given = [key for key in lookup.keys if chosen.settings.get(key) is not None]
    for key in given:
        if isinstance(chosen.settings[key], list) and instance in chosen.settings[key]:
            yield (*chosen.path, key, chosen.settings[key].index(instance))
    yield from ((*chosen.path, key) for key in given)


def _called(node: Node, form: str) -> str:
    """What a module calls what it looks up for a node."""

    def plain(value: Any) -> Any:
        return int(value) if isinstance(value, float) and value.is_integer() else value

    return form.format_map({key: plain(value) for key, value in vars(node).items()})


def _of_a_value(resolved: Resolved, complaint: Complaint) -> Problem | None:
    message = complaint.detail.strip().split("\n\n", 1)[0].strip()
    path: KeyPath | None = None
    if named := _KEY.match(message):
        path, message = tuple(named[1].split(".")), named[2]
        if path[0] == "cloud" and (chosen := resolved.clouds.get(_label(complaint))):
            path = (*chosen.path, *path[1:])
    elif (setting := _SETTING.search(complaint.code)) and setting[1] in resolved.clouds:
        path = (*resolved.clouds[setting[1]].path, setting[2])
    elif "nodes" in complaint.code or "node_settings" in complaint.code:
        path = _of_a_group(resolved, message)
    if path is None:
        return None
    place = resolved.document.value_place(path)
    return resolved.document.problem(path, message, _about(resolved, path), at_key=place is None)


def _about(resolved: Resolved, path: KeyPath) -> str:
    """What a key is about, in the words of the module or of the core."""
    for chosen in resolved.clouds.values():
        below = path[len(chosen.path) :]
        if path[: len(chosen.path)] == chosen.path and below and below[0] in chosen.cloud.variables:
            return chosen.cloud.variables[str(below[0])].description
    return config.describe(path)


def _of_a_group(resolved: Resolved, message: str) -> KeyPath:
    """The group of a node that the module's message names; all groups when it names none."""
    for node in resolved.nodes:
        if re.search(rf"\b{node.name}\b", message):
            return ("groups", node.group)
    return ("groups",)
