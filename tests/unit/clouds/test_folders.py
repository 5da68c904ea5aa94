"""A cloud is a folder: discovered, and read when it is asked for."""

from pathlib import Path

from elasticluster_tf import clouds
from tests.builders import CACHE, ECHO, shipped, write


def test_every_folder_with_a_cloud_yaml_is_a_cloud() -> None:
    found = clouds.discover(CACHE / "hcl")
    folders = {path.parent.name for path in ECHO.parents[2].glob("terraform_modules/*/cloud.yaml")}
    assert set(found) == folders
    assert all(one.name == name == one.path.name for name, one in found.items())


def test_a_cloud_tells_its_variables() -> None:
    echo = shipped().clouds["echo"]
    region = echo.variables["region"]
    assert (region.type.kind, region.required, region.default) == ("string", False, "north")
    assert region.description == "Where: another region is another cluster."
    assert "node_settings" not in echo.variables  # given by ectf itself
    assert echo.node_settings is not None
    assert set(echo.node_settings.fields) == {"note", "ports"}
    assert echo.required_providers == {}


def test_providers_come_from_versions_tf(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "cloud.yaml": "title: X\n",
            "versions.tf": 'terraform {\n  required_providers {\n    p = {\n      source  = "a/p"\n'
            '      version = "~> 1.0"\n    }\n  }\n}\n',
        },
    )
    assert clouds.load(tmp_path).required_providers == {"p": {"source": "a/p", "version": "~> 1.0"}}
    assert clouds.load(tmp_path).variables == {}
