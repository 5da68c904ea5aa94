"""One cluster is one name in one place: what the state remembers of where it was built."""

from elasticluster_tf.checks import Resolved
from elasticluster_tf.errors import Refused
from elasticluster_tf.plan.names import MOVE
from elasticluster_tf.terraform import State


def check(resolved: Resolved, state: State, allow: frozenset[str]) -> None:
    """Refuse a name that the state knows in another cloud, region or account."""
    if not state.exists or not state.cluster or MOVE in allow:
        return
    hint = "give this one another name (--set name=…), or --allow move-cluster to move it"
    where = str(resolved.document.value_place(("cloud", "name")) or "")
    wanted = resolved.config.cloud.label
    if resolved.config.name != state.cluster:
        raise Refused(
            f"the state in this work folder is of the cluster `{state.cluster}`",
            where,
            "choose another --workdir",
        )
    if state.default_cloud != wanted:
        raise Refused(
            f"`{state.cluster}` exists in the cloud `{state.default_cloud}`, not in `{wanted}`", where, hint
        )
    for label, stored in state.clouds.items():
        chosen = resolved.clouds.get(label)
        if chosen is None:
            continue
        if chosen.cloud.name != stored.name:
            raise Refused(
                f"`{label}` of `{state.cluster}` is the cloud `{stored.name}`, not `{chosen.cloud.name}`",
                where,
                hint,
            )
        for key, value in stored.identity.items():
            if (wish := chosen.identity.get(key)) != value:
                message = f"`{state.cluster}` exists with {key} {value!r}, not {wish!r}"
                raise Refused(message, str(resolved.document.value_place((*chosen.path, key)) or where), hint)
