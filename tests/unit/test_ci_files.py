"""The pipelines that are written: their own linters read them, and hostile names stay data."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import check_jsonschema
import jsonschema
import pytest
import tree_sitter_groovy
from tree_sitter import Language, Node, Parser

from elasticluster_tf import ci_files, documents
from elasticluster_tf.clouds import Cloud
from elasticluster_tf.errors import InputError
from tests.builders import shipped
from tests.pipelines import steps

CLOUDS = sorted(name for name in shipped().clouds if name != "echo")
HOSTILE = (
    "it's $(touch owned) `touch owned`.yaml",
    "${{ secrets.ECTF_SECRET }}.yaml",
    'a"b\\n: #x {{ x }}.yaml',
    "'''+x+'''.yaml",
    "-f.yaml",
    "café ☃.yaml",
)


def compose(
    system: str, files: Sequence[str] = ("cluster.yaml",), cloud: str = "echo", branch: str = "main"
) -> str:
    return ci_files.compose(system, "demo", [Path(file) for file in files], branch, [shipped().clouds[cloud]])


def schema(name: str) -> Any:
    folder = Path(str(check_jsonschema.__file__)).parent / "builtin_schemas" / "vendor"
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def actionlint(text: str) -> str:
    """What actionlint says, shellcheck of the steps included."""
    program = shutil.which(
        "actionlint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    if not program:
        pytest.skip("no actionlint: `make setup-tests` builds it where there is Go")
    shellcheck = Path(sys.executable).parent / "shellcheck"
    words = [program, "-no-color", "-shellcheck", str(shellcheck), "-"]
    ended = subprocess.run(words, input=text, capture_output=True, text=True)
    return ended.stdout + ended.stderr


def errors(node: Node) -> list[bytes]:
    """Where a Groovy parser stumbles."""
    own = [node.text or b"missing"] if node.type == "ERROR" or node.is_missing else []
    return own + [one for child in node.children for one in errors(child)]


def parsed(text: str) -> Node:
    return Parser(Language(tree_sitter_groovy.language())).parse(text.encode()).root_node


@pytest.mark.parametrize("cloud", CLOUDS)
def test_actionlint_has_nothing_to_say(cloud: str) -> None:
    assert actionlint(compose("github", cloud=cloud)) == ""


def test_actionlint_would_say_something() -> None:
    broken = compose("github").replace("needs: prepare", "needs: nothing")
    assert "does not exist" in actionlint(broken)
    assert "SC2086" in actionlint(compose("github").replace('"$code"', "$code $1"))


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize(("system", "name"), [("github", "github-workflows"), ("gitlab", "gitlab-ci")])
def test_the_schema_of_the_system_fits(system: str, name: str, cloud: str) -> None:
    validator = jsonschema.Draft7Validator(schema(name))
    assert [one.message for one in validator.iter_errors(documents.plain(compose(system, cloud=cloud)))] == []
    assert list(validator.iter_errors({**documents.plain(compose(system)), "jobs": 1, "stages": 1}))


@pytest.mark.parametrize("files", [("cluster.yaml",), HOSTILE])
def test_a_groovy_parser_reads_the_jenkinsfile(files: Sequence[str]) -> None:
    assert errors(parsed(compose("jenkins", files))) == []
    assert errors(parsed(compose("jenkins").replace("'''", "''", 1)))


@pytest.mark.parametrize("system", ci_files.SYSTEMS)
def test_steps_are_right_for_a_plain_shell(system: str, tmp_path: Path) -> None:
    for name, script in steps(system, compose(system, HOSTILE)).items():
        file = tmp_path / f"{name}.sh"
        file.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
        # SC2016 wonders at `$(…)` in single quotes, which is what a hostile name becomes.
        words: list[str | Path] = [Path(sys.executable).parent / "shellcheck", "--exclude=SC2016", file]
        subprocess.run(words, check=True)


@pytest.mark.parametrize("system", ci_files.SYSTEMS)
def test_hostile_files_are_words_in_the_shell(system: str, tmp_path: Path) -> None:
    (tmp_path / "ectf").write_text('#!/bin/sh\nprintf "%s\\n" "$@" > words\n', encoding="utf-8")
    (tmp_path / "ectf").chmod(0o755)
    script = steps(system, compose(system, HOSTILE))["drift"]
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    subprocess.run(["sh", "-c", script], cwd=tmp_path, env=environment, check=True)
    words = (tmp_path / "words").read_text(encoding="utf-8").splitlines()
    assert words == ["drift", *(f"--file={file}" for file in HOSTILE)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ectf", "words"]


def test_no_expression_begins_in_a_name() -> None:
    text = compose("github", HOSTILE)
    assert "${{ secrets.ECTF_SECRET }}.yaml" not in text
    said = actionlint(text).splitlines()
    assert not [line for line in said if line.startswith("<stdin>") and "SC2016" not in line]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("/etc/cluster.yaml", "is not below the folder"),
        ("../cluster.yaml", "is not below the folder"),
        ("a\nb.yaml", "can't be printed"),
        ("a\u2028b.yaml", "can't be printed"),
    ],
)
def test_files_that_no_job_could_name(file: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        compose("github", [file])


@pytest.mark.parametrize("branch", ["", "-x", 'a"b', "${{x}}", "a b", "a\nb"])
def test_branches_that_are_none(branch: str) -> None:
    with pytest.raises(InputError, match="is no branch"):
        compose("gitlab", branch=branch)


@pytest.mark.parametrize("name", ["", "a", "A B", "A: x", "A'"])
def test_names_that_no_variable_has(name: str) -> None:
    with pytest.raises(InputError, match="is no variable's name"):
        ci_files.compose("github", "demo", [Path("cluster.yaml")], "main", [], [name])


@pytest.mark.parametrize("system", ci_files.SYSTEMS)
def test_ectf_is_installed_from_where_it_is_said(system: str) -> None:
    wheel = "elasticluster-tf[x] @ https://example.org/e-0.1.0-py3-none-any.whl#sha256=0f&a=1"
    clouds = [shipped().clouds["aws"]]
    text = ci_files.compose(system, "demo", [Path("a.yaml")], "main", clouds, (), wheel)
    assert wheel in text and '"$ECTF_REQUIREMENT"' in text
    assert "elasticluster-tf==" in ci_files.compose(system, "demo", [Path("a.yaml")], "main", clouds)


@pytest.mark.parametrize(
    "requirement", ["-r x", "a\nb", 'a"; b', "a' + b", "$HOME", "${{ secrets.A }}", "`id`"]
)
def test_requirements_that_are_none(requirement: str) -> None:
    with pytest.raises(InputError) as caught:
        ci_files.compose("github", "demo", [Path("a.yaml")], "main", (), (), requirement)
    assert [one.key for one in caught.value.problems] == ["--install"]


def test_every_job_gets_the_secrets_that_were_named() -> None:
    more = ["PGPASSWORD", "TF_HTTP_PASSWORD"]
    github = ci_files.compose("github", "demo", [Path("cluster.yaml")], "main", [], more)
    assert actionlint(github) == ""
    for job in documents.plain(github)["jobs"].values():
        (step,) = [one for one in job["steps"] if "ECTF_SECRET" in one.get("env", {})]
        assert {one: step["env"][one] for one in more} == {one: f"${{{{ secrets.{one} }}}}" for one in more}
    jenkins = ci_files.compose("jenkins", "demo", [Path("cluster.yaml")], "main", [], more)
    assert errors(parsed(jenkins)) == []
    assert jenkins.count("PGPASSWORD = credentials('ectf-demo-PGPASSWORD')") == jenkins.count("ECTF_SECRET =")


def test_forks_get_no_secrets() -> None:
    """A job with secrets runs for branches of the project itself, and never on GitHub's `pull_request_target`."""
    github = documents.plain(compose("github"))
    assert "pull_request_target" not in github["on"]
    own = "github.event.pull_request.head.repo.full_name == github.repository"
    assert own in github["jobs"]["plan"]["if"]
    assert {name for name, job in github["jobs"].items() if "pull_request" in job.get("if", "")} == {"plan"}
    rule = documents.plain(compose("gitlab"))["plan demo"]["rules"][0]["if"]
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in rule
    assert "env.CHANGE_FORK == null" in compose("jenkins")


