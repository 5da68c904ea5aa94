"""What is wrong with cluster files, in the forms that CI systems read: SARIF 2.1.0 and JUnit's XML."""

import json
import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from elasticluster_tf.errors import Place, Problem

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# What XML 1.0 can't hold, however it is escaped (section 2.2).
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def sarif(problems: Sequence[Problem]) -> str:
    """A SARIF log with one result for each problem; a rule is the topmost key it is about."""
    rules = sorted({_rule(one) for one in problems})
    driver = {
        "name": "ectf",
        "semanticVersion": version("elasticluster-tf"),
        "rules": [
            {"id": name, "shortDescription": {"text": f"`{name}` of a cluster file"}} for name in rules
        ],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, rules) for one in problems],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(problem: Problem) -> str:
    return problem.key.split(".", 1)[0] or "file"


def _result(problem: Problem, rules: Sequence[str]) -> dict[str, Any]:
    rule = _rule(problem)
    return {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": "error",
        "message": {"text": _told(problem)},
        "locations": [_location(problem.place)] if problem.place else [],
    }


def _location(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = {"artifactLocation": {"uri": quote(place.file)}}
    if place.line:
        found["region"] = {"startLine": place.line, "startColumn": max(place.column, 1)}
    return {"physicalLocation": found}


def _told(problem: Problem) -> str:
    key = f"{problem.key}: " if problem.key else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{key}{problem.message}{hint}"


def junit(problems: Sequence[Problem], name: str) -> str:
    """A JUnit report: a failed case for each problem, or one case that passed."""
    counts = {"tests": str(max(len(problems), 1)), "failures": str(len(problems)), "errors": "0"}
    suite = ElementTree.Element("testsuite", {"name": "ectf validate", **counts})
    if not problems:
        ElementTree.SubElement(suite, "testcase", {"classname": _xml(name), "name": "validate"})
    for problem in problems:
        file = problem.place.file if problem.place else name
        about = {"classname": _xml(file), "name": _xml(problem.key or "file")}
        case = ElementTree.SubElement(suite, "testcase", about)
        if problem.place and problem.place.line:
            case.set("line", str(problem.place.line))
        failure = ElementTree.SubElement(case, "failure", {"message": _xml(_told(problem))})
        failure.text = _xml(str(problem))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
