"""The plan as the comment of a pull request, read back with a parser of Markdown."""

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from elasticluster_tf.console import markdown, wording
from elasticluster_tf.plan import InfraPlan, Plan
from tests import plans
from tests.hostile import EVERYTHING

ALLOWED = {
    *("h3", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "p"),
    *("code", "span", "br", "details", "summary"),
}


class Seen(HTMLParser):
    """Tags, and the text within each tag, of what a place for comments would show."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.comments: list[str] = []
        self.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))
        self.close()

    def handle_starttag(self, tag: str, attributes: object) -> None:
        assert not attributes
        self.tags.append(tag)
        self.texts.append("")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.texts:
            self.texts[-1] += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def codes(self) -> list[str]:
        return [text.strip() for tag, text in zip(self.tags, self.texts, strict=True) if tag == "code"]


def test_summary_first_then_folds() -> None:
    text = markdown.text(plans.of(3))
    assert text.startswith("<!-- ectf plan: demo -->\n### Plan for <code>demo</code>\n")
    head, *folds = text.split("<details>\n<summary>")
    assert "| Machines | 3 to create, 1 to change, 1 to replace, 1 to destroy |" in head
    assert "| Risk | 1 forbidding, 1 warning, 1 allowed for this run, 1 passed |" in head
    assert "at least 3.4690 USD an hour (+2.2345), at least 2,532.37 a month (+1,631.18); 2 things" in head
    assert "- ✗ <code>login-replaced</code> forbids: it replaces a login node; about login001" in head
    assert [one.split(":")[0] for one in folds] == [
        "Machines",
        "Other resources",
        "Configuration",
        "Risk",
        "Cost",
    ]
    assert "| + | <code>compute&#91;001-003&#93;</code> | create |" in folds[0]
    assert "type: small → large (forces a new one)" in folds[0]
    assert "<code>queue&#95;size: 1 → 2</code>" in folds[2]
    assert "| shared by all | 0.0000 | unknown | unknown | 0.00 | unknown | unknown |" in folds[4]


def test_it_reads_as_tables() -> None:
    seen = Seen(markdown.text(plans.of(3)))
    assert seen.tags.count("table") == 6
    assert seen.tags.count("details") == 5
    assert seen.comments == [" ectf plan: demo "]
    assert seen.open == []
    assert "compute[001-003]" in seen.codes()


def test_no_changes() -> None:
    text = markdown.text(Plan("demo", InfraPlan((), (), ())))
    assert text.startswith("<!-- ectf plan: demo -->\n### Plan for <code>demo</code>: no changes\n")
    assert "<details>" not in text


@pytest.mark.parametrize("text", EVERYTHING.values(), ids=EVERYTHING)
def test_users_texts_are_no_markup(text: str) -> None:
    found = markdown.text(plans.hostile(text))
    assert len(found) <= 65_000
    seen = Seen(found)
    assert set(seen.tags) <= ALLOWED
    assert seen.open == []
    if told := wording.visible(text).strip():
        assert any(re.sub(r"\s+", " ", told) in re.sub(r"\s+", " ", code) for code in seen.codes())
    assert found.isascii() or all(one.isprintable() or one in "\n\u200d\u00a0" for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "</code></details><script>1</script>",
        "`</code>`",
        "a | b |",
        "[a](http://example.org)",
        "www.example.org https://example.org",
        "*a* _b_ ~~c~~ **d**",
        "--> <!--",
        "&lt;b&gt; &amp;",
        "\\| \\` \\\\",
        "$x$ $$y$$",
        "# a",
        "![a](b)",
    ],
)
def test_markup_stays_text(text: str) -> None:
    seen = Seen(markdown.text(plans.hostile(text)))
    assert set(seen.tags) <= ALLOWED
    assert any(wording.visible(text) in code for code in seen.codes())


def test_nobody_is_called_and_no_issue_is_named() -> None:
    """A place for comments looks for @name and #1 in texts, but not in code nor across tags."""
    seen = Seen(markdown.text(plans.hostile("@octocat #12")))
    called = [
        (tag, text)
        for tag, text in zip(seen.tags, seen.texts, strict=True)
        if tag != "code" and re.search(r"[@#]\w", text)
    ]
    assert [tag for tag, _ in called] == ["span"] * len(called)
    assert "@octocat" not in re.sub(r"<code>.*?</code>", "", markdown.text(plans.hostile("@octocat")))


@pytest.mark.parametrize("alike", [True, False])
def test_five_thousand_nodes_fit_a_comment(alike: bool) -> None:
    text = markdown.text(plans.of(5000, alike))
    assert len(text) <= 65_000
    assert Seen(text).open == []
    if alike:
        assert "compute&#91;001-5000&#93;" in text
        assert "that don't fit" not in text
        return
    machines = text[text.index("<details>") : text.index("</details>")]
    rows = len(re.findall(r"^\| \S \|", machines, re.MULTILINE))
    left = re.search(r"… and (\d+) more rows", machines)
    assert left
    assert rows > 300
    assert rows + int(left[1]) == 5000 + 3 + 1, "each node, and what drifted"
    assert "old001" in machines, "what is lost is not left out"


def test_the_worst_texts_everywhere_fit_a_comment() -> None:
    assert len(markdown.text(plans.hostile("@" * 70_000))) <= 65_000
