"""Bad cluster files of each cloud: what is wrong in a good file, and what ectf has to say about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bad:
    """A good file with one fault.

    `where`: `cloud`, `group` or `file` get `line` as one more line; any other word is the line of the good
    file that `line` replaces (an empty one takes it away, which is told at the block's first line).
    The problem has to stand at the line that ends in `# !` (by default the last of `line`), at `key`, with
    these parts of message and hint.
    """

    where: str
    line: str
    key: str
    message: str
    hint: str


def text(good: str, bad: Bad) -> str:
    """The bad file."""
    rows = good.splitlines()
    new = [*bad.line.splitlines()] if bad.line else []
    if new and "# !" not in bad.line:
        new[-1] += "  # !"
    at = next((at for at, row in enumerate(rows) if row.strip() == bad.where), None)
    if at is not None:
        indent = rows[at][: len(rows[at]) - len(rows[at].lstrip())]
        rows[at : at + 1] = [indent + row for row in new]
        if not new:
            rows[at - 1] += "  # !"
    elif bad.where == "cloud":
        at = rows.index("groups:")
        rows[at:at] = [f"  {row}" for row in new]
    else:
        rows += [f"    {row}" if bad.where == "group" else row for row in new]
    return "\n".join([*rows, ""])
