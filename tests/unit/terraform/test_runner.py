"""Terraform run in a folder: its events, its errors, what it may see."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import terraform
from elasticluster_tf.errors import Interrupted, Refused, TerraformFailed
from elasticluster_tf.events import Event, ResourceEvent, ToolLine
from elasticluster_tf.terraform import Binary, Runner
from tests.builders import BARE, CACHE, Told, write

MAIN = """
terraform {
  backend "local" {
    path = "keep/terraform.tfstate"
  }
}
resource "terraform_data" "a" {
  input = "x"
}
resource "terraform_data" "b" {
  provisioner "local-exec" {
    command = "%s"
  }
}
output "a" {
  value = terraform_data.a.output
}
"""


def runner(
    folder: Path,
    tell: Any = lambda event: None,
    command: str = "true",
    binary: Binary | None = None,
    **environment: str,
) -> Runner:
    (folder / "logs").mkdir(exist_ok=True)
    write(folder, {"main.tf": MAIN % command})
    found = binary or terraform.find(BARE, CACHE)
    return Runner(found, folder, folder / "logs", {**BARE, **environment}, tell)


def stand_in(folder: Path, script: str) -> Binary:
    """A program in Terraform's place."""
    path = folder / "terraform"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return Binary(path, "1.11.0", "for a test")


def message(**body: Any) -> str:
    return json.dumps({"@message": "a message", **body})


def test_plan_apply_and_state(tmp_path: Path) -> None:
    told = Told()
    found = runner(tmp_path, told)
    found.init("digest")
    planned = found.plan()
    assert {one["address"] for one in planned["resource_changes"]} == {"terraform_data.a", "terraform_data.b"}
    found.apply(2)
    assert [resource.address for resource in found.state().resources] == [
        "terraform_data.a",
        "terraform_data.b",
    ]
    assert found.plan()["output_changes"]["a"]["actions"] == ["no-op"]
    events = [event for event in told if isinstance(event, ResourceEvent)]
    assert {(event.address, event.progress) for event in events} >= {
        ("terraform_data.a", "started"),
        ("terraform_data.a", "done"),
        ("terraform_data.b", "done"),
    }
    done = [event.done for event in events if event.progress == "done"]
    assert (done, events[0].total) == ([1, 2], 2)
    assert any(isinstance(event, ToolLine) and "Apply complete" in event.line for event in told)


def test_state_and_plan_are_no_logs(tmp_path: Path) -> None:
    found = runner(tmp_path)
    found.init("digest")
    found.plan()
    found.state()
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == [
        "01-terraform-init.log",
        "02-terraform-plan.log",
    ]


def test_a_plan_is_applied_once(tmp_path: Path) -> None:
    found = runner(tmp_path)
    found.init("digest")
    found.plan()
    found.apply(2)
    with pytest.raises(TerraformFailed):
        found.apply(2)


def test_init_is_done_once_for_a_digest(tmp_path: Path) -> None:
    count = tmp_path / "count"
    found = runner(tmp_path, binary=stand_in(tmp_path, f'echo "$@" >> {count}; mkdir -p .terraform'))
    for digest in ("one", "one", "two", "two", "one"):
        found.init(digest)
    assert len(count.read_text(encoding="utf-8").splitlines()) == 3
    write(tmp_path, {"backend.tfbackend.json": "{}"})
    found.init("three")
    assert "-backend-config=backend.tfbackend.json" in count.read_text(encoding="utf-8").splitlines()[-1]


def test_a_failure_names_resource_and_cause_and_keeps_what_was_done(tmp_path: Path) -> None:
    told = Told()
    found = runner(tmp_path, told, command="echo no room; exit 7")
    found.init("digest")
    found.plan()
    with pytest.raises(TerraformFailed, match="terraform apply failed") as caught:
        found.apply(2)
    assert caught.value.where == "terraform_data.b"
    assert caught.value.addresses == ("terraform_data.b",)
    assert "terraform_data.b: local-exec provisioner error" in caught.value.detail
    assert "no room" in caught.value.detail
    assert "run the same command again" in caught.value.hint
    assert any(isinstance(event, ResourceEvent) and event.progress == "failed" for event in told)
    assert {one.name: one.tainted for one in found.state().resources} == {"a": False, "b": True}


