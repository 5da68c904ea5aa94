"""The command line in one process: what each command would read anew is read once."""

from collections.abc import Iterator

import pytest

from elasticluster_tf import clouds
from tests.builders import CACHE


@pytest.fixture(scope="package", autouse=True)
def _clouds_are_read_once() -> Iterator[None]:
    """The files of all clouds take a tenth of a second; a hundred wrong cluster files need them once."""
    found = clouds.discover(CACHE / "hcl")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clouds, "discover", lambda cache=None: found)
        yield
