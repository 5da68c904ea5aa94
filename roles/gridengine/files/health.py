"""Written by ectf; changes made here are lost.

Runs a job on every free worker, as whoever calls it; the last line says how it went. A worker that is busy
with users' jobs only has to answer; nothing waits for it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import qmaster

PATIENCE = 20.0  # seconds for one job
# A qmaster that was restarted hears of a worker when that reports next, every 40 seconds.
SILENCE = 45.0
PAUSE = 2.0
WORKER_PORT = 6445
AT_ONCE = 16
# In a big cluster a job each would take minutes: these many are asked, the others only have to answer.
MOST = 48
# What an instance's state says, beside d (disabled), which is somebody's will.
STATES = {
    "u": "does not answer",
    "E": "has an error",
    "d": "is disabled",
    "a": "is overloaded",
    "A": "is suspended",
}


def look() -> tuple[set[str], set[str], dict[str, str]]:
    """The workers by what they are: free, busy, and {name: what is wrong}."""
    silent = qmaster.silent()
    workers = qmaster.names("-sel")
    wrong = {name: STATES["u"] for name in workers if name in silent}
    usable, used = set(), set()
    for one in qmaster.instances():
        marks = [text for letter, text in STATES.items() if letter in one.state]
        if marks and one.total:
            wrong.setdefault(one.host, marks[0])
        elif one.used:
            used.add(one.host)
        elif one.total:
            usable.add(one.host)
    for name in workers:
        if name not in usable | used:
            wrong.setdefault(name, "is in no queue")
    good = {name for name in workers if name not in wrong}
    return usable & good - used, used & good, wrong


def reachable(host: str) -> bool:
    """Whether a worker's execd can be reached."""
    try:
        socket.create_connection((host, WORKER_PORT), timeout=2).close()
    except OSError:
        return False
    return True


def look_again() -> tuple[set[str], set[str], dict[str, str]]:
    """Look until qmaster has heard of all workers whose execd can be reached."""
    end = time.monotonic() + SILENCE
    while True:
        free, busy, wrong = look()
        coming = any(what == STATES["u"] and reachable(name) for name, what in wrong.items())
        if not coming or time.monotonic() >= end:
            return free, busy, wrong
        time.sleep(PAUSE)


def run_job(host: str) -> str:
    """Run a job on a worker; give a complaint or nothing."""
    name = f"ectf-health-{os.getpid()}"
    words = [
        "-sync",
        "y",
        "-b",
        "y",
        "-N",
        name,
        "-l",
        f"hostname={host}",
        "-o",
        "/dev/null",
        "-e",
        "/dev/null",
    ]
    environment = {**os.environ, **qmaster.ENVIRONMENT}
    command = [str(qmaster.PROGRAMS / "qsub"), *words, "/bin/true"]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, cwd="/",
    ) as process:  # fmt: skip
        try:
            output, _ = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.terminate()  # qsub that waits takes its job away
            try:
                process.communicate(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
            return "no answer in time"
    said = [line.strip() for line in output.splitlines() if line.strip() not in ("", "Exiting.")]
    return "" if process.returncode == 0 else (said or [f"exit code {process.returncode}"])[-1]


def main() -> int:
    """Say how many workers ran a job and give the exit code."""
    try:
        free, busy, wrong = look_again()
        asked = sorted(free)[:MOST]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            failed = {name: said for name, said in zip(asked, pool.map(run_job, asked), strict=True) if said}
        if failed:  # somebody's job may have come first
            _, busy_now, wrong_now = look()
            busy |= busy_now & set(failed)
            wrong |= {name: wrong_now.get(name, f"says {failed[name]}") for name in set(failed) - busy_now}
    except qmaster.Refused as error:
        print(f"qmaster does not answer: {error}".splitlines()[0])
        return 1
    ran = len(asked) - len(failed)
    said = [f"{ran} of {len(free | busy | set(wrong))} workers ran a job"]
    if busy:
        said.append(f"{len(busy)} busy with jobs")
    if len(free) > MOST:
        said.append(f"{len(free) - MOST} more answer")
    said += [f"{name} {what}" for name, what in sorted(wrong.items())]
    print("; ".join(said))
    return 1 if wrong or not (ran or busy) else 0


if __name__ == "__main__":
    sys.exit(main())
