"""The user's own playbooks, roles and requirements: what may be named, and what the work folder gets of it."""

import json
from pathlib import Path

import pytest

from elasticluster_tf import content
from elasticluster_tf.content import Content
from elasticluster_tf.errors import InputError
from tests.builders import problems, resolve, write

HEAD = "name: demo\ngroups: {compute: {count: 1}}\n"
PLAY = "- hosts: all\n  vars:\n    word: !unsafe '{{ x }}'\n  tasks: []\n"
SUM = "0" * 64


def test_what_the_work_folder_gets(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "site/first.yml": PLAY,
            "site/templates/motd.j2": "hello {{ node_group }}\n",
            "site/secrets.yml": "word: hush\n",
            "last.yaml": PLAY,
            "roles/plain/tasks/main.yml": "[]\n",
            "roles/plain/files/motd": "{{ not a template }}\n",
            "roles/queue/software.yaml": "title: Queue\nparts: {worker: {}}\n",
            "roles/queue/tasks/main.yml": "[]\n",
        },
    )
    text = f"{HEAD}before: [site/first.yml]\nafter: [last.yaml, site/first.yml]\nrequirements:\n  - {{collection: a.b, version: 1.0.0, sha256: '{SUM}'}}\n"
    found = resolve(text, base=tmp_path).content
    files = content.render(found)
    assert json.loads(files.pop("ansible/requirements.json")) == [
        {"collection": "a.b", "version": "1.0.0", "sha256": SUM}
    ]
    assert files == {
        "ansible/before/1/first.yml": PLAY,
        "ansible/before/1/templates/motd.j2": "hello {{ node_group }}\n",
        "ansible/after/1/last.yaml": PLAY,
        "ansible/after/2/first.yml": PLAY,
        "ansible/after/2/templates/motd.j2": "hello {{ node_group }}\n",
        "ansible/own_roles/plain/tasks/main.yml": "[]\n",
        "ansible/own_roles/plain/files/motd": "{{ not a template }}\n",
    }
    assert content.imports(found) == {
        "before": ["before/1/first.yml"],
        "after": ["after/1/last.yaml", "after/2/first.yml"],
    }


def test_nothing_is_named(tmp_path: Path) -> None:
    found = resolve(HEAD, base=tmp_path).content
    assert (found, content.render(found), content.imports(found)) == (Content(), {}, {})


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"roles/plain/tasks/main.yml": "[]\n"})
    (tmp_path / "roles" / "plain" / "files").mkdir()
    (tmp_path / "roles" / "plain" / "files" / "logo.png").write_bytes(b"\x89PNG\xff")
    with pytest.raises(InputError, match="logo.png is no text in UTF-8"):
        content.render(resolve(HEAD, base=tmp_path).content)


WRONG = {
    "no file": ("before: [gone.yml]", "before.0", "there is no file"),
    "no playbook's name": ("after: ['{{ x }}.yml']", "after.0", "can't be a playbook's name"),
    "a folder's name in it": ("after: [site/it's.yml]", "after.0", "can't be a playbook's name"),
    "no plays": ("before: [list.yml]", "before.0", "no list of plays"),
    "imports another": ("before: [play.yml, imports.yml]", "before.1", "no list of plays"),
    "empty": ("before: [empty.yml]", "before.0", "no list of plays"),
    "no YAML": ("before: [broken.yml]", "", "this is no YAML"),
    "no text": ("before: [binary.yml]", "", "no text in UTF-8"),
    "no kind": (f"requirements: [{{version: '1', sha256: '{SUM}'}}]", "requirements.0", "name a `collection` or"),
    "both kinds": (
        f"requirements: [{{collection: a.b, role: c, version: '1', sha256: '{SUM}', source: x}}]",
        "requirements.0",
        "name a `collection` or",
    ),
    "a role without source": (
        f"requirements: [{{role: c, version: '1', sha256: '{SUM}'}}]",
        "requirements.0",
        "a role needs a `source`",
    ),
    "no checksum": ("requirements: [{collection: a.b, version: '1'}]", "requirements.0.sha256", "required"),
    "a short checksum": (
        "requirements: [{collection: a.b, version: '1', sha256: abc}]",
        "requirements.0.sha256",
        "does not fit",
    ),
    "an option for a name": (
        f"requirements: [{{collection: --force, version: '1', sha256: '{SUM}'}}]",
        "requirements.0.collection",
        "does not fit",
    ),
    "a mirror with a password": ("mirrors: {apt: 'http://me:x@cache'}", "mirrors.apt", "no user and password"),
    "a mirror that is none": ("mirrors: {pip: 'index'}", "mirrors.pip", "write an address"),
    "a mirror with a quote": ("mirrors: {apt: 'http://a\"; x'}", "mirrors.apt", "write an address"),
    "an unknown mirror": ("mirrors: {npm: 'http://a'}", "mirrors.npm", "unknown key"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told(tmp_path: Path, name: str) -> None:
    write(
        tmp_path,
        {
            "play.yml": PLAY,
            "list.yml": "- one\n",
            "empty.yml": "",
            "imports.yml": "- import_playbook: play.yml\n",
            "broken.yml": "- {\n",
        },
    )
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe")
    line, key, message = WRONG[name]
    (found,) = problems(f"{HEAD}{line}\n", base=tmp_path)
    assert (found.key, message in found.message) == (key, True), found


def test_a_software_can_t_be_called_like_a_key_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, {"roles/before/software.yaml": "title: B\nparts: {x: {}}\n"})
    keys = [(one.key, one.message) for one in problems(f"{HEAD}software: {{before: {{}}}}\n", base=tmp_path)]
    assert ("software.before", "no software can be called `before`") in keys
