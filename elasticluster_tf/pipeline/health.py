"""Ask nodes over SSH: whether they answer, and whether the software works."""

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from elasticluster_tf import software
from elasticluster_tf.config import ClusterConfig
from elasticluster_tf.nodes import Node
from elasticluster_tf.reports import Health
from elasticluster_tf.software import Software

_CONNECT_SECONDS = 10
_HEALTH_SECONDS = 180
_AT_ONCE = 16


def check(
    config: ClusterConfig,
    carried: Sequence[Software],
    nodes: Sequence[Node],
    ssh_config: Path,
    environment: Mapping[str, str],
) -> tuple[Health, ...]:
    """Run each software's health command on the first node of its part."""
    found = []
    for one in carried:
        health = one.facts.health
        if health is None:
            continue
        groups = software.groups_of(config, one)[health.part]
        node = next((node.name for node in nodes if node.group in groups), None)
        if node is None:
            found.append(Health(one.name, False, f"no node of part `{health.part}` is built"))
            continue
        code, text = ask(ssh_config, node, health.command, environment, _HEALTH_SECONDS)
        lines = text.strip().splitlines()
        found.append(Health(one.name, code == 0, lines[-1] if lines else f"exit code {code}", node))
    return tuple(found)


def reachable(names: Sequence[str], ssh_config: Path, environment: Mapping[str, str]) -> dict[str, bool]:
    """Which nodes answer to SSH."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        codes = pool.map(
            lambda name: ask(ssh_config, name, ["true"], environment, 2 * _CONNECT_SECONDS)[0], names
        )
        return {name: code == 0 for name, code in zip(names, codes, strict=True)}


def command(ssh_config: Path, node: str, words: Sequence[str], program: str = "ssh") -> list[str]:
    """The words that run a command on a node; ssh gives the remote shell one quoted text."""
    remote = ["--", " ".join(shlex.quote(word) for word in words)] if words else []
    return [program, "-F", str(ssh_config), node, *remote]


def ask(
    ssh_config: Path, node: str, words: Sequence[str], environment: Mapping[str, str], seconds: int
) -> tuple[int, str]:
    """Run a command on a node; its exit code and what it said."""
    line = command(ssh_config, node, words)
    line[1:1] = ["-o", "BatchMode=yes", "-o", f"ConnectTimeout={_CONNECT_SECONDS}"]
    try:
        ended = subprocess.run(
            line,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 124, f"no answer within {seconds} s"
    return ended.returncode, ended.stdout or ended.stderr
