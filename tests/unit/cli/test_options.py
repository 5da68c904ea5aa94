"""Options that commands share."""

import re
from pathlib import Path

import pytest
import typer

from elasticluster_tf import cli
from elasticluster_tf.cli import options
from elasticluster_tf.errors import (
    ConfigureFailed,
    EctfError,
    InputError,
    Problem,
    Refused,
    TerraformFailed,
    TooFewNodes,
)


@pytest.mark.parametrize(
    ("limit", "names"), [(None, ()), ("", ()), ("a001", ("a001",)), (" a001, ,b002 ", ("a001", "b002"))]
)
def test_limits(limit: str | None, names: tuple[str, ...]) -> None:
    assert options.names(limit) == names


def test_which_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_TEST", "x")
    a, b = Path("a.yaml"), Path("b.yaml")
    assert options.source(None).files == (Path("cluster.yaml"),)
    assert options.source([a], [b]).files == (b, a)
    assert options.source([a, b], None, ["x=1"]).assignments == ("x=1",)
    assert options.source([a]).environment["OF_THE_TEST"] == "x"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (EctfError("m"), 1),
        (Refused("m"), 3),
        (InputError([Problem("m")]), 4),
        (TerraformFailed("m"), 5),
        (ConfigureFailed("m"), 6),
        (TooFewNodes("m"), 7),
        (KeyboardInterrupt(), 130),
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_an_error_is_shown_and_becomes_the_exit_code(
    error: BaseException, code: int, as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as caught, options.reporting(as_json):
        raise error
    assert caught.value.exit_code == code
    shown = capsys.readouterr()
    assert bool(shown.out) is as_json
    assert bool(shown.err) is not as_json


def test_an_error_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), options.reporting():
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["plan", "--nonsense"], "No such option: --nonsense"),
        (["plan", "--set"], "requires an argument"),
        (["scp"], "Missing argument"),
    ],
)
def test_words_that_are_none_are_bad_input(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(words) == 4
    assert complaint in capsys.readouterr().err


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--help"]) == 0
    listed = re.findall(r"^  ([a-z]+)  +\S", capsys.readouterr().out, re.MULTILINE)
    commands = {
        "init", "validate", "config", "schema", "clouds", "software", "render", "plan", "up", "configure", "status",
        "nodes", "inventory", "ssh", "scp", "down", "doctor", "version",
    }  # fmt: skip
    assert commands <= set(listed)
    for command in commands:
        assert cli.run([command, "-h"]) == 0
        assert f"ectf {command}" in capsys.readouterr().out
