"""Written by ectf; changes made here are lost.

Runs a job on every free worker, as whoever calls it; the last line says how it went. A worker that is busy
with users' jobs only has to answer; nothing waits for it.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import time

import qmaster

PATIENCE = 20.0  # seconds for the jobs
# A qmaster that was restarted hears of a worker when that reports next, every 40 seconds.
SILENCE = 45.0
PAUSE = 1.0
WORKER_PORT = 6445
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


def submit(host: str) -> tuple[str, str]:
    """Hand in a job for a worker; give its number, or a complaint."""
    name = f"ectf-health-{os.getpid()}"
    words = [
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
        "-wd",
        "/",
    ]
    code, output = qmaster.run("qsub", "-terse", *words, "/bin/true")
    said = [line.strip() for line in output.splitlines() if line.strip() not in ("", "Exiting.")]
    if code == 0 and said and said[-1].isdigit():
        return said[-1], ""
    return "", (said or [f"qsub gave exit code {code}"])[-1]


def complaint(job: str) -> str:
    """Why a job is still there."""
    _, output = qmaster.run("qstat", "-j", job)
    found = re.search(r"^error reason\s+\d+:\s+(.*)$", output, re.MULTILINE)
    return f"says {found[1].strip()}" if found else "did not run a job in time"


def run_jobs(hosts: list[str]) -> dict[str, str]:
    """Run a job on each worker; give those that did not, and why.

    They are looked at, not waited for by `qsub -sync`, which ends without a word when the master is too busy.
    """
    failed: dict[str, str] = {}
    jobs: dict[str, str] = {}
    for host in hosts:
        number, said = submit(host)
        if said:
            failed[host] = f"says {said}"
        else:
            jobs[number] = host
    end = time.monotonic() + PATIENCE
    while jobs and time.monotonic() < end:
        time.sleep(PAUSE)
        there = qmaster.jobs()
        jobs = {number: host for number, host in jobs.items() if number in there}
        if all("E" in there[number] for number in jobs):
            break
    failed |= {host: complaint(number) for number, host in jobs.items()}
    if jobs:
        qmaster.run("qdel", ",".join(jobs))
    return failed


def main() -> int:
    """Say how many workers ran a job and give the exit code."""
    try:
        free, busy, wrong = look_again()
        asked = sorted(free)[:MOST]
        failed = run_jobs(asked)
        if failed:  # somebody's job may have come first
            _, busy_now, wrong_now = look()
            busy |= busy_now & set(failed)
            wrong |= {name: wrong_now.get(name, failed[name]) for name in set(failed) - busy_now}
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
