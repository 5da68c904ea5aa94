import dataclasses
import io
import tarfile

import pytest

from elasticluster_tf.provider import labels
from elasticluster_tf.provider.containers import (
    NEEDS,
    Found,
    Limits,
    NodeSpec,
    Place,
    archive,
    create_arguments,
    first_boot_files,
    fits,
    read_container,
)
from elasticluster_tf.provider.runtimes import Runtime
from tests.builders import shipped

PLACE = Place("10.90.0.2", 22001)
SPEC = NodeSpec("demo", "compute001", "compute", "debian-12", "ectf-demo", "debian", Limits(1.5, 2**30))
NASTY = 'a "b" $(c) ${d} `e`; --privileged\n=f'


def arguments(spec: NodeSpec = SPEC, runtime: Runtime | None = None) -> list[str]:
    return create_arguments(spec, PLACE, "image:tag", runtime or Runtime(), ("nofile=10:10",))


def found(spec: NodeSpec = SPEC, status: str = "running") -> Found:
    made = [item.removeprefix("--label=") for item in arguments(spec) if item.startswith("--label=")]
    return Found("id", "image", status, "now", dict(item.split("=", 1) for item in made), spec.limits)


def test_a_container_is_made_as_a_system_with_a_fixed_place() -> None:
    argv = arguments()
    for wanted in (
        "--name=demo.compute001",
        "--hostname=compute001",
        "--systemd=always",
        "--no-hosts",
        "--ip=10.90.0.2",
        "--mac-address=02:ec:0a:5a:00:02",
        "--publish=127.0.0.1:22001:22",
        "--network-alias=compute001",
        "--ulimit=nofile=10:10",
        "--cpus=1.5",
        f"--memory={2**30}b",
        "--label=ectf-cluster=demo",
        "--label=ectf-node=compute001",
        "--label=ectf-group=compute",
        "--label=managed-by=ectf",
    ):
        assert wanted in argv
    assert argv[0] == "create"
    assert argv[argv.index("image:tag") :] == [
        "image:tag",
        "/sbin/init",
        "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1",
    ]


def test_a_runtime_that_cannot_limit_is_not_asked_to() -> None:
    argv = arguments(runtime=Runtime("runc", limits=False))
    assert argv[:3] == ["--runtime", "runc", "create"]
    assert not any(item.startswith(("--cpus", "--memory=")) for item in argv)


def test_fuse_takes_a_device_and_a_capability_and_settings_add_more() -> None:
    spec = dataclasses.replace(SPEC, needs=("fuse",), capabilities=("NET_RAW",), devices=("/dev/kvm",))
    argv = arguments(spec)
    assert [item for item in argv if item.startswith(("--cap-add", "--device"))] == [
        "--cap-add=NET_RAW",
        "--cap-add=SYS_ADMIN",
        "--device=/dev/fuse",
        "--device=/dev/kvm",
    ]


def test_namespaces_take_a_capability_and_no_device() -> None:
    argv = arguments(dataclasses.replace(SPEC, needs=("namespaces",)))
    assert [item for item in argv if item.startswith(("--cap-add", "--device"))] == ["--cap-add=SYS_ADMIN"]


def test_the_cloud_promises_what_its_provider_gives() -> None:
    assert set(shipped().clouds["local"].facts.gives or ()) == set(NEEDS)


def test_values_stay_single_arguments() -> None:
    spec = dataclasses.replace(SPEC, extra_labels=(("owner", NASTY), ("managed-by", "someone")))
    argv = arguments(spec)
    assert f"--label=owner={NASTY}" in argv
    assert [item for item in argv if item.startswith("--label=managed-by=")] == ["--label=managed-by=ectf"]


@pytest.mark.parametrize("status", ["running", "exited", "stopped", "created", "paused"])
def test_a_container_of_the_same_kind_fits(status: str) -> None:
    assert fits(found(status=status), SPEC)
    other = dataclasses.replace(
        SPEC, group="other", limits=Limits(1, 1), public_key="new", extra_labels=(("a", "b"),)
    )
    assert fits(found(status=status), other)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "compute002"},
        {"cluster": "other"},
        {"image": "debian-13"},
        {"network": "other"},
        {"user_data": "#cloud-config"},
        {"needs": ("fuse",)},
        {"capabilities": ("NET_RAW",)},
        {"devices": ("/dev/kvm",)},
        {"volumes": (("v", "/home"),)},
    ],
)
def test_a_container_made_otherwise_does_not_fit(change: dict[str, object]) -> None:
    assert not fits(found(), dataclasses.replace(SPEC, **change))  # type: ignore[arg-type]


def test_a_container_in_between_or_without_place_does_not_fit() -> None:
    assert not fits(found(status="removing"), SPEC)
    without = {key: value for key, value in found().labels.items() if key != labels.SSH_PORT}
    assert not fits(dataclasses.replace(found(), labels=without), SPEC)


def test_podmans_description_is_read() -> None:
    told = {
        "Id": "abc",
        "Image": "img",
        "State": {"Status": "running", "StartedAt": "t"},
        "Config": {"Labels": {labels.ADDRESS: "10.90.0.2", labels.SSH_PORT: "22001"}},
        "HostConfig": {"NanoCpus": 1_500_000_000, "Memory": 2**30},
    }
    read = read_container(told)
    assert (read.container_id, read.running, read.place, read.limits) == ("abc", True, PLACE, SPEC.limits)
    told |= {"HostConfig": {"NanoCpus": 0, "Memory": 0}, "Config": {"Labels": None}}
    bare = read_container(told)
    assert (bare.place, bare.limits) == (None, Limits())


def test_first_boot_files_hold_values_literally_and_touch_no_folder() -> None:
    spec = dataclasses.replace(SPEC, public_key="ssh-ed25519 AAAA x\n", user_data=NASTY)
    packed = archive(first_boot_files(spec, PLACE))
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        members = {member.name: member for member in tar.getmembers()}
        texts = {name: tar.extractfile(member).read().decode() for name, member in members.items()}  # type: ignore[union-attr]
    assert all(member.isfile() and member.uid == 0 for member in members.values())
    assert texts["etc/ssh/authorized_keys.d/debian"] == "ssh-ed25519 AAAA x\n"
    assert "10.90.0.2 compute001\n" in texts["etc/hosts"]
    assert texts["var/lib/cloud/seed/nocloud/user-data"] == NASTY
    assert members["var/lib/cloud/seed/nocloud/user-data"].mode == 0o600


def test_without_user_data_there_is_no_seed() -> None:
    assert not any("cloud" in name for name in first_boot_files(SPEC, PLACE))
