"""The command line's front door: exit codes, and errors on the way out.

0 done; 1 a step failed; 2 usage; 3 refused; 4 server or tool unreachable; 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from . import present
from .invocation import Invocation
from .tree import root

DONE, FAILED, USAGE, REFUSED, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 4, 130


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    raise SystemExit(run(sys.argv[1:] if argv is None else argv))


def run(argv: Sequence[str]) -> int:
    """Run the command line; the exit code."""
    invocation = Invocation(json="--json" in argv)
    try:
        result = root.main(args=list(argv), prog_name="nself", standalone_mode=False, obj=invocation)
        return result if isinstance(result, int) else DONE
    except click.UsageError as error:
        present.usage_error(invocation, error)
        return USAGE
    except click.Abort as error:
        present.interrupted(invocation, error.__cause__)
        return INTERRUPTED
    except KeyboardInterrupt as error:
        present.interrupted(invocation, error)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has gone (`nself … | head`); what is still buffered has nowhere to go either.
        present.close_output()
        return FAILED
    except Exception as error:
        code = _code_of(error)
        if code is None:
            raise
        present.error(invocation, error)
        return code


def _code_of(error: Exception) -> int | None:
    """The exit code of one of our errors; None for any other."""
    from pytest_nself.core import errors

    if not isinstance(error, errors.NselfError):
        return None
    if isinstance(error, errors.ConfigError):
        return USAGE
    if isinstance(error, errors.Refused):
        return REFUSED
    if isinstance(error, errors.NoServer | errors.ToolMissing):
        return UNREACHABLE
    return FAILED
