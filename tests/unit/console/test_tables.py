"""A plan as tables."""

from elasticluster_tf.console import tables
from elasticluster_tf.console.tables import Table
from tests import plans


def by_id(count: int, folded: bool) -> dict[str, Table]:
    return {one.id: one for one in tables.all_of(plans.of(count), folded)}


def test_what_is_alike_shares_a_row_when_folded() -> None:
    folded, whole = by_id(20, folded=True), by_id(20, folded=False)
    assert [row.kind for row in folded["machines"].rows] == [
        "drift",
        "destroy",
        "replace",
        "change",
        "create",
    ]
    assert folded["machines"].rows[-1].cells == (("compute[001-020]",), ("create",), ())
    assert [row.cells[0] for row in whole["machines"].rows[-2:]] == [("compute019",), ("compute020",)]
    assert folded["resources"].rows[-1].cells[0][0] == "20 of type thing:"
    assert folded["resources"].rows[-1].cells[0][-1] == "and 17 more"
    assert len(whole["resources"].rows) == 21


def test_what_forbids_comes_first() -> None:
    rows = by_id(1, folded=True)["risk"].rows
    assert [row.kind for row in rows] == ["forbids", "warns", "allowed", "passed"]
    assert [row.sign for row in rows] == ["✗", "!", "○", "✓"]


def test_every_table_has_as_many_cells_as_columns() -> None:
    for table in tables.all_of(plans.of(2), folded=False):
        assert {len(row.cells) for row in table.rows} == {len(table.columns)}
    assert {len(row) for row in tables.costs(plans.of(2))} == {len(tables.COST_COLUMNS)}


def test_costs_by_group() -> None:
    rows = tables.costs(plans.of(2))
    assert [row[0] for row in rows] == ["login", "compute", "shared by all", "all"]
    assert rows[1] == ("compute", "0.0000", "2.2345", "+2.2345", "0.00", "1,631.18", "+1,631.18")
    assert rows[2][1:4] == ("0.0000", "unknown", "unknown")
