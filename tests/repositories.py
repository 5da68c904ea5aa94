"""A bare repository, the clone people work in, and jobs that start from a fresh clone of it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from elasticluster_tf import ci_files, documents
from tests import ci_api
from tests.ci_api import Api, Change
from tests.http_state import States
from tests.pipelines import steps

SECRET = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Job:
    """What a job ended with, and the folder it ran in."""

    code: int
    output: str
    folder: Path
    name: str

    @property
    def bundle(self) -> Path:
        """Where the job leaves its plan."""
        return self.folder / f"{self.name}.ectfplan"

    @property
    def plan(self) -> str:
        """The plan's Markdown."""
        return (self.folder / "plan.md").read_text(encoding="utf-8")


@dataclass
class Project:
    """A project on a system whose API and whose state's backend are served on loopback."""

    folder: Path
    system: str
    api: Api
    states: States
    environment: Mapping[str, str] = field(default_factory=dict)
    name: str = "lab"
    jobs: int = 0
    change_url: str = f"https://forge.example.org/{ci_api.NAME}/pull/"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def git(self, *words: str, folder: Path | None = None) -> str:
        """One git command, with an author and without the settings of this machine."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        who = {
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@x",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@x",
        }
        environment = {**kept, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        command = ["git", *words]
        ended = subprocess.run(
            command, cwd=folder or self.work, env=environment, capture_output=True, text=True
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    def begin(self, cluster: Mapping[str, object]) -> None:
        """The repository with a cluster file and the pipeline that `ectf ci` writes."""
        self.git("init", "--quiet", "--bare", "--initial-branch=main", "origin.git", folder=self.folder)
        self.git("clone", "--quiet", "origin.git", "work", folder=self.folder)
        (self.work / ".gitignore").write_text(".ectf/\n", encoding="utf-8")
        data = {"name": self.name, "state": self.states.settings("lab"), **cluster}
        (self.work / "cluster.yaml").write_text(documents.dump(data), encoding="utf-8")
        words = [sys.executable, "-m", "elasticluster_tf", "ci", self.system]
        subprocess.run(words, cwd=self.work, check=True, capture_output=True)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Begin")
        self.git("push", "--quiet", "origin", "HEAD:main")

    def change(self, old: str, new: str, branch: str) -> str:
        """A commit on a branch that replaces a text of the cluster file."""
        file = self.work / "cluster.yaml"
        self.git("checkout", "--quiet", "-B", branch)
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        self.git("commit", "--quiet", "--all", "--message", f"{old} becomes {new}")
        self.git("push", "--quiet", "--force", "origin", branch)
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str, change: Change | None = None) -> None:
        """Merge a branch with a commit of its own, as a person's click does."""
        self.git("checkout", "--quiet", "main")
        self.git("merge", "--quiet", "--no-ff", "--no-edit", branch)
        self.git("push", "--quiet", "origin", "main")
        if change:
            change.merged = self.git("rev-parse", "HEAD")

    def clone(self, branch: str = "main") -> Path:
        """A fresh clone, as a runner begins with: nothing of earlier jobs is there."""
        self.jobs += 1
        folder = self.folder / f"runner{self.jobs}" / "clone"
        self.git("clone", "--quiet", "--branch", branch, "origin.git", str(folder), folder=self.folder)
        return folder

    def job(self, name: str, branch: str = "main", bundle: bytes = b"", **more: str) -> Job:
        """Run a job's script in a fresh clone; `bundle` is the artifact it is given."""
        folder = self.clone(branch)
        if bundle:
            (folder / f"{self.name}.ectfplan").write_bytes(bundle)
        target = ci_files.SYSTEMS[self.system].target
        script = steps(self.system, (folder / target).read_text(encoding="utf-8"))[name]
        shell = ["bash", "-e"] if self.system == "github" else ["sh"]
        return self._run([*shell, "-c", script], folder, more)

    def ectf(self, *words: str) -> Job:
        """A command in a fresh clone."""
        return self._run(["ectf", *words], self.clone(), {})

    def _run(self, words: list[str], folder: Path, more: Mapping[str, str]) -> Job:
        environment = {**os.environ, **self._given(folder), **self.environment, **more}
        ended = subprocess.run(
            words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        return Job(ended.returncode, ended.stdout + ended.stderr, folder, self.name)

    def _given(self, folder: Path) -> dict[str, str]:
        """What the system, its secrets and its variables give every job."""
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "ECTF_SECRET": SECRET,
            **self.states.environment,
            "GITHUB_TOKEN": ci_api.TOKEN,
            "GITHUB_API_URL": self.api.address,
            "GITHUB_REPOSITORY": ci_api.NAME,
            "GITHUB_WORKFLOW": f"ectf {self.name}",
            "GITHUB_SHA": self.git("rev-parse", "HEAD", folder=folder),
            "GITHUB_OUTPUT": str(folder.parent / "output"),
            "GITHUB_STEP_SUMMARY": str(folder.parent / "summary"),
            "ECTF_COMMENT_TOKEN": ci_api.TOKEN,
            "ECTF_COMMENT_API": self.api.address,
            "ECTF_GITLAB_TOKEN": ci_api.TOKEN,
            "CI_API_V4_URL": self.api.address,
            "CI_PROJECT_ID": "5",
            "CI_COMMIT_SHA": self.git("rev-parse", "HEAD", folder=folder),
        }

    def planned(self, number: int, branch: str) -> tuple[Job, Change]:
        """The plan job of a change, whose bundle becomes its artifact."""
        told = dict.fromkeys(("PULL_REQUEST", "CI_MERGE_REQUEST_IID", "CHANGE_ID"), str(number))
        job = self.job("plan", branch, b"", **{"CHANGE_URL": f"{self.change_url}{number}", **told})
        change = Change(number, self.git("rev-parse", f"origin/{branch}"))
        if job.bundle.is_file():
            change.bundle = job.bundle.read_bytes()
        self.api.changes = [one for one in self.api.changes if one.number != number] + [change]
        return job, change
