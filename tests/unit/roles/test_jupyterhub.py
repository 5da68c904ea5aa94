"""JupyterHub's files, rendered by real Ansible, and the guard of its configuration."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import hostile
from tests.unit.roles import play, roles
from tests.unit.roles.play import MACHINE, Literal, host

HOSTS: dict[str, Any] = {
    "hub001": host("10.0.0.1"),
    "compute001": host("10.0.0.11"),
    "compute002": host("fd00::12"),
}
FILES = ("proxy.service", "hub.service", "health.py", "job.sh")
Found = dict[str, Any]


def inventory(**parts: list[str]) -> dict[str, Any]:
    """The hosts with parts of JupyterHub; all of them have SLURM."""
    named = {"hub": ["hub001"], **parts}
    children: dict[str, Any] = {
        f"jupyterhub_{part}": {"hosts": {one: {} for one in named.get(part, ())}}
        for part in ("hub", "public", "node")
    }
    children["jupyterhub"] = {"children": {name: {} for name in list(children)}}
    children["slurm_worker"] = {"hosts": {"compute001": {}, "compute002": {}}}
    children["slurm_controller"] = {"hosts": {"hub001": {}}}
    children["slurm"] = {"children": {"slurm_worker": {}, "slurm_controller": {}}}
    return {"all": {"vars": {"cluster_name": "demo"}, "hosts": HOSTS, "children": children}}


LOCAL = inventory()
SLURM = inventory(node=["compute001", "compute002"])
PUBLIC = inventory(public=["hub001"])


def render(
    folder: Path, tree: Mapping[str, Any], config: str = "__jupyterhub_config", **variables: Any
) -> Found:
    """The hub's files, its settings by the name of their variable, and what it installs."""
    texts, others = folder / "texts.json", folder / "others.json"
    also = {
        "keep_json": {
            "text": f"{{{{ {{'settings': {config}, 'requirements': __jupyterhub_requirements}} | to_json }}}}",
            "path": str(others),
        }
    }
    task = play.rendered("jupyterhub", FILES, texts)
    steps = play.of_role("jupyterhub", "jupyterhub_hub", task, also, variables=variables)
    ended = play.run(folder, tree, [play.given(MACHINE), steps])
    assert ended.code == 0, ended.output[-3000:]
    found: Found = json.loads(texts.read_text(encoding="utf-8"))
    found.update(json.loads(others.read_text(encoding="utf-8")))
    return found


def test_servers_on_the_hub_are_units_with_limits(tmp_path: Path) -> None:
    found = render(tmp_path, LOCAL, jupyterhub_memory="4G", jupyterhub_cpus=1.5, jupyterhub_groups=["lab"])
    settings = found["settings"]
    assert settings["JupyterHub"]["spawner_class"] == "systemdspawner.SystemdSpawner"
    assert settings["JupyterHub"]["hub_bind_url"] == "http://10.0.0.1:8081"
    assert (settings["Spawner"]["mem_limit"], settings["Spawner"]["cpu_limit"]) == ("4G", 1.5)
    assert settings["Authenticator"]["allow_all"] is False
    assert settings["PAMAuthenticator"]["allowed_groups"] == ["lab"]
    assert "services" not in settings["JupyterHub"]
    assert "--ip 127.0.0.1 --port 8000 " in found["proxy.service"]
    assert "batchspawner==1.3.0" not in found["requirements"]
    assert "ssl" not in found["proxy.service"]
    assert 'ADDRESS = "http://127.0.0.1:8000/hub/api/"' in found["health.py"]
    compile(found["health.py"], "health.py", "exec")


def test_servers_as_jobs_ask_for_what_is_said(tmp_path: Path) -> None:
    found = render(
        # Only within the role is the job's template found by its name.
        tmp_path, SLURM, "__jupyterhub_config_always",
        jupyterhub_spawner="slurm", jupyterhub_cpus=1.5, jupyterhub_memory="900M", jupyterhub_listen="inside",
        jupyterhub_slurm={"partition": "short", "time": "08:00:00", "gres": "gpu:1"}, jupyterhub_cull_minutes=5,
    )  # fmt: skip
    job = found["job.sh"].rstrip().splitlines()
    assert [line for line in job if line.startswith("#SBATCH")] == [
        "#SBATCH --job-name=jupyterhub",
        "#SBATCH --output={{homedir}}/.jupyterhub-%j.log",
        "#SBATCH --chdir={{homedir}}",
        "#SBATCH --cpus-per-task=2",
        "#SBATCH --mem=900M",
        "#SBATCH --partition=short",
        "#SBATCH --time=08:00:00",
        "#SBATCH --gres=gpu:1",
    ]
    assert (job[0], job[-1]) == ("#!/bin/bash", "exec {{cmd}}")
    assert "--timeout=300" in found["settings"]["JupyterHub"]["services"][0]["command"]
    assert found["settings"]["Authenticator"]["allow_all"] is True
    assert "--ip 10.0.0.1 --port 8000 " in found["proxy.service"]
    assert "batchspawner==1.3.0" in found["requirements"]


