"""Prometheus's files, rendered by real Ansible for several clusters.

`UPDATE_GOLDEN=1 pytest tests/unit/roles/test_monitoring.py` writes the files in golden/monitoring/ anew.
"""

import configparser
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


KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBF+/=\n-----END PGP PUBLIC KEY BLOCK-----\n"
GRAFANA: dict[str, Any] = {
    "monitoring_grafana": True,
    "monitoring_grafana_repository": "https://example.org/apt",
    "monitoring_grafana_key": KEY,
    "monitoring_grafana_version": "11.6",
}


def test_grafana_reads_this_prometheus(tmp_path: Path) -> None:
    names = play.rendered("monitoring", ["grafana.sources", "grafana.ini"], tmp_path / "texts.json")
    text = "{{ [__monitoring_dashboard_files, __monitoring_grafana_files] | flatten | to_json }}"
    files = {"keep_json": {"text": text, "path": str(tmp_path / "files.json")}}
    # What a role finds in its own folder is looked for beside this play.
    for folder in ("files", "templates"):
        (tmp_path / folder).symlink_to(play.REPOSITORY / "roles" / "monitoring" / folder)
    steps = play.of_role("monitoring", "monitoring_server", names, files, variables=GRAFANA)
    ended = play.run(tmp_path, inventory(SIX), [play.given(MACHINE), steps])
    assert ended.code == 0, ended.output[-3000:]
    texts = json.loads((tmp_path / "texts.json").read_text(encoding="utf-8"))
    source = texts["grafana.sources"].splitlines()
    assert "URIs: https://example.org/apt" in source and "Signed-By: /etc/apt/keyrings/grafana.asc" in source
    settings = configparser.ConfigParser(interpolation=None)
    settings.read_string(texts["grafana.ini"])
    assert settings["server"]["http_addr"] == "fd00::1"
    found = {one["path"]: one for one in json.loads((tmp_path / "files.json").read_text(encoding="utf-8"))}
    password = found[settings["security"]["admin_password"].removeprefix("$__file{").removesuffix("}")]
    assert len(password["content"]) == 64 and password["mode"] == "0640"
    (source,) = yaml.safe_load(found["/etc/grafana/provisioning/datasources/ectf.yaml"]["content"])[
        "datasources"
    ]
    assert (source["uid"], source["url"]) == ("ectf-prometheus", "http://[fd00::1]:9090")
    (made,) = yaml.safe_load(found["/etc/grafana/provisioning/dashboards/ectf.yaml"]["content"])["providers"]
    boards = [one["content"] for path, one in found.items() if path.startswith(made["options"]["path"] + "/")]
    assert sorted(json.loads(one)["uid"] for one in boards) == ["ectf-nodes", "ectf-overview"]
    assert all("{{instance}}" in one or "{{group}}" in one for one in boards)


NASTY = [hostile.EVERYTHING[name] for name in ("jinja expression", "shell substitution", "newlines")]
REFUSED: list[dict[str, Any]] = [
    {variable: Literal(text)}
    for variable in (
        "monitoring_interval",
        "monitoring_retention",
        "monitoring_retention_size",
        "monitoring_down_after",
        "monitoring_grafana_repository",
        "monitoring_grafana_version",
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
    {"monitoring_grafana_repository": "https://example.org/apt"},
    {
        "monitoring_grafana_repository": "https://example.org/apt main\nSuites: x",
        "monitoring_grafana_key": KEY,
    },
    *(
        {"monitoring_grafana_repository": "https://x", "monitoring_grafana_key": KEY + text}
        for text in NASTY[:2]
    ),
    {"monitoring_webhooks": ["ftp://x"]},
    {"monitoring_rules": [{"alert": "a b", "expr": "x"}]},
]


def test_what_fits_in_no_file_is_refused(tmp_path: Path) -> None:
    passed = play.accepted(
        tmp_path, inventory(FOUR), "monitoring", "monitoring_server", [*REFUSED, GRAFANA, {}]
    )
    assert passed == [len(REFUSED), len(REFUSED) + 1]
