"""Builders of what tests need: each gives the least that works, and a test says what it is about."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from elasticluster_tf import checks, clouds, documents
from elasticluster_tf.checks import Catalogue, Resolved
from elasticluster_tf.clouds import Cloud, CloudFacts
from elasticluster_tf.documents import Document
from elasticluster_tf.errors import InputError, Problem
from elasticluster_tf.events import Event
from elasticluster_tf.nodes import BuiltNode
from elasticluster_tf.pipeline import Cluster, Order, World
from elasticluster_tf.software import Software, SoftwareFacts
from elasticluster_tf.source import Source

REPOSITORY = Path(__file__).parents[1]
CACHE = user_cache_path("ectf")  # kept by content, so a warm one saves seconds and can't be wrong
# A cloud of our own with every trait a cloud may have; it makes nothing but state.
ECHO = REPOSITORY / "tests" / "clouds" / "echo"
# What Terraform needs of an environment.
BARE = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nowhere"}


def document(text: str, environment: Mapping[str, str] | None = None) -> Document:
    """The document of a YAML text, called cluster.yaml."""
    return documents.parse(text, "cluster.yaml", environment or {})


@cache
def shipped() -> Catalogue:
    """The clouds and software that are shipped, and `echo`."""
    found = checks.catalogue(CACHE / "hcl")
    return Catalogue({**found.clouds, "echo": clouds.load(ECHO, CACHE / "hcl")}, found.software)


def catalogue(*, cloud: Sequence[Cloud] = (), software: Sequence[Software] = ()) -> Catalogue:
    """What is shipped, and these."""
    known = shipped()
    return Catalogue(
        {**known.clouds, **{one.name: one for one in cloud}},
        {**known.software, **{one.name: one for one in software}},
    )


def software(name: str, parts: Mapping[str, Mapping[str, Any]] | None = None, **facts: Any) -> Software:
    """A software with one part `worker`, or these parts; its folder does not exist."""
    body = {"title": name.title(), "parts": parts or {"worker": {}}, **facts}
    return Software(name, Path("/nowhere") / name, SoftwareFacts.model_validate(body))


def software_folder(folder: Path, facts: str, specs: str = "", tasks: str = "[]\n") -> Path:
    """A software's folder with these texts and a play for each host of it."""
    name = folder.name
    texts = {
        "software.yaml": facts,
        "tasks/main.yml": tasks,
        "playbook.yml": f"- hosts: {name}\n  gather_facts: false\n  roles: [{{role: {name}}}]\n",
    }
    if specs:
        texts["meta/argument_specs.yml"] = specs
    write(folder, texts)
    return folder


def cloud(name: str, **facts: Any) -> Cloud:
    """A cloud of which only the facts exist."""
    return Cloud(name, Path("/nowhere") / name, CloudFacts.model_validate({"title": name.title(), **facts}))


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Several files at once."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def cluster_text(name: str = "demo", **more: Any) -> str:
    """A cluster file as text: one group of one node, unless `groups` says otherwise."""
    return documents.dump({"name": name, "groups": {"compute": {"count": 1}}, **more})


def resolve(text: str, known: Catalogue | None = None, base: Path = Path("/nowhere")) -> Resolved:
    """The cluster of a YAML text."""
    return checks.resolve(document(text), base, known or shipped())


def problems(text: str, known: Catalogue | None = None, base: Path = Path("/nowhere")) -> list[Problem]:
    """What is wrong with the cluster of a YAML text; nothing when it is right."""
    try:
        resolve(text, known, base)
    except InputError as error:
        return list(error.problems)
    return []


def hosts(*names: str, **more: Any) -> dict[str, Any]:
    """Entries for the cloud that only remembers hosts."""
    return {name: {"address": f"192.0.2.{number}", **more} for number, name in enumerate(names, 1)}


