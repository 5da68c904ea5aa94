#!/usr/bin/python3
"""Stands in for OpenPBS' programs on hosts, by the name it is called with; see stand_in.py beside it."""

import importlib
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
stand_in: Any = importlib.import_module("tests.e2e.stand_in")

CONF, LOG = Path("/etc/pbs.conf"), Path("/var/log/pbs-stand-in")


def conf() -> dict[str, str]:
    lines = CONF.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def say(line: str) -> None:
    """Keep for the test what happened, in its order."""
    with LOG.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def pbs_postinstall() -> None:
    """It keeps pbs.conf and makes the folders."""
    home = Path(conf()["PBS_HOME"])
    for folder in ("server_priv", "mom_priv"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    say("installed")


def pbs_server() -> None:
    database = Path(conf()["PBS_HOME"]) / "datastore"
    if not database.exists():
        played = importlib.import_module("tests.unit.roles.openpbs.server")
        database.write_bytes(pickle.dumps(played.Server()))
    stand_in.serve_jobs(database)


def read_settings(*signal_and_frame: object) -> None:
    words = (Path(conf()["PBS_HOME"]) / "mom_priv" / "config").read_text(encoding="utf-8").split()
    assert words[words.index("$clienthost") + 1] == conf()["PBS_SERVER"]
    say(f"pbs_mom read {words.count('$usecp')} paths")


def pbs_mom() -> None:
    signal.signal(signal.SIGHUP, read_settings)
    lock = Path(conf()["PBS_HOME"]) / "mom_priv" / "mom.lock"
    lock.write_text(f"{os.getpid()}\n", encoding="utf-8")
    stand_in.report_for_ever(conf()["PBS_SERVER"])


def start(daemon: Callable[[], None]) -> None:
    """Start a daemon beside this process."""
    if os.fork() == 0:
        os.setsid()
        os.closerange(0, 3)
        daemon()
        sys.exit(0)


def pbs_init(word: str) -> None:
    """What the unit calls; systemd itself ends what it started."""
    if word != "start":
        return
    if conf()["PBS_START_MOM"] == "1":
        read_settings()
        start(pbs_mom)
    if conf()["PBS_START_SERVER"] == "1":
        start(pbs_server)
        while stand_in.ask(conf()["PBS_SERVER"], stand_in.SERVER_PORT, ["qstat"])[0] != 0:
            time.sleep(0.2)
    say("started")


def main(name: str, words: list[str]) -> int:
    if name == "pbs_postinstall":
        pbs_postinstall()
    elif name == "pbs_init.d":
        pbs_init(words[0])
    else:
        code, output = stand_in.ask(conf()["PBS_SERVER"], stand_in.SERVER_PORT, [name, *words])
        sys.stdout.write(output)
        return int(code)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[0]).name, sys.argv[1:]))
