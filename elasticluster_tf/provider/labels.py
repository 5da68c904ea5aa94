"""The labels by which everything of a cluster is found again, and names made from them. Pure."""

from collections.abc import Mapping

CLUSTER = "ectf-cluster"
NODE = "ectf-node"
GROUP = "ectf-group"
VOLUME = "ectf-volume"
NETWORK = "ectf-network"
ADDRESS = "ectf-address"
SSH_PORT = "ectf-ssh-port"
SPEC = "ectf-spec"
MADE_OF = "ectf-made-of"
MANAGED = ("managed-by", "ectf")


def object_name(*parts: str) -> str:
    """Join names with a dot, which no cluster's or node's own name contains."""
    return ".".join(parts)


def label_arguments(own: Mapping[str, str], extra: Mapping[str, str] | None = None) -> list[str]:
    """Give `--label` arguments; what ectf finds things by wins over a user's label of the same name."""
    both = {**(extra or {}), **with_mark(own)}
    return [f"--label={key}={value}" for key, value in both.items()]


def filter_arguments(cluster: str | None = None) -> list[str]:
    """Give `--filter` arguments for all that ectf manages, or for one cluster's."""
    filters = [f"--filter=label={MANAGED[0]}={MANAGED[1]}"]
    return filters + ([f"--filter=label={CLUSTER}={cluster}"] if cluster is not None else [])


def with_mark(own: Mapping[str, str]) -> dict[str, str]:
    """Add the label that says who manages it."""
    return {**own, MANAGED[0]: MANAGED[1]}


def is_ours(labels: Mapping[str, str] | None, wanted: Mapping[str, str]) -> bool:
    """Tell whether something found carries ectf's mark and all the wanted labels."""
    found = labels or {}
    return found.get(MANAGED[0]) == MANAGED[1] and all(
        found.get(key) == value for key, value in wanted.items()
    )
