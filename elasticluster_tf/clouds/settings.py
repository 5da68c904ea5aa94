"""A cloud's settings held against what its module declares: types, then the rules that can be judged here."""

from collections.abc import Iterator, Mapping
from typing import Any

from elasticluster_tf import value_types
from elasticluster_tf.clouds import conditions, expressions
from elasticluster_tf.clouds.conditions import Breach
from elasticluster_tf.clouds.folders import NODE_SETTINGS, Cloud
from elasticluster_tf.clouds.hcl import Rule
from elasticluster_tf.documents import Document, KeyPath
from elasticluster_tf.errors import Problem
from elasticluster_tf.value_types import Mismatch, ValueType


def problems(
    document: Document, path: KeyPath, settings: Mapping[str, Any], cloud: Cloud
) -> Iterator[Problem]:
    """What is wrong with the settings that stand at `path`."""
    for wrong in value_types.mismatches(dict(settings), _declared(cloud)):
        yield document.problem((*path, *wrong.path), wrong.message, _hint(wrong, cloud), wrong.at_key)
    known = _known(settings, cloud)
    found = [
        (_standing(breach, rule, settings), breach, rule)
        for name, variable in cloud.variables.items()
        for rule in variable.rules
        for breach in conditions.breaches(rule.condition, name, known)
    ]
    # One problem a place, and a setting's own rule before another's.
    seen: set[KeyPath] = set()
    for below, breach, rule in sorted(found, key=lambda one: one[0] != one[1].path):
        if below not in seen:
            seen.add(below)
            yield _problem(document, path, below, settings, rule, breach.at_key)


def node_problems(
    document: Document, path: KeyPath, own: Mapping[str, Any], settings: Mapping[str, Any], cloud: Cloud
) -> Iterator[Problem]:
    """What is wrong with the options of a group's nodes that stand at `path`."""
    if cloud.node_settings is None:
        return
    wrong = list(value_types.mismatches(dict(own), cloud.node_settings))
    for one in wrong:
        hint = one.hint or cloud.node_settings_description
        yield document.problem((*path, *one.path), one.message, hint, one.at_key)
    if wrong:
        return
    node = value_types.as_terraform(own, cloud.node_settings)
    known = {**_known(settings, cloud), NODE_SETTINGS: {"": node}}
    for rule in cloud.node_rules:
        for breach in conditions.breaches(rule.condition, NODE_SETTINGS, known):
            yield _problem(document, path, breach.path[2:], own, rule, breach.at_key)


def _hint(wrong: Mismatch, cloud: Cloud) -> str:
    """What helps with a value of a wrong type: what the setting is, or where the settings are listed."""
    about = cloud.variables.get(str(wrong.path[0])) if wrong.path else None
    return wrong.hint or (about.description if about else f"`ectf clouds {cloud.name}` lists its settings")


def _declared(cloud: Cloud) -> ValueType:
    fields = {
        name: value_types.Field(variable.type, variable.required, variable.description)
        for name, variable in cloud.variables.items()
    }
    return ValueType("object", fields=fields)


def _known(settings: Mapping[str, Any], cloud: Cloud) -> dict[str, Any]:
    """The variables' values as the module sees them, without those that are missing or of a wrong type."""
    found = {}
    for name, variable in cloud.variables.items():
        value = settings.get(name)
        if value is None and (name not in settings or not variable.nullable):
            if variable.required:
                continue
            value = variable.default
        if not any(value_types.mismatches(value, variable.type)):
            found[name] = value_types.as_terraform(value, variable.type)
    return found


def _standing(breach: Breach, rule: Rule, settings: Mapping[str, Any]) -> KeyPath:
    """The place of a breach, or the first setting of the file that the rule is about."""
    if breach.path[0] in settings:
        return breach.path
    others = [name for name in expressions.variables(rule.condition) if name in settings]
    return (others[0],) if others else breach.path


def _problem(
    document: Document, path: KeyPath, below: KeyPath, values: Any, rule: Rule, at_key: bool
) -> Problem:
    shown = below[-1] if at_key else _value(values, below)
    message = f"{value_types.shown(shown)} does not fit" if shown is not None else "a setting does not fit"
    return document.problem((*path, *below), message, rule.message, at_key)


def _value(values: Any, below: KeyPath) -> Any:
    """The value of the file at a place; None where it says nothing."""
    for part in below:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return None
    return values
