"""The programs that the role `pbs` puts on a server, loaded from its folder."""

import importlib.util
import sys
from dataclasses import dataclass
from types import ModuleType

from tests.unit.roles.play import REPOSITORY

FILES = REPOSITORY / "roles" / "pbs" / "files"


@dataclass(frozen=True)
class Programs:
    """The programs of one software; all of them share `pbs` and `dialect`."""

    pbs: ModuleType
    dialect: ModuleType
    reconcile: ModuleType
    workers: ModuleType
    health: ModuleType


def load(software: str) -> Programs:
    """The programs as they stand together on the server of a software."""
    files = {
        "pbs": "pbs",
        "dialect": software,
        "reconcile": "reconcile",
        "workers": "workers",
        "health": "health",
    }
    loaded: dict[str, ModuleType] = {}
    try:
        for name, file in files.items():
            spec = importlib.util.spec_from_file_location(name, FILES / f"{file}.py")
            assert spec and spec.loader
            # Dataclasses look for their module there, and the programs for each other.
            loaded[name] = sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(loaded[name])
    finally:
        for name in files:
            sys.modules.pop(name, None)
    return Programs(**loaded)
