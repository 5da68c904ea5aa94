"""What `ectf validate` judges: all that can be judged of a cluster's files without its state."""

from elasticluster_tf import cost
from elasticluster_tf.checks import Resolved
from elasticluster_tf.errors import InputError, Problem
from elasticluster_tf.plan import names
from elasticluster_tf.source import Source


def validate(source: Source) -> Resolved:
    """The cluster as its files want it; raises InputError with what is wrong, also in rules and prices."""
    found = source.resolved
    problems: list[Problem] = [*names.unknown_protected(found, {})]
    try:
        problems += names.unknown_rules(found, names.rules(policy.name for policy in source.policies))
    except InputError as error:
        problems += error.problems
    try:
        cost.shelve(found.clouds, source.base, found.config.prices, source.environment)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    return found
