"""`ectf init`."""

from pathlib import Path

import pytest

from elasticluster_tf import cli
from tests.builders import shipped


def test_the_first_file_validates_as_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lab.yaml"
    software = next(iter(shipped().software))
    assert cli.run(["init", str(file), "--software", software]) == 0
    assert f"next: ectf up {file}" in capsys.readouterr().err
    assert cli.run(["validate", str(file)]) == 0
    assert "name: lab\n" in file.read_text(encoding="utf-8")


def test_what_only_the_user_knows_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lab.yaml"
    assert cli.run(["init", str(file), "--software", "hadoop"]) == 0
    told = capsys.readouterr().err
    assert "`hadoop_archive_sha512` is required" in told
    assert "next:" not in told
    text = file.read_text(encoding="utf-8")
    assert '    #   hadoop_archive_sha512: "" # required: SHA-512 of the archive' in text
    filled = text.replace("    # vars:", "    vars:").replace(
        '    #   hadoop_archive_sha512: ""', f"      hadoop_archive_sha512: {'0a' * 64}"
    )
    file.write_text(filled, encoding="utf-8")
    assert cli.run(["validate", str(file)]) == 0


def test_a_file_is_not_overwritten_unless_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lab.yaml"
    file.write_text("mine", encoding="utf-8")
    assert cli.run(["init", str(file)]) == 3
    assert "--force overwrites it" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "mine"
    assert cli.run(["init", "--force", str(file)]) == 0
    assert file.read_text(encoding="utf-8") != "mine"


def test_a_cloud_there_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["init", str(tmp_path / "a.yaml"), "--cloud", "nowhere"]) == 4
    assert "there is no cloud `nowhere`" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
