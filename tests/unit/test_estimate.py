"""The values of an estimate."""

from decimal import Decimal

from elasticluster_tf.estimate import HOURS_PER_MONTH, Cost, CostLine, GroupCost, Total


def test_differences() -> None:
    now = Total(Decimal("1.0000"), Decimal("730.00"))
    after = Total(Decimal("0.2500"), Decimal("182.50"), unknown=1)
    for found in (Cost("USD", now, after), GroupCost("compute", now, after)):
        assert found.hourly_difference == Decimal("-0.7500")
        assert found.monthly_difference == Decimal("-547.50")


def test_a_guess_is_told() -> None:
    sure = CostLine("here", "compute", "node", "small", 1, Decimal(1))
    guess = CostLine("here", "compute", "node", "small", 1, Decimal(1), estimate=True)
    assert not Cost("USD", Total(), Total(), lines=(sure,)).estimated
    assert Cost("USD", Total(), Total(), lines=(sure, guess)).estimated


def test_a_month() -> None:
    assert HOURS_PER_MONTH * 12 == 365 * 24
