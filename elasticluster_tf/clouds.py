"""Discover clouds: a cloud is a folder of `terraform_modules/`, described by its own files.

The only door to python-hcl2.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from elasticluster_tf import documents, resources, value_types
from elasticluster_tf.config import ClusterConfig, Group
from elasticluster_tf.documents import Document, KeyPath
from elasticluster_tf.errors import EctfError, Problem, did_you_mean
from elasticluster_tf.value_types import ValueType

# Given by ectf itself, so no setting of the user's.
_NODE_SETTINGS = "node_settings"


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Plugin(_Facts):
    """A Terraform provider that ectf ships: where Terraform looks for it and what to run."""

    source: str
    version: str
    python_module: str


class Image(_Facts):
    """What a portable image name is on this cloud: its login user, its system, how it is looked up."""

    user: str
    os: str
    lookup: Any = None
    arch: tuple[str, ...] = ("x86_64",)


class Tool(_Facts):
    """A program that this cloud needs on the user's machine, and the command that installs it."""

    name: str
    install: str


class SizeType(_Facts):
    """A size the cloud sells."""

    type: str
    cpus: int
    memory_gb: float
    gpus: int = 0
    arch: str = "x86_64"
    burstable: bool = False
    price: float = Field(0.0, description="US dollars an hour where the cloud is cheapest; orders the types.")


class CloudFacts(_Facts):
    """cloud.yaml."""

    title: str
    plugins: tuple[Plugin, ...] = ()
    identity: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    images: dict[str, Image] = Field(default_factory=dict)
    any_image: bool = True
    sizes: Literal["direct"] | tuple[SizeType, ...] = "direct"
    per_node_settings: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    unsupported: dict[str, str] = Field(
        {}, description="Keys of a group that this cloud can't fulfil, each with what to do instead."
    )
    reserved_labels: tuple[str, ...] = Field(
        (), description="Regular expressions of labels the cloud refuses."
    )
    name_limit: int = Field(31, description="Longest cluster name that leaves room for suffixes.")
    example: dict[str, Any] = Field({}, description="Values of settings for `ectf init`.")


@dataclass(frozen=True)
class Rule:
    """A `validation` block whose condition is simple enough to be judged here, before Terraform runs."""

    pattern: str
    choices: tuple[str, ...]
    message: str

    def holds(self, value: Any) -> bool:
        """Whether a value passes; values that are no text are the type check's business."""
        if not isinstance(value, str):
            return True
        return value in self.choices if self.choices else bool(re.search(self.pattern, value))


@dataclass(frozen=True)
class Variable:
    """A variable of a cloud's module."""

    name: str
    type: ValueType
    description: str = ""
    required: bool = False
    default: Any = None
    rules: tuple[Rule, ...] = ()


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
        found = _variables(_parse(self.path / "variables.tf", self.hcl_cache))
        return {name: variable for name, variable in found.items() if name != _NODE_SETTINGS}

    @cached_property
    def node_settings(self) -> ValueType | None:
        """What `groups.<g>.settings.<cloud>` may hold; None where the cloud has no such options."""
        declared = _variables(_parse(self.path / "variables.tf", self.hcl_cache)).get(_NODE_SETTINGS)
        return declared.type.inner if declared else None

    @cached_property
    def required_providers(self) -> dict[str, dict[str, str]]:
        """Provider local name → {source, version}, from versions.tf."""
        blocks = _parse(self.path / "versions.tf", self.hcl_cache).get("terraform", [])
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


