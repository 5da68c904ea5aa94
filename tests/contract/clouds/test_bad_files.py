"""Bad files of every cloud family, refused before Terraform runs: place, key, hint, exit 4, and nothing is made."""

from pathlib import Path

import pytest

from elasticluster_tf import cli
from elasticluster_tf.errors import InputError
from elasticluster_tf.source import Source
from tests.builders import BARE, CACHE, shipped
from tests.contract.clouds.bad import Bad, aws, azure, google, incus, openstack, text
from tests.contract.clouds.bad.common import COMMON

FAMILIES = {
    "aws": (aws.GOOD, aws.BAD),
    "google": (google.GOOD, google.BAD),
    "openstack": (openstack.GOOD, openstack.BAD),
    "azure": (azure.GOOD, azure.BAD),
    "incus": (incus.GOOD, incus.BAD),
}
CASES = [
    pytest.param(good, bad, id=f"{name}-{bad.where}-{bad.line}"[:90])
    for name, (good, own) in FAMILIES.items()
    for bad in (*own, *COMMON)
]


@pytest.mark.parametrize(("good", "bad"), CASES)
def test_a_bad_file_is_refused(tmp_path: Path, good: str, bad: Bad) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text(good, bad), encoding="utf-8")
    source = Source((path,), BARE, CACHE)
    source.__dict__["catalogue"] = shipped()  # the shipped catalogue is read once for all tests
    with pytest.raises(InputError) as caught:
        _ = source.resolved
    assert caught.value.exit_code == 4
    line = next(number for number, row in enumerate(path.read_text().splitlines(), 1) if "# !" in row)
    found = [
        one
        for one in caught.value.problems
        if (one.key, str(one.place).rpartition(":")[0]) == (bad.key, f"{path}:{line}")
        and bad.message in one.message
        and bad.hint in one.hint
    ]
    assert found and found[0].hint, str(caught.value)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", FAMILIES)
def test_there_are_forty_of_each_family(name: str) -> None:
    """Of its own, and different ones."""
    assert len({(bad.key, bad.message, bad.hint) for bad in FAMILIES[name][1]}) >= 40


@pytest.mark.parametrize("name", FAMILIES)
def test_the_command_line_tells_the_same(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, own = FAMILIES[name]
    path = tmp_path / "bad.yaml"
    path.write_text(text(good, own[0]), encoding="utf-8")
    for command in ("validate", "plan", "up"):
        assert cli.run([command, str(path)]) == 4
        told = capsys.readouterr().err
        for wanted in (f"{path}:", own[0].key, own[0].message, own[0].hint):
            assert wanted in told, told
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", FAMILIES)
def test_the_good_file_is_good(name: str, tmp_path: Path) -> None:
    path = tmp_path / "good.yaml"
    path.write_text(FAMILIES[name][0], encoding="utf-8")
    assert cli.run(["validate", str(path)]) == 0
