"""Templates: only those of HTML escape, and nothing may be missing."""

from pathlib import Path

import jinja2
import pytest

from elasticluster_tf import templating


def template(folder: Path, text: str) -> jinja2.Template:
    (folder / "t.j2").write_text(text, encoding="utf-8")
    return templating.template(folder / "t.j2")


def test_blocks_leave_no_lines_and_the_last_newline_stays(tmp_path: Path) -> None:
    found = template(tmp_path, "a\n  {% for one in rows %}\n{{ one }}\n  {% endfor %}\nz\n")
    assert found.render(rows=["<b>", "&"]) == "a\n<b>\n&\nz\n"


def test_a_name_without_value_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(jinja2.UndefinedError, match="nobody"):
        template(tmp_path, "{{ nobody }}").render()


def test_values_are_no_templates(tmp_path: Path) -> None:
    assert template(tmp_path, "{{ name }}").render(name="{{ 7 * 7 }}") == "{{ 7 * 7 }}"


def test_a_shipped_template() -> None:
    text = templating.render("site.yml.j2", {"software": ["first", "second"], "before": [], "after": []})
    assert text.index("import_playbook: first.yml") < text.index("import_playbook: second.yml")


def test_values_in_html_are_text(tmp_path: Path) -> None:
    (tmp_path / "t.html.j2").write_text('<a title="{{ one }}">{{ one }}</a>', encoding="utf-8")
    found = templating.template(tmp_path / "t.html.j2").render(one="<b>\"'&")
    assert found == '<a title="&lt;b&gt;&#34;&#39;&amp;">&lt;b&gt;&#34;&#39;&amp;</a>'
