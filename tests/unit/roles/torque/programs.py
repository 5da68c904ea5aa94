"""The programs that the role puts on the server, loaded from its folder."""

import importlib.util
import sys
from functools import cache
from types import ModuleType

from tests.unit.roles.play import REPOSITORY

FILES = REPOSITORY / "roles" / "torque" / "files"


@cache
def load(name: str) -> ModuleType:
    """One of the programs; the `pbs` it imports is the same module that `load` gives."""
    spec = importlib.util.spec_from_file_location(name, FILES / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look for their module there
    if name != "pbs":
        sys.modules["pbs"] = load("pbs")
    try:
        spec.loader.exec_module(module)
    finally:
        sys.modules.pop(name, None)
        sys.modules.pop("pbs", None)
    return module
