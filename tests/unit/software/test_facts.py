"""Software is discovered from its folders: facts and variables."""

from pathlib import Path

import pytest

from elasticluster_tf import software as softwares
from elasticluster_tf.errors import InputError
from tests.builders import REPOSITORY, software_folder

FACTS = "title: Mine\nparts: {node: {}}\n"


def test_every_folder_with_a_software_yaml_is_a_software() -> None:
    folders = {path.parent.name for path in REPOSITORY.glob("roles/*/software.yaml")}
    assert set(softwares.discover()) == folders
    assert softwares.BASE_ROLE not in folders


def test_the_user_s_own_roles_come_before_ours(tmp_path: Path) -> None:
    name = next(iter(softwares.discover()))
    software_folder(tmp_path / name, FACTS)
    software_folder(tmp_path / "mine", FACTS)
    found = softwares.discover(tmp_path)
    assert found[name].path == tmp_path / name
    assert found["mine"].facts.title == "Mine"
    assert softwares.discover(tmp_path / "no-such-folder").keys() == softwares.discover().keys()


def test_variables_come_from_all_entry_points(tmp_path: Path) -> None:
    specs = """
argument_specs:
  main:
    options:
      mine_size: {type: int, default: 3, description: [How large., In GiB.]}
  node:
    options:
      mine_site: {type: str, required: true}
  other: {}
"""
    found = softwares.load(software_folder(tmp_path / "mine", FACTS, specs)).variables
    assert {
        name: (one.type.kind, one.required, one.default, one.description) for name, one in found.items()
    } == {
        "mine_size": ("integer", False, 3, "How large. In GiB."),
        "mine_site": ("string", True, None, ""),
    }


def test_a_role_without_argument_specs_has_no_variables(tmp_path: Path) -> None:
    assert softwares.load(software_folder(tmp_path / "mine", FACTS)).variables == {}


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ("title: Mine\nparts: {a: {peers: [b]}}\n", "there is no part b"),
        ("title: Mine\nparts: {a: {drain: {part: c, command: [x]}}}\n", "there is no part c"),
        ("title: Mine\nparts: {a: {}}\nhealth: {part: d, command: [x]}\n", "there is no part d"),
        ("title: Mine\nparts: {a: {mni: 1}}\n", "Extra inputs"),
        ("title: [\n", "expected"),
    ],
)
def test_a_wrong_software_yaml_is_bad_input(tmp_path: Path, facts: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        softwares.load(software_folder(tmp_path / "mine", facts))
    assert message in raised.value.problems[0].message
    assert "software.yaml" in str(raised.value.problems[0].place)
