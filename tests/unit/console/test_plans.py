"""The plan on a terminal."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from elasticluster_tf.console import plans as terminal
from elasticluster_tf.plan import Drift, InfraPlan, Plan
from tests import plans
from tests.hostile import EVERYTHING


def rows(found: Plan, details: bool = False, color: bool = False) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, highlight=False, soft_wrap=True, width=40, force_terminal=color)
    terminal.plan(console, found, details)
    return [row.rstrip() for row in out.getvalue().splitlines()]


def test_a_plan() -> None:
    assert rows(plans.of(3)) == [
        "Machines:",
        "  ! login002 changed: since the last run",
        "  - old001 destroy: it is no longer in the file",
        "  ± login001 replace: type: small → large (forces a new one)",
        "  ~ login002 change: tags: {'a': 'b'} → {'a': 'c'}",
        "  + compute[001-003] create",
        "Other resources:",
        "  ~ module.c.net change: cidr (its values are secret or not known yet)",
        "  + 3 of type thing: module.c.route.compute001 module.c.route.compute002 module.c.route.compute003 create",
        "Configuration:",
        "  > base on compute[001-003]: new host",
        "  > queue (head) on login001",
        "      its files changed",
        "      queue_size: 1 → 2",
        "      peers of part worker: +compute[001-003]",
        "  > addresses on login002: told who is there, nothing else",
        "  ! nfs on login002: no longer asked for; it stays there",
        "Risk:",
        "  ✗ login-replaced forbids",
        "      it replaces a login node",
        "      about login001",
        "      --allow it",
        "  ! spot-controller warns",
        "      a spot machine may vanish",
        "      about login001",
        "  ○ open-port allowed: port 22 is open to the world",
        "Risk: 1 forbidding, 1 warning, 1 allowed for this run, 1 passed.",
        "Cost: at least 3.4690 USD an hour (+2.2345), at least 2,532.37 a month (+1,631.18); 2 things without a price.",
        "Nodes: 3 to create, 1 to change, 1 to replace, 1 to destroy; other resources: 3 to create, 1 to change;"
        " configuration: 4 hosts, 1 host told addresses only.",
    ]


@pytest.mark.parametrize("alike", [True, False])
def test_five_thousand_nodes_fit_a_screen(alike: bool) -> None:
    shown = rows(plans.of(5000, alike))
    assert len(shown) <= 42
    assert "  ✗ login-replaced forbids" in shown
    if alike:
        assert "  + compute[001-5000] create" in shown
    else:
        assert "more lines (--details shows them)" in "\n".join(shown)


def test_details_show_all_of_it() -> None:
    shown = rows(plans.of(100, alike=False), details=True)
    assert len([row for row in shown if row.startswith("  + compute")]) == 100
    assert "  + module.c.route.compute100 create" in shown
    assert "  ✓ volume-destroyed passed" in shown
    assert not [row for row in shown if "--details" in row]
    assert "  login  1.2345  1.2345  +0.0000  901.19  901.19  +0.00" in shown
    assert "  without a price: gateway (here): it is billed by what is used" in shown
    assert "  prices: a list of prices, 2026-10-01" in shown


def test_nothing_to_do() -> None:
    none = Plan("demo", InfraPlan((), (), ()))
    assert rows(none) == ["No changes: the cluster is as the file says."]
    drift = InfraPlan((), (), (Drift("m.a001", "a001", "vanished"),))
    assert rows(replace(none, infrastructure=drift)) == [
        "Machines:",
        "  ! a001 vanished: since the last run",
        "No changes.",
    ]
    assert rows(replace(none, infrastructure=InfraPlan((), (plans.resource("m.x"),), ())))[-1] == (
        "Nodes: none changes; other resources: 1 to create; configuration: no host is contacted."
    )


def test_what_colours_say_is_said_without_them() -> None:
    plain = rows(plans.of(2))
    colored = rows(plans.of(2), color=True)
    assert any("\x1b[" in row for row in colored)
    assert [row.lstrip()[0] for row in plain if row.startswith("  ") and row[2] != " "] == list(
        "!-±~+~+>>>!✗!○"
    )


@pytest.mark.parametrize("text", EVERYTHING.values(), ids=EVERYTHING)
def test_users_texts_move_no_cursor(text: str) -> None:
    for details in (False, True):
        for row in rows(plans.hostile(text), details):
            assert row.replace("\u200d", "").replace("\u00a0", "").isprintable()
