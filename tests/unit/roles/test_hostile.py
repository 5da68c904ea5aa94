"""Hostile texts in every variable of every software: literal in the files that the role writes, or refused.

The places are those of the argument specs, where any text may stand; each role says in `ENTRIES` what else its variables
need to be right. A role without an entry, or with a variable that its entry does not reach, fails.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.builders import shipped
from tests.hostile import EVERYTHING
from tests.unit.roles.evaluated import Place
from tests.unit.roles.hostile_entries import ENTRIES, Entry
from tests.unit.roles.readers import WORD, arrives, swapped
from tests.unit.roles.test_wrong_values import SOFTWARE, options_of

# Jinja reads `\Z` in a text as Ansible's own runs do, and Python warns of it.
pytestmark = pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
Steps = tuple[str | int, ...]
# One of each kind; what is refused for one character of it says nothing of the next.
KINDS = (
    "double quotes", "single quotes", "backslashes", "jinja expression", "jinja block", "shell list",
    "shell substitution", "yaml mapping", "yaml truth", "spaces", "right to left", "separators", "newlines",
    "heredoc", "tab and bell",
)  # fmt: skip
TEXTS = [EVERYTHING[kind] for kind in KINDS]
ALONE = [EVERYTHING[kind] for kind in ("yaml truth", "spaces")]
# What a text is compared with: the first of these that a place takes.
A_KEY = "a key of the user's own"
PLAIN = (
    "ectfplain",
    "/ectf/plain",
    "1234567",
    "-ectfplain",
    "https://ectf.plain/x",
    "ectf1plain=1",
    "4:44:44",
    "44d",
    "#!/bin/ectfplain",
    "4711",
)


def place(name: str, entry: Entry) -> Place:
    """The software on a host that has all its parts, beside a second one."""
    base = {
        "node_cpus": 8,
        "node_memory_mb": 16384,
        "node_gpus": 0,
        "node_cloud": "local",
        "ansible_user": "debian",
    }
    hosts = {
        f"{group}001": {**base, "node_group": group, "node_address": f"10.0.0.{number}"}
        for number, group in enumerate(("a", "b"), 1)
    }
    groups: dict[str, list[str]] = {"a": ["a001"], "b": ["b001"], name: list(hosts)}
    for part, facts in shipped().software[name].facts.parts.items():
        groups[f"{name}_{part}"] = [*entry.parts.get(part, ["a001"] if facts.max == 1 else hosts)]
    return Place(name, "a001", hosts, groups)


def places(option: Mapping[str, Any], value: Any, head: Steps) -> Iterator[Steps]:
    """Where in an option's value texts stand; `value` is a good one."""
    kind = option.get("type", "str")
    if kind in ("str", "path", "raw") and not option.get("choices"):
        yield head
    elif kind == "list":
        element = {**option, "type": option.get("elements", "raw")}
        yield from places(element, (value or [None])[0], (*head, 0))
    elif kind == "dict" and option.get("options"):
        for key, inner in option["options"].items():
            yield from places(inner, (value or {}).get(key), (*head, key))
    elif kind == "dict":
        yield from ((*head, key) for key in value or ())
        yield (*head, A_KEY)


def put(variables: Mapping[str, Any], path: Steps, text: str) -> dict[str, Any]:
    """The variables with a text at a place, in what is made for it where it is not there."""
    head, *rest = path
    return {**variables, str(head): _put(variables.get(str(head)), tuple(rest), text)}


def _put(value: Any, path: Steps, text: str) -> Any:
    if not path:
        return text
    head, *rest = path
    if isinstance(head, int):
        others = list(value or ())
        return [_put(others[0] if others else None, tuple(rest), text), *others[1:]]
    if head == A_KEY:
        return {text: next(iter((value or {"": "x"}).values()))}
    return {**(value or {}), head: _put((value or {}).get(head), tuple(rest), text)}


def known(variables: Mapping[str, Any], path: Steps) -> bool:
    """Whether there is something at a place."""
    value: Any = variables
    for step in path:
        if step == A_KEY:
            return bool(value)
        if isinstance(step, int):
            if not value:
                return False
            value = value[step]
        elif step not in (value or {}):
            return False
        else:
            value = value[step]
    return True


@pytest.mark.parametrize("name", SOFTWARE)
def test_a_hostile_text_is_literal_or_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("0123456789abcdef" * 4, encoding="utf-8")
    monkeypatch.setenv("ECTF_SECRET_FILE", str(tmp_path / "secret"))
    assert name in ENTRIES, f"tests/unit/roles/hostile_entries.py says nothing of the role {name}"
    entry = ENTRIES[name]
    where = place(name, entry)
    assert where.accepts(entry.good)
    wrong: list[Any] = []
    for variable, option in options_of(name).items():
        for path in places(option, entry.good.get(variable), (variable,)):
            if ".".join(map(str, path)) not in entry.elsewhere:
                wrong += told(where, entry, path)
    assert wrong == []
    assert [test for test in entry.elsewhere.values() if not Path(__file__).with_name(test).is_file()] == []


def joined(texts: Sequence[str], accepts: Callable[[str], bool]) -> list[str]:
    """The texts, in one where that will do: one says as much as many, but for what counts only when alone."""
    alone = [text for text in texts if text in ALONE]
    others = "".join(text for text in texts if text not in ALONE)
    return [*alone, others] if others and accepts(others) else list(texts)


def told(where: Place, entry: Entry, path: Steps) -> Iterator[Any]:
    """Texts that get through the checks and are not literal in the files."""
    variable = str(path[0])

    def accepts(text: str) -> bool:
        return where.accepts(put(entry.good, path, text), variable)

    taken = [text for text in TEXTS if accepts(text)]
    wanted = PLAIN if taken or not known(entry.good, path) else ()
    plain = next((text for text in wanted if accepts(text)), "")
    if not plain:
        if not known(entry.good, path):
            yield path, "nothing is known that is right there: hostile_entries.py has to name something"
        # What is taken is one of some names, or of the shape of a number: no text of its own.
        yield from [(path, text) for text in taken if not WORD.fullmatch(text)]
        return
    before = where.files(put(entry.good, path, plain), variable) if taken else {}
    for text in joined(taken, accepts):
        after = where.files(put(entry.good, path, text), variable)
        for file in sorted({*after, *(swapped(name, plain, text) for name in before)}):
            old = before.get(swapped(file, text, plain), before.get(file, ""))
            if not arrives(file, old, after.get(file, ""), plain, text):
                yield path, file, text[:60]