def test_applying_waits_for_a_person_and_for_others() -> None:
    github = documents.plain(compose("github"))["jobs"]
    assert github["apply"]["environment"] == "demo"
    assert {github[name]["concurrency"]["group"] for name in ("prepare", "apply")} == {"ectf-demo"}
    gitlab = documents.plain(compose("gitlab"))
    assert gitlab["apply demo"]["rules"][0]["when"] == "manual"
    assert gitlab[".ectf demo"]["resource_group"] == "ectf-demo"
    assert "input { message" in compose("jenkins")


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_cloud_signs_in_as_its_folder_tells(cloud: str) -> None:
    folder = shipped().clouds[cloud].path / "ci"
    for name in sorted(folder.glob("*")) if folder.is_dir() else []:
        system = name.name.split(".")[0]
        own = [line.strip() for line in name.read_text(encoding="utf-8").splitlines()]
        text = [line.strip() for line in compose(system, cloud=cloud).splitlines()]
        assert set(own) <= set(text)
        if name.suffix == ".sh":
            words: list[str | Path] = [Path(sys.executable).parent / "shellcheck", "--shell=sh", name]
            subprocess.run(words, check=True)


def test_two_clouds_sign_in_both() -> None:
    both: list[Cloud] = [shipped().clouds[name] for name in CLOUDS]
    text = ci_files.compose("gitlab", "demo", [Path("cluster.yaml")], "main", [*both, both[0]])
    found = documents.plain(text)[".ectf demo"]
    tokens = [one for one in both if (one.path / "ci" / "gitlab.token.yml").is_file()]
    assert len(found["id_tokens"]) == len(tokens) > 1
