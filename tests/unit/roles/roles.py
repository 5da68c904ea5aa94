"""What a role says about itself."""

from typing import Any

import yaml

from tests.unit.roles.play import REPOSITORY

ROLES = REPOSITORY / "roles"
NAMES = sorted(path.parent.parent.name for path in ROLES.glob("*/meta/argument_specs.yml"))


def specification(role: str) -> dict[str, Any]:
    """The entry points with their options."""
    text = (ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    specs: dict[str, Any] = yaml.safe_load(text)["argument_specs"]
    return specs


def defaults(role: str) -> dict[str, Any]:
    """The values that hold when nobody sets others."""
    values: dict[str, Any] = yaml.safe_load(
        (ROLES / role / "defaults" / "main.yml").read_text(encoding="utf-8")
    )
    return values


def table(role: str) -> str:
    """The variables as the Markdown table of the role's README."""
    rows = ["| variable | type | default | what it is |", "| --- | --- | --- | --- |"]
    for name, option in specification(role)["main"]["options"].items():
        kind = option["type"] + (
            ": " + ", ".join(f"`{one}`" for one in option["choices"]) if "choices" in option else ""
        )
        default = option.get("default", "")
        shown = "required" if option.get("required") else f"`{default}`" if default != "" else "empty"
        rows.append(f"| `{name}` | {kind} | {shown} | {option['description'].strip()} |")
        mark = "[]" if option["type"] == "list" else ""
        for key, inner in option.get("options", {}).items():
            wanted = "required" if inner.get("required") else ""
            rows.append(
                f"| `{name}{mark}.{key}` | {inner['type']} | {wanted} | {inner['description'].strip()} |"
            )
    return "\n".join(rows) + "\n"
