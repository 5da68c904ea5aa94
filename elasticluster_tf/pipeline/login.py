"""How nodes are reached: the login key, first and final host keys, the files that ssh reads."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from elasticluster_tf import ansible_files, host_keys, secrets
from elasticluster_tf.ansible_files import Access
from elasticluster_tf.checks import Resolved
from elasticluster_tf.errors import InputError, Refused
from elasticluster_tf.host_keys import HostKey
from elasticluster_tf.pipeline.run import Run, World
from elasticluster_tf.secrets import RootSecret
from elasticluster_tf.terraform import State
from elasticluster_tf.workdir import Workdir

VALUES = "ectf.auto.tfvars.json"


def write_values(run: Run, resolved: Resolved, state: State) -> None:
    """Write what Terraform needs beyond the cluster file: keys, and what the state remembers.

    Only a new cluster's first plan needs the root secret.
    """
    values = {"ssh_public_key": _public_key(run.workdir, resolved, run.world, state)}
    write_more(run.workdir, {**values, **_first_keys(resolved, state)}, afresh=True)


def renew_first_keys(run: Run, machines: Collection[str], state: State) -> bool:
    """Give machines that are about to be made again under a remembered name a first key of their own.

    The one that the state remembers is known to whoever could read the user data of the machine before.
    Returns whether there was one, so that the plan has to be made again.
    """
    again = set(machines) & set(state.bootstrap)
    present = json.loads((run.workdir.path / VALUES).read_text(encoding="utf-8")) if again else {}
    names = [name for name in present.get("bootstrap", {}) if name in again]
    if names:
        fresh = _key_values({name: host_keys.bootstrap() for name in names})
        write_more(run.workdir, {key: {**present[key], **values} for key, values in fresh.items()})
    return bool(names)


def write_more(workdir: Workdir, values: Mapping[str, Any], afresh: bool = False) -> None:
    """Write values beside those that are there, or instead of them."""
    file = workdir.path / VALUES
    present = {} if afresh else json.loads(file.read_text(encoding="utf-8"))
    workdir.write({VALUES: json.dumps({**present, **values}, indent=2) + "\n"}, prune=False, private=True)


def _first_keys(resolved: Resolved, state: State) -> dict[str, Any]:
    """First host keys where user data brings them: a node's remembered key, or a new one.

    What the state remembers is passed on unchanged, so that a plan shows no difference for a living node.
    """
    labels = [
        label for label, one in resolved.clouds.items() if one.cloud.facts.first_host_key == "user_data"
    ]
    if not labels:
        return {}
    keys = {
        node.name: host_keys.restored(state.bootstrap[node.name])
        if node.name in state.bootstrap
        else host_keys.bootstrap()
        for node in resolved.nodes
        if node.cloud in labels
    }
    return _key_values(keys)


def _key_values(keys: Mapping[str, HostKey]) -> dict[str, dict[str, str]]:
    return {
        "bootstrap": {name: key.private for name, key in keys.items()},
        "host_keys": {name: key.public for name, key in keys.items()},
        "user_data": {name: host_keys.user_data(key) for name, key in keys.items()},
    }


def write_connection(
    workdir: Workdir,
    resolved: Resolved,
    state: State,
    access: Access,
    world: World,
    fingerprints: Mapping[str, str] | None = None,
) -> None:
    """Write inventory, pinned host keys, ssh_config and the derived login key."""
    secret = secrets.find(workdir.secret, world.environment)
    pinned = host_keys.known_hosts(state.nodes, state.bootstrap, state.record.host_keys, secret)
    files = ansible_files.connect(
        resolved.config,
        resolved.software,
        resolved.nodes,
        state.nodes,
        access,
        state.bastions,
        state.bootstrap,
        pinned,
        fingerprints,
        state.shared_fs,
    )
    workdir.write(files, prune=False)
    if state.nodes and not resolved.config.ssh.private_key:
        key = secrets.login_key(root_secret(workdir, world), resolved.config.name)
        # OpenSSH's text of one key differs each time, so its public half says whether the file is right.
        public = {f"{workdir.identity.name}.pub": key.public + "\n"}
        if not workdir.identity.is_file() or workdir.changes(public, prune=False)[0]:
            workdir.write({workdir.identity.name: key.private}, prune=False, private=True)
            workdir.write(public, prune=False)


def _public_key(workdir: Workdir, resolved: Resolved, world: World, state: State) -> str:
    secret = secrets.find(workdir.secret, world.environment)
    if secret is None and not state.exists:
        secret = secrets.new()
        workdir.write({"keep/secret": secret.value + "\n"}, prune=False, private=True)
    if resolved.config.ssh.private_key:
        return _given_public_key(resolved)
    return secrets.login_key(secret, resolved.config.name).public if secret else state.ssh_public_key


def _given_public_key(resolved: Resolved) -> str:
    given = Path(str(resolved.config.ssh.private_key)).expanduser()
    base = resolved.document.sources[0].absolute().parent if resolved.document.sources else Path()
    file = base / given.with_name(given.name + ".pub")
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        problem = resolved.document.problem(
            ("ssh", "private_key"),
            f"can't read {file}: {error.strerror}",
            "`ssh-keygen -y -f KEY > KEY.pub` makes it",
        )
        raise InputError([problem]) from error


def root_secret(workdir: Workdir, world: World) -> RootSecret:
    """The secret of a cluster that exists."""
    secret = secrets.find(workdir.secret, world.environment)
    if secret is None:
        hint = f"set {secrets.VARIABLE}, or bring back the file"
        raise Refused("the cluster's root secret is not here", str(workdir.secret), hint)
    return secret
