"""The scripts within written pipelines, as the system that reads them would hand them to a shell."""

import re
from typing import Any

from elasticluster_tf import documents

_NAMES = ("plan", "prepare", "apply", "drift")


def steps(system: str, text: str) -> dict[str, str]:
    """Job → the script of the step that runs ectf."""
    return {"github": _github, "gitlab": _gitlab, "jenkins": _jenkins}[system](text)


def _github(text: str) -> dict[str, str]:
    jobs = documents.plain(text)["jobs"]
    assert set(jobs) == set(_NAMES)
    return {name: _expanded(_running(job["steps"])["run"]) for name, job in jobs.items()}


def _running(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The one step that runs ectf and not its installation."""
    (one,) = [step for step in found if "ectf " in step.get("run", "") and step.get("name") != "Install ectf"]
    return one


def _expanded(script: str) -> str:
    """GitHub's expressions as GitHub would evaluate them; in scripts only literal strings are used."""
    assert script.count("${{") == 2 * script.count("${{ '${{' }}")
    return script.replace("${{ '${{' }}", "${{")


def _gitlab(text: str) -> dict[str, str]:
    jobs = documents.plain(text)
    found = {
        key.split(" ")[0]: "\n".join(job["script"]) for key, job in jobs.items() if "script" in (job or {})
    }
    assert set(found) == set(_NAMES)
    return found


def _jenkins(text: str) -> dict[str, str]:
    found = {}
    for name in _NAMES:
        stage = text.split(f"stage('{name.title()}')", 1)[1]
        script = stage.split("sh '''", 1)[1].split("\n                '''", 1)[0]
        found[name] = re.sub(r"\\(.)", lambda one: {"n": "\n"}.get(one[1], one[1]), script)
    return found