def test_a_wrong_module_is_told_with_terraform_s_words(tmp_path: Path) -> None:
    found = runner(tmp_path)
    write(tmp_path, {"more.tf": 'output "x" {\n  value = var.none\n}\n'})
    found.init("digest")
    with pytest.raises(TerraformFailed, match="terraform plan failed") as caught:
        found.plan()
    assert "Reference to undeclared input variable" in caught.value.detail


def test_init_that_fails(tmp_path: Path) -> None:
    found = runner(tmp_path)
    write(tmp_path, {"more.tf": "nonsense {"})
    with pytest.raises(TerraformFailed, match="terraform init failed") as caught:
        found.init("digest")
    assert "more.tf" in caught.value.detail
    assert not (tmp_path / terraform.STAMP).exists()


def test_another_run_that_holds_the_state_s_lock(tmp_path: Path) -> None:
    diagnostic = {"severity": "error", "summary": "Error acquiring the state lock", "detail": "ID: 1-2-3"}
    line = message(type="diagnostic", diagnostic=diagnostic)
    found = runner(tmp_path, binary=stand_in(tmp_path, f"echo '{line}'; exit 1"))
    with pytest.raises(Refused, match="another run holds the state's lock") as caught:
        found.plan()
    assert "force-unlock" in caught.value.hint
    assert caught.value.detail == "ID: 1-2-3"


def test_warnings_are_no_failures(tmp_path: Path) -> None:
    line = message(type="diagnostic", diagnostic={"severity": "warning", "summary": "old"})
    script = f"""case "$1" in show) echo '{{}}';; *) echo '{line}';; esac"""
    assert runner(tmp_path, binary=stand_in(tmp_path, script)).plan() == {}


def test_lines_that_are_no_json_are_passed_on(tmp_path: Path) -> None:
    told = Told()
    script = """case "$1" in show) echo 'Warning: x'; echo '{"a": 1}';; *) echo plain; echo;; esac"""
    assert runner(tmp_path, told, binary=stand_in(tmp_path, script)).plan() == {"a": 1}
    assert [event.line for event in told if isinstance(event, ToolLine)] == ["plain"]


def test_a_state_of_nothing(tmp_path: Path) -> None:
    assert not runner(tmp_path, binary=stand_in(tmp_path, "true")).state().exists


def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path) -> None:
    def tell(event: Event) -> None:
        raise KeyboardInterrupt

    script = "trap 'exit 1' INT; echo ready; while :; do sleep 0.02; done"
    with pytest.raises(Interrupted, match="interrupted during terraform plan") as caught:
        runner(tmp_path, tell, binary=stand_in(tmp_path, script)).plan()
    assert caught.value.exit_code == 130


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"TF_WORKSPACE": "other"}, {}),
        ({"TF_DATA_DIR": "/elsewhere"}, {}),
        ({"TF_CLI_ARGS": "-destroy", "TF_CLI_ARGS_plan": "-destroy"}, {}),
        ({"TF_CLI_CONFIG_FILE": "/no/such"}, {}),
        ({"TF_CLI_CONFIG_FILE": "/etc/passwd"}, {"TF_CLI_CONFIG_FILE": "/etc/passwd"}),
        ({"GOGC": "50"}, {"GOGC": "50"}),
        ({"GOMEMLIMIT": "2GiB"}, {"GOMEMLIMIT": "2GiB"}),
        ({"TF_VAR_token": "t", "AWS_PROFILE": "p"}, {"TF_VAR_token": "t", "AWS_PROFILE": "p"}),
    ],
)
def test_what_terraform_sees_of_the_environment(
    given: Mapping[str, str], seen: Mapping[str, str], tmp_path: Path
) -> None:
    script = f"env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= > {tmp_path}/environment; echo '{{}}'"
    runner(tmp_path, binary=stand_in(tmp_path, script), **given).shown_plan()
    rows = (tmp_path / "environment").read_text(encoding="utf-8").splitlines()
    assert dict(row.split("=", 1) for row in rows) == {
        **BARE, "GOGC": "400", "GOMEMLIMIT": "768MiB", **seen,
        "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1",
    }  # fmt: skip
