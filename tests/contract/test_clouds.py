"""Every cloud's folder fulfils the contract; a new folder is tested by being there."""

import json
import os
import re
from pathlib import Path

import pytest
from jinja2 import Environment, meta, nodes

from elasticluster_tf import cli, clouds, cost
from elasticluster_tf.clouds import Cloud, hcl
from elasticluster_tf.config import Group
from elasticluster_tf.cost import rules as cost_rules
from tests.builders import shipped

ROOT = Path(__file__).parents[2]
COMMON = ROOT / "terraform_modules" / "common" / "contract.tf"
CLOUDS = sorted(path.parent.name for path in COMMON.parent.parent.glob("*/cloud.yaml"))
PORTABLE = {"debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04", "rocky-9", "almalinux-9"}


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest) -> Cloud:
    return shipped().clouds[request.param]


def text(cloud: Cloud, name: str) -> str:
    return (cloud.path / name).read_text(encoding="utf-8")


def test_the_interface_is_the_common_one(cloud: Cloud) -> None:
    assert (cloud.path / "contract.tf").is_symlink()
    assert (cloud.path / "contract.tf").resolve() == COMMON


def test_every_variable_is_described_and_typed(cloud: Cloud) -> None:
    for block in hcl.parse(cloud.path / "variables.tf", None).get("variable", []):
        for name, body in block.items():
            assert body.get("description", "").strip().endswith((".", ")")), name
            assert body.get("type"), name
            assert not hasattr(clouds.Plugin, name)
    assert not set(cloud.variables) & {"cluster_name", "nodes", "labels", "ports", "images", "ssh_public_key"}


def test_facts_name_what_the_module_has(cloud: Cloud) -> None:
    """Look-ups, the range of the own network and what signs in are about data sources and settings that exist."""
    facts = cloud.facts
    data = {
        ".".join(one)
        for one in re.findall(r'^data "(\w+)" "(\w+)"', text(cloud, "main.tf") + _other_tf(cloud), re.M)
    }
    assert {one.data for one in facts.lookups} <= data
    keys = {key for one in facts.lookups if not one.each for key in one.keys}
    keys |= {key for need in facts.sign_in.needs for key in need.settings}
    keys |= {facts.own_range.setting, facts.own_range.unless} if facts.own_range else set()
    assert keys <= set(cloud.variables)
    assert {key for one in facts.lookups if one.each for key in one.keys} <= set(Group.model_fields)
    assert bool(facts.sign_in.hint) == bool(facts.credentials)


def test_all_rules_but_one_are_judged_before_terraform(cloud: Cloud) -> None:
    """Only whether ranges overlap is left to Terraform."""
    blocks = hcl.parse(cloud.path / "variables.tf", None).get("variable", [])
    written = [one for block in blocks for body in block.values() for one in body.get("validation", [])]
    left = [one for one in written if "for peer in var.peer_cidrs" in one["condition"]]
    understood = [rule for one in cloud.variables.values() for rule in one.rules] + list(cloud.node_rules)
    assert len(understood) == len(written) - len(left)


def test_the_outputs_are_there_and_nodes_are_told_of(cloud: Cloud) -> None:
    outputs = re.findall(r'^output "(\w+)"', text(cloud, "main.tf") + _other_tf(cloud), re.M)
    assert {"network", "bastion"} <= set(outputs)
    assert ("shared_fs" in cloud.variables) == ("shared_fs" in outputs)
    stamp, main = text(cloud, "node.tf.j2"), text(cloud, "main.tf")
    # Each would cost a plan: an output a copy of the module's state, a resource a vertex of its graph.
    assert not re.search(r'^output "|^resource "terraform_data" "node_', stamp, re.M)
    block = main[main.index('resource "terraform_data" "nodes"') :]
    for field in ("group", "address", "ssh_user", "instance_id", "volumes"):
        assert re.search(rf"\b{field}\s+=", block, re.M), field
    for kind in re.findall(r'"([a-z_0-9]+)\.[\w.]+"', block):
        assert f'resource "{kind}" "{{{{ name }}}}"' in stamp, kind


def _other_tf(cloud: Cloud) -> str:
    return "".join(
        path.read_text(encoding="utf-8") for path in cloud.path.glob("*.tf") if path.name != "main.tf"
    )


PARTS = {"public_ip", "public_ports", "spot", "disk", "placement", "settings", "options"}


def test_only_names_are_inserted(cloud: Cloud) -> None:
    """User values stay data: a template that asked for one would be a way into HCL.

    Which parts a node has decides what is written, and is never written itself.
    """
    names = {"node.tf.j2": {"name", "group", "volumes", "volume"}, "provider.tf.j2": {"label", "alias"}}
    for file, allowed in names.items():
        if (cloud.path / file).is_file():
            tree = Environment(autoescape=True).parse(text(cloud, file))
            assert meta.find_undeclared_variables(tree) <= allowed | PARTS
            inserted = [one for written in tree.find_all(nodes.Output) for one in written.nodes]
            texts = [one for one in inserted if not isinstance(one, nodes.TemplateData)]
            assert all(isinstance(one, nodes.Name) and one.name in allowed for one in texts)


