"""Write the price books of the clouds (terraform_modules/<cloud>/prices.json) from public lists.

    scripts/prices.py FOLDER

FOLDER holds, unchanged, the lists that others keep and publish under the Apache License 2.0:

    pricing.json   libcloud/data/pricing.json of the package apache-libcloud
    aws.go         pkg/providers/pricing/zz_generated.pricing_aws.go of aws/karpenter-provider-aws
    azure.go       pkg/providers/pricing/zz_generated.pricing.go of Azure/karpenter-provider-azure

What these lack (disks, addresses, gateways) is kept by hand in scripts/prices.yaml. Nothing is fetched.
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
Table = dict[str, dict[str, float]]  # region → type → US dollars an hour

_ROUNDING = 0.006  # prices of the smallest machines have four digits
# What Windows costs more, by processor and hour.
_WINDOWS_FEES = (0.046, 0.0046)
_MOST_ABOVE_HOME = 1.75  # no region is dearer than this against the first; what is, has another thing in it


def amazon(folder: Path) -> tuple[Table, list[dict[str, str]]]:
    """us-east-1 as Karpenter lists it; other regions from libcloud, whose list mixes tenancies.

    A dedicated machine is dearer than a shared one by one factor, one on a host of one's own stands there
    with 0, and shared machines of a family cost the same multiple of us-east-1's price in a region: so the
    least multiple that two types of a family agree on is that of shared ones.
    """
    text = (folder / "aws.go").read_text(encoding="utf-8")
    priced = re.findall(r'"([a-z0-9-]+\.[a-z0-9-]+)": ([\d.]+)', text)
    home = {name: float(price) for name, price in priced if "metal" not in name and float(price)}
    listed, date = _libcloud(folder)
    ratios: dict[tuple[str, str], list[float]] = defaultdict(list)
    for name, region, price in _linux(listed, home):
        if price:
            ratios[_family(name), region].append(price / home[name])
    found: Table = defaultdict(dict, {"us-east-1": home})
    for name, region, price in _linux(listed, home):
        multiple = _agreed(ratios[_family(name), region])
        if multiple and region != "us-east-1":
            shared = home[name] * multiple
            found[region][name] = price if abs(price - shared) <= shared * _ROUNDING else shared
    generated = re.search(r"generated at (\d{4}-\d{2}-\d{2})", text)
    newer = "machines of us-east-1: price list of karpenter-provider-aws"
    sources = [
        _source(newer, generated[1] if generated else ""),
        _source("machines of other regions: price list of apache-libcloud, shared tenancy", date),
    ]
    return found, sources


def _linux(listed: Mapping[str, Any], home: Mapping[str, float]) -> Iterator[tuple[str, str, float]]:
    for name, prices in listed["ec2_linux"].items():
        for region, price in prices.items():
            if name in home:
                yield name, region, price


def _family(name: str) -> str:
    return name.partition(".")[0]


def _agreed(ratios: list[float]) -> float:
    """The least ratio that another one bears out, as the middle of all that do; 0 where none is."""
    ordered = sorted(ratios)
    for low, high in pairwise(ordered):
        if high <= low * (1 + _ROUNDING):
            return median(one for one in ordered if low <= one <= low * (1 + _ROUNDING))
    return 0.0


def google(folder: Path) -> tuple[Table, list[dict[str, str]]]:
    """Machines from the prices of cores and GiB, which is how Google sells them."""
    listed, date = _libcloud(folder)
    found: Table = defaultdict(dict)
    for name, family, cpus, memory in _google_types():
        cores, memories = (listed["gce_instances"][family][part]["on_demand"] for part in ("cpu", "ram"))
        for region in cores.keys() & memories.keys():
            per_cpu, per_gb = cores[region]["price"], memories[region]["price"]
            if per_cpu and per_gb:
                found[region][name] = cpus * per_cpu + memory * per_gb
    return found, [_source("machines and persistent disks: price list of apache-libcloud", date)]


def _google_types() -> Iterator[tuple[str, str, float, float]]:
    """Name, family, billed processors, GiB of the types that are on sale."""
    shared = {"e2-micro": (0.25, 1), "e2-small": (0.5, 2), "e2-medium": (1, 4)}
    for name, (cpus, memory) in shared.items():
        yield name, "e2", cpus, memory
    series: dict[str, dict[str, tuple[float, tuple[int, ...]]]] = {
        "e2": {
            "standard": (4, (2, 4, 8, 16, 32)),
            "highcpu": (1, (2, 4, 8, 16, 32)),
            "highmem": (8, (2, 4, 8, 16)),
        },
        "n1": {
            "standard": (3.75, (1, 2, 4, 8, 16, 32, 64, 96)),
            "highcpu": (0.9, (2, 4, 8, 16, 32, 64, 96)),
            "highmem": (6.5, (2, 4, 8, 16, 32, 64, 96)),
        },
        "n2": {
            "standard": (4, (2, 4, 8, 16, 32, 48, 64, 80, 96, 128)),
            "highcpu": (1, (2, 4, 8, 16, 32, 48, 64, 80, 96)),
            "highmem": (8, (2, 4, 8, 16, 32, 48, 64, 80, 96)),
        },
        "n2d": {
            "standard": (4, (2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224)),
            "highcpu": (1, (2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224)),
            "highmem": (8, (2, 4, 8, 16, 32, 48, 64, 80, 96)),
        },
        "c2": {"standard": (4, (4, 8, 16, 30, 60))},
    }
    for family, kinds in series.items():
        for kind, (memory, sizes) in kinds.items():
            for cpus in sizes:
                yield f"{family}-{kind}-{cpus}", family, cpus, cpus * memory


def google_disks(folder: Path) -> Table:
    """Persistent disks: a GiB and month; libcloud has them by the hour of a month of 720."""
    listed, _ = _libcloud(folder)
    found: Table = defaultdict(dict)
    for kind, name in (("Standard", "pd-standard"), ("SSD", "pd-ssd")):
        for region, entry in listed["gce_disks"][kind]["on_demand"].items():
            if entry["price"]:
                found[region][name] = round(entry["price"] * 720, 4)
    for disks in found.values():
        if "pd-ssd" in disks:  # balanced disks cost 10/17 of SSDs in every region, to the tenth of a cent
            disks["pd-balanced"] = round(disks["pd-ssd"] * 10 / 17, 3)
    return found


# The series that are sold to new customers; sizes with fewer processors than they have (`-`) are left out.
_AZURE = re.compile(r"Standard_(B|D|E|F|FX|HB|HC|HX|L|NC|ND|NV)(\d+)([a-z]*)((?:_[A-Za-z0-9]+)*)")
_AZURE_OLD = re.compile(r"(^|_)(v1|v2|v3|v4|Promo|Basic|Test)?$")


def azure(folder: Path) -> tuple[Table, list[dict[str, str]]]:
    """Karpenter's list, which took some machines with Windows: they cost a fee by processor more."""
    text = (folder / "azure.go").read_text(encoding="utf-8")
    listed: Table = defaultdict(dict)
    region = ""
    for line in text.splitlines():
        if head := re.search(r'initialOnDemandPrices\["(\w+)"\] =', line):
            region = head[1]
        elif entry := re.match(r'\s*"([^"]+)":\s+([\d.]+),', line):
            listed[region][entry[1]] = float(entry[2])
    found = {region: _without_fees(prices) for region, prices in listed.items()}
    home = found["eastus"]
    for prices in found.values():
        for name in [
            name for name, price in prices.items() if price > _MOST_ABOVE_HOME * home.get(name, 9e9)
        ]:
            del prices[name]
    generated = re.search(r"generated at (\d{4}-\d{2}-\d{2})", text)
    what = "machines: price list of karpenter-provider-azure, less the fees of Windows where it had them"
    return found, [_source(what, generated[1] if generated else "")]


