"""What a test can make go wrong."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.provider_double import Double, double
from tests.unit.provider_double.terraform_folder import TerraformFolder

THREE = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region     = "eu-west-1"
  access_key = "AKIACANARY"
  secret_key = "canary-secret"
}
resource "aws_instance" "node" {
  count         = 3
  ami           = "ami-1"
  instance_type = "t3.small"
  tags          = { Name = "node-${count.index}" }
}
"""


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Double]:
    with double(["aws"], tmp_path / "world") as running:
        yield running


@pytest.fixture
def folder(cloud: Double, tmp_path: Path) -> TerraformFolder:
    return TerraformFolder(tmp_path / "work", cloud.environment).write(THREE).init()


def test_one_of_three_fails_and_the_next_run_makes_it(cloud: Double, folder: TerraformFolder) -> None:
    cloud.world.fail("create", "aws_instance", "node-1", error="VcpuLimitExceeded", times=1)
    assert "VcpuLimitExceeded" in folder.refused("apply", "-auto-approve")
    assert len(cloud.world.all("aws_instance")) == 2
    assert folder.apply() == {"aws_instance.node[1]": "create"}
    assert len(cloud.world.calls("create", "aws_instance")) == 4


def test_a_creation_that_fails_late_leaves_a_tainted_machine(cloud: Double, folder: TerraformFolder) -> None:
    cloud.world.fail("create", name="node-2", error="timeout while waiting", partial=True, times=1)
    assert "timeout while waiting" in folder.refused("apply", "-auto-approve")
    tainted = {thing.attributes["tags"]["Name"]: thing.id for thing in cloud.world.all("aws_instance")}
    assert len(tainted) == 3
    assert folder.apply() == {"aws_instance.node[2]": "replace"}
    assert cloud.world.get("aws_instance", tainted["node-2"]) is None


def test_failing_changes_and_deletions_leave_the_state_as_it_was(
    cloud: Double, folder: TerraformFolder
) -> None:
    folder.apply()
    folder.write(THREE.replace("t3.small", "t3.large"))
    cloud.world.fail("update", name="node-0", error="IncorrectInstanceState")
    cloud.world.fail("delete", name="node-0", error="UnauthorizedOperation")
    assert "IncorrectInstanceState" in folder.refused("apply", "-auto-approve")
    assert len(cloud.world.find("aws_instance", instance_type="t3.large")) == 2
    assert "UnauthorizedOperation" in folder.refused("destroy", "-auto-approve")
    assert cloud.world.counts() == {"aws_instance": 1}
    cloud.world.heal()
    folder.destroy()
    assert cloud.world.counts() == {}


def test_slow_creations(cloud: Double, folder: TerraformFolder) -> None:
    cloud.world.fail("create", name="node-0", delay=0.7)
    started = time.monotonic()
    folder.apply()
    assert time.monotonic() - started > 0.7


def test_outages(cloud: Double, folder: TerraformFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    cloud.world.fail("configure", "aws", error="No valid credential sources found")
    assert "No valid credential sources" in folder.refused("plan")
    cloud.world.heal()
    rule: dict[str, Any] = {
        "error": "No valid credential sources found",
        "missing_environment": ["AWS_PROFILE"],
    }
    cloud.world.fail("configure", "aws", **rule)
    assert "No valid credential sources" in folder.refused("plan")
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    folder.apply()
    cloud.world.fail("read", "aws_instance", error="RequestLimitExceeded")
    assert "RequestLimitExceeded" in folder.refused("plan")


def test_secrets_of_the_provider_block_stay_out_of_the_world(cloud: Double, folder: TerraformFolder) -> None:
    folder.apply()
    settings = cloud.world.configured("aws")[0]
    assert settings["region"] == "eu-west-1"
    assert settings["secret_key"] == "(masked)"
    held = "".join(path.read_text() for path in cloud.world.folder.rglob("*") if path.is_file())
    assert "canary" not in held.lower()


def test_an_interrupt_ends_a_slow_creation(cloud: Double, folder: TerraformFolder) -> None:
    cloud.world.fail("create", delay=120.0)
    words = ["terraform", "apply", "-auto-approve", "-input=false", "-no-color"]
    child = subprocess.Popen(
        words, cwd=folder.path, env=cloud.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    deadline = time.monotonic() + 30
    while not cloud.world.calls("create") and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    output, _none = child.communicate(timeout=30)
    assert b"operation cancelled" in output
    assert cloud.world.counts() == {}
