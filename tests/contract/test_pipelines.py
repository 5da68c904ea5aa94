"""The steps of written pipelines, run by a shell in fresh clones, with the system's API on loopback.

The cloud makes nothing but state, so nothing is configured; `tests/e2e/test_pipeline.py` goes all the way.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from elasticluster_tf import ci_files
from tests import ci_api, http_state
from tests.builders import ECHO
from tests.repositories import Project

AUTHOR = {"github": "github-actions[bot]", "gitlab": "bot", "jenkins": "github-actions[bot]"}


@pytest.fixture(params=["github", "gitlab"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Project]:
    with ci_api.serve() as api, http_state.serve() as states:
        found = Project(tmp_path, request.param, api, states)
        found.begin({"cloud": {"name": str(ECHO)}, "groups": {"compute": {"count": 1}}})
        yield found


@pytest.mark.parametrize("project", ["github", "gitlab", "jenkins"], indirect=True)
def test_a_comment_is_made_once_and_then_kept_up_to_date(project: Project) -> None:
    others = [("someone", "<!-- ectf plan: lab -->\nnot ours"), (AUTHOR[project.system], "another cluster's")]
    for author, text in others:
        project.api.comment(author, text)
    project.change("count: 1", "count: 2", "more")
    job, change = project.planned(3, "more")
    assert job.code == 0, job.output
    assert change.bundle
    (own,) = project.api.comments[2:]
    assert own["body"].startswith("<!-- ectf plan: lab -->\n")
    assert "2 to create" in own["body"]
    project.change("count: 2", "count: 3", "more")
    job, _ = project.planned(3, "more")
    assert job.code == 0, job.output
    assert [one["body"] for one in project.api.comments[:2]] == [text for _, text in others]
    (own,) = project.api.comments[2:]
    assert "3 to create" in own["body"]
    assert own["body"].rstrip("\n") == job.plan.rstrip("\n")


@pytest.mark.parametrize("project", ["github"], indirect=True)
def test_a_forbidden_plan_is_told_and_leaves_no_bundle(project: Project) -> None:
    project.change("count: 1", "count: 2\nguard: {max_nodes: 1}", "more")
    job, change = project.planned(3, "more")
    assert job.code == 3
    assert not change.bundle
    assert "max-nodes" in project.api.comments[0]["body"]


@pytest.mark.parametrize("project", ["github"], indirect=True)
def test_a_wrong_file_fails_without_a_comment(project: Project) -> None:
    project.change("count: 1", "count: -1", "wrong")
    job, _ = project.planned(3, "wrong")
    assert job.code == 4
    assert "groups.compute.count" in job.output
    assert project.api.comments == []


def test_the_reviewed_plan_is_taken_while_it_holds(project: Project) -> None:
    project.change("count: 1", "count: 2", "more")
    _, change = project.planned(3, "more")
    project.merge("more", change)
    job = project.job("prepare")
    assert job.code == 0, job.output
    assert job.bundle.read_bytes() == change.bundle
    assert "2 to create" in job.plan
    assert "planning again" not in job.output


@pytest.mark.parametrize(
    ("project", "why"),
    [
        ("github", "main has moved"),
        ("github", "a fork's"),
        ("github", "no artifact"),
        ("github", "pushed without a request"),
        ("gitlab", "a fork's"),
        ("gitlab", "no artifact"),
    ],
    indirect=["project"],
)
def test_else_it_is_planned_again(project: Project, why: str) -> None:
    project.change("count: 1", "count: 2", "more")
    _, change = project.planned(3, "more")
    if why == "main has moved":
        project.git("checkout", "--quiet", "main")
        project.change("name: lab", "name: lab\nlabels: {owner: me}", "main")
    if why == "a fork's":
        change.source = "stranger/cluster"
    if why == "no artifact":
        change.bundle = b""
    project.merge("more", None if why.startswith("pushed") else change)
    job = project.job("prepare")
    assert job.code == 0, job.output
    assert "planning again" in job.output
    assert job.bundle.read_bytes() not in (b"", change.bundle)
    assert "2 to create" in job.plan


@pytest.mark.parametrize("project", ["github"], indirect=True)
def test_an_encrypted_plan_is_taken_with_its_key_alone(project: Project, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    project.environment = {"ECTF_ENCRYPT_TO": key.with_suffix(".pub").read_text(encoding="utf-8").strip()}
    project.change("count: 1", "count: 2", "more")
    _, change = project.planned(3, "more")
    assert change.bundle.startswith(b"age-encryption.org/")
    project.merge("more", change)
    assert "planning again" in project.job("prepare").output
    taken = project.job("prepare", ECTF_IDENTITY=key.read_text(encoding="utf-8"))
    assert taken.code == 0, taken.output
    assert taken.bundle.read_bytes() == change.bundle
    assert taken.plan.startswith("<!-- ectf plan: lab -->")


@pytest.mark.parametrize("project", ["github"], indirect=True)
def test_a_held_lock_stops_the_plan(project: Project) -> None:
    project.states.locks["/lab"] = {"ID": "1", "Who": "another"}
    project.change("count: 1", "count: 2", "more")
    job, change = project.planned(3, "more")
    assert job.code == 3
    assert "another run holds the state's lock" in job.output
    assert not change.bundle
    assert project.api.comments == []


@pytest.mark.parametrize("project", ["github"], indirect=True)
def test_nothing_to_apply(project: Project) -> None:
    job = project.job("apply")
    assert (job.code, job.output) == (0, "nothing to apply\n")


@pytest.mark.parametrize("project", ["jenkins"], indirect=True)
def test_jenkins_plans_what_main_has(project: Project) -> None:
    project.change("count: 1", "count: 2", "more")
    job, change = project.planned(3, "more")
    assert job.code == 0, job.output
    assert "2 to create" in job.plan
    project.merge("more", change)
    project.api.requests.clear()
    job = project.job("prepare", bundle=change.bundle)  # what an earlier build left in the workspace
    assert job.code == 0, job.output
    assert job.bundle.read_bytes() not in (b"", change.bundle)
    assert "2 to create" in job.output
    assert project.api.requests == []


@pytest.mark.parametrize("project", ["jenkins"], indirect=True)
def test_jenkins_comments_merge_requests_as_well(project: Project) -> None:
    project.change_url = "https://forge.example.org/lab/cluster/-/merge_requests/"
    project.change("count: 1", "count: 2", "more")
    job, _ = project.planned(3, "more")
    assert job.code == 0, job.output
    assert [one["author"] for one in project.api.comments] == ["bot"]
    project.environment = {"ECTF_COMMENT_TOKEN": "none"}
    assert project.planned(4, "more")[0].code == 0
    assert len(project.api.comments) == 1


def test_the_token_stands_in_no_command_line(project: Project) -> None:
    script = project.work / ci_files.SYSTEMS[project.system].target
    calls = [line for line in script.read_text(encoding="utf-8").splitlines() if "curl " in line]
    assert calls
    assert all("--config -" in line or "apt-get" in line for line in calls)
