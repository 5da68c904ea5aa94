"""What the stand-ins for TORQUE's and OpenPBS' programs share on hosts.

pbs_server answers the commands as the played one of the unit tests does, keeps its state in a file, and calls a
worker free when its pbs_mom reports. That proves the order of a role's steps, not that the software works.
"""

import json
import os
import pickle
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Answer = tuple[int, str]
SERVER_PORT, MOM_PORT = 15001, 15003


def ask(host: str, port: int, words: list[str]) -> Answer:
    """One question to a daemon."""
    try:
        with socket.create_connection((host, port), timeout=10) as line:
            line.sendall(json.dumps(words).encode() + b"\n")
            code, output = json.loads(line.makefile().readline())
    except OSError as error:
        return 15, f"Cannot connect to specified server host {host}: {error}\n"
    return code, output


def serve(port: int, answer: Callable[[list[str]], Answer]) -> None:
    """Answer questions until the process is ended."""

    class Line(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            reply = answer(json.loads(self.rfile.readline()))
            self.wfile.write(json.dumps(reply).encode() + b"\n")

    socketserver.TCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("", port), Line) as server:
        server.serve_forever()


def end_soon() -> Answer:
    """End this process, once the answer is out."""
    threading.Timer(0.5, os._exit, [0]).start()
    return 0, ""


def serve_jobs(database: Path) -> None:
    """pbs_server: a played one, kept in a file."""
    lock = threading.Lock()

    def answer(question: list[str]) -> Answer:
        with lock:
            server = pickle.loads(database.read_bytes())
            if question[0] == "qterm":
                return end_soon()
            if question[0] == "report":
                server.reported(question[1])
                reply = 0, ",".join(socket.gethostbyname(name) for name in server.nodes)
            else:
                reply = server.run(*question)
            database.write_bytes(pickle.dumps(server))
            return reply

    serve(SERVER_PORT, answer)


def report_for_ever(server: str, heard: Callable[[Answer], Any] = lambda answer: None) -> None:
    """What a pbs_mom does: tell the server every second that this host is up."""
    while True:
        heard(ask(server, SERVER_PORT, ["report", socket.gethostname()]))
        time.sleep(1)
