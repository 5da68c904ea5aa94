"""Names and labels that a cloud refuses, or that are ectf's own, are told of before Terraform runs."""

import pytest

from tests.builders import problems, shipped
from tests.contract.clouds.bad import aws, azure, google, incus, openstack

GOOD = {
    "aws": aws.GOOD,
    "azure": azure.GOOD,
    "google": google.GOOD,
    "incus": incus.GOOD,
    "openstack": openstack.GOOD,
}
OWN = ("ectf-cluster", "ectf-group", "ectf-node", "ectf-volume", "ectf-keep", "managed-by")


@pytest.mark.parametrize(
    ("cloud", "name", "hint"),
    [
        *((cloud, "demo-", "ends with no dash") for cloud in GOOD),
        *((cloud, "a-", "ends with no dash") for cloud in GOOD),
        ("aws", "sg-test", "security groups may not begin"),
        *((cloud, "sg-test", "") for cloud in GOOD if cloud != "aws"),
        *((cloud, name, "") for cloud in GOOD for name in ("a", "a1", "my-sg-1", "sg")),
    ],
)
def test_names(cloud: str, name: str, hint: str) -> None:
    found = problems(GOOD[cloud].replace("name: demo", f"name: {name}"))
    assert [(one.key, one.place.line) for one in found if one.place] == ([("name", 1)] if hint else [])
    assert all(hint in one.hint for one in found)


@pytest.mark.parametrize("label", OWN)
@pytest.mark.parametrize("cloud", GOOD)
def test_no_label_of_a_user_s_takes_the_place_of_ectf_s(cloud: str, label: str) -> None:
    """Where names are compared without regard to case, in any case."""
    names = [label] + ([label.upper(), label.title()] if cloud in ("azure", "google") else [])
    for name in names:
        text = GOOD[cloud]
        of_all, of_group = f"{text}labels: {{{name}: x}}\n", f"{text}    labels: {{{name}: x}}\n"
        assert [one.key for one in problems(of_all)] == [f"labels.{name}"]
        assert [one.key for one in problems(of_group)] == [f"groups.compute.labels.{name}"]


def test_every_rule_says_what_to_do() -> None:
    rules = [one.facts.name_rule for one in shipped().clouds.values() if one.facts.name_rule]
    assert rules and all("choose another name" in one.hint for one in rules)