def _without_fees(prices: Mapping[str, float]) -> dict[str, float]:
    families: dict[tuple[str, ...], list[float]] = defaultdict(list)
    kept: dict[str, tuple[tuple[str, ...], int]] = {}
    for name, price in prices.items():
        parts = _AZURE.fullmatch(name)
        if parts is None or not price or not int(parts[2]):
            continue
        old = parts[1] in ("D", "E") and _AZURE_OLD.search(parts[4])
        if not old:
            kept[name] = ((parts[1], parts[3], parts[4]), int(parts[2]))
            families[kept[name][0]].append(price / int(parts[2]))
    found = {}
    for name, (family, cpus) in kept.items():
        least = min(families[family])
        above = prices[name] / cpus - least
        fee = any(abs(above - one) < 0.0006 for one in _WINDOWS_FEES)
        found[name] = least * cpus if fee else prices[name]
    return found


def _libcloud(folder: Path) -> tuple[dict[str, Any], str]:
    listed = json.loads((folder / "pricing.json").read_text(encoding="utf-8"))
    return listed["compute"], datetime.fromtimestamp(listed["updated"], UTC).date().isoformat()


def _source(source: str, date: str) -> dict[str, str]:
    return {"source": source, "date": date, "license": "Apache-2.0"}


def write(cloud: str, machines: Table, sources: list[dict[str, str]], by_hand: Mapping[str, Any]) -> None:
    """One cloud's book: prices without a blank between them, a region a line."""
    book = by_hand[cloud]
    regions: dict[str, dict[str, Any]] = {name: dict(one) for name, one in book.get("regions", {}).items()}
    for region, prices in sorted(machines.items()):
        entry = regions.setdefault(region, {})
        entry["nodes"] = {
            name: round(price, 5) for name, price in sorted({**prices, **entry.get("nodes", {})}.items())
        }
    lines = [
        f"{json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}"
        for name, entry in sorted(regions.items())
    ]
    everywhere = {key: book[key] for key in ("disks", "each") if key in book}
    inner = "".join(f"{json.dumps(key)}: {json.dumps(one)},\n" for key, one in everywhere.items())
    told = ",\n".join(json.dumps(one, ensure_ascii=False) for one in [*sources, *book["sources"]])
    text = (
        f'{{"currency": "USD",\n"sources": [\n{told}\n],\n"prices": {{\n{inner}"regions": {{\n'
        + ",\n".join(lines)
        + "\n}}}\n"
    )
    (ROOT / "terraform_modules" / cloud / "prices.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Write all books."""
    folder = Path(sys.argv[1])
    by_hand = YAML(typ="safe").load((ROOT / "scripts" / "prices.yaml").read_text(encoding="utf-8"))
    write("aws", *amazon(folder), by_hand)
    write("azure", *azure(folder), by_hand)
    machines, sources = google(folder)
    for region, disks in google_disks(folder).items():
        entry = by_hand["google"]["regions"].setdefault(region, {})
        entry["disks"] = {**disks, **entry.get("disks", {})}
    write("google", machines, sources, by_hand)


if __name__ == "__main__":
    main()
