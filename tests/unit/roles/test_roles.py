"""What holds for every role."""

import os
from pathlib import Path

import pytest
import yaml

from tests.unit.roles.roles import NAMES, ROLES, defaults, specification, table

START, END = "<!-- variables: made from meta/argument_specs.yml -->\n", "<!-- end of variables -->\n"


@pytest.mark.parametrize("role", NAMES)
def test_defaults_are_as_described(role: str) -> None:
    options = specification(role)["main"]["options"]
    described = {name: one["default"] for name, one in options.items() if not one.get("required")}
    assert described == defaults(role)


@pytest.mark.parametrize("role", NAMES)
def test_variables_carry_the_role_in_their_name(role: str) -> None:
    private = [
        name
        for path in (ROLES / role / "vars").glob("*.yml")
        for name in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    assert [name for name in private if not name.startswith(f"__{role}_")] == []
    assert [name for name in defaults(role) if not name.startswith(f"{role}_")] == []


@pytest.mark.parametrize("role", NAMES)
def test_every_entry_point_has_tasks(role: str) -> None:
    for entry in specification(role):
        assert (ROLES / role / "tasks" / f"{entry}.yml").is_file()


@pytest.mark.parametrize("role", NAMES)
def test_the_readme_lists_the_variables(role: str) -> None:
    """`UPDATE_GOLDEN=1` writes the table anew."""
    path = ROLES / role / "README.md"
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(START)
    _, after = rest.split(END)
    wanted = f"{before}{START}{table(role)}{END}{after}"
    if os.environ.get("UPDATE_GOLDEN"):
        Path(path).write_text(wanted, encoding="utf-8")
    assert text == wanted or os.environ.get("UPDATE_GOLDEN")
