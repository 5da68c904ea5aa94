"""Ansible module that brings several text files of a host to their content in one call.

Each task costs each host a Python process and a connection, about a third of a second; a software with
five files would otherwise take five to ten of them in every run. The module runs on the hosts: standard
library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
  module: ectf_files
  author: The ectf authors
  short_description: Several text files at once, and whether what uses them has taken them up
  description:
    - Writes each file whole, or only a marked block of it. Missing parent directories are made.
    - Remembers with O(record) whether the files were put to use, so that a run that is cut short between
      writing a file and restarting its daemon is made good by the next run, where nothing needs to be
      written any more.
  options:
    files:
      description: The files.
      type: list
      elements: dict
      required: true
      suboptions:
        path:
          description: Absolute path.
          type: path
          required: true
        content:
          description: Text of the file or of the block.
          type: str
          required: true
        block:
          description: >-
            Name of the marked block; without it the file is written whole. A block without content is
            taken out, and no file is made for it.
          type: str
        drop:
          description: With O(files[].block), a regular expression of lines outside it that are taken out.
          type: str
        owner:
          description: Owner of the file.
          type: str
          default: root
        group:
          description: Group of the file.
          type: str
          default: root
        mode:
          description: Mode of the file.
          type: str
          default: "0644"
        validate:
          description: >-
            Command, word by word, that has to accept the new text before it takes the place of the old one.
            C(%s) in a word stands for the path where the command finds it.
          type: list
          elements: str
        counts:
          description: Whether this file has to be put to use, see O(record).
          type: bool
          default: true
    record:
      description:
        - Name under which is remembered that these contents were put to use. As long as they were not, the
          result is C(changed). Whoever puts them to use calls the module again with O(record) and O(digest).
        - A file that counts and had to be written is to be put to use again, though its content is the
          remembered one, for what uses it may have read what somebody else wrote there.
      type: str
    service:
      description: A systemd service that has to be active and enabled for the files to count as put to use.
      type: str
    digest:
      description: What an earlier call gave as RV(digest), to be remembered as put to use.
      type: str
"""

EXAMPLES = """
- name: Write the files of a daemon
  ectf_files:
    record: exampled
    service: exampled.service
    files:
      - {path: /etc/example.conf, content: "{{ lookup('ansible.builtin.template', 'example.conf.j2') }}"}
  register: example
  notify: Restart exampled

# The last handler of "Restart exampled"
- name: Remember that exampled has its files
  ectf_files:
    record: exampled
    digest: "{{ example.digest }}"
    files: []
"""

RETURN = """
digest:
  description: Stands for the files that count.
  type: str
  returned: always
stale:
  description: Whether the files that count still have to be put to use.
  type: bool
  returned: always
written:
  description: Paths of the files that were changed.
  type: list
  elements: str
  returned: always
"""

RECORDS = Path("/var/lib/ectf/records")
FILE = {
    "path": {"type": "path", "required": True},
    "content": {"type": "str", "required": True},
    "block": {"type": "str"},
    "drop": {"type": "str"},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
    "mode": {"type": "str", "default": "0644"},
    "validate": {"type": "list", "elements": "str"},
    "counts": {"type": "bool", "default": True},
}
ARGUMENTS = {
    "files": {"type": "list", "elements": "dict", "required": True, "options": FILE},
    "record": {"type": "str"},
    "service": {"type": "str"},
    "digest": {"type": "str"},
}


def merge(text: str, block: str, content: str, drop: str | None) -> str:
    """Put `content` between the block's marks; the rest of the text stays, less the dropped lines."""
    first, last = f"# BEGIN ectf: {block}", f"# END ectf: {block}"
    before, after = text.removesuffix("\n").split("\n") if text else [], []
    # A mark without its other half is a line like any other.
    if last in before and first in before[: before.index(last)]:
        end = before.index(last)
        start = max(place for place in range(end) if before[place] == first)
        before, after = before[:start], before[end + 1 :]
    lines = [line for line in before if not (drop and re.search(drop, line))]
    if content.strip():
        lines += [first, *content.rstrip("\n").split("\n"), last]
    lines += [line for line in after if not (drop and re.search(drop, line))]
    return "\n".join(lines) + "\n" if lines else ""


