#!/usr/bin/python3
"""Stands in for TORQUE's programs on hosts, by the name it is called with.

pbs_server answers the commands as the played one of the unit tests does (`played.py` beside this file), keeps
its state in a file, and calls a worker free when its pbs_mom reports. It proves the order of the role's steps,
not that TORQUE works.
"""

import importlib
import json
import os
import pickle
import socket
import socketserver
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

HOME = Path("/var/spool/torque")
DATABASE = HOME / "server_priv" / "serverdb"
SERVER_PORT, MOM_PORT = 15001, 15003


def ask(host: str, port: int, words: list[str]) -> tuple[int, str]:
    """One question to a daemon."""
    try:
        with socket.create_connection((host, port), timeout=10) as line:
            line.sendall(json.dumps(words).encode() + b"\n")
            code, output = json.loads(line.makefile().readline())
    except OSError as error:
        return 15, f"Cannot connect to specified server host {host}: {error}\n"
    return code, output


def serve(port: int, answer: Any) -> None:
    """Answer questions until the process is ended."""

    class Line(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            reply = answer(json.loads(self.rfile.readline()), self.client_address[0])
            self.wfile.write(json.dumps(reply).encode() + b"\n")

    socketserver.TCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("", port), Line) as server:
        server.serve_forever()


def pbs_server(words: list[str]) -> None:
    if "create" in words:
        DATABASE.write_bytes(pickle.dumps(importlib.import_module("played").Server()))
        if os.fork():
            return  # it stays running, outside systemd
        os.setsid()
        os.closerange(0, 3)
    if not DATABASE.exists():
        sys.exit("pbs_server: no server database, use -t create")
    lock = threading.Lock()

    def answer(question: list[str], peer: str) -> tuple[int, str]:
        with lock:
            server = pickle.loads(DATABASE.read_bytes())
            if question[0] == "qterm":
                threading.Timer(0.5, os._exit, [0]).start()
                return 0, ""
            reporting = question[0] == "report"
            reply: tuple[int, str] = reported(server, question[1]) if reporting else server.run(*question)
            DATABASE.write_bytes(pickle.dumps(server))
            return reply

    serve(SERVER_PORT, answer)


def reported(server: Any, host: str) -> tuple[int, str]:
    """A mom is up; tell it whom to trust."""
    if host in server.nodes:
        states = set(server.nodes[host]["state"].split(",")) - {"down"} or {"free"}
        server.nodes[host]["state"] = ",".join(sorted(states))
    return 0, ",".join(socket.gethostbyname(name) for name in server.nodes)


def pbs_mom(words: list[str]) -> None:
    configured = (HOME / "mom_priv" / "config").read_text(encoding="utf-8")
    server = configured.split("$pbsserver ")[1].split("\n")[0]
    trusted = [""]

    def report() -> None:
        while True:
            code, output = ask(server, SERVER_PORT, ["report", socket.gethostname()])
            trusted[0] = output if code == 0 else ""
            time.sleep(1)

    def answer(question: list[str], peer: str) -> tuple[int, str]:
        if "-s" in question:
            threading.Timer(0.5, os._exit, [0]).start()
            return 0, ""
        addresses = ",".join(f"{one}:15003:15002" for one in trusted[0].split(",") if one)
        return 0, f"Trusted Client List:  {addresses}: 0\n"

    threading.Thread(target=report, daemon=True).start()
    serve(MOM_PORT, answer)


def main(name: str, words: list[str]) -> int:
    if name in ("trqauthd", "pbs_sched"):
        if name == "pbs_sched" and os.fork():
            return 0
        serve({"trqauthd": 15999, "pbs_sched": 15004}[name], lambda question, peer: (0, ""))
    daemons = {"pbs_server": pbs_server, "pbs_mom": pbs_mom}
    if name in daemons:
        daemons[name](words)
        return 0
    if name == "momctl":
        code, output = ask(words[-1], MOM_PORT, words)
    else:
        code, output = ask(
            (HOME / "server_name").read_text(encoding="utf-8").strip(), SERVER_PORT, [name, *words]
        )
    sys.stdout.write(output)
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[0]).name, sys.argv[1:]))
