"""One cluster's folder: its paths, writing what changed, and the lock that one run holds.

`keep/` is the only part that can't be made again from the cluster file and the state.
"""

import contextlib
import fcntl
import json
import os
import platform
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from elasticluster_tf import templating
from elasticluster_tf.clouds import Plugin
from elasticluster_tf.errors import EctfError, Refused
from elasticluster_tf.events import Tell, Waiting

# Rendered for some cluster files only: it goes with what asked for it.
_RENDERED_SOMETIMES = ("backend.tfbackend.json",)
# Folders whose whole content is rendered: what is not rendered any more goes.
_RENDERED_FOLDERS = ("modules", "ansible")
# Written from the state, so a render leaves them alone.
_CONNECTED = ("ansible/hosts.yml",)
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Workdir:
    """The folder `.ectf/<name>/` of a cluster."""

    path: Path

    @property
    def keep(self) -> Path:
        """What can't be made again: the state of the local backend and the root secret."""
        return self.path / "keep"

    @property
    def secret(self) -> Path:
        """The root secret's file."""
        return self.keep / "secret"

    @property
    def identity(self) -> Path:
        """The derived login key's private half."""
        return self.path / "login_key"

    @property
    def known_hosts(self) -> Path:
        """Pinned host keys by node name."""
        return self.path / "known_hosts"

    @property
    def ssh_config(self) -> Path:
        """Configuration for ssh, scp and sftp."""
        return self.path / "ssh_config"

    @property
    def runs(self) -> Path:
        """Logs and artifacts, a folder a run."""
        return self.path / "runs"

    def new_run(self, command: str) -> Path:
        """A folder for a run's logs."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        path = self.runs / f"{stamp}-{command}-{secrets.token_hex(2)}"
        path.mkdir(parents=True, mode=0o700)
        return path

    def changes(self, files: Mapping[str, str], prune: bool = True) -> tuple[list[str], list[str]]:
        """Which of `files` differ from the disk, and which rendered files are no longer wanted."""
        changed = [name for name, text in files.items() if _read(self.path / name) != text]
        gone = [name for name in self._rendered() if name not in files] if prune else []
        return changed, gone

    def _rendered(self) -> Iterator[str]:
        yield from (name for name in _RENDERED_SOMETIMES if (self.path / name).is_file())
        for folder in _RENDERED_FOLDERS:
            for path in sorted((self.path / folder).rglob("*")):
                name = str(path.relative_to(self.path))
                if path.is_file() and name not in _CONNECTED and "__pycache__" not in path.parts:
                    yield name

    def write(self, files: Mapping[str, str], prune: bool = True, private: bool = False) -> list[str]:
        """Write what changed, each file whole or not at all; returns the names that changed."""
        changed, gone = self.changes(files, prune)
        try:
            for name in changed:
                write_whole(self.path / name, files[name], 0o600 if private else _mode(name), sync=private)
            for name in gone:
                (self.path / name).unlink()
        except OSError as error:
            hint = "free some space, or choose another folder with --workdir"
            raise EctfError(f"can't write the work folder: {error.strerror}", str(self.path), hint) from error
        return [*changed, *gone]

    def write_machine_files(self, plugins: tuple[Plugin, ...], below: str = "") -> None:
        """What depends on this machine: the Python to run, launchers of our own providers."""
        prefix = f"{below}/" if below else ""
        files = {f"{prefix}python": sys.executable + "\n"}
        for plugin in plugins:
            kind = plugin.source.rsplit("/", 1)[-1]
            folder = f"terraform.d/plugins/{plugin.source}/{plugin.version}/{_platform()}"
            text = templating.render("provider_launcher.sh.j2", {"python_module": plugin.python_module})
            files[f"{prefix}{folder}/terraform-provider-{kind}_v{plugin.version}"] = text
        self.write(files, prune=False)

    def remove_if_empty(self) -> None:
        """Drop the rendered half of a cluster that is gone; `keep/` and the logs stay."""
        for name in (*_RENDERED_FOLDERS, "leftovers", ".terraform", "terraform.d"):
            shutil.rmtree(self.path / name, ignore_errors=True)

    @contextlib.contextmanager
    def lock(
        self, command: str, tell: Tell, interrupted: Callable[[], bool] = lambda: False
    ) -> Iterator[int]:
        """Hold the cluster's lock; yields its descriptor, which children inherit.

        A child that outlives a killed ectf so keeps the lock until it ends. A lock held by a living
        ectf is refused, naming it; one held only by such a child is waited for.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._acquire(descriptor, tell, interrupted)
            holder = {
                "command": command,
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(holder).encode(), 0)
            yield descriptor
            os.truncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def _acquire(self, descriptor: int, tell: Tell, interrupted: Callable[[], bool]) -> None:
        started = time.monotonic()
        said = False
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                holder = self.holder()
            if holder and _lives(holder):
                message = (
                    f"`{holder['command']}` holds this cluster's lock: process {holder['pid']}"
                    f" on {holder['host']}, since {holder['since']}"
                )
                raise Refused(message, str(self.path), "wait until it has ended, then try again")
            if not said:
                said = True
                tell(Waiting("a tool of an ectf run that was killed still works; waiting until it ends"))
            if interrupted():
                raise KeyboardInterrupt
            time.sleep(_POLL_SECONDS)
            tell(Waiting("", time.monotonic() - started))

    def holder(self) -> dict[str, str] | None:
        """Who wrote itself into the lock last: command, host, pid, since."""
        try:
            found = json.loads(_read(self.path / "lock") or "null")
        except ValueError:
            return None
        return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else None


def find(base: Path, name: str) -> Workdir:
    """The work folder of a cluster whose file stands in `base`."""
    return Workdir(base / ".ectf" / name)


def existing(base: Path) -> list[Workdir]:
    """The work folders beside a file, for when the file itself can't be read."""
    return [Workdir(path.parent) for path in sorted((base / ".ectf").glob("*/keep"))]


def write_whole(path: Path, content: str | bytes, mode: int = 0o644, sync: bool = False) -> None:
    """Write a file in one step: a reader sees the old content or the new one.

    `sync` waits for the disk, for what can't be made again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(content.encode() if isinstance(content, str) else content)
        if sync:
            file.flush()
            os.fsync(descriptor)
    half.replace(path)


def _mode(name: str) -> int:
    return 0o755 if name == "ansible/inventory" or "/terraform-provider-" in name else 0o644


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def _lives(holder: Mapping[str, str]) -> bool:
    """Whether the holder's process lives; of another host nothing can be known, so it counts as living."""
    if holder.get("host") != socket.gethostname():
        return True
    try:
        os.kill(int(holder["pid"]), 0)
    except (ProcessLookupError, ValueError, KeyError):
        return False
    except PermissionError:
        return True
    return True


def _platform() -> str:
    """Terraform's name of this platform, such as linux_amd64."""
    machine = platform.machine().lower()
    names = {"x86_64": "amd64", "aarch64": "arm64"}
    return f"{platform.system().lower()}_{names.get(machine, machine)}"
