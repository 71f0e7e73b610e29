"""The command line's front door: what a command gives, or how it fails, becomes words and an exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

import click

from . import present
from .exit_codes import DONE, FAILED, INTERRUPTED, USAGE, code_of
from .invocation import Invocation
from .tree import root

# Objects made before the collector looks for cycles. What a command imports and reads stays until it ends, and hardly
# any of it is a cycle: at Python's own 700 the looking was a twentieth of `migrate status`.
_COLLECT_AFTER = 200_000


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(_COLLECT_AFTER)
    present.tolerate_any_text()
    code = run(sys.argv[1:] if argv is None else argv)
    # Taking the interpreter apart costs as much as a small command; the system takes back all that we hold.
    os._exit(code if present.flush() else FAILED)


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
        return _failed(invocation, error)


def _failed(invocation: Invocation, error: Exception) -> int:
    code = code_of(error)
    if code is not None:
        present.error(invocation, error)
        return code
    from pytest_nself.project.database_settings import debug_wanted

    present.unexpected(invocation, error, with_traceback=invocation.debug or debug_wanted())
    return FAILED
