"""docs/cluster-file.md tells every key of the schema; the YAML of the pages is what ectf takes."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from elasticluster_tf import schemas
from elasticluster_tf.config.models import CloudChoice
from tests.builders import REPOSITORY, document, problems, shipped

PAGE = REPOSITORY / "docs" / "cluster-file.md"
SCHEMA = schemas.cluster_schema(shipped())
CLOUDS = [
    one
    for one in SCHEMA["$defs"]["CloudChoice"]["anyOf"]
    if one["properties"]["name"].get("const", "echo") != "echo"
]
BEGIN, END = "<!-- keys -->\n", "<!-- /keys -->\n"
WORDS = {"string": "text", "integer": "whole number", "boolean": "true or false"}


def test_the_page_tells_every_key() -> None:
    """What stands between the marks is made from the schema; UPDATE_GOLDEN=1 writes it anew."""
    head, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    made = f"{head}{BEGIN}{keys()}{END}{rest.split(END)[1]}"
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made, "UPDATE_GOLDEN=1 writes it anew"


def keys() -> str:
    """The generated part: the keys of every file, then where those of clouds and software are told."""
    return "\n".join(
        [
            table(("key", "type", "default", "description"), rows("", SCHEMA)),
            "## Settings of the clouds\n\nThey stand beside `cloud.name`. Required ones come first.\n",
            table(("cloud", "settings"), map(cloud_row, CLOUDS)),
            "## Parts and variables of the software\n\nThey stand under `software.<name>`.\n",
            table(("software", "parts", "`vars`"), map(software_row, software())),
        ]
    )


def table(head: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *body]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in one) + " |\n" for one in lines)


def rows(above: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row a key, those of mappings below it after it."""
    for name, value in schema["properties"].items():
        path, found = f"{above}{name}", plain(value)
        about = value.get("description") or found.get("description", "")
        default = "required" if name in schema.get("required", ()) else shown(value.get("default"))
        yield f"`{path}`", kind(found), default, about
        if name == "cloud" and not above:
            own = {key: CLOUDS[0]["properties"][key] for key in CloudChoice.model_fields}
            own["name"] = {key: value for key, value in own["name"].items() if key != "const"}
            yield from rows("cloud.", {"properties": own, "required": ["name"]})
            yield "`cloud.<setting>`", "", "", found["description"]
        elif name == "software":
            one = SCHEMA["$defs"]["SoftwareChoice"]
            yield "`software.<name>.<part>`", "text or list of text", "", one["description"]
            yield from rows("software.<name>.", one)
        elif "properties" in found:
            yield from rows(f"{path}.", found)
            if found.get("additionalProperties") is True:
                yield f"`{path}.<setting>`", "", "", found["description"]
        elif (inner := plain(inside(found))).get("properties"):
            yield from rows(f"{path}{'[]' if found['type'] == 'array' else f'.<{name[:-1]}>'}.", inner)


def plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """What a value is apart from null, looked up where it is named."""
    several = [one for one in value.get("anyOf", ()) if one.get("type") != "null"]
    if "anyOf" in value and len(several) == 1:
        return plain(several[0])
    if "$ref" in value:
        return dict(SCHEMA["$defs"][value["$ref"].rsplit("/", 1)[-1]])
    return dict(value)


def inside(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a list or a mapping of the user's own names holds."""
    for one in (
        found.get("items"),
        found.get("additionalProperties"),
        *found.get("patternProperties", {}).values(),
    ):
        if isinstance(one, dict):
            return one
    return {}


def kind(found: Mapping[str, Any]) -> str:
    """The type in the words of the messages."""
    if "enum" in found:
        return " or ".join(f"`{one}`" for one in found["enum"])
    named = found.get("type", "object")
    if several := [one for one in found.get("anyOf", ()) if one.get("type") in ("integer", "number")]:
        return kind(several[-1])
    within = kind(plain(inside(found))) if inside(found) else "mapping"
    if named == "array":
        return "list of " + ("mappings" if within == "mapping" else within)
    if named == "object":
        return "mapping" if within == "mapping" else f"mapping of {within}"
    return str(WORDS.get(named, named)) + "".join(bounds(found))


def bounds(found: Mapping[str, Any]) -> Iterator[str]:
    words = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
    return (f", {word} {found[key]:g}" for key, word in words.items() if key in found)


def shown(default: Any) -> str:
    """A default; none where it is nothing, or said by the rows below."""
    if default is None or isinstance(default, dict | list):
        return ""
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def cloud_row(cloud: Mapping[str, Any]) -> tuple[str, ...]:
    name = cloud["properties"]["name"]["const"]
    own = [key for key in cloud["properties"] if key not in CloudChoice.model_fields]
    own.sort(key=lambda key: key not in cloud["required"])
    link = f"[`{name}`](../terraform_modules/{name}/README.md#settings)"
    return link, ", ".join(f"`{key}`" for key in own)


def software() -> list[tuple[str, Mapping[str, Any]]]:
    return list(SCHEMA["properties"]["software"]["properties"].items())


def software_row(one: tuple[str, Mapping[str, Any]]) -> tuple[str, ...]:
    name, schema = one
    parts = [
        f"`{part}` ({about['description']})" for part, about in schema["properties"].items() if part != "vars"
    ]
    variables = ", ".join(f"`{key}`" for key in schema["properties"]["vars"]["properties"])
    return f"[`{name}`](../roles/{name}/README.md#variables)", ", ".join(parts), variables


def blocks() -> Iterator[tuple[str, str]]:
    """The YAML of the pages, by page and line."""
    pages = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for found in re.finditer(r"^```yaml\n(.*?)^```$", text, re.M | re.S):
            line = text.count("\n", 0, found.start()) + 2
            yield f"{page.relative_to(REPOSITORY)}:{line}", found[1]


BLOCKS = dict(blocks())
WHOLE = {
    place: text for place, text in BLOCKS.items() if re.match(r"(#.*\n|\n)*name:", text) and "groups:" in text
}


@pytest.mark.parametrize("place", WHOLE)
def test_a_whole_file_validates(place: str, tmp_path: Path) -> None:
    assert problems(WHOLE[place], shipped(), tmp_path) == []


@pytest.mark.parametrize("place", BLOCKS)
def test_a_part_of_a_file_fits_the_schema(place: str) -> None:
    """What is no part of a cluster file has to be YAML. A value with `…` in it is left out by the page."""
    data = document(BLOCKS[place]).data
    if isinstance(data, dict) and set(data) <= set(SCHEMA["properties"]):
        data.get("software", {}).pop("mine", None)  # a software of the user's own, as add-software.md has it
        found = jsonschema.Draft202012Validator({**SCHEMA, "required": []}).iter_errors(data)
        assert [one.message for one in found if "…" not in str(one.instance)] == []
