"""The plug-in: `python -m tests.provider_double aws WORLD [MODULE:FUNCTION]`.

The function makes a Backer out of the world's folder.
"""

import importlib
import os
import sys
from pathlib import Path

from tests.provider_double.making import Backer
from tests.provider_double.server import serve


def _backer(named: str, world: Path) -> Backer:
    module, _, function = named.partition(":")
    made: Backer = getattr(importlib.import_module(module), function)(world)
    return made


def main(arguments: list[str]) -> int:
    name, world = arguments[0], Path(arguments[1])
    return serve(name, world, _backer(arguments[2], world) if len(arguments) > 2 else None)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # not sys.exit: it would wait for threads that sleep for a fault