def digest_of(files: list[dict[str, Any]]) -> str:
    """Stand for paths, contents and modes of the files that count; for the same files always the same."""
    counting = [[one["path"], one["block"], one["content"], one["mode"]] for one in files if one["counts"]]
    return hashlib.sha256(json.dumps(counting).encode()).hexdigest()


def shown(text: str) -> str:
    """A text as it can be shown, whatever bytes it came from."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class Host:
    """The host as this module sees and changes it."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def write(self, one: dict[str, Any]) -> dict[str, str] | None:
        """Bring one file to its content, owner and mode; give the difference or None."""
        path = Path(one["path"])
        old = self._read(path)
        if old is None and one["block"] is not None and not one["content"].strip():
            return None
        text = (
            one["content"]
            if one["block"] is None
            else merge(old or "", one["block"], one["content"], one["drop"])
        )
        changed = old != text
        if changed and not self.module.check_mode:
            self._replace(path, text, one)
        if old is not None or not self.module.check_mode:
            wanted = {
                "path": str(path),
                "secontext": self.module.selinux_default_context(str(path)),
                "attributes": None,
            }
            wanted |= {key: one[key] for key in ("owner", "group", "mode")}
            changed = self.module.set_fs_attributes_if_different(wanted, changed)
        if not changed:
            return None
        if one["counts"]:
            self._forget()
        return {
            "before_header": str(path),
            "after_header": str(path),
            "before": shown(old or ""),
            "after": shown(text),
        }

    def _read(self, path: Path) -> str | None:
        try:
            # Bytes that are no text are kept as they are.
            return path.read_bytes().decode("utf-8", "surrogateescape")
        except FileNotFoundError:
            return None

    def _replace(self, path: Path, text: str, one: dict[str, Any]) -> None:
        # Never readable for others for a moment, if it is not to be so in the end.
        handle, temporary = tempfile.mkstemp(dir=self.module.tmpdir)
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8", "surrogateescape"))
        self._validate(path, temporary, one["validate"])
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            Path(temporary).chmod(int(one["mode"], 8))
        # A file that is a bind mount, as /etc/hosts of a container, can't be replaced, only written.
        self.module.atomic_move(temporary, str(path), unsafe_writes=True)

    def _validate(self, path: Path, temporary: str, command: list[str] | None) -> None:
        if not command:
            return
        code, output, complaint = self.module.run_command([word.replace("%s", temporary) for word in command])
        if code != 0:
            said = (complaint or output).strip().replace(temporary, str(path))
            self.module.fail_json(msg=f"{path} is left as it was, the new text is refused: {said}", rc=code)

    def serves(self, service: str) -> bool:
        """Whether a service is active and starts at boot."""
        answers = (
            self.module.run_command(["systemctl", "--quiet", ask, service])[0]
            for ask in ("is-active", "is-enabled")
        )
        return not any(answers)

    def _forget(self) -> None:
        """At once, so that a run that ends before the files are put to use is made good."""
        if self.module.params["record"] and not self.module.check_mode:
            (RECORDS / self.module.params["record"]).unlink(missing_ok=True)

    def remembers(self, record: str) -> str | None:
        """The digest remembered under a name."""
        text = self._read(RECORDS / record)
        return text.strip() if text else None


def run(module: Any) -> dict[str, Any]:
    """Do what the arguments ask; give the module's result."""
    asked, host = module.params, Host(module)
    files = list(asked["files"])
    if asked["digest"]:
        memory = {
            "path": str(RECORDS / asked["record"]),
            "content": asked["digest"] + "\n",
            "block": None,
            "validate": None,
            "counts": False,
        }
        files.append(memory | {"owner": "root", "group": "root", "mode": "0600"})
    found = [(one, difference) for one in files if (difference := host.write(one))]
    differences = [difference for _, difference in found]
    digest = asked["digest"] or digest_of(files)
    stale = False
    if asked["record"] and not asked["digest"]:
        stale = host.remembers(asked["record"]) != digest or any(one["counts"] for one, _ in found)
    stale = stale or (bool(asked["service"]) and not host.serves(asked["service"]))
    return {
        "changed": bool(differences) or stale,
        "digest": digest,
        "stale": stale,
        "written": [difference["after_header"] for difference in differences],
        "diff": differences if module._diff else [],
    }


def main() -> None:
    """Run as a module of Ansible."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True, required_by={"digest": "record"})
    module.exit_json(**run(module))


if __name__ == "__main__":
    main()
