"""Run Terraform in a work folder and read its machine-readable output."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from python_terraform import IsFlagged, Terraform

from elasticluster_tf import children
from elasticluster_tf.children import Ended
from elasticluster_tf.errors import Complaint, EctfError, Interrupted, Refused, TerraformFailed
from elasticluster_tf.events import Progress, ResourceEvent, Tell, ToolLine
from elasticluster_tf.terraform import state
from elasticluster_tf.terraform.binary import Binary

PLAN_FILE = "tfplan"
STAMP = ".terraform/ectf-init"
# Set by a user's own habits, these would change which state or which arguments Terraform takes.
_DROPPED = ("TF_WORKSPACE", "TF_DATA_DIR")
# Less garbage collection than Go's own saves a fifth of a plan's processor time while there is memory; near
# the limit, which 1,000 nodes come to, it is as usual (docs/measured/2026-11-23-plans.md). One's own settings
# go before it.
GO_RUNTIME = {"GOGC": "400", "GOMEMLIMIT": "768MiB"}

# python-terraform logs commands and outputs, values included.
logging.getLogger("python_terraform").disabled = True


@dataclass(frozen=True)
class Runner:
    """Terraform in one work folder; logs go to `logs`, children inherit `lock`."""

    binary: Binary
    folder: Path
    logs: Path
    environment: Mapping[str, str]
    tell: Tell
    lock: tuple[int, ...] = ()
    parallelism: int = 10
    counter: list[int] = field(default_factory=lambda: [0])

    def init(self, digest: str) -> None:
        """Install providers and modules, unless that was done for the same `digest`."""
        stamp = self.folder / STAMP
        wanted = hashlib.sha256(f"{self.binary.path} {self.binary.version} {digest}".encode()).hexdigest()
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            return
        options: dict[str, Any] = {"input": False, "no_color": IsFlagged}
        if (self.folder / "backend.tfbackend.json").is_file():
            options["backend_config"] = "backend.tfbackend.json"
        ended = self._run("init", **options)
        if ended.code:
            raise _failure(ended, [], "init")
        stamp.parent.mkdir(exist_ok=True)  # Terraform makes none where nothing is to be installed
        stamp.write_text(wanted, encoding="utf-8")

    def plan(
        self,
        refresh: bool = True,
        replace: Sequence[str] = (),
        target: Sequence[str] = (),
        refresh_only: bool = False,
    ) -> dict[str, Any]:
        """Plan into the work folder's plan file; returns Terraform's JSON form of it.

        `replace` are addresses to make anew, `target` the only ones to look at; `refresh_only` asks what is
        no longer as the state says.
        """
        chosen: dict[str, Any] = {"replace": list(replace), "target": list(target)}
        if refresh_only:
            chosen["refresh_only"] = IsFlagged
        ended, problems = self._stream("plan", out=PLAN_FILE, input=False, refresh=refresh, **chosen)
        if ended.code:
            raise _failure(ended, problems, "plan")
        return self.shown_plan()

    def shown_plan(self) -> dict[str, Any]:
        """The JSON form of the saved plan."""
        ended = self._run("show", PLAN_FILE, json=IsFlagged)
        if ended.code:
            raise _failure(ended, [], "show")
        return _json(ended.output)

    def apply(self, total: int) -> None:
        """Apply the saved plan; `total` is how many changes it holds.

        Raises TerraformFailed when something could not be done; what was done is in the state.
        """
        try:
            ended, problems = self._stream(
                "apply", PLAN_FILE, total=total, input=False, parallelism=self.parallelism
            )
        finally:
            (self.folder / PLAN_FILE).unlink(missing_ok=True)
        if ended.code:
            raise _failure(ended, problems, "apply")

    def state(self) -> state.State:
        """What the state says now."""
        ended = self._run("state pull", no_color=IsFlagged)
        if ended.code:
            raise _failure(ended, [], "state pull")
        return state.parse(_json(ended.output) if ended.output.strip() else {})

    def _stream(
        self, command: str, *arguments: str, total: int = 0, **options: Any
    ) -> tuple[Ended, list[dict[str, Any]]]:
        stream = _Stream(self.tell, total)
        ended = self._run(command, *arguments, on_line=stream.line, json=IsFlagged, **options)
        return ended, stream.problems

    def _run(
        self, command: str, *arguments: str, on_line: Callable[[str], None] | None = None, **options: Any
    ) -> Ended:
        terraform = Terraform(working_dir=str(self.folder), terraform_bin_path=str(self.binary.path))
        words = terraform.generate_cmd_string(command, *arguments, **options)
        self.counter[0] += 1
        log = self.logs / f"{self.counter[0]:02d}-terraform-{command.replace(' ', '-')}.log"
        tell = on_line or (lambda line: self.tell(ToolLine("terraform", line)) if command == "init" else None)
        ended = children.run(words, self.folder, self._environment(), log, tell, self.lock)
        if command in ("state pull", "show"):
            log.unlink(missing_ok=True)  # the state and the plan are no logs
        if ended.interrupted:
            hint = "what was built is in the state; the same command goes on from there"
            raise Interrupted(f"interrupted during terraform {command}", "", hint)
        return ended

    def _environment(self) -> dict[str, str]:
        kept = {
            key: value
            for key, value in self.environment.items()
            if key not in _DROPPED and not key.startswith("TF_CLI_ARGS")
        }
        configuration = kept.get("TF_CLI_CONFIG_FILE")
        if configuration and not Path(configuration).is_file():
            del kept["TF_CLI_CONFIG_FILE"]  # Terraform would print a warning block before its JSON
        return {**GO_RUNTIME, **kept, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}


class _Stream:
    """Turns the lines of `-json` output into events, and keeps the errors."""

    def __init__(self, tell: Tell, total: int) -> None:
        self.tell = tell
        self.total = total
        self.done = 0
        self.problems: list[dict[str, Any]] = []

    def line(self, line: str) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            if line.strip():
                self.tell(ToolLine("terraform", line))
            return
        self.tell(ToolLine("terraform", str(message.get("@message", ""))))
        kind = message.get("type", "")
        if kind == "diagnostic" and message["diagnostic"].get("severity") == "error":
            self.problems.append(message["diagnostic"])
        elif kind.startswith("apply_"):
            self.applied(kind, message["hook"])

    def applied(self, kind: str, hook: Mapping[str, Any]) -> None:
        steps: dict[str, Progress] = {
            "apply_start": "started",
            "apply_progress": "progress",
            "apply_complete": "done",
            "apply_errored": "failed",
        }
        if kind not in steps:
            return
        self.done += kind == "apply_complete"
        address = str(hook["resource"]["addr"])
        seconds = float(hook.get("elapsed_seconds", 0))
        self.tell(
            ResourceEvent(address, str(hook.get("action", "")), steps[kind], self.done, self.total, seconds)
        )


def _json(text: str) -> dict[str, Any]:
    start = text.find("{")
    found = json.loads(text[start:])
    if not isinstance(found, dict):
        raise EctfError("Terraform's answer is not what it documents")
    return found


def _failure(ended: Ended, problems: list[dict[str, Any]], command: str) -> EctfError:
    """Terraform's errors: which resource, which node, what the provider said, and what to do."""
    if not problems:
        text = (ended.errors or ended.output).strip()
        return TerraformFailed(f"terraform {command} failed", "", "", text[-4000:])
    first = problems[0]
    if "acquiring the state lock" in str(first.get("summary", "")):
        hint = "wait for the other run; `terraform force-unlock ID` in the work folder if it is dead"
        return Refused("another run holds the state's lock", "", hint, str(first.get("detail", "")))
    rows = []
    for problem in problems:
        where = f"{problem['address']}: " if problem.get("address") else ""
        detail = str(problem.get("detail", "")).strip()
        rows.append(f"{where}{problem.get('summary', '')}" + (f"\n{detail}" if detail else ""))
    hint = (
        "mend the cause and run the same command again: what was built is kept" if command == "apply" else ""
    )
    failed = [str(problem.get("address", "")) for problem in problems]
    error = TerraformFailed(f"terraform {command} failed", failed[0], hint, "\n".join(rows), failed)
    error.complaints = tuple(_complaint(problem) for problem in problems)
    return error


def _complaint(problem: Mapping[str, Any]) -> Complaint:
    code = str((problem.get("snippet") or {}).get("code", ""))
    summary, detail, address = (str(problem.get(key) or "") for key in ("summary", "detail", "address"))
    return Complaint(summary, detail, code, address)
