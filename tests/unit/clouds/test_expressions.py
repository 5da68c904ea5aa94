"""Expressions of HCL, read into a tree."""

import pytest

from elasticluster_tf.clouds import expressions
from elasticluster_tf.clouds.expressions import Call, Choice, Each, Listed, Literal, Name, Operation
from elasticluster_tf.clouds.functions import Unjudged

X = Name(("var", "x"))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("var.x", X),
        (r'"a\\.b\n"', Literal("a\\.b\n")),
        ("[1, 2.5, true, null]", Listed((Literal(1), Literal(2.5), Literal(True), Literal(None)))),
        ("length(var.x)", Call("length", (X,))),
        ("!var.x", Operation("!", Literal(None), X)),
        ("-1", Operation("-", Literal(0), Literal(1))),
        ("var.x ? 1 : 2", Choice(X, Literal(1), Literal(2))),
        ("[for one in var.x : one.y]", Each(("one",), X, Name(("one", "y")), Literal(True))),
        ("[for k, one in var.x : k if one]", Each(("k", "one"), X, Name(("k",)), Name(("one",)))),
        ('"${var.x}/32"', Call("join", (Literal(""), Listed((Literal(""), X, Literal("/32")))))),
        # `&&` binds closer than `||`, comparisons closer than both.
        (
            "var.x || var.x && var.x < 1",
            Operation("||", X, Operation("&&", X, Operation("<", X, Literal(1)))),
        ),
        ("(var.x || var.x) && var.x", Operation("&&", Operation("||", X, X), X)),
        ("1 - 2 - 3", Operation("-", Operation("-", Literal(1), Literal(2)), Literal(3))),
    ],
)
def test_what_is_understood(text: str, tree: expressions.Node) -> None:
    assert expressions.read(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "",
        "var.x[0]",
        "var.x[*].y",
        "{a = 1}",
        "var.x ==",
        "length(var.x",
        "[for x in",
        '"${join(var.x)}"',
        "a b",
        "<<EOT",
    ],
)
def test_what_is_not_understood(text: str) -> None:
    with pytest.raises(Unjudged):
        expressions.read(text)


def test_the_variables_of_a_condition() -> None:
    condition = expressions.read("var.b == null || length([for one in var.a : one]) > 0")
    assert expressions.variables(condition) == ["b", "a"]
