"""The only door to the `podman` command line: argument lists in, text or JSON out."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from elasticluster_tf.provider.problems import ProviderError

PACKAGES = "podman netavark aardvark-dns runc nftables iptables"
DEFAULT_TIMEOUT = 120.0
SYSTEM_PATH = os.pathsep.join(("/usr/local/sbin", "/usr/sbin", "/sbin"))


@dataclass(frozen=True)
class Completed:
    """What a finished command left behind."""

    code: int
    out: bytes = b""
    err: str = ""

    @property
    def text(self) -> str:
        """Standard output as text without the last line's end."""
        return self.out.decode(errors="replace").rstrip("\n")


class Runner(Protocol):
    """Runs one command; tests pass in a stand-in."""

    def __call__(
        self,
        argv: Sequence[str],
        *,
        stdin: bytes | None = None,
        timeout: float | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run `argv` and wait for its end."""
        ...


class PodmanError(ProviderError):
    """A podman command that failed, with its own words."""

    def __init__(self, argv: Sequence[str], done: Completed) -> None:
        self.said = _last_words(done.err)
        shown = " ".join(argv)
        super().__init__(
            f"podman: {self.said.splitlines()[-1] if self.said else f'exit code {done.code}'}",
            f"The command was: {shown[:400]}\nExit code {done.code}. It said:\n{self.said}",
        )


def run_command(
    argv: Sequence[str],
    *,
    stdin: bytes | None = None,
    timeout: float | None = None,
    env: Mapping[str, str] | None = None,
) -> Completed:
    """Run a command in a session of its own.

    Terraform sends an interrupt to the whole process group; a podman in the middle of a create must
    not get it, so that the operation under way is finished.
    """
    try:
        done = subprocess.run(
            list(argv),
            input=b"" if stdin is None else stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
            start_new_session=True,
            env=None if env is None else {**os.environ, **env},
        )
    except FileNotFoundError:
        return Completed(127, err=f"{argv[0]} is not installed")
    except subprocess.TimeoutExpired as error:
        raise ProviderError(
            f"{argv[0]} did not finish within {error.timeout:.0f} s",
            f"The command was: {' '.join(argv)[:400]}",
        ) from error
    return Completed(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


@dataclass(frozen=True)
class Podman:
    """Podman as it has to be called on this machine."""

    prefix: tuple[str, ...] = ("podman",)
    run_argv: Runner = run_command

    def attempt(
        self, *args: str, stdin: bytes | None = None, timeout: float | None = DEFAULT_TIMEOUT
    ) -> Completed:
        """Run `podman ARGS`; a failure is the caller's to judge."""
        return self.run_argv([*self.prefix, *args], stdin=stdin, timeout=timeout)

    def run(self, *args: str, stdin: bytes | None = None, timeout: float | None = DEFAULT_TIMEOUT) -> str:
        """Run `podman ARGS` and give its output; a failure is an error."""
        done = self.attempt(*args, stdin=stdin, timeout=timeout)
        if done.code:
            raise PodmanError([*self.prefix, *args], done)
        return done.text

    def objects(self, *args: str) -> list[dict[str, Any]]:
        """Run a podman command that answers with a JSON list."""
        answer = json.loads(self.run(*args) or "[]")
        return list(answer or [])

    def inspect(self, kind: str, name: str) -> dict[str, Any] | None:
        """Describe one container, network, volume or image; None when there is none of that name."""
        done = self.attempt(kind, "inspect", name)
        if done.code == 0:
            found = json.loads(done.text)
            return dict(found[0]) if found else None
        if _is_absence(done.err):
            return None
        raise PodmanError([*self.prefix, kind, "inspect", name], done)


def find_podman(run_argv: Runner = run_command, *, euid: int | None = None) -> Podman:
    """Decide how podman is called here: as root, rootless, or by sudo where rootless does not work."""
    if installed("podman") is None:
        raise ProviderError(
            "Podman is not installed",
            "The cloud `local` runs its nodes as Podman containers. On Debian and Ubuntu:\n"
            f"  sudo apt-get install {PACKAGES}",
        )
    if (os.geteuid() if euid is None else euid) == 0:
        return Podman(run_argv=run_argv)
    refusal = _rootless_refusal(run_argv)
    if not refusal:
        return Podman(run_argv=run_argv)
    if run_argv(["sudo", "-n", "podman", "version"], timeout=30).code == 0:
        return Podman(("sudo", "-n", "podman"), run_argv)
    raise ProviderError(
        "Podman works neither rootless nor by sudo",
        "Rootless Podman needs the package uidmap, a range of ids for this user in /etc/subuid and "
        "/etc/subgid, and the second version of cgroups; or allow this user to run podman by sudo without "
        "a password.\n"
        f"Podman said:\n{refusal}",
    )


def _rootless_refusal(run_argv: Runner) -> str:
    """Say why a user's own Podman can't run nodes, or nothing when it can."""
    # With the network: there are machines where all but that works for users.
    tried = run_argv(["podman", "unshare", "--rootless-netns", "true"], timeout=30)
    if tried.code:
        return tried.err or f"exit code {tried.code}"
    version = run_argv(["podman", "info", "--format", "{{.Host.CgroupsVersion}}"], timeout=30).text
    # systemd has to write to its cgroup, which users may in the second version alone.
    return "" if version == "v2" else f"cgroups {version}"


def installed(program: str) -> str | None:
    """Find a program, also where only root looks by default."""
    return shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", ""), SYSTEM_PATH)))


def _is_absence(err: str) -> bool:
    text = err.lower()
    return any(words in text for words in ("no such", "not found", "does not exist"))


def _last_words(err: str) -> str:
    """Drop log lines about CNI leftovers, which Podman 4.3 repeats at every call where both are installed."""
    lines = [line for line in err.strip().splitlines() if "CNI config" not in line]
    return "\n".join(lines[-12:])
