"""scripts/prices.py: how the public lists are mended."""

import importlib.util
from types import ModuleType

import pytest

from tests.builders import REPOSITORY


@pytest.fixture(scope="module")
def prices() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prices", REPOSITORY / "scripts" / "prices.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_shared_machines_are_the_cheapest_that_agree(prices: ModuleType) -> None:
    assert prices._agreed([1.254, 1.14, 1.254, 1.1401]) == pytest.approx(1.14, abs=0.001)
    assert prices._agreed([1.1, 1.2]) == 0  # nobody bears either out
    assert prices._agreed([1.1]) == 0


def test_windows_is_no_linux(prices: ModuleType) -> None:
    listed = {
        "Standard_D2as_v5": 0.178,
        "Standard_D4as_v5": 0.172,
        "Standard_D8as_v5": 0.344,
        "Standard_M8ms": 1.0,
    }
    found = prices._without_fees(listed)
    assert found == pytest.approx(
        {"Standard_D2as_v5": 0.086, "Standard_D4as_v5": 0.172, "Standard_D8as_v5": 0.344}
    )


def test_google_sells_cores_and_memory(prices: ModuleType) -> None:
    types = {name: (family, cpus, memory) for name, family, cpus, memory in prices._google_types()}
    assert types["n1-standard-4"] == ("n1", 4, 15)
    assert types["e2-medium"] == ("e2", 1, 4)
