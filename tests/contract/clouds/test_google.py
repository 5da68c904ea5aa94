"""Google Cloud's module: the life of a cluster, bad files, what is open, where credentials go."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.clouds import steps
from tests.contract.clouds.steps import Site, Walk
from tests.provider_double import Double, double
from tests.provider_double.clouds import google_data
from tests.provider_double.making import Scene
from tests.provider_double.schema import Attribute, Block, Kind, load

CANARIES = {
    name: f"canary-{index}"
    for index, name in enumerate(
        ("GOOGLE_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON")
    )
}
CLOUD = {"name": "google", "project": "my-project", "region": "europe-west3"}
SITE = Site(
    cloud=CLOUD,
    machine="google_compute_instance",
    machine_id="instance_id",
    types=("e2-standard-2", "e2-standard-4"),
    retype="change",
    environment=CANARIES,
)

# The provider has this data source, the selection of its schema that we were given has not.
_SEARCH = "google_cloud_asset_search_all_resources"
_RESULT = ["object", {"asset_type": "string", "name": "string", "labels": ["map", "string"]}]
_ASSETS = {
    "google_compute_address": "compute.googleapis.com/Address",
    "google_compute_disk": "compute.googleapis.com/Disk",
    "google_compute_instance": "compute.googleapis.com/Instance",
    "google_filestore_instance": "file.googleapis.com/Instance",
}


def search(scene: Scene, config: dict[str, Any]) -> dict[str, Any]:
    """Google's asset inventory: what bears a label."""
    label, _, wanted = str(config["query"]).removeprefix("labels.").partition("=")
    found = [
        {"asset_type": _ASSETS[one.type], "name": f"//{_ASSETS[one.type].split('/')[0]}/{one.id}", "labels": labels}
        for one in scene.world.all(*_ASSETS)
        if (labels := one.attributes.get("labels") or {}).get(label) == wanted
    ]
    return {"id": "search", "results": found}


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Double]:
    text = {"query": Attribute("string", optional=True), "scope": Attribute("string", required=True)}
    lists = {
        "asset_types": Attribute(["list", "string"], optional=True),
        "results": Attribute(["list", _RESULT], computed=True),
        "id": Attribute("string", optional=True, computed=True),
    }
    block = Block({**text, **lists}, {})
    monkeypatch.setitem(load("google").data, _SEARCH, Kind(_SEARCH, 0, block))  # type: ignore[arg-type]
    monkeypatch.setitem(google_data._RULES, _SEARCH, search)
    with double(["google"], tmp_path / "world") as cloud:
        yield cloud


@pytest.fixture
def walk(tmp_path: Path, google: Double) -> Walk:
    folder = tmp_path / "cluster"
    folder.mkdir()
    return Walk(folder, SITE, google)


def test_life(walk: Walk) -> None:
    steps.life(walk)
    steps.private(walk.folder, list(CANARIES.values()))
