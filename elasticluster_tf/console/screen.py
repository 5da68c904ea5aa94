"""Where a run's events go: a live display, plain lines, or NDJSON."""

import json
import sys
import time
from io import StringIO
from typing import Any, Literal, TextIO

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.text import Text

from elasticluster_tf import events
from elasticluster_tf.console import data, views
from elasticluster_tf.data import document
from elasticluster_tf.errors import EctfError, InputError, Problem
from elasticluster_tf.events import (
    Event,
    Notice,
    ResourceEvent,
    StageDone,
    StageStarted,
    TaskEvent,
    TaskFailed,
    ToolLine,
    Waiting,
)

Form = Literal["live", "plain", "json"]


class Screen:
    """Shows events as they come, then the result or the error.

    What people read goes to standard error; a command's result is alone on standard output.
    """

    def __init__(self, form: Form, verbose: bool, out: TextIO, err: TextIO) -> None:
        self.form = form
        self.verbose = verbose
        self.out = out
        self.people = Console(file=err, highlight=False, soft_wrap=True)
        self.result = Console(file=out, highlight=False, soft_wrap=not out.isatty())
        self.status: Status | None = None
        self.title = ""
        self.started = time.monotonic()

    def silent(self) -> "Screen":
        """One that tells nothing: where the result is one document, events would spoil it."""
        return Screen("plain", False, self.out, StringIO())

    def tell(self, event: Event) -> None:
        """Show one event."""
        if self.form == "json":
            if not isinstance(event, Waiting | ToolLine) or self.verbose:
                self.json(events.record(event))
            return
        match event:
            case StageStarted():
                self.begin(event.title)
            case StageDone():
                self.end(event)
            case ResourceEvent():
                self.resource(event)
            case TaskEvent():
                role = f"{event.role}: " if event.role else ""
                self.progress(f"task {event.number} of about {event.total}: {role}{event.task}")
            case _:
                self.aside(event)

    def aside(self, event: TaskFailed | Notice | ToolLine | Waiting) -> None:
        """What is no progress: failures, notices, a tool's own words."""
        match event:
            case TaskFailed():
                word = "unreachable" if event.unreachable else "failed"
                self.line(f"  {event.node}: {event.task} {word}: {event.message}", "red")
            case Notice():
                hint = f"\n  {event.hint}" if event.hint else ""
                style = "yellow" if event.level == "warning" else ""
                self.line(f"{event.level}: {event.message}{hint}", style)
            case ToolLine() if self.verbose and event.line.strip():
                self.line(f"  {event.tool}: {event.line}", "dim")
            case Waiting() if event.message:
                self.line(event.message, "yellow")

    def begin(self, title: str) -> None:
        self.title, self.started = title, time.monotonic()
        if self.form == "live":
            self.status = self.people.status(escape(title))
            self.status.start()
        else:
            self.line(f"{title} …")

    def end(self, event: StageDone) -> None:
        self.stop()
        note = f": {event.note}" if event.note else ""
        self.line(f"{self.title}{note} ({event.seconds:.1f} s)", "green" if self.form == "live" else "")

    def resource(self, event: ResourceEvent) -> None:
        of = f"{event.done} of {event.total}" if event.total else f"{event.done}"
        words = {
            "started": event.action,
            "progress": f"still {event.action}",
            "done": "done",
            "failed": "failed",
        }
        self.progress(f"{of}: {event.address} {words[event.progress]}", event.progress != "progress")

    def progress(self, text: str, worth_a_line: bool = True) -> None:
        """What goes on now: replaces the live line, or is a line of its own where nothing is live."""
        if self.status is not None:
            elapsed = time.monotonic() - self.started
            self.status.update(f"{escape(self.title)}  [dim]{escape(text)} ({elapsed:.0f} s)[/dim]")
        elif worth_a_line:
            self.line(f"  {text}")

    def line(self, text: str, style: str = "") -> None:
        self.people.print(Text(text, style=style))

    def stop(self) -> None:
        """End the live line."""
        if self.status is not None:
            self.status.stop()
            self.status = None

    def json(self, content: Any) -> None:
        """One JSON value on a line of its own."""
        self.out.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")
        self.out.flush()

    def show(self, kind: str, report: Any, details: bool = False) -> None:
        """A command's result; with details, a plan is shown whole."""
        self.stop()
        if self.form == "json":
            self.json(document(kind, report))
        else:
            views.show(self.result, kind, report, details)

    def text(self, text: str) -> None:
        """A result that is text already."""
        self.out.write(text if text.endswith("\n") else text + "\n")
        self.out.flush()

    def ask(self, question: str) -> bool:
        """Ask for a yes."""
        self.stop()
        self.people.print(Text(f"{question} [y/N] "), end="")
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def plan(self, found: Any) -> None:
        """A plan that waits for a decision, shown to people."""
        self.stop()
        if self.form == "json":
            self.json(document("plan", found))
        else:
            views.show(self.people, "plan", found)

    def error(self, problem: EctfError) -> None:
        """What went wrong, where, and what to do next."""
        self.stop()
        if self.form == "json":
            self.json(data.error(problem))
        elif isinstance(problem, InputError):
            for one in problem.problems:
                self.problem(one)
            self.line(f"{problem.message}; nothing was done", "bold")
        else:
            where = f"{problem.where}: " if problem.where and problem.where not in problem.message else ""
            self.line(f"error: {where}{problem.message}", "bold red")
            if problem.detail:
                self.line("\n".join(f"  {row}" for row in problem.detail.splitlines()))
            if problem.hint:
                self.line(f"next: {problem.hint}", "bold")

    def problem(self, one: Problem) -> None:
        place = f"{one.place}: " if one.place else ""
        key = f"{one.key}: " if one.key else ""
        self.line(f"{place}{key}{one.message}", "red")
        if one.place and one.place.text:
            number = str(one.place.line)
            self.line(f"  {number} | {one.place.text}")
            self.line(f"  {' ' * len(number)} | {' ' * (one.place.column - 1)}^", "red")
        if one.hint:
            self.line(f"  {one.hint}", "bold")


def make(as_json: bool, verbose: bool) -> Screen:
    """The screen that fits the terminal."""
    form: Form = "json" if as_json else "live" if sys.stderr.isatty() and not verbose else "plain"
    return Screen(form, verbose, sys.stdout, sys.stderr)