def test_the_world_comes_by_a_port_of_its_own(tmp_path: Path) -> None:
    found = render(tmp_path, PUBLIC, jupyterhub_tls="self-signed")
    assert "configurable-http-proxy --port 443 " in found["proxy.service"]
    assert "--ssl-cert /etc/jupyterhub/tls/certificate.pem --ssl-key " in found["proxy.service"]
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in found["proxy.service"]
    assert 'ADDRESS = "https://127.0.0.1:443/hub/api/"' in found["health.py"]


def test_settings_replace_and_hostile_texts_arrive_as_they_are(tmp_path: Path) -> None:
    texts = [
        text for name, text in hostile.EVERYTHING.items() if name not in ("long", "no characters", "empty")
    ]
    given = [Literal(text) if "{" in text else text for text in texts]
    settings = {
        "Spawner": {"args": given, "http_timeout": 7},
        "JupyterHub": {"template_vars": {"x": given[0]}},
    }
    found = render(tmp_path, LOCAL, jupyterhub_settings=settings)["settings"]
    assert found["Spawner"]["args"] == texts
    assert found["Spawner"]["http_timeout"] == 7
    assert found["Spawner"]["start_timeout"] == 120
    assert found["JupyterHub"]["template_vars"] == {"x": texts[0]}


NASTY = [Literal(hostile.EVERYTHING[name]) for name in ("jinja expression", "shell substitution", "newlines")]
REFUSED: list[dict[str, Any]] = [
    {variable: text}
    for variable in ("jupyterhub_version", "jupyterhub_lab_version", "jupyterhub_memory", "jupyterhub_certificate")
    for text in NASTY
]  # fmt: skip
REFUSED += [
    {variable: [text]}
    for variable in ("jupyterhub_packages", "jupyterhub_users", "jupyterhub_groups", "jupyterhub_admins")
    for text in NASTY
]
REFUSED += [
    {"jupyterhub_slurm": {option: text}}
    for option in ("partition", "time", "account", "qos", "gres")
    for text in NASTY
]
REFUSED += [
    {"jupyterhub_packages": ["--index-url=http://x"]},
    {"jupyterhub_packages": ["numpy @ file:///x"]},
    {"jupyterhub_admins": ["root"]},
    {"jupyterhub_cpus": -1},
    {"jupyterhub_spawner": "slurm"},
    {"jupyterhub_spawner": "elsewhere"},
    {"jupyterhub_tls": "files"},
    {"jupyterhub_tls": "files", "jupyterhub_certificate": "/x", "jupyterhub_certificate_key": "y"},
    {"jupyterhub_settings": {"JupyterHub": {"spawner_class": "simple"}}},
    {"jupyterhub_settings": {"Spawner": 3}},
    {"jupyterhub_slurm": {"nodes": 3}},
]
GOOD = {
    "jupyterhub_packages": ["numpy==2.3.5", "dask[array]>=2026.1,<2027", "scipy"],
    "jupyterhub_users": ["a_b-1"],
}


def test_what_fits_in_no_file_is_refused(tmp_path: Path) -> None:
    passed = play.accepted(tmp_path, LOCAL, "jupyterhub", "jupyterhub_hub", [*REFUSED, {}, GOOD])
    assert passed == [len(REFUSED), len(REFUSED) + 1]


@pytest.mark.parametrize("tls", ["none", "self-signed"])
def test_the_world_is_served_encrypted_or_not_at_all(tls: str, tmp_path: Path) -> None:
    passed = play.accepted(tmp_path, PUBLIC, "jupyterhub", "jupyterhub_hub", [{"jupyterhub_tls": tls}])
    assert passed == ([0] if tls == "self-signed" else [])


def test_the_configuration_is_python() -> None:
    text = (roles.ROLES / "jupyterhub" / "files" / "jupyterhub_config.py").read_text(encoding="utf-8")
    compile(text, "jupyterhub_config.py", "exec")
