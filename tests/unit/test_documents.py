"""Reading, merging and writing of YAML, with the place of everything."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import documents
from elasticluster_tf.documents import KeyPath
from elasticluster_tf.errors import InputError, Place, Problem
from tests.builders import document


def never(path: KeyPath, old: Any, new: Any) -> bool:
    return False


def merged(*texts: str, replaces: Callable[[KeyPath, Any, Any], bool] = never) -> documents.Document:
    first, *rest = [
        documents.parse(text, f"{number}.yaml", {}, (Path(f"{number}.yaml"),))
        for number, text in enumerate(texts)
    ]
    for over in rest:
        first = documents.merge(first, over, replaces)
    return first


def wrong(text: str, environment: dict[str, str] | None = None) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        document(text, environment)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", {}),
        ("# only a comment\n", {}),
        ("a: 1", {"a": 1}),
        ("a: 1.5", {"a": 1.5}),
        ("a: yes", {"a": "yes"}),  # YAML 1.2: only true and false are truths
        ("a: true", {"a": True}),
        ("a: ~", {"a": None}),
        ("a: 2026-01-31", {"a": "2026-01-31"}),
        ("a: 1:30", {"a": "1:30"}),
        ("a: 0o17", {"a": 15}),
        ("a: !!binary aGk=", {"a": "aGk="}),
        ("1: x", {"1": "x"}),
        ("true: x", {"true": "x"}),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: ${region} %{if} $${x}", {"a": "${region} %{if} $${x}"}),
        ("\ufeffa: 1", {"a": 1}),
        ('a: "\\u2028\\x85\\U0001f600"', {"a": "\u2028\x85😀"}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
    ],
)
def test_plain_data(text: str, data: Any) -> None:
    assert document(text).data == data


@pytest.mark.parametrize(
    ("value", "unquoted", "quoted"),
    [
        ("5", 5, "5"),
        ("true", True, "true"),
        ("", None, ""),
        ("word", "word", "word"),
        ("[a", "[a", "[a"),
        ("{a: b}", "{a: b}", "{a: b}"),
        ("a: b", "a: b", "a: b"),
        ("@x", "@x", "@x"),
        ("%x # y", "%x # y", "%x # y"),
        ("2026-01-31", "2026-01-31", "2026-01-31"),
        ("x\ny", "x\ny", "x\ny"),
        ("${env:OTHER}", "${env:OTHER}", "${env:OTHER}"),  # what the environment says is not read again
    ],
)
def test_values_of_the_environment_arrive_as_they_are(value: str, unquoted: Any, quoted: str) -> None:
    text = 'a: ${env:X}\nb: "${env:X}"\nc: <${env:X}>\n'
    assert document(text, {"X": value}).data == {"a": unquoted, "b": quoted, "c": f"<{quoted}>"}


def test_two_dollars_stand_for_the_text_itself() -> None:
    text = "a: $${env:X}\nb: $$${env:X} ${env:X}\n"
    assert document(text, {"X": "1"}).data == {"a": "${env:X}", "b": "$${env:X} 1"}


def test_unset_variables_are_named_all_at_once() -> None:
    found = wrong("a: ${env:A}\nb: [x, 'x${env:B}']\n")
    assert [(one.key, str(one.place)) for one in found] == [
        ("a", "cluster.yaml:1:4"),
        ("b.1", "cluster.yaml:2:8"),
    ]
    assert found[0].message == "the environment has no variable A"
    assert found[0].hint == "export A=… or write $${env:A} for the text itself"


def test_bytes_of_the_environment_that_are_no_text_are_refused() -> None:
    (found,) = wrong("a: ${env:X}\n", {"X": "caf\udce9"})
    assert found.message == "the character U+DCE9 can't be carried to a node"


@pytest.mark.parametrize("text", ["a: .nan", "a: .inf", "a: -.inf"])
def test_numbers_that_json_has_not_are_refused(text: str) -> None:
    assert "can't be carried" in wrong(text)[0].message


def test_aliases_of_aliases_don_t_explode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_MOST_VALUES", 10_000)  # half a million take seconds to reach
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 7)]
    assert "too many values" in wrong("\n".join(rows))[0].message


def test_nesting_beyond_all_bounds() -> None:
    assert wrong("[" * 20_000)[0].message == "this is nested too deeply"


def test_places_of_keys_and_values() -> None:
    found = document("a:\n  b:  [x, {c: 1}]\n")
    assert found.keys["a", "b"] == Place("cluster.yaml", 2, 3, "  b:  [x, {c: 1}]")
    assert str(found.value_place(("a", "b"))) == "cluster.yaml:2:7"
    assert str(found.value_place(("a", "b", 1, "c"))) == "cluster.yaml:2:15"
    assert str(found.value_place(("a", "b", 1, "no", "such"))) == "cluster.yaml:2:11"
    assert str(found.key_place(("a", "no"))) == "cluster.yaml:1:1"
    assert str(found.key_place(("no",))) == "cluster.yaml:1:1"


def test_a_problem_knows_its_key_and_place() -> None:
    found = document("a: {b: 1}").problem(("a", "b"), "wrong", "do right", at_key=True)
    assert str(found) == "cluster.yaml:1:5: a.b: wrong (do right)"


def test_reading_files(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: ${env:X}", encoding="utf-8")
    found = documents.read(file, {"X": "y"})
    assert (found.data, found.sources) == ({"a": "y"}, (file,))
    file.write_bytes(b"a: caf\xe9")
    for path, reason in ((file, "it is not UTF-8 text"), (tmp_path, "Is a directory")):
        with pytest.raises(InputError, match=f"{path}: can't read the file: {reason}"):
            documents.read(path, {})


@pytest.mark.parametrize(
    ("base", "over", "data"),
    [
        ("a: 1", "b: 2", {"a": 1, "b": 2}),
        ("a: 1", "a: 2", {"a": 2}),
        ("a: {x: 1, y: 1}", "a: {y: 2, z: 2}", {"a": {"x": 1, "y": 2, "z": 2}}),
        ("a: [1, 2]", "a: [3]", {"a": [3]}),  # lists are replaced
        ("a: {x: 1}", "a: 2", {"a": 2}),
        ("a: 2", "a: {x: 1}", {"a": {"x": 1}}),
        ("a: {x: 1}", "a: null", {"a": None}),
        ("a: 1", "", {"a": 1}),
        ("b: 1\na: 1", "c: 1\na: 2", {"b": 1, "a": 2, "c": 1}),
    ],
)
def test_merging(base: str, over: str, data: Any) -> None:
    found = merged(base, over).data
    assert found == data
    assert list(found) == list(data)


def test_merged_values_keep_the_place_they_came_from() -> None:
    found = merged("a: {x: 1, y: [1, 2]}", "\na: {y: [3]}")
    assert str(found.value_place(("a", "x"))) == "0.yaml:1:8"
    assert str(found.value_place(("a", "y", 0))) == "1.yaml:2:9"
    assert str(found.value_place(("a", "y", 1))) == "1.yaml:2:8"  # of a list that is gone nothing is left
    assert found.sources == (Path("0.yaml"), Path("1.yaml"))


def test_a_mapping_can_take_another_s_place() -> None:
    found = merged(
        "a: {n: 1, x: 1}",
        "a: {n: 2}",
        replaces=lambda path, old, new: old["n"] != new["n"] if path else False,
    )
    assert found.data == {"a": {"n": 2}}
    assert str(found.value_place(("a", "x"))) == "1.yaml:1:4"


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a=1", {"a": 1}),
        ("a.b.c=x", {"a": {"b": {"c": "x"}}}),
        ("a=", {"a": ""}),
        ("a=x=y", {"a": "x=y"}),
        ("a=[1, {b: 2}]", {"a": [1, {"b": 2}]}),
        ("a=${env:X}", {"a": 7}),
        (" a =1", {"a": 1}),
    ],
)
def test_assignments(text: str, data: Any) -> None:
    found = documents.assignment(text, {"X": "7"})
    assert found.data == data
    assert all(str(place) == f"--set {text}" for place in [*found.values.values(), *found.keys.values()])


@pytest.mark.parametrize("text", ["", "a", "=1", "a..b=1", ".a=1"])
def test_assignments_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="--set takes KEY=VALUE"):
        documents.assignment(text, {})


def test_leaves_are_all_values_that_hold_no_other() -> None:
    data = {"a": {"b": [1, {}], "c": []}, "d": None}
    assert list(documents.leaves(data)) == [
        (("a", "b", 0), 1),
        (("a", "b", 1), {}),
        (("a", "c"), []),
        (("d",), None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "${env:X}", "$${env:X}", "a\x85b", "\x85", "\u2028", "\u2029", "a\rb", "a\r\nb", "\n", "a\n\n b", " x ", "- a", "# c",
        "'\"", "\\", "a\tb", "\x1b", "\x7f", "\ufeffx", "😀", "y" * 65536, "no", "1", "1.5", "null", "~", "", "2026-01-01",
        "0o7", "%x", "@x", "`x", "!x", "&a", "*a", "{a", "[b", "? x", ": ", "a: b", "a #b", "---", "...", "=", "<<",
        "word " * 60, "\ufffe\uffff", "\U0010ffff", "\xa0", "\u200b", "\x0b\x0c", ".inf", "true",
    ],
    ids=lambda text: ascii(text[:20]),
)  # fmt: skip
def test_what_is_dumped_reads_back_the_same(text: str) -> None:
    for data in ({"a": [text, {"b": text}]}, {"a": {text: 1}}):
        assert document(documents.dump(data)).data == data
