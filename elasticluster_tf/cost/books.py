"""Price books: the one each cloud's folder brings (prices.json), and the user's own, which comes first."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from elasticluster_tf import config, documents
from elasticluster_tf.clouds import Chosen
from elasticluster_tf.cost import rules
from elasticluster_tf.cost.rules import Rules, at
from elasticluster_tf.errors import InputError, did_you_mean
from elasticluster_tf.estimate import BookSource

# A user's own book stands beside the cluster file under this name, unless `prices:` names another.
OWN_NAME = "prices.yaml"
_DEFAULT_CURRENCY = "USD"

Amount = Annotated[Decimal, Field(ge=0)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class _Book(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Prices(_Book):
    """Prices of one place."""

    nodes: dict[str, Amount] = Field(default_factory=dict, description="An hour of a machine, by type.")
    spot: dict[str, Amount] = Field(default_factory=dict, description="An hour of a spot machine, by type.")
    per_cpu: Amount | None = Field(None, description="An hour of a processor, for types without a price.")
    per_gb: Amount | None = Field(None, description="An hour of a GiB of memory, for types without a price.")
    disks: dict[str, Amount | dict[int, Amount]] = Field(
        default_factory=dict,
        description="A GiB and month by type (`*`: any other), or a month by the GiB that a disk may have.",
    )
    each: dict[str, Amount] = Field(
        default_factory=dict, description="An hour of an address, a gateway, …: by type or kind."
    )


class CloudPrices(Prices):
    """Prices of a cloud; those of a region come before them."""

    regions: dict[str, Prices] = Field(default_factory=dict)


class Source(_Book):
    """Where prices come from, of when they are, and under which license the list is."""

    source: str
    date: str
    license: str = ""


class Shipped(_Book):
    """prices.json of a cloud's folder."""

    currency: Currency
    sources: tuple[Source, ...]
    prices: CloudPrices


class Own(_Book):
    """prices.yaml of the user."""

    currency: Currency
    source: str = ""
    date: datetime.date | str = ""
    rates: dict[Currency, Amount] = Field(
        default_factory=dict, description="What one of another currency is worth in this book's."
    )
    clouds: dict[str, CloudPrices] = Field(description="Prices by a cloud's name or alias.")


@dataclass(frozen=True)
class Shelf:
    """What is known of one cloud of a cluster: its rules, and its price lists, the first of which counts.

    `rates` say what one of a list's currency is worth in that of the estimate, None where nobody says;
    `sizes` what types hold; `aliases` what types are called whose ids are told instead.
    """

    rules: Rules | None
    place: str = ""
    lists: tuple[Prices, ...] = ()
    currencies: tuple[str, ...] = ()
    rates: tuple[Decimal | None, ...] = ()
    sizes: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Books:
    """The price books of a cluster: a shelf for each of its clouds, by label."""

    currency: str
    shelves: Mapping[str, Shelf]
    sources: tuple[BookSource, ...]


def shelve(
    clouds: Mapping[str, Chosen], base: Path, given: str | None, environment: Mapping[str, str]
) -> Books:
    """Read the price books that clouds bring, and the user's own.

    `given` is the path that the cluster file names, from `base`; without one, `prices.yaml` in `base` is
    taken if it is there. Raises InputError for a book of the user's that is wrong.
    """
    own = None
    path = base / (given or OWN_NAME)
    if given or path.is_file():
        own = _read_own(path, environment)
    currency = own.currency if own else _DEFAULT_CURRENCY
    shelves: dict[str, Shelf] = {}
    sources = [BookSource(own.source or str(path), str(own.date))] if own else []
    for label, chosen in clouds.items():
        found = rules.load(chosen.cloud.path)
        listed = found is None or found.are_listed(settings(chosen))
        shipped = read_shipped(chosen.cloud.path) if listed else None
        shelves[label] = _shelf(chosen, found, own, shipped)
        sources += [BookSource(one.source, one.date) for one in (shipped.sources if shipped else ())]
    return Books(currency, shelves, tuple(dict.fromkeys(sources)))


def read_shipped(folder: Path) -> Shipped | None:
    """The price book of a cloud's folder; None where there is none."""
    path = folder / "prices.json"
    if not path.is_file():
        return None
    return Shipped.model_validate(json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal))


def settings(chosen: Chosen) -> dict[str, Any]:
    """The settings of a cloud, with the module's defaults for those that the file leaves out."""
    return {**{name: one.default for name, one in chosen.cloud.variables.items()}, **chosen.settings}


def _read_own(path: Path, environment: Mapping[str, str]) -> Own:
    document = documents.read(path, environment)
    try:
        return Own.model_validate(document.data)
    except ValidationError as error:
        problems = []
        for details in error.errors():
            where = tuple(part for part in details["loc"] if part not in ("decimal", "dict[int,decimal]"))
            hint = ""
            if details["type"] == "extra_forbidden":
                hint = did_you_mean(str(where[-1]), list(_known_keys(len(where))))
            at_key = details["type"] in ("extra_forbidden", "missing")
            problems.append(document.problem(where, config.message(details), hint, at_key))
        raise InputError(problems) from error


def _known_keys(depth: int) -> Mapping[str, Any]:
    models: dict[int, type[BaseModel]] = {1: Own, 3: CloudPrices}
    return models.get(depth, Prices).model_fields


def _shelf(chosen: Chosen, found: Rules | None, own: Own | None, shipped: Shipped | None) -> Shelf:
    place = str(settings(chosen).get(found.region) or "") if found else ""
    lists: list[Prices] = []
    currencies: list[str] = []
    rates: list[Decimal | None] = []

    def add(prices: CloudPrices, currency: str, rate: Decimal | None) -> None:
        for one in (prices.regions.get(place), prices):
            if one is not None:
                lists.append(one)
                currencies.append(currency)
                rates.append(rate)

    if own:
        for name in dict.fromkeys((chosen.label, chosen.cloud.name)):
            if name in own.clouds:
                add(own.clouds[name], own.currency, Decimal(1))
    if shipped:
        same = own is None or own.currency == shipped.currency
        rate = Decimal(1) if same else own.rates.get(shipped.currency) if own else None
        add(shipped.prices, shipped.currency, rate)
    sizes = _sizes(chosen, found)
    return Shelf(found, place, tuple(lists), tuple(currencies), tuple(rates), sizes)


def _sizes(chosen: Chosen, found: Rules | None) -> dict[str, tuple[int, float]]:
    """Processors and GiB of the types that the cloud or the cluster file knows."""
    facts = chosen.cloud.facts.sizes
    known = {} if facts == "direct" else {one.type: (one.cpus, one.memory_gb) for one in facts}
    told = settings(chosen).get(found.sizes_setting) if found else None
    for name, size in (told or {}).items():
        if (cpus := at(size, "cpus")) is not None and (memory := at(size, "memory_gb")) is not None:
            known[name] = (cpus, memory)
    return known