def _parse(path: Path, cache: Path | None) -> dict[str, Any]:
    """The file's blocks. Kept by content: building the grammar alone costs two seconds."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    digest = hashlib.sha256(f"{version('python-hcl2')}\n{text}".encode()).hexdigest()
    kept = cache / f"{digest}.json" if cache else None
    if kept and kept.exists():
        return TypeAdapter(dict[str, Any]).validate_json(kept.read_bytes())
    parsed = _parse_text(text, path)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        half = kept.with_suffix(f".{id(parsed)}")
        half.write_text(json.dumps(parsed), encoding="utf-8")
        half.replace(kept)
    return parsed


def _parse_text(text: str, path: Path) -> dict[str, Any]:
    import hcl2  # here, because importing it costs half a second that a cached run need not pay
    from lark.exceptions import LarkError

    options = hcl2.SerializationOptions(strip_string_quotes=True, explicit_blocks=False)
    try:
        return dict(hcl2.loads(text, serialization_options=options))
    except LarkError as error:
        raise EctfError(f"this is no HCL: {error}", str(path), "`terraform fmt` shows where") from error


def _variables(parsed: Mapping[str, Any]) -> dict[str, Variable]:
    found = {}
    for block in parsed.get("variable", []):
        for name, body in block.items():
            wanted = value_types.from_terraform(str(body.get("type", "any")))
            rules = tuple(_rules(name, body.get("validation", [])))
            found[name] = Variable(
                name, wanted, body.get("description", ""), "default" not in body, body.get("default"), rules
            )
    return found


# The two forms of condition that a text setting needs; all others are Terraform's to judge.
_PATTERN_RULE = re.compile(r'can\(regex\("((?:[^"\\]|\\.)*)", var\.(\w+)\)\)')
_CHOICE_RULE = re.compile(r"contains\(\[([^\]]*)\], var\.(\w+)\)")


def _rules(name: str, blocks: list[dict[str, Any]]) -> Iterator[Rule]:
    for block in blocks:
        condition = str(block.get("condition", "")).removeprefix("${").removesuffix("}")
        condition = re.sub(rf"^var\.{name} == null \|\| ", "", condition)
        message = str(block.get("error_message", ""))
        if (found := _PATTERN_RULE.fullmatch(condition)) and found[2] == name:
            yield Rule(found[1].replace("\\\\", "\\"), (), message)
        elif (found := _CHOICE_RULE.fullmatch(condition)) and found[2] == name:
            yield Rule("", tuple(re.findall(r'"([^"]*)"', found[1])), message)


@dataclass(frozen=True)
class Chosen:
    """A cloud in use: its label in the root module, its settings, and where the file says so."""

    label: str
    cloud: Cloud
    settings: dict[str, Any]
    path: KeyPath
    aliased: bool


def choose(
    config: ClusterConfig, document: Document, base: Path, known: Mapping[str, Cloud]
) -> tuple[dict[str, Chosen], list[Problem]]:
    """The clouds the groups are built in, by label, and what is wrong with their settings."""
    chosen: dict[str, Chosen] = {}
    problems: list[Problem] = []
    wanted: list[KeyPath] = [
        ("groups", name, "cloud") for name, group in config.groups.items() if group.cloud
    ]
    if len(wanted) < len(config.groups):
        wanted.insert(0, ("cloud",))
    for path in wanted:
        choice = config.cloud if path == ("cloud",) else config.cloud_of(str(path[1]))
        cloud = _find(choice.name, base, known)
        if cloud is None:
            hint = did_you_mean(choice.name, list(known)) or "`ectf clouds` lists them"
            problems.append(document.problem((*path, "name"), f"there is no cloud `{choice.name}`", hint))
            continue
        found = Chosen(choice.label, cloud, choice.settings, path, choice.alias is not None)
        before = chosen.setdefault(found.label, found)
        if before is found:
            problems += _name_problems(document, config.name, cloud)
            problems += _setting_problems(document, found)
        elif (before.cloud, before.settings) != (cloud, found.settings):
            message = f"`{found.label}` is used with other settings at {_dotted(before.path)}"
            problems.append(document.problem(path, message, "give both an `alias:`"))
    return chosen, problems


def _dotted(path: KeyPath) -> str:
    return documents.dotted(path)


def _name_problems(document: Document, name: str, cloud: Cloud) -> Iterator[Problem]:
    if len(name) > cloud.facts.name_limit:
        message = f"{cloud.name} leaves room for {cloud.facts.name_limit} characters, not {len(name)}"
        yield document.problem(("name",), message, "choose a shorter name")


def _find(name: str, base: Path, known: Mapping[str, Cloud]) -> Cloud | None:
    """A shipped cloud, or the user's own folder, named by a path from the cluster file."""
    if "/" not in name:
        return known.get(name)
    folder = (base / name).resolve()
    return load(folder) if (folder / "cloud.yaml").is_file() else None


