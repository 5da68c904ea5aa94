#!/usr/bin/python3
"""Stands in for TORQUE's programs on hosts, by the name it is called with; see stand_in.py beside it."""

import importlib
import os
import pickle
import sys
import threading
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
stand_in: Any = importlib.import_module("tests.e2e.stand_in")

HOME = Path("/var/spool/torque")
DATABASE = HOME / "server_priv" / "serverdb"


def pbs_server(words: list[str]) -> None:
    if "create" in words:
        played = importlib.import_module("tests.unit.roles.torque.server")
        DATABASE.write_bytes(pickle.dumps(played.Server()))
        if os.fork():
            return  # it stays running, outside systemd
        os.setsid()
        os.closerange(0, 3)
    if not DATABASE.exists():
        sys.exit("pbs_server: no server database, use -t create")
    stand_in.serve_jobs(DATABASE)


def pbs_mom(words: list[str]) -> None:
    configured = (HOME / "mom_priv" / "config").read_text(encoding="utf-8")
    server = configured.split("$pbsserver ")[1].split("\n")[0]
    trusted = [""]

    def heard(answer: tuple[int, str]) -> None:
        trusted[0] = answer[1] if answer[0] == 0 else ""

    def answer(question: list[str]) -> tuple[int, str]:
        if "-s" in question:
            ended: tuple[int, str] = stand_in.end_soon()
            return ended
        addresses = ",".join(f"{one}:15003:15002" for one in trusted[0].split(",") if one)
        return 0, f"Trusted Client List:  {addresses}: 0\n"

    threading.Thread(target=stand_in.report_for_ever, args=(server, heard), daemon=True).start()
    stand_in.serve(stand_in.MOM_PORT, answer)


def main(name: str, words: list[str]) -> int:
    if name in ("trqauthd", "pbs_sched"):
        if name == "pbs_sched" and os.fork():
            return 0
        stand_in.serve({"trqauthd": 15999, "pbs_sched": 15004}[name], lambda question: (0, ""))
    daemons = {"pbs_server": pbs_server, "pbs_mom": pbs_mom}
    if name in daemons:
        daemons[name](words)
        return 0
    if name == "momctl":
        code, output = stand_in.ask(words[-1], stand_in.MOM_PORT, words)
    else:
        server = (HOME / "server_name").read_text(encoding="utf-8").strip()
        code, output = stand_in.ask(server, stand_in.SERVER_PORT, [name, *words])
    sys.stdout.write(output)
    return int(code)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[0]).name, sys.argv[1:]))
