"""Prometheus's files, rendered by real Ansible for several clusters.

`UPDATE_GOLDEN=1 pytest tests/unit/roles/test_monitoring.py` writes the files in golden/monitoring/ anew.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import hostile
from tests.unit.roles import play
from tests.unit.roles.play import MACHINE, Literal, host

GOLDEN = Path(__file__).parent / "golden" / "monitoring"
FILES = ("prometheus.yml", "rules.yml", "alertmanager.yml", "prometheus.default", "health.py")
Hosts = Mapping[str, Mapping[str, Any]]
ONE: Hosts = {"frontend001": host("10.0.0.1", node_group="frontend")}
FOUR: Hosts = {
    **ONE,
    **{f"compute00{one}": host(f"10.0.0.1{one}", node_group="compute") for one in (1, 2, 3)},
}
SIX: Hosts = {
    "frontend001": host("fd00::1", node_group="frontend"),
    "compute001": host("fd00::11", node_group="compute"),
}
SCRAPE = {"name": "hdfs", "port": 9870, "path": "/prom", "groups": ["frontend"]}


def inventory(hosts: Hosts, monitored: list[str] | None = None) -> dict[str, Any]:
    names = list(hosts) if monitored is None else monitored
    children: dict[str, Any] = {
        "monitoring_server": {"hosts": {"frontend001": {}}},
        "monitoring_node": {"hosts": {name: {} for name in names}},
        "monitoring": {"children": {"monitoring_server": {}, "monitoring_node": {}}},
    }
    return {"all": {"vars": {"cluster_name": "demo"}, "hosts": dict(hosts), "children": children}}


def render(
    folder: Path, hosts: Hosts, variables: Mapping[str, Any], monitored: list[str] | None = None
) -> dict[str, Any]:
    """The server's files, {name: text}, and the targets of each job."""
    task = play.rendered("monitoring", FILES, folder / "texts.json")
    targets = {
        "keep_json": {"text": "{{ __monitoring_targets | to_json }}", "path": str(folder / "targets.json")}
    }
    steps = play.of_role("monitoring", "monitoring_server", task, targets, variables=variables)
    ended = play.run(folder, inventory(hosts, monitored), [play.given(MACHINE), steps])
    assert ended.code == 0, ended.output[-3000:]
    found: dict[str, Any] = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    return found | {"targets": json.loads((folder / "targets.json").read_text(encoding="utf-8"))}


SHAPES: dict[str, tuple[Hosts, dict[str, Any], list[str] | None]] = {
    "one_node": (ONE, {}, None),
    "four_nodes": (FOUR, {}, None),
    "server_not_monitored": (FOUR, {"monitoring_listen": "everywhere"}, ["compute001", "compute002"]),
    "scrapes": (
        FOUR,
        {"monitoring_scrapes": [SCRAPE, {"name": "all", "port": 8080, "scheme": "https"}]},
        None,
    ),
    "long_addresses": (SIX, {}, None),
    "own_times": (
        FOUR,
        {
            "monitoring_interval": "2s",
            "monitoring_retention": "1y",
            "monitoring_retention_size": "10GB",
            "monitoring_down_after": "5s",
            "monitoring_disk_free_percent": 20,
        },
        None,
    ),
    "told_by_webhook": (ONE, {"monitoring_webhooks": ["https://chat.example.org/x?token=a%20b"]}, None),
    "own_rules": (
        ONE,
        {
            "monitoring_rules": [
                {"alert": "Hot", "expr": 'x{a="b"} > 1', "for": "1m", "summary": Literal("{{ $value }}")}
            ]
        },
        None,
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_files_are_the_golden_ones(shape: str, tmp_path: Path) -> None:
    hosts, variables, monitored = SHAPES[shape]
    found = render(tmp_path, hosts, variables, monitored)
    parts = {name: found[name] for name in FILES if name != "health.py"}
    parts["targets"] = json.dumps(found["targets"], indent=1, sort_keys=True) + "\n"
    text = "".join(f"==== {name}\n{part}" for name, part in parts.items())
    path = GOLDEN / f"{shape}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    for name in ("prometheus.yml", "rules.yml", "alertmanager.yml"):
        assert yaml.safe_load(found[name])
    compile(found["health.py"], "health.py", "exec")


def test_texts_arrive_as_they_are(tmp_path: Path) -> None:
    texts = [
        text for name, text in hostile.EVERYTHING.items() if name not in ("long", "no characters", "empty")
    ]
    # Ansible reads `!unsafe "yes"` as a truth value; ectf marks only what looks like a template.
    given = [Literal(text) if "{" in text else text for text in texts]
    rules = [{"alert": f"A{i}", "expr": text, "summary": text} for i, text in enumerate(given)]
    config = {"route": {"receiver": "x"}, "receivers": [{"name": text} for text in given]}
    found = render(tmp_path, ONE, {"monitoring_rules": rules, "monitoring_alertmanager": config})
    own = yaml.safe_load(found["rules.yml"])["groups"][1]["rules"]
    assert [rule["expr"] for rule in own] == texts
    assert [rule["annotations"]["summary"] for rule in own] == texts
    assert [one["name"] for one in yaml.safe_load(found["alertmanager.yml"])["receivers"]] == texts


NASTY = [hostile.EVERYTHING[name] for name in ("jinja expression", "shell substitution", "newlines")]
REFUSED: list[dict[str, Any]] = [
    {variable: Literal(text)}
    for variable in (
        "monitoring_interval",
        "monitoring_retention",
        "monitoring_retention_size",
        "monitoring_down_after",
    )
    for text in NASTY
]
REFUSED += [
    {"monitoring_scrapes": [{**SCRAPE, key: Literal(text)}]} for key in ("name", "path") for text in NASTY
]
REFUSED += [
    {"monitoring_scrapes": [{**SCRAPE, "groups": ["nowhere"]}]},
    {"monitoring_scrapes": [{**SCRAPE, "name": "node"}]},
    {"monitoring_scrapes": [SCRAPE, SCRAPE]},
    {"monitoring_scrapes": [{**SCRAPE, "port": 70000}]},
    {"monitoring_scrapes": [{"name": "x"}]},
    {"monitoring_disk_free_percent": 101},
    {"monitoring_listen": "nowhere"},
    {"monitoring_webhooks": ["ftp://x"]},
    {"monitoring_rules": [{"alert": "a b", "expr": "x"}]},
]


def test_what_fits_in_no_file_is_refused(tmp_path: Path) -> None:
    passed = play.accepted(tmp_path, inventory(FOUR), "monitoring", "monitoring_server", [*REFUSED, {}])
    assert passed == [len(REFUSED)]
