"""The ``tracer`` command and what it does with errors: one line on stderr, the traceback only with ``--debug``."""

from __future__ import annotations

import errno
import traceback
from typing import Any

import click

from tracer.cli import ask, work
from tracer.errors import TracerError

USAGE = 2


class Application(click.Group):
    """A group whose commands may raise; the exit code tells usage and environment (2) from a broken claim (1)."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click passes on whatever a command returns
        """Run the command; end the program with one line for any error."""
        try:
            return super().invoke(ctx)
        except TracerError as error:
            end_with(ctx, error, str(error), error.exit_code)
        except OSError as error:
            # A reader that closed the pipe (`tracer calls --all | head`) is click's to handle, silently.
            if error.errno == errno.EPIPE:
                raise
            end_with(ctx, error, f"{error.filename or 'input/output'}: {error.strerror or error}", USAGE)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - the last one to hear of a defect still owes the user one line
            message = f"unexpected {type(error).__name__}: {error} (a defect in tracer; --debug shows where)"
            end_with(ctx, error, message, USAGE)


def end_with(ctx: click.Context, error: BaseException, message: str, code: int) -> None:
    """Print the error's one line (after its traceback if asked for) and exit with ``code``."""
    if ctx.params.get("debug"):
        traceback.print_exception(error)
    click.echo(f"tracer: error: {' '.join(message.split())}", err=True)
    ctx.exit(code)


@click.group(cls=Application, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="tracer-docs", message="%(prog)s %(version)s")
def application(*, debug: bool) -> None:
    """Trace a model codebase: who calls whom, which method runs, where attributes are set; proved against a run."""
    del debug  # read from the context when an error has to be printed


for command in (work.trace, work.check, work.observe, ask.mro, ask.attr, ask.calls, ask.show):
    application.add_command(command)


def main() -> None:
    """Run the command line on ``sys.argv`` and exit: 0 holds, 1 a claim does not, 2 usage, config or environment."""
    application(prog_name="tracer")
