"""The HTML plan in a real headless Chromium, as on a phone and on a desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from elasticluster_tf.console import forms
from elasticluster_tf.plan import Plan
from tests import plans
from tests.browser import chromium
from tests.browser.chromium import Browser, Tab

SIZES = {"phone": (390, 844, True), "desktop": (1280, 900, False)}
PLANS = {
    "3": plans.of(3),
    "1000": plans.of(1000, alike=False),
    "long words": plans.hostile("x" * 500),
    "markup": plans.hostile("</script><script>window.seized=1</script><img src=x onerror=window.seized=1>"),
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = chromium.find()
    if program is None:
        if chromium.is_packaged():
            pytest.fail("Chromium is missing: `make setup-tests` installs it")
        pytest.skip(
            "no Chromium here, and this system has no package of it: install one of its names by hand"
        )
    with chromium.started(program, tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    with browser.tab() as found:
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    return {
        name: written(folder / f"{number}.html", plan) for number, (name, plan) in enumerate(PLANS.items())
    }


def written(file: Path, plan: Plan) -> Path:
    file.write_text(forms.text(plan, "html"), encoding="utf-8")
    return file


def shown_rows(tab: Tab, table: str = "machines") -> list[str]:
    """The first cells of the rows that can be seen."""
    found = tab.value(
        f"[...document.querySelectorAll('#table-{table} tbody tr')]"
        ".filter((row) => row.getClientRects().length).map((row) => row.cells[0].innerText.trim())"
    )
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PLANS)
def test_it_fits_the_width_and_complains_of_nothing(
    name: str, size: str, tab: Tab, files: dict[str, Path]
) -> None:
    width, height, phone = SIZES[size]
    tab.size(width, height, phone)
    tab.open(files[name])
    assert tab.value("window.innerWidth") == width
    assert tab.value("document.documentElement.scrollWidth") <= width
    assert tab.complaints == []
    assert tab.requests == [files[name].as_uri()]
    assert tab.value("window.seized") is None


@pytest.mark.parametrize("name", ["3", "1000"])
def test_filters(name: str, tab: Tab, files: dict[str, Path]) -> None:
    tab.open(files[name])
    nodes = int(name)
    assert len(shown_rows(tab)) == nodes + 4
    tab.type("#filter-machines", "COMPUTE003 create")
    assert shown_rows(tab) == ["+ compute003"]
    assert (
        tab.value("document.querySelector('output[for=filter-machines]').innerText")
        == f"1 of {nodes + 4} rows"
    )
    tab.type("#filter-machines", "replace")
    assert shown_rows(tab) == ["± login001"]
    tab.type("#filter-machines", "nothing has this")
    assert shown_rows(tab) == []
    tab.value("document.querySelector('#filter-machines').value = ''")
    tab.type("#filter-machines", " ")
    assert len(shown_rows(tab)) == nodes + 4
    tab.type("#filter-risk", "forbids")
    assert shown_rows(tab, "risk") == ["✗ login-replaced"]
    assert tab.complaints == []


@pytest.mark.parametrize("name", ["3", "1000"])
def test_all_is_readable_without_javascript(name: str, tab: Tab, files: dict[str, Path]) -> None:
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    tab.size(*SIZES["phone"])
    tab.open(files[name])
    assert len(shown_rows(tab)) == int(name) + 4
    assert len(shown_rows(tab, "risk")) == 4
    # What only scripts could serve is not there.
    assert (
        tab.value("[...document.querySelectorAll('input')].some((one) => one.getClientRects().length)")
        is False
    )
    text = tab.value("document.body.innerText")
    for words in ("Cost", "+1,631.18", "queue_size: 1 → 2", "it replaces a login node", "compute003"):
        assert words in text
    assert tab.value("document.querySelectorAll('figure svg').length") == 2
    assert tab.complaints == []


def test_assistive_tools_find_names_for_everything(tab: Tab, files: dict[str, Path]) -> None:
    tab.open(files["3"])
    found = [
        (node["role"]["value"], node.get("name", {}).get("value", "").strip())
        for node in tab.call("Accessibility.getFullAXTree")["nodes"]
        if not node["ignored"]
    ]
    roles = [role for role, _ in found]
    assert ("heading", "Plan for demo") in found
    assert roles.count("table") == 5
    assert ("columnheader", "Action") in found
    assert ("rowheader", "compute001") in found
    assert ("searchbox", "Filter machines") in found
    assert [
        name for role, name in found if role in ("image", "searchbox", "link", "region") and not name
    ] == []
    assert "main" in roles


def test_the_keyboard_is_enough(tab: Tab, files: dict[str, Path]) -> None:
    tab.open(files["3"])
    reached = []
    for _ in range(8):
        tab.press("Tab", 9)
        reached.append(tab.value("document.activeElement.innerText || document.activeElement.id"))
    assert reached[:6] == ["To the summary", "Machines", "Other resources", "Configuration", "Cost", "Risk"]
    assert reached[6] == "filter-machines"
    outline = tab.value("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "where the focus is can be seen"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_light_and_dark(theme: str, tab: Tab, files: dict[str, Path]) -> None:
    tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
    tab.open(files["3"])
    colors = {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 20, 25)"}
    assert tab.value("getComputedStyle(document.body).backgroundColor") == colors[theme]


def test_nothing_moves(tab: Tab, files: dict[str, Path]) -> None:
    """So there is nothing that a wish for less motion would have to stop."""
    tab.open(files["3"])
    assert tab.value("document.getAnimations().length") == 0
    durations = "[...document.querySelectorAll('*')].map((one) => getComputedStyle(one).transitionDuration)"
    assert tab.value(f"[...new Set({durations})]") == ["0s"]


@pytest.mark.parametrize(
    ("attempt", "directive"),
    [
        ("new Image().src = 'http://127.0.0.1:9/x.png'", "img-src"),
        ("fetch('http://127.0.0.1:9/').catch(() => 0)", "connect-src"),
        ("document.body.append(Object.assign(document.createElement('script'), {text: 'x=1'}))", "script-src-elem"),
        ("document.body.setAttribute('style', 'color: red')", "style-src-attr"),
    ],
)  # fmt: skip
def test_the_policy_forbids_what_the_page_does_not_do(
    attempt: str, directive: str, tab: Tab, files: dict[str, Path]
) -> None:
    tab.open(files["3"])
    caught = tab.value(
        "new Promise((found) => { document.addEventListener('securitypolicyviolation',"
        f" (event) => found(event.effectiveDirective)); {attempt} }})"
    )
    assert caught == directive