def test_modules_hold_no_provider_backend_or_provisioner(cloud: Cloud) -> None:
    for path in [*cloud.path.glob("*.tf"), cloud.path / "node.tf.j2"]:
        assert not re.search(
            r'^\s*(provider "|backend "|provisioner ")', path.read_text(encoding="utf-8"), re.M
        ), path


def test_versions_are_pinned(cloud: Cloud) -> None:
    assert 'required_version = ">= 1.11"' in text(cloud, "versions.tf")
    for provider in cloud.required_providers.values():
        assert provider["source"].count("/") in (1, 2)
        assert re.search(r"\d", provider["version"])


def test_the_facts_hold_together(cloud: Cloud) -> None:
    facts = cloud.facts
    assert set(facts.images) <= PORTABLE
    assert set(facts.identity) <= set(cloud.variables)
    assert set(facts.per_node_settings) <= set(cloud.variables)
    assert set(facts.example) <= set(cloud.variables)
    if facts.sizes != "direct":
        assert len({one.type for one in facts.sizes}) == len(facts.sizes)
        assert all(one.price > 0 for one in facts.sizes)


def test_the_readme_tells_every_setting(cloud: Cloud) -> None:
    """The table between the marks is made from variables.tf; UPDATE_GOLDEN=1 writes it anew."""
    readme = text(cloud, "README.md")
    head, rest = readme.split("<!-- settings -->\n")
    tail = rest.split("<!-- /settings -->")[1]
    made = f"{head}<!-- settings -->\n{settings_table(cloud)}<!-- /settings -->{tail}"
    if os.environ.get("UPDATE_GOLDEN"):
        (cloud.path / "README.md").write_text(made, encoding="utf-8")
    assert text(cloud, "README.md") == made


def settings_table(cloud: Cloud) -> str:
    blocks = hcl.parse(cloud.path / "variables.tf", None).get("variable", [])
    rows = ["| setting | type | default | description |", "|---|---|---|---|"]
    for block in blocks:
        for name, body in block.items():
            kind = (
                str(body["type"]).removeprefix("${").removesuffix("}")
                if "${" in str(body["type"])
                else body["type"]
            )
            default = f"`{json.dumps(body['default'])}`" if "default" in body else "required"
            cells = (f"`{name}`", f"`{kind}`", default, body["description"])
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "".join(f"{row}\n" for row in rows)


def test_the_example_and_a_first_file_validate(cloud: Cloud, tmp_path: Path) -> None:
    assert cli.run(["validate", str(cloud.path / "example.yaml")]) == 0
    first = tmp_path / "cluster.yaml"
    assert cli.run(["init", str(first), "--cloud", cloud.name, "--software", "slurm"]) == 0
    assert cli.run(["validate", str(first)]) == 0


@pytest.mark.parametrize(
    "overlay", sorted(path.name for path in (ROOT / "examples" / "clouds").glob("*.yaml"))
)
def test_one_file_fits_every_cloud(overlay: str, tmp_path: Path) -> None:
    """The same cluster elsewhere is one small file more, and Ansible's half is the same byte for byte."""
    example, place = str(ROOT / "examples" / "slurm.yaml"), str(ROOT / "examples" / "clouds" / overlay)
    assert cli.run(["validate", example, place]) == 0
    assert cli.run(["render", "--out", str(tmp_path / "here"), example]) == 0
    assert cli.run(["render", "--out", str(tmp_path / "there"), example, place]) == 0
    for name in ("site.yml", "slurm.yml", "ansible.cfg"):
        here, there = ((tmp_path / side / "ansible" / name).read_text() for side in ("here", "there"))
        assert here == there


def test_what_costs_is_said_of_every_resource(cloud: Cloud) -> None:
    """A resource that neither costs nor is free would be shown as unknown for ever."""
    rules = cost_rules.load(cloud.path)
    assert rules is not None
    texts = "".join(text(cloud, path.name) for path in [*cloud.path.glob("*.tf"), cloud.path / "node.tf.j2"])
    made = set(re.findall(r'^resource "(\w+)"', texts, re.M)) - {"terraform_data"}
    assert {one for one in made if one not in rules.resources and not rules.is_free(one)} == set()
    assert set(rules.resources) <= made
    assert not {one for one in rules.resources if rules.is_free(one)}
    for name in (rules.region, rules.sizes_setting):
        assert not name or name in cloud.variables


def test_the_price_book_names_its_sources(cloud: Cloud) -> None:
    book = cost.read_shipped(cloud.path)
    if book is None:
        return
    assert all(re.match(r"20\d\d-\d\d", one.date) and one.source for one in book.sources)
    assert (cloud.path / "prices.json").stat().st_size < 1_000_000
    assert all(price > 0 for region in book.prices.regions.values() for price in region.nodes.values())
