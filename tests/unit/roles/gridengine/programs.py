"""The programs that the role puts on the master, loaded from its folder."""

import importlib.util
import sys
from functools import cache
from types import ModuleType

from tests.unit.roles.play import REPOSITORY

FILES = REPOSITORY / "roles" / "gridengine" / "files"
# What the programs import, by plain names, as they lie in one folder on the master.
IMPORTED = ("objects", "qmaster")


@cache
def load(name: str) -> ModuleType:
    """One of the programs; what it imports is the same module that `load` gives."""
    spec = importlib.util.spec_from_file_location(name, FILES / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    needed = () if name in IMPORTED else IMPORTED
    sys.modules[name] = module  # dataclasses look for their module there
    sys.modules.update({other: load(other) for other in needed})
    try:
        spec.loader.exec_module(module)
    finally:
        for known in (name, *needed):
            sys.modules.pop(known, None)
    return module
