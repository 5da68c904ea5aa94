"""The plan as a page: complete in itself, safe, and readable."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from elasticluster_tf import resources
from elasticluster_tf.console import page, wording
from elasticluster_tf.plan import InfraPlan, Plan
from tests import plans
from tests.hostile import EVERYTHING

VOID = {"meta", "input", "br"}


class Read(HTMLParser):
    """Elements with their attributes and their own text; what is opened must be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.open: list[int] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attributes}))
        self.texts.append("")
        if tag not in VOID:
            self.open.append(len(self.elements) - 1)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attributes}))
        self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self.open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def texts_of(self, tag: str) -> list[str]:
        return [text for (name, _), text in zip(self.elements, self.texts, strict=True) if name == tag]


@pytest.fixture(scope="module")
def read() -> Read:
    return Read(page.text(plans.of(3)))


def test_nothing_is_loaded_and_nothing_else_may_run(read: Read) -> None:
    (policy,) = [one["content"] for one in read.all("meta") if one.get("http-equiv")]
    for content, kind in ((read.texts_of("style")[0], "style"), (read.texts_of("script")[0], "script")):
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    for _, attributes in read.elements:
        assert not {"src", "srcset", "style", "action", "formaction", "data"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
        assert attributes.get("href", "#").startswith("#")
    assert not re.search(r"url\(|@import|https?:", page.text(plans.of(3)))


def test_headings_tables_and_labels(read: Read) -> None:
    assert read.all("html") == [{"lang": "en"}]
    assert read.texts_of("title")[0] == "Plan for demo"
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert {one.get("scope") for one in read.all("th")} == {"col", "row"}
    inputs = [one["id"] for one in read.all("input")]
    assert inputs == ["filter-machines", "filter-resources", "filter-configuration", "filter-risk"]
    assert [one["for"] for one in read.all("label")] == inputs
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = " ".join(attributes.get("aria-labelledby", "") for _, attributes in read.elements).split()
    assert set(named) <= set(ids)
    for picture in read.all("svg"):
        assert picture.get("role") == "img" or picture.get("aria-hidden") == "true"


def test_every_section_has_its_rows(read: Read) -> None:
    assert read.texts_of("h2") == [
        "Summary", "The cluster before and after", "Machines", "Other resources", "Configuration", "Risk", "Cost",
    ]  # fmt: skip
    assert len(read.all("tbody")) == 5
    assert "type: small → large (forces a new one)" in read.texts_of("div")
    assert "queue_size: 1 → 2" in read.texts_of("div")
    bars = [one["width"] for one in read.all("rect") if one.get("class") == "after"]
    assert bars == ["110.5", "200.0", "0.0"]
    assert "unknown" in read.texts_of("td")


def test_no_changes() -> None:
    read = Read(page.text(Plan("demo", InfraPlan((), (), ()))))
    assert "No changes." in read.texts_of("p")
    assert read.all("table") == []


@pytest.mark.parametrize(
    "text",
    [*filter(None, EVERYTHING.values()), "<script>a</script>", "</title><img src=x>", "'\" onload=a", "</script>", "&lt;b&gt;"],
)  # fmt: skip
def test_users_texts_are_no_markup(text: str) -> None:
    read, usual = Read(page.text(plans.hostile(text))), Read(page.text(plans.hostile("x")))
    assert [tag for tag, _ in read.elements] == [tag for tag, _ in usual.elements]
    assert [set(found) for _, found in read.elements] == [set(found) for _, found in usual.elements]
    assert wording.visible(text) in read.texts_of("li")


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_told_apart(theme: int) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1 for text."""
    blocks = re.findall(
        r":root \{(.*?)\}", (resources.folder("templates") / "plan.css").read_text(), re.DOTALL
    )
    colors = dict(re.findall(r"--(\w+): #(\w{6})", blocks[theme]))
    assert len(colors) == 11

    def luminance(name: str) -> float:
        parts = [int(colors[name][at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for front in ("text", "quiet", "link", "create", "change", "replace", "destroy", "forget"):
        for back in ("page", "band"):
            light, dark = sorted((luminance(front), luminance(back)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{front} on {back}"
