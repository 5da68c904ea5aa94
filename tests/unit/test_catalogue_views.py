"""Clouds and software as data and as rows."""

import json

import pytest

from elasticluster_tf import catalogue_views
from elasticluster_tf.checks import Catalogue
from elasticluster_tf.errors import InputError
from tests.builders import catalogue, shipped, software

QUEUE = software(
    "queue", {"head": {"ports": [{"port": 80}]}, "arm": {"ports": [{"port": 81}]}}, supported=["debian-12"]
)


def known() -> Catalogue:
    found = catalogue(software=[QUEUE])
    vars(QUEUE)["variables"] = {}
    return found


def test_all_are_listed_as_json() -> None:
    clouds = catalogue_views.clouds(shipped(), None)
    assert [one["name"] for one in clouds] == list(shipped().clouds)
    json.dumps(clouds)
    json.dumps(catalogue_views.software(known(), None))


def test_one_cloud_with_its_settings() -> None:
    (echo,) = catalogue_views.clouds(shipped(), "echo")
    region = next(one for one in echo["settings"] if one["name"] == "region")
    assert (region["type"], region["required"], region["default"]) == ("string", False, "north")
    assert region["schema"]["description"] == region["description"]
    assert [one["type"] for one in echo["sizes"]] == ["small", "throttled", "large", "graphic"]
    rows = catalogue_views.rows([echo], True)
    assert rows[0] == ("setting", "type", "default", "description")
    assert ("region", "string", "north", region["description"]) in rows


def test_rows_of_clouds_and_of_software() -> None:
    rows = catalogue_views.rows(catalogue_views.clouds(shipped(), None), False)
    assert rows[0] == ("cloud", "title", "images", "settings")
    assert len(rows) == 1 + len(shipped().clouds)
    rows = catalogue_views.rows(catalogue_views.software(known(), "queue"), False)
    assert rows == [
        ("software", "title", "parts", "ports", "supported"),
        ("queue", "Queue", "head, arm", "80, 81", "debian-12"),
    ]


@pytest.mark.parametrize("view", [catalogue_views.clouds, catalogue_views.software])
def test_a_name_there_is_not(view: "type[object]") -> None:
    with pytest.raises(InputError, match="there is no"):
        view(shipped(), "ecko")  # type: ignore[call-arg]
