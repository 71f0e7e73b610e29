"""What the exit code says: declared here, used by `main`, printed in the reference."""

from __future__ import annotations

DONE, FAILED, USAGE, REFUSED, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 4, 130

MEANINGS: dict[int, str] = {
    DONE: "done, or nothing wrong",
    FAILED: "a step failed; or something is wrong and the command was asked to fail on it (`--exit-code`)",
    USAGE: "usage: an unknown command or option, a setting or a file of the project that cannot be used",
    REFUSED: "refused: a guard said no, a confirmation is missing, the plan is stale",
    UNREACHABLE: "a server or an outside program cannot be reached, or is missing",
    INTERRUPTED: "interrupted; what is done and what is not is said",
}


def code_of(error: Exception) -> int | None:
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
