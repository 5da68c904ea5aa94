"""ectf as anyone runs it: its commands."""

import os
import subprocess
import sys
import time
from pathlib import Path


def ectf(folder: Path, *words: str) -> tuple[float, str]:
    """Run ectf; seconds of wall time, and what it printed."""
    started = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "elasticluster_tf", *words],
        cwd=folder, env=os.environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ended.returncode:
        raise SystemExit(
            f"ectf {' '.join(words)} ended with {ended.returncode}\n{ended.stdout}{ended.stderr}"
        )
    return time.monotonic() - started, ended.stdout
