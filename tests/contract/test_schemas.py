"""The published schemas are those of the code, and what commands print fits them."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from elasticluster_tf import schemas
from elasticluster_tf.cli import run

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
STATIC = """
name: racks
cloud: {name: static, hosts: {worker001: {address: 192.0.2.1}}}
groups: {worker: {count: 1, size: {cpus: 1, memory_gb: 1}}}
"""


@pytest.mark.parametrize("kind", sorted(schemas.document_schemas()))
def test_the_published_schema_is_current(kind: str) -> None:
    text = json.dumps(schemas.document_schemas()[kind], indent=2) + "\n"
    file = FOLDER / f"{kind}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text, "UPDATE_GOLDEN=1 writes it anew"
    jsonschema.Draft202012Validator.check_schema(json.loads(text))


def fits(line: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(line)
    kind = document.get("kind", "event")
    jsonschema.validate(document, json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8")))
    return document


def test_what_commands_print_fits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cluster.yaml"
    file.write_text(STATIC, encoding="utf-8")

    def printed(*words: str) -> list[dict[str, Any]]:
        codes.append(run([*words, "--json"]))
        return [fits(line) for line in capsys.readouterr().out.splitlines()]

    codes: list[int] = []
    name = str(file)
    assert printed("validate", name)[-1]["nodes"] == 1
    assert printed("render", name)[-1]["changed"]
    assert printed("plan", name)[-1]["infrastructure"]["nodes"][0]["name"] == "worker001"
    assert printed("up", "--yes", "--no-configure", name)[-1]["nodes"] == ["worker001"]
    assert printed("nodes", name)[-1]["nodes"][0]["state"] == "built"
    assert printed("status", name)[-1]["nodes"][0]["state"] == "unreachable"
    assert printed("down", "--yes", name)[-1]["unchecked"] == ["static"]
    assert printed("config", "--origins", name)[-1]["origins"][0]["key"] == "name"
    assert {"local", "static"} <= {one["name"] for one in printed("clouds")[-1]["clouds"]}
    assert printed("software")[-1]["software"]
    assert set(printed("version")[-1]) > {"ectf", "terraform", "ansible-core"}
    assert codes == [0] * 11
    assert printed("cost", name)[-1]["estimates"][0]["cost"]["after"]["monthly"] == "0.00"
    assert printed("doctor")[-1]["checks"]
    assert printed("validate", str(tmp_path / "none.yaml"))[-1]["error"]["problems"]
    assert codes[-1] == 4
