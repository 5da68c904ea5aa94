"""SARIF and JUnit: what their readers rely on."""

import json
from typing import Any
from xml.etree import ElementTree

from sarif_pydantic import Sarif

from elasticluster_tf.console import findings
from elasticluster_tf.errors import Place, Problem

PROBLEMS = (
    Problem(
        "must be at least 0",
        "groups.compute.count",
        Place("my lab/é.yaml", 6, 12, "  count: -1"),
        "0 or more",
    ),
    Problem("unknown key", "groups.x", Place("cluster.yaml", 9, 0)),
    Problem("can't be read <&> \x00\ud800]]>", "", Place("gone.yaml", 0, 0)),
    Problem("there is no node `x`", "--limit"),
)


def run(problems: tuple[Problem, ...]) -> Any:
    text = findings.sarif(problems)
    Sarif.model_validate_json(text)
    document = json.loads(text)
    assert document["version"] == "2.1.0"
    (found,) = document["runs"]
    return found


def test_sarif_tells_file_line_and_column() -> None:
    results = run(PROBLEMS[:2])["results"]
    assert [one["message"]["text"] for one in results] == [
        "groups.compute.count: must be at least 0 (0 or more)",
        "groups.x: unknown key",
    ]
    places = [one["locations"][0]["physicalLocation"] for one in results]
    assert places[0] == {
        "artifactLocation": {"uri": "my%20lab/%C3%A9.yaml"},
        "region": {"startLine": 6, "startColumn": 12},
    }
    assert places[1]["region"]["startColumn"] == 1  # columns of SARIF start there


def test_sarif_names_its_rules() -> None:
    found = run((PROBLEMS[0], PROBLEMS[1], PROBLEMS[3]))
    rules = [one["id"] for one in found["tool"]["driver"]["rules"]]
    assert rules == ["--limit", "groups"]
    assert [rules[one["ruleIndex"]] for one in found["results"]] == ["groups", "groups", "--limit"]
    assert [one["ruleId"] for one in found["results"]] == ["groups", "groups", "--limit"]


def test_sarif_without_a_place_and_without_problems() -> None:
    assert run((PROBLEMS[3],))["results"][0]["locations"] == []
    assert run(())["results"] == []


def test_junit_has_a_failure_for_each_problem() -> None:
    suite = ElementTree.fromstring(findings.junit(PROBLEMS, "cluster.yaml"))
    assert (suite.tag, suite.get("tests"), suite.get("failures")) == ("testsuite", "4", "4")
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == ["groups.compute.count", "groups.x", "file", "--limit"]
    assert [case.get("classname") for case in cases] == [
        "my lab/é.yaml",
        "cluster.yaml",
        "gone.yaml",
        "cluster.yaml",
    ]
    assert (cases[0].get("line"), cases[2].get("line")) == ("6", None)
    failures = [case.findtext("failure") or "" for case in cases]
    assert failures[0] == str(PROBLEMS[0])
    assert "can't be read <&> \ufffd\ufffd]]>" in failures[2]


def test_junit_of_a_right_file_is_one_case_that_passed() -> None:
    suite = ElementTree.fromstring(findings.junit((), "cluster.yaml"))
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")
    assert [len(case) for case in suite.findall("testcase")] == [0]
