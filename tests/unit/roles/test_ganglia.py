"""Ganglia's files, rendered by real Ansible, and the health check against a stand-in for gmetad."""

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import hostile
from tests.unit.roles import play
from tests.unit.roles.play import MACHINE, Literal, host

FILES = ("gmond.conf", "gmetad.conf", "health.py")
Hosts = Mapping[str, Mapping[str, Any]]
FOUR: Hosts = {
    "frontend001": host("10.0.0.1"),
    **{f"compute00{one}": host(f"10.0.0.1{one}") for one in (1, 2, 3)},
}


def inventory(hosts: Hosts = FOUR, nodes: list[str] | None = None) -> dict[str, Any]:
    measured = list(hosts) if nodes is None else nodes
    children: dict[str, Any] = {
        "ganglia_server": {"hosts": {"frontend001": {}}},
        "ganglia_node": {"hosts": {name: {} for name in measured}},
        "ganglia": {"children": {"ganglia_server": {}, "ganglia_node": {}}},
    }
    return {"all": {"vars": {"cluster_name": "demo"}, "hosts": dict(hosts), "children": children}}


def render(
    folder: Path,
    place: str,
    hosts: Hosts = FOUR,
    nodes: list[str] | None = None,
    variables: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """The files as host `place` would get them, {name: text}."""
    steps = play.of_role(
        "ganglia", place, play.rendered("ganglia", FILES, folder / "texts.json"), variables=variables
    )
    ended = play.run(
        folder, inventory(hosts, nodes), [play.given({**MACHINE, "architecture": "x86_64"}), steps]
    )
    assert ended.code == 0, ended.output[-3000:]
    found: dict[str, str] = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    return found


def test_the_server_collects_from_the_nodes_alone(tmp_path: Path) -> None:
    found = render(tmp_path, "frontend001")
    gmond = found["gmond.conf"]
    assert "deaf = no\n" in gmond and "mute = no\n" in gmond
    assert gmond.count('bind = "10.0.0.1"') == 2 and gmond.count('default = "deny"') == 2
    for address in ("10.0.0.1", "10.0.0.11", "10.0.0.12", "10.0.0.13"):
        assert gmond.count(f'ip = "{address}"') == 2
        assert f"\ntrusted_hosts {address}\n" in found["gmetad.conf"]
    assert gmond.count("{") == gmond.count("}")
    assert 'data_source "demo" 15 10.0.0.1:8649\n' in found["gmetad.conf"]


def test_a_node_only_sends(tmp_path: Path) -> None:
    gmond = render(tmp_path, "compute001")["gmond.conf"]
    assert "deaf = yes\n" in gmond and "mute = no\n" in gmond
    assert "udp_recv_channel" not in gmond and "tcp_accept_channel" not in gmond
    assert re.search(r'udp_send_channel \{\s+host = "10\.0\.0\.1"\s+port = 8649\s+\}', gmond)


def test_a_node_does_not_know_of_others(tmp_path: Path) -> None:
    """Otherwise all of them would have to be configured again when one comes."""
    (tmp_path / "two").mkdir()
    few = {name: FOUR[name] for name in ("frontend001", "compute001")}
    gmond = [
        render(tmp_path, "compute001")["gmond.conf"],
        render(tmp_path / "two", "compute001", few)["gmond.conf"],
    ]
    assert gmond[0] == gmond[1]


def test_a_server_that_is_no_node_measures_nothing(tmp_path: Path) -> None:
    found = render(tmp_path, "frontend001", nodes=["compute001", "compute002"])
    assert "mute = yes\n" in found["gmond.conf"]
    assert "frontend001" not in found["health.py"]


def test_archives_are_counted_in_intervals(tmp_path: Path) -> None:
    archives = [{"step": 30, "rows": 10}, {"step": 600, "rows": 20}]
    found = render(tmp_path, "frontend001", variables={"ganglia_interval": 30, "ganglia_archives": archives})
    assert '\nRRAs "RRA:AVERAGE:0.5:1:10" "RRA:AVERAGE:0.5:20:20"\n' in found["gmetad.conf"]


def test_long_addresses_are_put_as_each_file_wants_them(tmp_path: Path) -> None:
    hosts = {"frontend001": host("fd00::1"), "compute001": host("fd00::11")}
    found = render(tmp_path, "frontend001", hosts)
    assert found["gmond.conf"].count("family = inet6") == 2 and "mask = 128" in found["gmond.conf"]
    assert "[fd00::1]:8649" in found["gmetad.conf"]


def test_owner_and_location_are_told(tmp_path: Path) -> None:
    told = {"ganglia_owner": "Ana (lab @ home), 24/7", "ganglia_location": "2,1,0"}
    gmond = render(tmp_path, "compute001", variables=told)["gmond.conf"]
    assert 'owner = "Ana (lab @ home), 24/7"' in gmond and 'location = "2,1,0"' in gmond


PLAIN = ("yaml truth", "number", "null", "long", "ansible unsafe", "spaces", "empty")
REFUSED: list[dict[str, Any]] = [
    {variable: Literal(text) if "{" in text else text}
    for variable in ("ganglia_owner", "ganglia_location")
    for name, text in hostile.EVERYTHING.items()
    if name not in PLAIN
]
REFUSED += [
    {"ganglia_interval": 1},
    {"ganglia_interval": Literal("{{ 7 * 7 }}")},
    {"ganglia_forget_after": 1},
    {"ganglia_archives": []},
    {"ganglia_archives": [{"step": 20, "rows": 10}]},
    {"ganglia_archives": [{"step": 15, "rows": 0}]},
    {"ganglia_archives": [{"step": 5, "rows": 10}]},
    {"ganglia_archives": [{"step": 15}]},
]


def test_what_fits_in_no_file_is_refused(tmp_path: Path) -> None:
    passed = play.accepted(tmp_path, inventory(), "ganglia", "ganglia_server", [*REFUSED, {}])
    assert passed == [len(REFUSED)]


XML = """<?xml version="1.0"?><GANGLIA_XML VERSION="3.7.2" SOURCE="gmetad"><GRID NAME="demo"><CLUSTER NAME="demo">
<HOST NAME="frontend001" IP="10.0.0.1" TN="3" TMAX="20"/><HOST NAME="compute001" IP="10.0.0.11" TN="79" TMAX="20"/>
<HOST NAME="compute002" IP="10.0.0.12" TN="80" TMAX="20"/></CLUSTER></GRID></GANGLIA_XML>"""


@pytest.mark.parametrize(
    ("nodes", "code", "said"),
    [
        (["frontend001", "compute001"], 0, "2 of 2 nodes measured"),
        (
            ["frontend001", "compute001", "compute002", "compute003"],
            1,
            "2 of 4 nodes measured; silent: compute002, compute003",
        ),
    ],
)
def test_health_names_the_silent(tmp_path: Path, nodes: list[str], code: int, said: str) -> None:
    text = render(tmp_path, "frontend001", nodes=nodes)["health.py"]
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(XML.encode())

        thread = threading.Thread(target=answer)
        thread.start()
        place = f'SERVER = ("127.0.0.1", {server.getsockname()[1]})'
        text = re.sub(r"SERVER = .*", place, re.sub(r"PATIENCE = \d+", "PATIENCE = 0", text))
        done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
        thread.join()
    assert (done.returncode, done.stdout.strip()) == (code, said)


def test_health_tells_of_a_gmetad_that_is_gone(tmp_path: Path) -> None:
    text = render(tmp_path, "frontend001")["health.py"]
    text = re.sub(r"SERVER = .*", 'SERVER = ("127.0.0.1", 1)', text)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "gmetad does not answer" in done.stderr
