"""What a cluster costs, now and after a plan: the values of an estimate. Pure.

`cost` makes them; they stand apart so that plans and reports can hold them.
"""

from dataclasses import dataclass
from decimal import Decimal

# The month of every monthly sum: 365 days of 24 hours, by twelve, as the vendors' own calculators have it.
HOURS_PER_MONTH = 730


@dataclass(frozen=True)
class CostLine:
    """Things that are alike: `hourly` and `monthly` are what all `count` of them cost, None where unknown.

    `kind` is what it is: node, disk, volume, address, gateway, share, …; `estimate` says that the price is
    a guess by rule (spot, the size of an image), `reason` why it is unknown or a guess. `group` is empty
    for what the whole cluster shares.
    """

    cloud: str
    group: str
    kind: str
    type: str
    count: int
    hourly: Decimal | None
    estimate: bool = False
    reason: str = ""
    monthly: Decimal | None = None


@dataclass(frozen=True)
class Total:
    """The sum of what is known; `unknown` is how many things are not in it."""

    hourly: Decimal = Decimal("0.0000")
    monthly: Decimal = Decimal("0.00")
    unknown: int = 0


@dataclass(frozen=True)
class GroupCost:
    """A node group's share; the group named "" is what all share."""

    group: str
    now: Total
    after: Total

    @property
    def hourly_difference(self) -> Decimal:
        """How much more an hour costs afterwards."""
        return self.after.hourly - self.now.hourly

    @property
    def monthly_difference(self) -> Decimal:
        """How much more a month costs afterwards."""
        return self.after.monthly - self.now.monthly


@dataclass(frozen=True)
class BookSource:
    """A price book that was asked: where its prices come from, and of when they are."""

    source: str
    date: str


@dataclass(frozen=True)
class Cost:
    """What is billed now and afterwards; `lines` are those of afterwards, `unknown` what has no price."""

    currency: str
    now: Total
    after: Total
    groups: tuple[GroupCost, ...] = ()
    lines: tuple[CostLine, ...] = ()
    unknown: tuple[str, ...] = ()
    books: tuple[BookSource, ...] = ()

    @property
    def hourly_difference(self) -> Decimal:
        """How much more an hour costs afterwards."""
        return self.after.hourly - self.now.hourly

    @property
    def monthly_difference(self) -> Decimal:
        """How much more a month costs afterwards."""
        return self.after.monthly - self.now.monthly

    @property
    def estimated(self) -> bool:
        """Whether a part of it is a guess by rule."""
        return any(line.estimate for line in self.lines)
