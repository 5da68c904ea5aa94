"""No text that a user may write into a variable of the role gets further than a line's word."""

import re
from pathlib import Path
from typing import Any

import yaml

from tests.hostile import EVERYTHING
from tests.unit.roles import play, roles
from tests.unit.roles.play import Literal, host, slurm_inventory

# Entries that are good but for what is put into them.
GOOD: dict[str, dict[str, Any]] = {
    "slurm_partitions": {"name": "main"},
    "slurm_node_groups": {"group": "compute"},
    "slurm_accounts": {"name": "science"},
    "slurm_users": {"name": "ada", "accounts": ["root"]},
    "slurm_qos": {"name": "one"},
}
# Whole texts: scripts are files of their own (test_slurm_accounting.py runs one), and slurm.conf's lines are escaped
# (test_slurm.py).
FREE = {"slurm_prolog", "slurm_epilog", "slurm_extra_config"}
NASTY = Literal("a\"b'c\n{{ 7 * 191 }} $(touch /tmp/never) `id`; x=1, # \\ \u202e")
INVENTORY = slurm_inventory({"compute001": host("10.0.0.11")}, {"database": ["second"]})


def wrong(option: dict[str, Any]) -> Any:
    """A value of the option's type that holds the nasty text; None where the type has no text."""
    if option["type"] == "str":
        return NASTY
    if option["type"] == "list" and option.get("elements") == "str":
        return [NASTY]
    return {"Key": NASTY} if option["type"] == "dict" else None


def cases() -> dict[str, dict[str, Any]]:
    """Variables with one nasty text each, by the name of the place it is in."""
    found: dict[str, dict[str, Any]] = {}
    for name, option in roles.specification("slurm")["main"]["options"].items():
        if name in FREE:
            continue
        if name in GOOD:
            for key, inner in option["options"].items():
                if (value := wrong(inner)) is not None:
                    found[f"{name}.{key}"] = {name: [{**GOOD[name], key: value}]}
        elif (value := wrong(option)) is not None:
            found[name] = {name: value}
    return found


def test_a_nasty_text_is_refused_in_every_variable(tmp_path: Path) -> None:
    places = cases()
    assert len(places) > 40
    taken = play.accepted(
        tmp_path,
        INVENTORY,
        "slurm",
        "slurm_controller",
        [*places.values(), {name: [one] for name, one in GOOD.items()}],
    )
    assert [[*places, "good"][index] for index in taken] == ["good"]


def test_no_hostile_value_has_the_shape_of_a_word() -> None:
    """The shapes that the checks use; a number is a word like any other."""
    text = (roles.ROLES / "slurm" / "vars" / "main.yml").read_text(encoding="utf-8")
    variables = yaml.safe_load(text)
    harmless = {"yaml truth", "number", "null"}
    for shape in ("__slurm_time", "__slurm_word", "__slurm_account"):
        matching = {name for name, value in EVERYTHING.items() if re.match(variables[shape], value)}
        assert matching <= harmless, shape
