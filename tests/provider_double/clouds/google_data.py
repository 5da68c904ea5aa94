"""Answers of Google Cloud's data sources."""

import re
from collections.abc import Callable
from typing import Any

from tests.provider_double.making import Scene, digest
from tests.provider_double.schema import Kind, Values
from tests.provider_double.world import Thing


def answer(scene: Scene, kind: Kind, config: Values) -> Values | None:
    rule = _RULES.get(kind.name)
    return rule(scene, config) if rule else None


def _project(scene: Scene, config: Values) -> str:
    return str(config.get("project") or scene.settings.text("project", "double-project"))


def _link(path: str) -> str:
    return f"https://www.googleapis.com/compute/v1/{path}"


def _image(scene: Scene, config: Values) -> Values:
    project = str(config.get("project") or scene.settings.text("project", "debian-cloud"))
    family = str(config.get("family") or "")
    name = str(config.get("name") or f"{family or 'image'}-v20260102")
    path = f"projects/{project}/global/images/{name}"
    return {
        "id": path,
        "name": name,
        "family": family,
        "project": project,
        "self_link": _link(path),
        "image_id": str(int(digest(path, length=15), 16)),
        "disk_size_gb": 10,
        "archive_size_bytes": 1_000_000_000,
        "status": "READY",
    }


def _images(scene: Scene, config: Values) -> Values:
    """Images of the world; public ones are not listed."""
    found = [
        thing for thing in scene.world.all("google_compute_image") if passes(thing, config.get("filter"))
    ]
    return {"images": [thing.attributes for thing in found]}


def _zones(scene: Scene, config: Values) -> Values:
    region = config.get("region") or scene.settings.text("region", "europe-west3")
    names = [f"{region}-{letter}" for letter in "abc"]
    return {"id": f"projects/{_project(scene, config)}/regions/{region}", "names": names}


def _regions(scene: Scene, config: Values) -> Values:
    return {"names": ["europe-west1", "europe-west3", "europe-west4", "us-central1", "us-east1"]}


def _client(scene: Scene, config: Values) -> Values:
    region = scene.settings.text("region", "europe-west3")
    return {
        "id": f"projects/{_project(scene, {})}",
        "access_token": "not-a-secret-token",
        "project": _project(scene, {}),
        "region": region,
        "zone": scene.settings.text("zone", f"{region}-a"),
    }


def _whole_project(scene: Scene, config: Values) -> Values:
    name = str(config.get("project_id") or _project(scene, {}))
    return {"id": f"projects/{name}", "name": name, "number": str(int(digest(name, length=10), 16))}


def _user(scene: Scene, config: Values) -> Values:
    return {"id": "double@example.com", "email": "double@example.com"}


def _search(scene: Scene, config: Values) -> Values:
    """Google's asset inventory: what has the labels and is of the types."""
    found = []
    for thing in scene.world.all(*scene.catalogue.resources):
        service, kind = _ASSETS.get(thing.type, ("", ""))
        wanted = config.get("asset_types") or []
        if (
            not kind
            or (wanted and f"{service}/{kind}" not in wanted)
            or not passes(thing, config.get("query"))
        ):
            continue
        held = thing.attributes
        found.append(
            {
                "asset_type": f"{service}/{kind}",
                "name": f"//{service}/{thing.id}",
                "display_name": held.get("name"),
                "labels": held.get("effective_labels") or held.get("labels") or {},
                "location": held.get("zone") or held.get("region") or held.get("location"),
                "project": held.get("project"),
                "state": "READY",
            }
        )
    return {"id": config.get("scope"), "results": found}


def passes(thing: Thing, expression: Any) -> bool:
    """The simple half of Google's filter language: `labels.KEY=VALUE` or `:`, joined by AND."""
    if not expression:
        return True
    for term in re.split(r"\s+AND\s+|\)\s*\(", str(expression).strip("() ")):
        key, value = (part.strip().strip('"') for part in re.split("[=:]", term, maxsplit=1))
        held: Any = thing.attributes
        for part in key.split("."):
            held = held.get(part) if isinstance(held, dict) else None
        if str(held) != value:
            return False
    return True


_ASSETS = {
    "google_compute_address": ("compute.googleapis.com", "Address"),
    "google_compute_disk": ("compute.googleapis.com", "Disk"),
    "google_compute_image": ("compute.googleapis.com", "Image"),
    "google_compute_instance": ("compute.googleapis.com", "Instance"),
    "google_filestore_instance": ("file.googleapis.com", "Instance"),
    "google_storage_bucket": ("storage.googleapis.com", "Bucket"),
}
_RULES: dict[str, Callable[[Scene, Values], Values]] = {
    "google_client_config": _client,
    "google_client_openid_userinfo": _user,
    "google_cloud_asset_search_all_resources": _search,
    "google_compute_image": _image,
    "google_compute_images": _images,
    "google_compute_regions": _regions,
    "google_compute_zones": _zones,
    "google_project": _whole_project,
}
