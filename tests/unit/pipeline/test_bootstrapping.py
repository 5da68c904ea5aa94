"""The place of the state, made by each backend's module on the provider double."""

import os
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf.errors import InputError, Refused
from tests.builders import Terrain, echo
from tests.provider_double import double

S3 = {"backend": "s3", "bucket": "lab-states", "key": "lab", "region": "eu-central-1", "use_lockfile": True}
GCS = {"backend": "gcs", "bucket": "lab-states", "prefix": "lab"}
AZURERM = {
    "backend": "azurerm",
    "resource_group_name": "states",
    "storage_account_name": "labstates",
    "container_name": "states",
    "key": "lab",
}


def terrain(folder: Path, environment: dict[str, str]) -> Terrain:
    return Terrain(folder, {**environment, "HOME": os.environ["HOME"]})


@pytest.mark.parametrize(
    ("provider", "settings", "kinds"),
    [
        ("aws", S3, ["aws_s3_bucket"]),
        ("google", GCS, ["google_storage_bucket"]),
        (
            "azure",
            AZURERM,
            ["azurerm_resource_group", "azurerm_storage_account", "azurerm_storage_container"],
        ),
    ],
)
def test_the_store_is_planned_confirmed_made_and_kept(
    provider: str, settings: dict[str, Any], kinds: list[str], tmp_path: Path
) -> None:
    with double([provider], tmp_path / "world") as cloud:
        cluster = terrain(tmp_path, cloud.environment).cluster(echo(1, state=settings))
        with pytest.raises(Refused, match="nothing was changed"):
            cluster.bootstrap_state(lambda plan: False, {})
        assert cloud.world.all() == []
        found = cluster.bootstrap_state(bool, {})
        assert found.pending
        assert sorted(one.type for one in cloud.world.all()) == kinds
        assert not cluster.bootstrap_state(bool, {}).pending
    assert (cluster.workdir.path / "bootstrap" / "terraform.tfstate").is_file()


def test_versions_are_kept_and_bytes_encrypted(tmp_path: Path) -> None:
    with double(["aws"], tmp_path / "world") as cloud:
        settings = {**S3, "kms_key_id": "alias/states"}
        terrain(tmp_path, cloud.environment).cluster(echo(1, state=settings)).bootstrap_state(bool, {})
        bucket = cloud.world.one("aws_s3_bucket").attributes
    assert bucket["bucket"] == "lab-states"
    assert bucket["versioning"][0]["enabled"] is True
    (rule,) = bucket["server_side_encryption_configuration"][0]["rule"]
    assert rule["apply_server_side_encryption_by_default"][0]["kms_master_key_id"] == "alias/states"


def test_a_value_that_is_no_setting_of_the_backend(tmp_path: Path) -> None:
    with double(["google"], tmp_path / "world") as cloud:
        cluster = terrain(tmp_path, cloud.environment).cluster(echo(1, state=GCS))
        cluster.bootstrap_state(bool, {"location": "EUROPE-WEST6"})
        bucket = cloud.world.one("google_storage_bucket").attributes
    assert bucket["location"] == "EUROPE-WEST6"
    assert bucket["versioning"][0]["enabled"] is True
    assert bucket["public_access_prevention"] == "enforced"


@pytest.mark.parametrize(
    ("settings", "more", "message"),
    [
        ({"backend": "local"}, {}, "needs no store"),
        ({"backend": "http", "address": "http://127.0.0.1"}, {}, "known: azurerm, gcs, s3"),
        ({"backend": "s3", "key": "lab"}, {}, "`bucket` is missing"),
        (S3, {"colour": "red"}, "the store has no `colour`"),
    ],
)
def test_what_can_not_be_made(
    settings: dict[str, Any], more: dict[str, str], message: str, tmp_path: Path
) -> None:
    cluster = Terrain(tmp_path).cluster(echo(1, state=settings))
    with pytest.raises(InputError, match=message):
        cluster.bootstrap_state(bool, more)
    assert not (tmp_path / ".ectf").exists()
