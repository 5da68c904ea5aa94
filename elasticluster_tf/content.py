"""The user's own Ansible content: playbooks around the software, roles they use, requirements from Galaxy."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from elasticluster_tf import documents
from elasticluster_tf.config import ClusterConfig, Requirement
from elasticluster_tf.documents import Document, KeyPath
from elasticluster_tf.errors import InputError, Problem

BEFORE, AFTER = "before", "after"
# Where the rendered files name what has to be installed.
REQUIREMENTS = "ansible/requirements.json"
# Roles that are no software; they can't take the place of ours, which come first.
ROLES = "ansible/own_roles/"
# What Ansible looks for beside a playbook.
_BESIDE = ("files", "handlers", "tasks", "templates", "vars")
# A playbook's name stands in site.yml.
_PLAYBOOK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.ya?ml")

Files = dict[str, str]


@dataclass(frozen=True)
class Content:
    """Playbooks that run before and after the software, roles that are no software, and what Galaxy gives."""

    before: tuple[Path, ...] = ()
    after: tuple[Path, ...] = ()
    roles: tuple[Path, ...] = ()
    requirements: tuple[Requirement, ...] = ()

    @property
    def playbooks(self) -> dict[str, tuple[Path, ...]]:
        """The playbooks by when they run; only what there is."""
        found = {BEFORE: self.before, AFTER: self.after}
        return {when: paths for when, paths in found.items() if paths}


def find(config: ClusterConfig, document: Document, base: Path) -> tuple[Content, list[Problem]]:
    """The content that the file names, from the folder `base` on, and what is wrong with it."""
    hint = "`before:` and `after:` at the top of the file name playbooks; give the folder another name"
    problems = [
        document.problem(("software", when), f"no software can be called `{when}`", hint, at_key=True)
        for when in (BEFORE, AFTER)
        if when in config.software
    ]
    found: dict[str, tuple[Path, ...]] = {}
    for when in (BEFORE, AFTER):
        named: tuple[str, ...] = getattr(config, when)
        for index, text in enumerate(named):
            problems += _playbook_problems(document, (when, index), base / text)
        found[when] = tuple(base / text for text in named)
    roles = tuple(
        path.parent
        for path in sorted((base / "roles").glob("*/tasks"))
        if not (path.parent / "software.yaml").is_file()
    )
    return Content(found[BEFORE], found[AFTER], roles, config.requirements), problems


def _playbook_problems(document: Document, path: KeyPath, file: Path) -> Iterator[Problem]:
    if not _PLAYBOOK.fullmatch(file.name):
        hint = "letters, digits and . _ - with the ending .yml or .yaml"
        yield document.problem(path, f"`{file.name}` can't be a playbook's name", hint)
    elif not file.is_file():
        yield document.problem(path, f"there is no file {file}", "a path from the cluster file's folder")
    else:
        try:
            plays = documents.keys_of_items(_text(file), str(file))
        except InputError as error:
            yield from error.problems
            return
        if not plays or not all("hosts" in keys for keys in plays):
            hint = "a playbook that it imports is named here, beside it"
            yield document.problem(path, f"{file.name} is no list of plays with `hosts`", hint)


def render(content: Content) -> Files:
    """The content as files of the work folder."""
    files: Files = {}
    for when, paths in content.playbooks.items():
        for name, path in zip(_names(when, paths), paths, strict=True):
            folder = f"ansible/{Path(name).parent}"
            files[f"ansible/{name}"] = _text(path)
            for beside in _BESIDE:
                files.update(tree(path.parent / beside, f"{folder}/{beside}"))
    for role in content.roles:
        files.update(tree(role, f"{ROLES}{role.name}"))
    if content.requirements:
        told = [one.model_dump(exclude_none=True) for one in content.requirements]
        files[REQUIREMENTS] = json.dumps(told, indent=2) + "\n"
    return files


def imports(content: Content) -> dict[str, list[str]]:
    """The playbooks by when they run, as paths beside site.yml."""
    return {when: _names(when, paths) for when, paths in content.playbooks.items()}


def _names(when: str, paths: tuple[Path, ...]) -> list[str]:
    return [f"{when}/{number}/{path.name}" for number, path in enumerate(paths, 1)]


def tree(folder: Path, target: str, left_out: tuple[str, ...] = ()) -> Files:
    """The texts below a folder by their path below `target`; raises InputError for what is no text."""
    return {
        f"{target}/{path.relative_to(folder)}": _text(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.relative_to(folder).parts[0] not in left_out
        and "__pycache__" not in path.parts
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        hint = "ectf copies text alone; let a task fetch the rest, with a checksum"
        raise InputError([Problem(f"{path} is no text in UTF-8", hint=hint)]) from error
    except OSError as error:
        raise InputError([Problem(f"{path}: {error.strerror}")]) from error
