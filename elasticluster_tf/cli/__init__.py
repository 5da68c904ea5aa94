"""The command line: arguments in, a call of the pipeline, an exit code out. The only door to typer.

Each command imports what it needs when it runs, so that `ectf --help` answers at once.
"""

import signal
import sys
from types import FrameType
from typing import Any

import typer

from elasticluster_tf.cli import (
    bundles,
    catalogues,
    configuring,
    costing,
    destroying,
    doctoring,
    drifting,
    initialising,
    inspecting,
    pipelines,
    planning,
    remote,
    rendering,
    stating,
    validating,
)

app = typer.Typer(
    name="ectf",
    help="One YAML file to a running compute cluster.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    initialising,
    validating,
    planning,
    bundles,
    configuring,
    inspecting,
    remote,
    destroying,
    rendering,
    catalogues,
    costing,
    pipelines,
    stating,
    doctoring,
    drifting,
):
    module.register(app)

# Errors of the click that typer uses: with older ones a package of its own, with newer (0.29) a part of it.
_UsageError: Any = typer.BadParameter.__bases__[0]
_CommandError: Any = _UsageError.__bases__[0]
_USAGE = 4
_INTERRUPTED = 130


def main() -> None:
    """Run the command of this process's arguments and exit with its code."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code."""
    try:
        code = app(args=arguments, prog_name="ectf", standalone_mode=False)
    except _UsageError as error:
        _show_usage_error(error, "--json" in arguments)
        return _USAGE
    except _CommandError as error:
        error.show()
        return int(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("interrupted\n")
        return _INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone
        sys.stderr.close()
        return 1
    return code if isinstance(code, int) else 0


def _show_usage_error(error: Any, as_json: bool) -> None:
    if as_json:
        from elasticluster_tf.console import make
        from elasticluster_tf.errors import InputError, Problem

        make(True, False).error(InputError([Problem(error.format_message())]))
    else:
        error.show()


def _terminate(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends a run as Ctrl-C does: children are told and waited for."""
    raise KeyboardInterrupt
