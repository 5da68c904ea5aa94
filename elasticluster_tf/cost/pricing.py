"""From things that are billed to lines with prices and to sums. Exact until a line is written down."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from elasticluster_tf.cost.books import Books, Prices, Shelf
from elasticluster_tf.cost.rules import Item
from elasticluster_tf.estimate import HOURS_PER_MONTH, Cost, CostLine, GroupCost, Total


@dataclass(frozen=True)
class Priced:
    """An item with the price of one hour of it; None is unknown, and `reason` says why."""

    item: Item
    hourly: Fraction | None
    estimate: bool = False
    reason: str = ""


def cost(now: Iterable[Item], after: Iterable[Item], groups: Sequence[str], books: Books) -> Cost:
    """The estimate; `groups` gives the order, and nothing is left out for not being in it."""
    known: dict[Item, Priced] = {}  # the nodes of a group are alike
    before, then = (
        [known[item] if item in known else known.setdefault(item, price(item, books)) for item in items]
        for items in (now, after)
    )
    found = dict.fromkeys([*groups, *(one.item.group for one in [*before, *then])])
    order = [name for name in found if name] + [""] * ("" in found)
    return Cost(
        currency=books.currency,
        now=_total(before),
        after=_total(then),
        groups=tuple(
            GroupCost(group, _total(_of(before, group)), _total(_of(then, group))) for group in order
        ),
        lines=tuple(_lines(then, order)),
        unknown=tuple(dict.fromkeys(_unknown(one) for one in [*then, *before] if one.hourly is None)),
        books=books.sources,
    )


def price(item: Item, books: Books) -> Priced:
    """The price of an item by the books."""
    shelf = books.shelves.get(item.cloud)
    if shelf is None or shelf.rules is None:
        return Priced(item, None, reason="this cloud does not say what costs")
    if item.by == "type" and not item.type and item.cpus is None:
        return Priced(item, None, reason="its type is not known before it is made")
    if item.by == "size" and item.size is None:
        return Priced(item, None, reason="its size is not known before it is made")
    if item.by == "type" and item.spot:
        return _spot(item, shelf, books)
    return _usual(item, shelf, books)


def _usual(item: Item, shelf: Shelf, books: Books) -> Priced:
    reason = "it is billed by what is used" if item.by == "use" else f"no price for {_title(item)}"
    for prices, currency, rate in zip(shelf.lists, shelf.currencies, shelf.rates, strict=True):
        hourly = _hourly(item, prices, shelf)
        if hourly is None:
            continue
        if rate is None:
            reason = (
                f"its price is in {currency}, and the price book has no rate from that to {books.currency}"
            )
            break
        return Priced(item, hourly * Fraction(rate) * item.number, bool(item.estimate), item.estimate)
    return Priced(item, None, reason=reason)


def _spot(item: Item, shelf: Shelf, books: Books) -> Priced:
    """The book's spot price, or else a share of the usual price."""
    told = replace(shelf, lists=tuple(Prices(nodes=one.spot) for one in shelf.lists))
    found = _usual(item, told, books)
    if found.hourly is not None:
        return found
    usual = _usual(item, shelf, books)
    if usual.hourly is None or shelf.rules is None or shelf.rules.spot is None:
        return Priced(item, None, reason=usual.reason or f"no spot price for {item.type}")
    factor = shelf.rules.spot.factor
    return Priced(
        item,
        usual.hourly * Fraction(factor),
        True,
        f"spot machines are taken to cost {factor} of the usual price",
    )


def _hourly(item: Item, prices: Prices, shelf: Shelf) -> Fraction | None:
    """One hour of one such thing by a single list."""
    if item.by == "type":
        return _of_type(item, prices, shelf)
    if item.by == "size":
        return _of_size(item, prices)
    amount = prices.each.get(item.type, prices.each.get(item.kind))
    return None if amount is None else Fraction(amount)


def _of_type(item: Item, prices: Prices, shelf: Shelf) -> Fraction | None:
    if (amount := prices.nodes.get(item.type)) is not None:
        return Fraction(amount)
    cpus, memory_gb = shelf.sizes.get(item.type, (item.cpus, item.memory_gb))
    if cpus is None or memory_gb is None or (prices.per_cpu is None and prices.per_gb is None):
        return None
    per_cpu, per_gb = Fraction(prices.per_cpu or 0), Fraction(prices.per_gb or 0)
    return cpus * per_cpu + Fraction(str(memory_gb)) * per_gb


def _of_size(item: Item, prices: Prices) -> Fraction | None:
    """A disk is billed by the GiB, or as the smallest size on sale that holds it."""
    amount = prices.disks.get(item.type, prices.disks.get("*"))
    size = Fraction(item.size or 0)
    if isinstance(amount, Mapping):
        fitting = [monthly for most, monthly in sorted(amount.items()) if most >= size]
        return Fraction(fitting[0]) / HOURS_PER_MONTH if fitting else None
    return None if amount is None else Fraction(amount) * size / HOURS_PER_MONTH


def _of(priced: Iterable[Priced], group: str) -> list[Priced]:
    return [one for one in priced if one.item.group == group]


def _total(priced: Sequence[Priced]) -> Total:
    known = sum((one.hourly for one in priced if one.hourly is not None), Fraction())
    return Total(
        hourly=_rounded(known, "0.0001"),
        monthly=_rounded(known * HOURS_PER_MONTH, "0.01"),
        unknown=sum(one.item.number for one in priced if one.hourly is None),
    )


def _rounded(amount: Fraction, places: str) -> Decimal:
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return exact.quantize(Decimal(places), ROUND_HALF_UP)


def _lines(priced: Sequence[Priced], order: Sequence[str]) -> list[CostLine]:
    """Alike things on one line; by group, machines first."""
    alike: dict[tuple[str, ...], list[Priced]] = {}
    for one in priced:
        item, unit = one.item, None if one.hourly is None else one.hourly / one.item.number
        key = (item.cloud, item.group, item.kind, _title(item), str(unit), one.reason)
        alike.setdefault(key, []).append(one)
    lines = [_line(found) for found in alike.values()]
    return sorted(
        lines, key=lambda line: (order.index(line.group), line.kind != "node", line.kind, line.type)
    )


def _line(found: Sequence[Priced]) -> CostLine:
    first, item = found[0], found[0].item
    line = CostLine(
        cloud=item.cloud,
        group=item.group,
        kind=item.kind,
        type=_title(item),
        count=sum(one.item.number for one in found),
        hourly=None,
        estimate=first.estimate,
        reason=first.reason,
    )
    if first.hourly is None:
        return line
    total = sum((one.hourly for one in found if one.hourly is not None), Fraction())
    hourly, monthly = _rounded(total, "0.000001"), _rounded(total * HOURS_PER_MONTH, "0.01")
    return replace(line, hourly=hourly, monthly=monthly)


def _title(item: Item) -> str:
    """What it is, as a person names it."""
    parts = [item.type or (f"{item.cpus} CPU, {item.memory_gb:g} GiB" if item.cpus else item.kind)]
    if item.size is not None:
        parts.append(f"{item.size.normalize():f} GiB")
    return " ".join(parts) + (" spot" if item.spot else "")


def _unknown(one: Priced) -> str:
    where = f"group {one.item.group}" if one.item.group else one.item.cloud
    title = _title(one.item)
    what = title if title.startswith(one.item.kind) else f"{one.item.kind} {title}"
    return f"{what} ({where}): {one.reason}"
