"""`ectf cost`: one cluster line by line, several side by side; no tool and no credentials."""

import json
from pathlib import Path

import pytest

from elasticluster_tf import cli
from tests.builders import REPOSITORY

EXAMPLE = str(REPOSITORY / "examples" / "slurm.yaml")
CLOUDS = REPOSITORY / "examples" / "clouds"
OWN = """
currency: EUR
source: Rates of the site
clouds:
  openstack: {nodes: {m1.small: 0.05}, each: {address: 0.004, gateway: 0.01}}
"""


@pytest.fixture(autouse=True)
def _no_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")


def test_one_cluster(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["cost", EXAMPLE, str(CLOUDS / "aws.yaml")]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].split() == ["group", "what", "type", "count", "USD/hour", "USD/month"]
    # 2 * 0.10185 = 0.2037; 0.2037 * 730 = 148.70
    assert ["compute", "node", "c7i.large", "2", "0.2037", "148.70"] in [row.split() for row in rows]
    assert any(row.startswith("prices: ") and "2025-03-02" in row for row in rows)
    assert any("~" in row and "gp3 10 GiB" in row for row in rows)
    assert "730 hours" in rows[-1]


def test_clouds_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("aws", "google", "azure", "local", "openstack")
    places = [word for name in names for word in ("--on", str(CLOUDS / f"{name}.yaml"))]
    assert cli.run(["cost", EXAMPLE, *places]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert all(f"{name}.yaml (USD)" in rows[0] for name in names)
    total = next(row for row in rows if row.startswith("total")).split()
    assert total[4:] == ["0.00", "unknown"]
    assert all(float(amount.lstrip("~")) > 100 for amount in total[1:4])
    assert any(row.startswith("unknown: ") and "openstack.yaml: node m1.small" in row for row in rows)


def test_json_with_a_book_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cluster.yaml"
    file.write_text(Path(EXAMPLE).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "prices.yaml").write_text(OWN, encoding="utf-8")
    assert cli.run(["cost", str(file), "--on", str(CLOUDS / "openstack.yaml"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (estimate,) = found["estimates"]
    # 3 * 0.05 + 0.004 + 0.01 = 0.164; 0.164 * 730 = 119.72
    assert estimate["cost"]["after"] == {"hourly": "0.1640", "monthly": "119.72", "unknown": 0}
    assert (estimate["cost"]["currency"], estimate["cluster"], estimate["clouds"]) == (
        "EUR",
        "demo",
        ["openstack"],
    )


def test_the_default_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cluster.yaml").write_text(Path(EXAMPLE).read_text(encoding="utf-8"), encoding="utf-8")
    assert cli.run(["cost"]) == 0
    assert cli.run(["cost", "--on", str(CLOUDS / "azure.yaml")]) == 0
    assert "Standard_F2s_v2" in capsys.readouterr().out


def test_a_book_named_in_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cluster.yaml"
    file.write_text(Path(EXAMPLE).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "site.yaml").write_text(OWN.replace("m1.small: 0.05", "m1.small: cheap"), encoding="utf-8")
    words = ["cost", str(file), str(CLOUDS / "openstack.yaml"), "--set", "prices=site.yaml"]
    assert cli.run(words) == 4
    assert "site.yaml:5:" in capsys.readouterr().err
