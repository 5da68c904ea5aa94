"""What of a backend's settings is a secret, and what only tells where one is."""

from typing import Any

import pytest

from elasticluster_tf.config import state_secrets
from tests.builders import cluster_text, document


def refused(**settings: Any) -> list[str]:
    found = state_secrets.problems(document(cluster_text(state=settings)))
    return [problem.key for problem in found]


@pytest.mark.parametrize(
    "settings",
    [
        {"password": "x"},
        {"access_key": "x"},
        {"secret_key": "x"},
        {"access_token": "x"},
        {"client_secret": "x"},
        {"sas_token": "x"},
        {"private_key": "x"},
        {"client_key": "x"},
        {"encryption_key": "x"},
        {"security_token": "x"},
        {"conn_str": "postgres://me:x@db.example.org/states"},
        {"conn_str": "host=db user=me password=x"},
        {"conn_str": "postgres://db.example.org/states?user=me&password=x"},
        {"address": "https://me:x@states.example.org/lab"},
        {"credentials": '{"type": "service_account", "private_key": "x"}'},
        {"credentials": "-----BEGIN PRIVATE KEY-----"},
    ],
)
def test_secrets(settings: dict[str, str]) -> None:
    assert refused(backend="any", **settings) == [f"state.{key}" for key in settings]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"bucket": "states", "key": "lab/terraform.tfstate", "use_lockfile": True, "encrypt": True},
        {"conn_str": "postgres://me@db.example.org/states", "schema_name": "lab"},
        {"address": "https://states.example.org/lab", "username": "me", "lock_method": "LOCK"},
        {"oidc_token_file_path": "/run/token", "kms_key_id": "alias/states", "use_oidc": True},
        {"credentials": "/run/account.json", "web_identity_token_file": "/run/token"},
        {"secret_suffix": "", "skip_credentials_validation": True},
        {"password": ""},
    ],
)
def test_no_secrets(settings: dict[str, Any]) -> None:
    assert refused(backend="any", **settings) == []


def test_a_secret_within_a_setting_is_found() -> None:
    assert refused(backend="s3", assume_role={"role_arn": "x", "session_token": "y"}) == [
        "state.assume_role.session_token"
    ]


def test_the_message_does_not_show_the_secret() -> None:
    (problem,) = state_secrets.problems(
        document(cluster_text(state={"backend": "http", "password": "hunter2"}))
    )
    assert problem.place
    assert problem.place.line
    assert "hunter2" not in repr(problem)
    assert "TF_HTTP_PASSWORD" in problem.hint


@pytest.mark.parametrize("data", ["state: [1]", "name: demo", "state: http"])
def test_what_is_no_backend_is_the_business_of_others(data: str) -> None:
    assert list(state_secrets.problems(document(data))) == []