def built(name: str, group: str = "", cloud: str = "local", **more: Any) -> BuiltNode:
    """A built node."""
    number = int(name[-3:])
    values: dict[str, Any] = {
        "address": f"10.0.0.{number}",
        "ssh_host": f"10.0.0.{number}",
        "ssh_port": 22,
        "ssh_user": "admin",
        "instance_id": f"id-{name}",
        **more,
    }
    return BuiltNode(name=name, group=group or name[:-3], cloud=cloud, **values)


@dataclass
class Told(list[Event]):
    """A listener that keeps what it is told."""

    def __call__(self, event: Event) -> None:
        self.append(event)

    def kinds(self) -> list[str]:
        return [event.kind for event in self]


@dataclass
class Terrain:
    """A folder with cluster.yaml, and the cluster of it as a program embeds it."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(BARE))
    told: Told = field(default_factory=Told)
    known: Catalogue | None = None

    def cluster(self, data: Mapping[str, Any] | str = "", **options: Any) -> Cluster:
        """The cluster of this data, which is written first; of the file that stands there without it."""
        if data:
            text = data if isinstance(data, str) else documents.dump(dict(data))
            (self.folder / "cluster.yaml").write_text(text, encoding="utf-8")
        source = Source((self.folder / "cluster.yaml",), self.environment, CACHE)
        # The shipped catalogue is read once for all tests.
        source.__dict__["catalogue"] = self.known or shipped()
        return Cluster(source, World(self.environment, CACHE, self.told), **options)

    def up(
        self, data: Mapping[str, Any] | str = "", confirm: Callable[[Any], bool] = bool, **options: Any
    ) -> Any:
        """Build without configuring."""
        return self.cluster(data, **options).up(confirm, Order(configure=False))

    @property
    def workdir(self) -> Path:
        """The work folder of the cluster `demo`."""
        return self.folder / ".ectf" / "demo"

    def state(self) -> dict[str, Any]:
        """Terraform's state file."""
        found = json.loads((self.workdir / "keep" / "terraform.tfstate").read_text(encoding="utf-8"))
        assert isinstance(found, dict)
        return found


def echo(count: int = 3, **more: Any) -> dict[str, Any]:
    """A cluster in the cloud `echo`: `count` nodes `compute`, more keys of the file."""
    groups = {"compute": {"count": count}}
    return {"name": "demo", "cloud": {"name": "echo"}, "groups": groups, **more}


def stored(nodes: Sequence[BuiltNode], **more: Any) -> dict[str, Any]:
    """A state file's content with these nodes: one machine each, and what their clouds tell of them."""
    resources = [machine(node.name, node.cloud, node.instance_id) for node in nodes]
    for cloud in dict.fromkeys(node.cloud for node in nodes):
        resources.append(told(cloud, *(node for node in nodes if node.cloud == cloud)))
    return {"version": 4, "serial": 1, "lineage": "x", "outputs": {}, "resources": resources, **more}


def machine(name: str, cloud: str, instance_id: str) -> dict[str, Any]:
    """A node's machine as a state file has it."""
    instances = [{"attributes": {"id": instance_id}}]
    module = f"module.{cloud}"
    return {"mode": "managed", "module": module, "type": "thing", "name": name, "instances": instances}


def told(cloud: str, *nodes: BuiltNode) -> dict[str, Any]:
    """What a cloud's module tells of its nodes, as a state file has it."""
    values = {
        node.name: {
            **{
                key: value for key, value in vars(node).items() if key not in ("name", "cloud", "instance_id")
            },
            "from": {"instance_id": "thing.id"},
        }
        for node in nodes
    }
    return {
        "mode": "managed",
        "module": f"module.{cloud}",
        "type": "terraform_data",
        "name": "nodes",
        "instances": [{"attributes": {"input": {"value": values, "type": "…"}}}],
    }


def echo_file(count: int = 3, **more: Any) -> str:
    """The file of the cluster of `echo`, as the command line takes it: the cloud named by its folder."""
    data = echo(count, **more)
    return documents.dump({**data, "cloud": {**data["cloud"], "name": str(ECHO)}})
