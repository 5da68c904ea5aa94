"""A cluster's files as they are read: merged, checked, resolved. Light: no tool is needed for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from elasticluster_tf import checks, config, policies
from elasticluster_tf.checks import Catalogue, Resolved
from elasticluster_tf.documents import Document
from elasticluster_tf.policies import Policy

# In a work folder: the folder of the cluster file it was made from.
BASE_POINTER = ".ectf-base"


@dataclass(frozen=True)
class Source:
    """The files of a cluster, merged left to right, and the `--set` assignments after them."""

    files: tuple[Path, ...]
    environment: Mapping[str, str]
    cache: Path
    assignments: tuple[str, ...] = ()

    @property
    def base(self) -> Path:
        """The folder that relative paths of the file start from.

        A work folder's own copy of the file starts from where the file itself stood.
        """
        folder = self.files[0].absolute().parent
        pointer = folder / BASE_POINTER
        return Path(pointer.read_text(encoding="utf-8").strip()) if pointer.is_file() else folder

    @cached_property
    def catalogue(self) -> Catalogue:
        """The clouds and software there are; a folder `roles` beside the first file adds to them."""
        return checks.catalogue(self.cache / "hcl", self.base / "roles")

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """The user's own rules about plans: the folder `policy` beside the first file; raises InputError."""
        return policies.load(self.base / policies.FOLDER)

    @cached_property
    def document(self) -> Document:
        """The merged files; raises InputError."""
        return config.read(self.files, self.assignments, self.environment)

    @cached_property
    def resolved(self) -> Resolved:
        """The cluster as its files want it; raises InputError with everything that is wrong."""
        return checks.resolve(self.document, self.base, self.catalogue)
