"""What the double tells Terraform when it refuses."""

from dataclasses import dataclass


@dataclass
class Problem(Exception):
    summary: str
    detail: str = ""
    path: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return f"{self.summary}: {self.detail}" if self.detail else self.summary
