"""The Terraform half of the work folder: structure in HCL, every value in JSON."""

import json
import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from elasticluster_tf import terraform_files
from elasticluster_tf.checks import Resolved
from elasticluster_tf.terraform_files import RootInput
from tests.builders import Terrain, catalogue, cluster_text, echo, resolve, software
from tests.hostile import EVERYTHING, HOSTILE


def root(found: Resolved) -> RootInput:
    return terraform_files.root_input(found.config, found.clouds, found.software, found.nodes)


def render(text: str) -> dict[str, str]:
    return terraform_files.render(root(resolve(text)))


def values(text: str) -> dict[str, Any]:
    found = json.loads(render(text)["terraform.tfvars.json"])
    assert isinstance(found, dict)
    return found


TWO_CLOUDS = """
name: demo
cloud: {name: echo, alias: main, region: north}
groups:
  head: {count: 1, size: {cpus: 1, memory_gb: 1}}
  arm: {count: 2, cloud: {name: local}, settings: {local: {devices: [/dev/fuse]}}}
"""


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert render(TWO_CLOUDS) == render(TWO_CLOUDS)


def test_each_cloud_is_a_module_of_its_own() -> None:
    files = render(TWO_CLOUDS)
    main = files["main.tf"]
    assert 'source = "./modules/main"' in main
    assert 'source = "./modules/local"' in main
    assert "region = var.settings" in main
    assert 'resource "terraform_data" "head001"' in files["modules/main/nodes.tf"]
    assert files["modules/local/nodes.tf"].count("podman_node") >= 2
    for name, label in {"head001": "main", "arm001": "local", "arm002": "local"}.items():
        assert f'" "{name}" {{' in files[f"modules/{label}/nodes.tf"]
        assert name not in main


def test_what_is_not_of_the_module_stays_behind() -> None:
    copied = {name for name in render(TWO_CLOUDS) if name.startswith("modules/local/")}
    assert {"modules/local/contract.tf", "modules/local/main.tf", "modules/local/nodes.tf"} <= copied
    left = ("cloud.yaml", "example.yaml", "README.md", ".j2", "tests/", "leftovers/")
    assert not [name for name in copied if any(part in name for part in left)]


def test_what_a_node_has_no_use_for_is_not_written() -> None:
    groups = "{a: {count: 1, type: t3.micro, public_ip: true}, b: {count: 2, type: t3.micro, spot: true}}"
    files = render(f"name: demo\ncloud: {{name: aws, region: eu-central-1}}\ngroups: {groups}\n")
    blocks = files["modules/aws/nodes.tf"]
    assert [blocks.count(part) for part in ('resource "aws_eip" "a001"', '"aws_eip"')] == [1, 1]
    assert blocks.count("instance_market_options") == 2
    assert "count = " not in blocks
    assert 'output "shared_fs_aws"' not in files["main.tf"]


def test_unset_values_stay_unset() -> None:
    nodes = values(TWO_CLOUDS)["nodes"]
    assert nodes["main"]["head001"] == {
        "arch": "x86_64", "cpus": 1, "group": "head", "image": "debian-12", "index": 1, "memory_gb": 1, "type": "small",
    }  # fmt: skip
    assert nodes["local"]["arm001"] == {"arch": "x86_64", "group": "arm", "image": "debian-12", "index": 1}


def test_settings_labels_and_users_go_to_their_cloud() -> None:
    found = values(TWO_CLOUDS)
    assert found["settings"] == {"main": {"region": "north"}, "local": {}}
    assert found["node_settings"] == {
        "main": {},
        "local": {name: {"devices": ["/dev/fuse"]} for name in ("arm001", "arm002")},
    }
    assert found["images"]["main"] == {"debian-12": {"family": "debian"}}
    assert found["ssh_user"] == {"main": {"debian-12": "admin"}, "local": {"debian-12": "debian"}}
    assert found["labels"] == {"managed-by": "ectf", "ectf-cluster": "demo"}


def test_the_user_s_labels_can_t_hide_the_cluster_s() -> None:
    """Where a cloud does not refuse such a label beforehand."""
    found = values(cluster_text(cloud={"name": "echo"}, labels={"a": "b", "ectf-cluster": "other"}))
    assert found["labels"] == {"a": "b", "managed-by": "ectf", "ectf-cluster": "demo"}


def test_ports_are_opened_for_the_groups_that_listen() -> None:
    tool = software(
        "tool", {"p": {"ports": [{"port": 80, "to_port": 90, "public": True, "description": "x"}]}}
    )
    text = cluster_text(groups={"a": {"count": 1}, "b": {"count": 1}}, software={"tool": {"p": "a"}})
    files = terraform_files.render(root(resolve(text, catalogue(software=[tool]))))
    assert json.loads(files["terraform.tfvars.json"])["ports"] == {
        "a": [{"port": 80, "to_port": 90, "protocol": "tcp", "public": True}]
    }


