"""Where the shipped data folders are: in the wheel, or at the top of a checkout."""

from importlib.resources import files
from pathlib import Path


def folder(name: str) -> Path:
    """The path of `terraform_modules`, `roles` or `templates`."""
    package = Path(str(files("elasticluster_tf")))
    shipped = package / "data" / name
    return shipped if shipped.is_dir() else package.parent / name
