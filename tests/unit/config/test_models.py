"""cluster.yaml as typed models. The table of wrong files is in tests/unit/cli/test_validating.py."""

import pytest
from pydantic import ValidationError

from elasticluster_tf import config
from elasticluster_tf.config import ClusterConfig
from tests.builders import document


def typed(text: str) -> ClusterConfig:
    found, problems = config.parse(document(text))
    assert found is not None
    assert problems == ()
    return found


def test_defaults_are_here_and_nowhere_else() -> None:
    found = typed("name: demo\ngroups: {compute: {count: 2}}\n")
    group = found.groups["compute"]
    assert found.cloud.settings == {}
    assert (found.state.backend, found.state.settings) == ("local", {})
    assert (group.image, group.size, group.type, group.public_ip) == ("debian-12", None, None, False)
    assert found.min_of("compute") == 2
    assert found.cloud_of("compute") is found.cloud


def test_values_arrive_typed() -> None:
    found = typed(
        """
name: demo
cloud: {name: static, alias: lab, hosts: {}}
ssh: {allow_from: [10.0.0.0/8, "2001:db8::/32"], private_key: ~/.ssh/id}
groups:
  a: {count: 0}
  b:
    count: 3
    min: 1
    exclude: [b002]
    size: {cpus: 4, memory_gb: 1.5, gpus: 1, arch: arm64, burstable: true}
    zone: spread
    placement: together
    volumes: {data: {size_gb: 10, mount: /data, on_destroy: keep}, scratch: {size_gb: 1}}
    cloud: {name: ./own-Cloud_2, region: x}
software:
  slurm: {controller: a, worker: [b, a], vars: {x: 1}}
guard: {max_nodes: 5}
state: {backend: s3, bucket: b}
"""
    )
    group = found.groups["b"]
    assert found.cloud.label == "lab"
    assert found.cloud.settings == {"hosts": {}}
    assert found.ssh.allow_from == ("10.0.0.0/8", "2001:db8::/32")
    assert found.min_of("b") == 1
    assert group.exclude == ("b002",)
    assert group.size is not None
    assert (group.size.memory_gb, group.size.arch, group.size.burstable) == (1.5, "arm64", True)
    assert {name: (one.mount, one.on_destroy) for name, one in group.volumes.items()} == {
        "data": ("/data", "keep"),
        "scratch": (None, "delete"),
    }
    assert found.cloud_of("b").label == "owncloud2"
    assert found.cloud_of("b").settings == {"region": "x"}
    assert found.software["slurm"].parts == {"controller": ("a",), "worker": ("b", "a")}
    assert found.software["slurm"].vars == {"x": 1}
    assert found.state.settings == {"bucket": "b"}


def test_nothing_can_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        typed("name: demo\ngroups: {a: {count: 1}}\n").groups["a"].count = 2  # type: ignore[misc]


def test_the_order_of_software_is_that_of_the_file() -> None:
    found = typed("name: demo\ngroups: {a: {count: 1}}\nsoftware: {zeta: {}, alpha: {}, mid: {}}\n")
    assert list(found.software) == ["zeta", "alpha", "mid"]


@pytest.mark.parametrize(
    ("name", "label"), [("static", "static"), ("./My_cloud-2", "mycloud2"), ("/x/é", "cloud"), ("../a/", "a")]
)
def test_labels_are_identifiers(name: str, label: str) -> None:
    assert typed(f"name: demo\ncloud: {{name: '{name}'}}\ngroups: {{a: {{count: 1}}}}\n").cloud.label == label
