"""Run a tool in a session of its own, its output in files that we follow.

With a pipe a killed ectf would kill the tool by SIGPIPE in the middle of its work; so the tool writes
to a file, keeps the cluster's lock (an inherited descriptor), and ends in peace.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from elasticluster_tf.errors import EctfError

_POLL_SECONDS = 0.03


@dataclass(frozen=True)
class Ended:
    """How a tool ended: its exit code, what it wrote, whether the user interrupted it."""

    code: int
    output: str
    errors: str
    interrupted: bool


def run(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    on_line: Callable[[str], None] = lambda line: None,
    inherit: Sequence[int] = (),
) -> Ended:
    """Run to the end, telling each line of output as it comes.

    A KeyboardInterrupt is passed on as SIGINT, and the tool is waited for; each further one is passed
    on too, which makes Terraform quit hard.
    """
    errors = log.with_suffix(".stderr")
    with log.open("wb") as out, errors.open("wb") as err:
        try:
            child = subprocess.Popen(
                words,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
                pass_fds=tuple(inherit),
            )
        except OSError as error:
            raise EctfError(
                f"can't run {words[0]}: {error.strerror}", "", "`ectf doctor` says what is missing"
            ) from error
    interrupted = _follow(child, log, on_line)
    output, complaints = (path.read_text(encoding="utf-8", errors="replace") for path in (log, errors))
    if not complaints:
        errors.unlink(missing_ok=True)
    return Ended(child.returncode, output, complaints, interrupted)


def _follow(child: "subprocess.Popen[bytes]", log: Path, on_line: Callable[[str], None]) -> bool:
    interrupted = False
    with log.open("rb") as file:
        rest = b""
        ended = False
        while True:
            try:
                *lines, rest = (rest + file.read()).split(b"\n")
                for line in lines:
                    on_line(line.decode("utf-8", errors="replace"))
                if ended:
                    return interrupted
                ended = child.poll() is not None
                if not ended:
                    time.sleep(_POLL_SECONDS)
            except KeyboardInterrupt:
                interrupted = True
                _signal(child.pid)


def _signal(pid: int) -> None:
    """Tell the tool alone: its own children are its own business."""
    try:
        os.kill(pid, signal.SIGINT)
    except ProcessLookupError:
        return
