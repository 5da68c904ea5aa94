"""Ansible module that makes file systems on a host's data volumes and mounts them.

What is on a disk is never overwritten: only one that holds nothing known is formatted. The module runs on
the hosts: standard library only.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
  module: ectf_volumes
  author: The ectf authors
  short_description: File systems on data volumes, mounted
  description:
    - Waits until a volume's disk is there, makes an ext4 file system on it when it holds nothing, and
      mounts it.
    - A new file system takes over what the directory held where it is mounted, as a login user's home in
      C(/home).
    - A file system that is smaller than its disk grows to it.
    - That it is mounted at the next boot as well is for C(/etc/fstab) to say.
  options:
    volumes:
      description: The volumes.
      type: list
      elements: dict
      required: true
      suboptions:
        name:
          description: Name of the volume, the label of a new file system.
          type: str
          required: true
        device:
          description: Path of the disk, the same for its whole life.
          type: path
          required: true
        mount:
          description: Where it is mounted, an absolute path.
          type: path
          required: true
    wait:
      description: How long to wait for disks, in seconds.
      type: int
      default: 90
"""

EXAMPLES = """
- name: Mount the volumes
  ectf_volumes:
    volumes:
      - {name: scratch, device: /dev/disk/by-id/virtio-4f0e, mount: /scratch}
"""

RETURN = """
made:
  description: Names of the volumes that got a file system.
  type: list
  elements: str
  returned: always
"""

VOLUME = {
    "name": {"type": "str", "required": True},
    "device": {"type": "path", "required": True},
    "mount": {"type": "path", "required": True},
}
ARGUMENTS = {
    "volumes": {"type": "list", "elements": "dict", "required": True, "options": VOLUME},
    "wait": {"type": "int", "default": 90},
}
# blkid's exit code when it knows nothing of what is on the disk.
NOTHING = 2
# An ext4 label holds so many bytes.
LABEL = 16
# The label of a file system of ours that has not taken over its directory yet: it is begun anew.
BEGUN = "ectf-new"


class Host:
    """The host as this module sees and changes it."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.until = time.monotonic() + module.params["wait"]

    def run(self, *words: str) -> None:
        """A command that has to succeed."""
        code, output, complaint = self.module.run_command(list(words))
        if code != 0:
            self.module.fail_json(msg=f"{' '.join(words)}: {(complaint or output).strip()}", rc=code)

    def bring(self, one: dict[str, str]) -> tuple[bool, bool]:
        """Have one volume mounted; gives whether anything changed, and whether it got a new file system."""
        if not self._is_there(one):
            return True, False
        device, mount = str(Path(one["device"]).resolve()), one["mount"]
        if there := mounted_at(mount):
            if Path(there[0]).resolve() != Path(device):
                self.module.fail_json(msg=f"{mount}: {there[0]} is mounted there, and not {one['device']}")
            return self._grow(one, device, there[1]), False
        kind = self._kind(one)
        if self.module.check_mode:
            return True, not kind
        Path(mount).mkdir(parents=True, exist_ok=True)
        if not kind:
            self.run("mkfs.ext4", "-q", "-F", "-m", "0", "-L", BEGUN, device)
            self._take_over(device, mount)
            self.run("e2label", device, one["name"][:LABEL])
        self.run("mount", device, mount)
        self._grow(one, device, kind or "ext4")
        return True, not kind

    def _is_there(self, one: dict[str, str]) -> bool:
        device = Path(one["device"])
        while not device.exists():
            if self.module.check_mode:
                return False
            if time.monotonic() > self.until:
                self.module.fail_json(msg=f"volume {one['name']}: its disk {device} is not there")
            time.sleep(1)
        return True

    def _kind(self, one: dict[str, str]) -> str:
        """The file system on the disk; empty when nothing is on it."""
        code, output, complaint = self.module.run_command(["blkid", "-p", "-o", "export", one["device"]])
        if code == NOTHING and not complaint.strip():
            return ""
        lines = [str(line).partition("=") for line in output.splitlines()]
        found = {key: value for key, _, value in lines}
        if code != 0 or found.get("USAGE") != "filesystem":
            holds = found.get("TYPE") or found.get("PTTYPE") or complaint.strip() or "something unknown"
            self.module.fail_json(
                msg=f"volume {one['name']}: {one['device']} holds no file system but {holds}, and is left "
                "as it is; empty it (wipefs -a), or leave out its `mount`"
            )
        return "" if found.get("LABEL") == BEGUN else found["TYPE"]

    def _take_over(self, device: str, mount: str) -> None:
        """Give a new file system the directory's owner and mode, and what it held."""
        place = tempfile.mkdtemp(dir=self.module.tmpdir)
        self.run("mount", device, place)
        try:
            self.run("cp", "-a", f"{mount}/.", place)
        finally:
            self.run("umount", place)
            Path(place).rmdir()

    def _grow(self, one: dict[str, str], device: str, kind: str) -> bool:
        if self.module.check_mode or not kind.startswith("ext"):
            return False
        code, output, complaint = self.module.run_command(["resize2fs", device])
        if code != 0:
            self.module.warn(f"volume {one['name']}: its file system can't grow: {complaint.strip()}")
        return code == 0 and "Nothing to do" not in output + complaint


def mounted_at(mount: str) -> tuple[str, str] | None:
    """What is mounted there, and the kind of file system, by /proc/self/mountinfo (proc(5))."""
    found = None
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        head, _, tail = line.partition(" - ")
        if head.split()[4] == mount:
            found = (tail.split()[1], tail.split()[0])
    return found


def run(module: Any) -> dict[str, Any]:
    """Do what the arguments ask; give the module's result."""
    host = Host(module)
    # One may be mounted below another.
    wanted = sorted(module.params["volumes"], key=lambda one: one["mount"])
    done = {one["name"]: host.bring(one) for one in wanted}
    return {
        "changed": any(changed for changed, _ in done.values()),
        "made": [name for name, (_, made) in done.items() if made],
    }


def main() -> None:
    """Run as a module of Ansible."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    module.exit_json(**run(module))


if __name__ == "__main__":
    main()
