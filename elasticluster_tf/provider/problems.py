"""What can go wrong in the provider, said so that it can become a Terraform diagnostic."""


class ProviderError(Exception):
    """A failure with a one-line summary and a detail that says what to do."""

    def __init__(self, summary: str, detail: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.summary}\n{self.detail}" if self.detail else self.summary
