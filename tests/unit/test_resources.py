"""The shipped data folders are found, in a checkout as in a wheel."""

import pytest

from elasticluster_tf import resources


@pytest.mark.parametrize(
    ("folder", "file"),
    [
        ("terraform_modules", "common/contract.tf"),
        ("roles", "base/tasks/main.yml"),
        ("templates", "main.tf.j2"),
    ],
)
def test_the_folders_hold_what_the_core_reads(folder: str, file: str) -> None:
    assert (resources.folder(folder) / file).is_file()