def test_what_the_state_remembers_is_enough_to_find_the_cluster_again() -> None:
    text = "name: demo\ncloud: {name: static, hosts: {a001: {address: x}}}\ngroups: {a: {count: 1}, b: {count: 1, cloud: {name: echo, region: south, note: n}}}\n"
    assert values(text)["cluster"] == {
        "name": "demo",
        "default_cloud": "static",
        "images": {"a": "debian-12", "b": "debian-12"},
        "clouds": {
            "static": {"name": "static", "aliased": False, "identity": {}, "settings": {}},
            "echo": {
                "name": "echo",
                "aliased": False,
                "identity": {"region": "south"},
                "settings": {"region": "south", "note": "n"},
            },
        },
    }


def test_a_remote_backend_has_its_own_settings() -> None:
    files = render(cluster_text(state={"backend": "s3", "bucket": "b", "key": "${x}"}))
    assert 'backend "s3" {' in files["main.tf"]
    assert terraform_files.STATE_PATH not in files["main.tf"]
    assert json.loads(files["backend.tfbackend.json"]) == {"bucket": "b", "key": "${x}"}
    assert "backend.tfbackend.json" not in render(cluster_text())


def test_an_emptied_root_keeps_only_the_providers() -> None:
    files = terraform_files.render(replace(root(resolve(TWO_CLOUDS)), emptied=True))
    assert not [name for name in files if name.startswith("modules/")]
    assert "module " not in files["main.tf"]
    assert "resource " not in files["main.tf"]
    assert 'provider "podman"' in files["main.tf"]


def test_of_a_retired_cloud_only_the_provider_is_left() -> None:
    files = terraform_files.render(replace(root(resolve(TWO_CLOUDS)), retired=frozenset({"local"})))
    assert {name.split("/")[1] for name in files if name.startswith("modules/")} == {"main"}
    assert "module.main.network" in files["main.tf"]
    assert "module.local" not in files["main.tf"]
    assert 'provider "podman"' in files["main.tf"]


def test_leftovers_are_asked_of_clouds_that_can_tell() -> None:
    found = root(resolve(TWO_CLOUDS))
    files = terraform_files.leftovers(found, "main")
    assert json.loads(files["terraform.tfvars.json"]) == {
        "cluster_name": "demo",
        "settings": {"region": "north"},
    }
    assert "leftovers" in files["main.tf"]
    hosts = root(resolve("name: demo\ncloud: {name: static}\ngroups: {a: {count: 0}}\n"))
    assert terraform_files.leftovers(hosts, "static") == {}


def test_no_value_of_the_user_s_gets_into_hcl() -> None:
    canary = "canary${x}"
    text = cluster_text(
        cloud={"name": "echo", "note": canary},
        labels={canary: canary},
        groups={
            "a": {
                "count": 1,
                "labels": {canary: canary},
                "zone": canary,
                "settings": {"echo": {"note": canary}},
            }
        },
        ssh={"private_key": canary},
    )
    with_canary = [name for name, content in render(text).items() if "canary" in content]
    assert with_canary == ["terraform.tfvars.json"]


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The state of a cluster that was given every hostile value in every field that takes it."""
    data = echo(
        1,
        cloud={"name": "echo", "note": {name: [text] for name, text in EVERYTHING.items()}},
        labels={f"k {text}"[:500]: text for text in HOSTILE.values()},
        groups={
            "compute": {
                "count": 1,
                "labels": HOSTILE,
                "zone": HOSTILE["terraform interpolation"],
                "settings": {"echo": {"note": EVERYTHING["heredoc"]}},
            }
        },
    )
    ground = Terrain(tmp_path_factory.mktemp("hostile"))
    ground.up(data)
    (node,) = [one for one in ground.state()["resources"] if one["name"] == "compute001"]
    found = node["instances"][0]["attributes"]["output"]["value"]
    assert isinstance(found, dict)
    return found


def composed(text: str) -> str:
    """Terraform keeps every string in Unicode's composed form (NFC); all else it leaves alone."""
    return unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("name", EVERYTHING)
def test_settings_arrive_in_the_state_as_they_were_written(name: str, carried: dict[str, Any]) -> None:
    assert carried["note"][name] == [composed(EVERYTHING[name])]


@pytest.mark.parametrize("name", HOSTILE)
def test_labels_arrive_in_the_state_as_they_were_written(name: str, carried: dict[str, Any]) -> None:
    assert carried["node"]["labels"][name] == composed(HOSTILE[name])
    assert carried["labels"][composed(f"k {HOSTILE[name]}"[:500])] == composed(HOSTILE[name])


def test_single_texts_arrive_as_well(carried: dict[str, Any]) -> None:
    assert carried["node"]["zone"] == HOSTILE["terraform interpolation"]
    assert carried["settings"]["note"] == EVERYTHING["heredoc"]
