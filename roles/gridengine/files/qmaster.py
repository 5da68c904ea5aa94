"""Written by ectf; changes made here are lost.

Grid Engine's commands: what qmaster knows, and how it is changed.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

# The programs themselves: Debian's wrappers around them look the environment up anew, four times as slow.
PROGRAMS = Path("/usr/lib/gridengine")
ENVIRONMENT = {
    "SGE_ROOT": "/var/lib/gridengine",
    "SGE_CELL": "default",
    "SGE_SINGLE_LINE": "1",
    "LC_ALL": "C.UTF-8",
}


class Refused(Exception):
    """qmaster did not do what it was asked to."""


@dataclass(frozen=True)
class Kind:
    """The words of qconf for one kind of object."""

    list: str
    show: str
    add: str
    change: str
    delete: str


KINDS = {
    "user list": Kind("-sul", "-su", "-Au", "-Mu", "-dul"),
    "parallel environment": Kind("-spl", "-sp", "-Ap", "-Mp", "-dp"),
    "host group": Kind("-shgrpl", "-shgrp", "-Ahgrp", "-Mhgrp", "-dhgrp"),
    "queue": Kind("-sql", "-sq", "-Aq", "-Mq", "-dq"),
    "resource quota set": Kind("-srqsl", "-srqs", "-Arqs", "-Mrqs", "-drqs"),
}
# Lists of hosts beside that of the workers, and how a host is taken out of them.
HOST_LISTS = {"-sh": "-dh", "-ss": "-ds"}


@dataclass(frozen=True)
class Instance:
    """A queue on one host."""

    queue: str
    host: str
    used: int
    total: int
    state: str


def run(program: str, *words: str) -> tuple[int, str]:
    """Exit code and all output of one of Grid Engine's programs."""
    done = subprocess.run(
        [str(PROGRAMS / program), *words],
        env={**os.environ, **ENVIRONMENT},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, done.stdout


def call(program: str, *words: str) -> str:
    """Output of a program; raises Refused when it does not end well."""
    code, output = run(program, *words)
    if code != 0:
        raise Refused(f"{program} {' '.join(words)}: {output.strip() or f'exit code {code}'}")
    return output


def names(word: str) -> list[str]:
    """A list that qconf shows; a list that is empty is an error to qconf."""
    code, output = run("qconf", word)
    if code == 0:
        return output.split()
    if re.search(r"^no .* (defined|exist)", output):
        return []
    raise Refused(f"qconf {word}: {output.strip()}")


def show(*words: str) -> str:
    """An object as qconf shows it, without its comments."""
    return "".join(line for line in call("qconf", *words).splitlines(True) if not line.startswith("#"))


def load(word: str, text: str, file: str = "object") -> None:
    """Have qconf read a file with this text."""
    with tempfile.TemporaryDirectory(prefix="ectf-") as folder:
        path = Path(folder, file)
        path.write_text(text, encoding="utf-8")
        code, output = run("qconf", word, str(path))
    # Some refusals end with code 0.
    if code != 0 or re.search(r"^(error|denied)", output, re.MULTILINE):
        raise Refused(f"qconf {word} refuses: {output.strip()}\n{text}")


def settings(text: str) -> dict[str, str]:
    """Keys and values of a text that qconf shows or reads."""
    rows = (line.split(None, 1) for line in text.replace("\\\n", " ").splitlines())
    return {row[0]: row[1].strip() if len(row) > 1 else "" for row in rows if row}


def canonical(kind: str, text: str) -> object:
    """Equal for texts that mean the same; qmaster has its own order within values."""
    if kind == "resource quota set":  # the order of limits counts
        return [re.sub(r"\s*,\s*", ",", " ".join(line.split())) for line in text.splitlines()]
    return {key: sorted(re.split(r"[,\s]+", value)) for key, value in settings(text).items()}


def instances() -> list[Instance]:
    """All queues on all hosts."""
    tree = ElementTree.fromstring(call("qstat", "-f", "-xml"))  # noqa: S314 - of our own qmaster
    found = []
    for one in tree.iter("Queue-List"):
        queue, _, host = (one.findtext("name") or "").partition("@")
        used, total = (int(one.findtext(word) or 0) for word in ("slots_used", "slots_total"))
        found.append(Instance(queue, host, used, total, one.findtext("state") or ""))
    return found


def jobs() -> dict[str, str]:
    """The caller's jobs by number, and their states."""
    tree = ElementTree.fromstring(call("qstat", "-xml"))  # noqa: S314 - of our own qmaster
    rows = tree.iter("job_list")
    return {one.findtext("JB_job_number") or "": one.findtext("state") or "" for one in rows}


def silent() -> set[str]:
    """Hosts whose execd was not heard of."""
    tree = ElementTree.fromstring(call("qhost", "-xml"))  # noqa: S314 - of our own qmaster
    return {
        one.get("name", "")
        for one in tree.iter("host")
        if one.findtext("hostvalue[@name='load_avg']") == "-" and one.get("name") != "global"
    }


def forget(host: str, *lists: str) -> None:
    """Take an idle host out of these lists of qmaster, and out of what refers to it there."""
    if "-sel" in lists:
        _forget_queues(host)
        call("qconf", "-ke", host)
        call("qconf", "-de", host)
        if host in names("-sconfl"):
            call("qconf", "-dconf", host)
    for word in lists:
        if word in HOST_LISTS and host in names(word):
            call("qconf", HOST_LISTS[word], host)


def _forget_queues(host: str) -> None:
    for group in names("-shgrpl"):
        if host in settings(show("-shgrp", group)).get("hostlist", "").split():
            call("qconf", "-dattr", "hostgroup", "hostlist", host, group)
    for queue in names("-sql"):
        text = show("-sq", queue)
        if host in settings(text)["hostlist"].split():
            call("qconf", "-dattr", "queue", "hostlist", host, queue)
        if f"[{host}=" in text:
            call("qconf", "-purge", "queue", "*", f"{queue}@{host}")
