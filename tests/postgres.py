"""A PostgreSQL server of a test's own: data and socket in its folder, a password, loopback only."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "not-in-a-file"
# The server refuses to run as root.
_NOBODY = 65534


@dataclass(frozen=True)
class Postgres:
    """A running server."""

    binaries: Path
    port: int

    @property
    def conn_str(self) -> str:
        """How to reach it, without the password."""
        return f"postgres://runner@127.0.0.1:{self.port}/postgres?sslmode=disable"

    @property
    def environment(self) -> dict[str, str]:
        """What a runner needs to be let in."""
        return {"PGPASSWORD": PASSWORD}

    def session(self, text: str) -> "subprocess.Popen[str]":
        """A connection that stays open after these commands until its input ends."""
        words: list[str | Path] = [self.binaries / "psql", self.conn_str, "-X", "-A", "-t", "-q"]
        child = subprocess.Popen(
            words,
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdin
        assert child.stdout
        child.stdin.write(f"{text}\n\\echo ready\n")
        child.stdin.flush()
        while child.stdout.readline() not in ("ready\n", ""):
            pass
        return child


def binaries() -> Path | None:
    """Where this machine has PostgreSQL's programs; Debian keeps the server's off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve())
    return found[-1].parent if found else None


@contextmanager
def serve() -> Iterator[Postgres]:
    """A running server; its folder goes with it."""
    programs = binaries()
    assert programs
    user = _NOBODY if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="ectf-pg-", dir="/tmp") as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        if user:
            shutil.chown(folder, user, user)
            shutil.chown(folder / "password", user, user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        data = folder / "data"
        run(user, folder, programs / "initdb", "-D", data, "-U", "runner", "-A", "scram-sha-256",
            "--pwfile", folder / "password", "--no-sync", "--locale=C", "-E", "UTF8")  # fmt: skip
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        run(
            user,
            folder,
            programs / "pg_ctl",
            "-D",
            data,
            "-w",
            "-t",
            "300",
            "-l",
            folder / "log",
            "-o",
            options,
            "start",
        )
        try:
            yield Postgres(programs, port)
        finally:
            run(user, folder, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def run(user: int | None, folder: Path, *words: str | Path) -> None:
    ended = subprocess.run(
        [str(word) for word in words], user=user, group=user, cwd=folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        extra_groups=[] if user else None,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
