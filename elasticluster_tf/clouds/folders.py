"""A cloud is a folder of `terraform_modules/`, described by its own files."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from elasticluster_tf import documents, resources
from elasticluster_tf.clouds import hcl
from elasticluster_tf.clouds.facts import CloudFacts
from elasticluster_tf.clouds.hcl import Rule, Variable
from elasticluster_tf.value_types import ValueType

# Given by ectf itself, so no setting of the user's.
NODE_SETTINGS = "node_settings"


@dataclass(frozen=True)
class Cloud:
    """A cloud's folder."""

    name: str
    path: Path
    facts: CloudFacts
    hcl_cache: Path | None = field(default=None, compare=False)

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """The cloud's own settings by name."""
        return {name: one for name, one in self._declared.items() if name != NODE_SETTINGS}

    @cached_property
    def node_settings(self) -> ValueType | None:
        """What `groups.<g>.settings.<cloud>` may hold; None where the cloud has no such options."""
        declared = self._declared.get(NODE_SETTINGS)
        return declared.type.inner if declared else None

    @property
    def node_settings_description(self) -> str:
        """What `node_settings` are, in the module's words."""
        declared = self._declared.get(NODE_SETTINGS)
        return declared.description if declared else ""

    @cached_property
    def node_rules(self) -> tuple[Rule, ...]:
        """What is asked of `node_settings` beyond its type."""
        declared = self._declared.get(NODE_SETTINGS)
        return declared.rules if declared else ()

    @cached_property
    def _declared(self) -> dict[str, Variable]:
        return hcl.variables(hcl.parse(self.path / "variables.tf", self.hcl_cache))

    @cached_property
    def required_providers(self) -> dict[str, dict[str, str]]:
        """Provider local name → {source, version}, from versions.tf."""
        blocks = hcl.parse(self.path / "versions.tf", self.hcl_cache).get("terraform", [])
        found: dict[str, dict[str, str]] = {}
        for block in blocks:
            for providers in block.get("required_providers", []):
                found.update({name: dict(given) for name, given in providers.items()})
        return found


def discover(hcl_cache: Path | None = None) -> dict[str, Cloud]:
    """The shipped clouds by name. `hcl_cache` is a folder that keeps parsed HCL between runs."""
    folders = sorted(path.parent for path in resources.folder("terraform_modules").glob("*/cloud.yaml"))
    return {folder.name: load(folder, hcl_cache) for folder in folders}


def load(folder: Path, hcl_cache: Path | None = None) -> Cloud:
    """The cloud of a folder."""
    facts = CloudFacts.model_validate(documents.plain((folder / "cloud.yaml").read_text(encoding="utf-8")))
    return Cloud(folder.name, folder, facts, hcl_cache)
