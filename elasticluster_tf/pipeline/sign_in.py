"""Whether the providers can ask at all, as far as that is seen from here: told before Terraform runs."""

import shutil
from collections.abc import Iterator, Mapping

from elasticluster_tf.checks import Resolved
from elasticluster_tf.clouds import Chosen, Need
from elasticluster_tf.documents import Document
from elasticluster_tf.errors import InputError, Problem


def check(resolved: Resolved, environment: Mapping[str, str]) -> None:
    """Raise InputError where a cloud's provider has nothing to sign in with."""
    problems = [
        problem
        for chosen in resolved.clouds.values()
        for problem in _problems(resolved.document, chosen, environment)
    ]
    if problems:
        raise InputError(problems)


def _problems(document: Document, chosen: Chosen, environment: Mapping[str, str]) -> Iterator[Problem]:
    facts = chosen.cloud.facts.sign_in
    for need in facts.needs:
        if not _met(need, chosen, environment):
            message = f"nothing tells {chosen.cloud.name} {need.missing}"
            yield document.problem(chosen.path, message, facts.hint)


def _met(need: Need, chosen: Chosen, environment: Mapping[str, str]) -> bool:
    return (
        any(chosen.settings.get(one) is not None for one in need.settings)
        or any(environment.get(one) for one in need.variables)
        or any(shutil.which(one, path=environment.get("PATH", "")) for one in need.programs)
    )
