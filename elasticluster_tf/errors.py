"""What can go wrong, in the user's words, each with a documented exit code.

EctfError                 1    something unexpected, or the environment is not fit
├── Refused               3    a guard, a held lock, an answer of no
├── InputError            4    the cluster files or the command line are wrong; holds all problems
├── TerraformFailed       5    Terraform could not do what the plan says
├── ConfigureFailed       6    Ansible could not configure a node
├── TooFewNodes           7    fewer nodes than `min` were built
└── Interrupted         130    Ctrl-C or SIGTERM

Exit code 2 is no error: `plan --detailed-exitcode`, `render --check` found something to change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Place:
    """A position in a text the user wrote: 1-based line and column, and that line."""

    file: str
    line: int
    column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: what, at which key, where, and what to do next."""

    message: str
    key: str = ""
    place: Place | None = None
    hint: str = ""

    def __str__(self) -> str:
        head = f"{self.place}: " if self.place else ""
        key = f"{self.key}: " if self.key else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{head}{key}{self.message}{hint}"


class EctfError(Exception):
    """Base of all that ectf raises on purpose: message, where it happened, what to do next."""

    exit_code = 1

    def __init__(self, message: str, where: str = "", hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.detail = detail


class Refused(EctfError):
    """Nothing was done, because something forbids it."""

    exit_code = 3


class InputError(EctfError):
    """The input is wrong; `problems` holds everything that was found."""

    exit_code = 4

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len(problems)
        super().__init__("1 problem" if count == 1 else f"{count} problems")
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


@dataclass(frozen=True)
class Complaint:
    """One of Terraform's own errors: what, the line of HCL it is about, the address of the resource."""

    summary: str
    detail: str = ""
    code: str = ""
    address: str = ""

    @property
    def text(self) -> str:
        """All that it says."""
        return f"{self.summary}\n{self.detail}"

    @property
    def in_one_line(self) -> str:
        """What it says, for a list of problems."""
        return " ".join((self.summary or self.detail).split())[:300]


class TerraformFailed(EctfError):
    """Terraform ended with an error; what was built before it is in the state.

    `addresses` are the resources that failed.
    """

    exit_code = 5

    def __init__(
        self, message: str, where: str = "", hint: str = "", detail: str = "", addresses: Sequence[str] = ()
    ) -> None:
        super().__init__(message, where, hint, detail)
        self.addresses = tuple(addresses)
        self.complaints: tuple[Complaint, ...] = ()


class ConfigureFailed(EctfError):
    """Ansible could not finish on some node; what it did on others is recorded."""

    exit_code = 6


class TooFewNodes(EctfError):
    """Fewer nodes were built than the groups' `min`."""

    exit_code = 7


class Interrupted(EctfError):
    """The user ended the run; children were told and the lock is free."""

    exit_code = 130


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A hint that names the nearest known word, or all of them when none is near and they are few."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    if known and len(known) <= 12:
        return "known: " + ", ".join(sorted(known))
    return ""