def _setting_problems(document: Document, chosen: Chosen) -> Iterator[Problem]:
    fields = {
        name: value_types.Field(variable.type, variable.required, variable.description)
        for name, variable in chosen.cloud.variables.items()
    }
    for wrong in value_types.mismatches(chosen.settings, ValueType("object", fields=fields)):
        yield document.problem((*chosen.path, *wrong.path), wrong.message, wrong.hint, wrong.at_key)
    for name, value in chosen.settings.items():
        variable = chosen.cloud.variables.get(name)
        for rule in variable.rules if variable else ():
            if not rule.holds(value):
                yield document.problem((*chosen.path, name), f"{value!r} does not fit", rule.message)


def group_problems(document: Document, name: str, group: Group, chosen: Chosen) -> Iterator[Problem]:
    """What of a group this cloud can't give: image, size, keys, its own settings."""
    path = ("groups", name)
    yield from _image_problems(document, path, group, chosen.cloud)
    yield from _capability_problems(document, path, group, chosen.cloud)
    own = group.settings.get(chosen.cloud.name)
    if own is not None and chosen.cloud.node_settings is None:
        message = f"{chosen.cloud.name} has no settings per node"
        yield document.problem((*path, "settings", chosen.cloud.name), message, at_key=True)
    elif own is not None and chosen.cloud.node_settings:
        for wrong in value_types.mismatches(own, chosen.cloud.node_settings):
            where = (*path, "settings", chosen.cloud.name, *wrong.path)
            yield document.problem(where, wrong.message, wrong.hint, wrong.at_key)


def _image_problems(document: Document, path: KeyPath, group: Group, cloud: Cloud) -> Iterator[Problem]:
    facts = cloud.facts
    image = facts.images.get(group.image)
    if image is None and not facts.any_image:
        hint = did_you_mean(group.image, list(facts.images))
        yield document.problem((*path, "image"), f"{cloud.name} has no image `{group.image}`", hint)
    if group.size is None:
        return
    if image and facts.sizes != "direct" and group.size.arch not in image.arch:
        message = f"{cloud.name} has `{group.image}` only for {', '.join(image.arch)}"
        yield document.problem((*path, "size", "arch"), message, "choose another image or arch")
    elif facts.sizes != "direct" and resolve_size(group, cloud) is None:
        hint = f"`ectf clouds {cloud.name} --sizes` lists them; or name a `type:`"
        yield document.problem((*path, "size"), f"{cloud.name} has no type of this size", hint)


def _capability_problems(document: Document, path: KeyPath, group: Group, cloud: Cloud) -> Iterator[Problem]:
    for key, instead in cloud.facts.unsupported.items():
        if getattr(group, key, None):
            yield document.problem((*path, key), f"{cloud.name} has no `{key}`", instead)
    for label in group.labels:
        if any(re.fullmatch(pattern, label) for pattern in cloud.facts.reserved_labels):
            message = f"{cloud.name} does not take the label `{label}`"
            yield document.problem((*path, "labels", label), message, "choose another name", at_key=True)


def resolve_size(group: Group, cloud: Cloud) -> SizeType | None:
    """The cheapest type of the cloud that holds the group's size; burstable ones only when asked for."""
    size = group.size
    if size is None or cloud.facts.sizes == "direct":
        return None
    fitting = [
        one
        for one in cloud.facts.sizes
        if one.cpus >= size.cpus
        and one.memory_gb >= size.memory_gb
        and (one.gpus >= size.gpus > 0 or one.gpus == size.gpus == 0)
        and one.arch == size.arch
        and (size.burstable or not one.burstable)
    ]
    return min(fitting, key=lambda one: (one.price, one.cpus, one.memory_gb, one.type), default=None)
