"""`ectf state bootstrap`."""

from pathlib import Path

import pytest

from elasticluster_tf import cli
from tests.builders import echo_file
from tests.provider_double import double

STATE = {"backend": "gcs", "bucket": "lab-states"}


def test_the_bucket_is_made_when_the_plan_was_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cluster.yaml").write_text(echo_file(1, state=STATE), encoding="utf-8")
    with double(["google"], tmp_path / "world") as cloud:
        monkeypatch.setenv("TF_REATTACH_PROVIDERS", cloud.environment["TF_REATTACH_PROVIDERS"])
        assert cli.run(["state", "bootstrap"]) == 3  # no terminal to ask at
        assert cloud.world.all() == []
        assert cli.run(["state", "bootstrap", "--yes", "--with", "location=EU"]) == 0
        assert [one.type for one in cloud.world.all()] == ["google_storage_bucket"]
        assert cli.run(["state", "bootstrap", "cluster.yaml", "--yes"]) == 0
    told = capsys.readouterr().err
    assert "google_storage_bucket" in told
    assert "the state has its place" in told
    assert "nothing to make" in told


@pytest.mark.parametrize("words", [["--with", "location"], ["--with", "=x"], ["absent.yaml"]])
def test_wrong_words(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(["state", "bootstrap", *words]) == 4
