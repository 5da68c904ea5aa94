"""Passwords do not belong into `state:`: its settings are rendered into the work folder as they are."""

import re
from collections.abc import Iterator
from dataclasses import replace

from elasticluster_tf import documents
from elasticluster_tf.documents import Document, KeyPath
from elasticluster_tf.errors import Problem

_SECRET = {"password", "passphrase", "passwd", "secret", "token", "sas"}
_KEYS = ("access_key", "client_key", "encryption_key", "private_key")
# What tells where a secret is, and not the secret.
_ELSEWHERE = re.compile(r"_(file|files|path|url|endpoint|vault|name|arn)s?$")
_WITHIN = re.compile(
    r"://[^/@\s]*:[^/@\s]+@"  # a URL with a password
    r"|\bpassword\s*="  # PostgreSQL's key words, and its URL's query
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|\"private_key\"",
    re.IGNORECASE,
)
_HINT = (
    "leave it out: Terraform's backend takes it from the environment, such as PGPASSWORD, TF_HTTP_PASSWORD "
    "or the cloud's own sign-in"
)


def problems(document: Document) -> Iterator[Problem]:
    """Settings of the state's backend that are secret, or hold something that is."""
    state = document.data.get("state")
    if not isinstance(state, dict):
        return
    for path, value in documents.leaves(state):
        if value and (_names_a_secret(path) or (isinstance(value, str) and _WITHIN.search(value))):
            yield _problem(document, ("state", *path))


def _names_a_secret(path: KeyPath) -> bool:
    key = str(path[-1]).lower()
    return not _ELSEWHERE.search(key) and (key.endswith(_KEYS) or bool(_SECRET & set(key.split("_"))))


def _problem(document: Document, path: KeyPath) -> Problem:
    """A problem whose place does not show the line, which holds the secret."""
    found = document.problem(path, "a secret can't stand here: it would be written to the work folder", _HINT)
    return replace(found, place=replace(found.place, text="") if found.place else None)
