"""The pipeline that `ectf ci` writes: jobs of a CI system around the commands of ectf.

What the user wrote is quoted twice: for the shell that runs a step, and for the file that holds it.
"""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from elasticluster_tf import templating
from elasticluster_tf.clouds import Cloud
from elasticluster_tf.errors import InputError, Problem

_SCRIPTS = ("plan", "prepare", "apply", "drift")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
# Nothing that a shell or one of the files would read in another way.
_REQUIREMENT = re.compile(r"[A-Za-z0-9./][A-Za-z0-9 @:/+=.,#%?&_~<>!\[\]-]*")
_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


def _for_expressions(script: str) -> str:
    """A script in a file where `${{` begins an expression, wherever it stands."""
    return script.replace("${{", "${{ '${{' }}")


def _for_groovy(script: str) -> str:
    """A script between three single quotes of Groovy."""
    return script.replace("\\", "\\\\").replace("'", "\\'")


@dataclass(frozen=True)
class System:
    """A CI system: where it looks for its file, and how a script is quoted there."""

    target: Path
    quoted: Callable[[str], str] = str


SYSTEMS: Mapping[str, System] = {
    "github": System(Path(".github/workflows/ectf.yml"), _for_expressions),
    "gitlab": System(Path(".gitlab-ci.yml")),
    "jenkins": System(Path("Jenkinsfile"), _for_groovy),
}


def compose(
    system: str,
    name: str,
    files: Sequence[Path],
    branch: str,
    clouds: Iterable[Cloud],
    secrets: Sequence[str] = (),
    requirement: str = "",
) -> str:
    """The text of a system's file for one cluster; raises InputError for what can't be written there.

    `secrets` are environment variables that the jobs get from the system's store, beside the root secret;
    `requirement` is what pip installs ectf from, by default this version from the jobs' package index.
    """
    _check(files, branch, secrets, requirement)
    values = {
        "secrets": secrets,
        "system": system,
        "name": name,
        "branch": branch,
        "files": " ".join(f"--file={shlex.quote(str(file))}" for file in files),
        "requirement": requirement or default_requirement(),
    }
    quoted = SYSTEMS[system].quoted
    scripts = {one: quoted(templating.render(f"ci/{one}.sh.j2", values).rstrip("\n")) for one in _SCRIPTS}
    folders = sorted({one.path / "ci" for one in clouds})
    logins = _texts(folders, f"{system}.yml") + _texts(folders, f"{system}.sh")
    tokens = _texts(folders, f"{system}.token.yml")
    return templating.render(
        f"ci/{system}/pipeline.j2", {**values, "scripts": scripts, "logins": logins, "tokens": tokens}
    )


def default_requirement() -> str:
    """This version of ectf, wherever pip looks for it."""
    return f"elasticluster-tf=={version('elasticluster-tf')}"


def _texts(folders: Iterable[Path], name: str) -> list[str]:
    """How the clouds let a job sign in, as their folders tell."""
    found = (folder / name for folder in folders)
    return [file.read_text(encoding="utf-8").rstrip("\n") for file in found if file.is_file()]


def _check(files: Sequence[Path], branch: str, secrets: Sequence[str], requirement: str) -> None:
    problems = [
        Problem(f"`{file}` is not below the folder that the jobs start in", "FILE", None, _HINT)
        for file in files
        if file.is_absolute() or ".." in file.parts
    ]
    problems += [
        Problem(f"{str(file)!r} holds characters that can't be printed", "FILE", None, "rename it")
        for file in files
        if not str(file).isprintable()
    ]
    problems += [
        Problem(f"`{one}` is no variable's name", "--secret", None, "capital letters, digits and underscores")
        for one in secrets
        if not _VARIABLE.fullmatch(one)
    ]
    if requirement and not _REQUIREMENT.fullmatch(requirement):
        hint = (
            "as in `elasticluster-tf @ https://example.org/elasticluster_tf-0.1.0-py3-none-any.whl#sha256=…`"
        )
        problems.append(Problem(f"{requirement!r} is no requirement of pip's", "--install", None, hint))
    if not _BRANCH.fullmatch(branch):
        problems.append(
            Problem(f"`{branch}` is no branch", "--branch", None, "letters, digits, dots, dashes and slashes")
        )
    if problems:
        raise InputError(problems)


_HINT = "run this at the top of the repository and name files from there"
