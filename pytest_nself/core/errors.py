"""What went wrong, why, and what to do: the whole tree of our errors.

NselfError                 problem, cause, remedy: always three lines
├── ConfigError            a setting or a file of the project cannot be used
├── NoServer               no PostgreSQL server can be had
│   └── ServerFailed       a server was found but did not start or answer
├── MigrationError         a migration file is wrong, or failed; carries its place
├── FixtureError           a fixture set is wrong, or failed; carries its place
├── IsolationError         a test did what a rolled-back transaction cannot take back
├── Refused                a guard said no
├── StepFailed             a step of a plan failed; carries the report
└── ToolMissing            an outside program is needed and is not there
"""

from __future__ import annotations

from typing import Any


class NselfError(Exception):
    """An error a user can act on.

    `problem` says what went wrong, `cause` why (what was tried), `remedy` what to do;
    `str()` is those three, one per line, without the parts that are empty.
    """

    def __init__(self, problem: str, cause: str = "", remedy: str = "", *, place: Any = None) -> None:
        super().__init__(problem, cause, remedy)
        self.problem = problem
        self.cause = cause
        self.remedy = remedy
        self.place = place

    def __str__(self) -> str:
        head = f"{self.place}: {self.problem}" if self.place is not None else self.problem
        lines = [head]
        if self.cause:
            lines.append(self.cause)
        if self.remedy:
            lines.append(f"To fix: {self.remedy}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors cross process borders (xdist, the build report): keep the keyword-only part.
        return (_rebuild, (type(self), self.problem, self.cause, self.remedy, self.place))


def _rebuild(kind: type[NselfError], problem: str, cause: str, remedy: str, place: Any) -> NselfError:
    return kind(problem, cause, remedy, place=place)


class ConfigError(NselfError):
    """A setting or a file of the project cannot be used."""


class NoServer(NselfError):
    """No PostgreSQL server can be had."""


class ServerFailed(NoServer):
    """A server was found but did not start or answer."""


class MigrationError(NselfError):
    """A migration file is wrong, or failed."""


class FixtureError(NselfError):
    """A fixture set is wrong, or failed."""


class IsolationError(NselfError):
    """A test did what a rolled-back transaction cannot take back."""


class Refused(NselfError):
    """A guard said no."""


class StepFailed(NselfError):
    """A step of a plan failed; `step` is that step, `report` says what is done and what is not.

    `unknown` says that nobody can tell whether the step's transaction was committed.
    """

    step: Any = None
    unknown: bool = False

    def __init__(
        self, problem: str, cause: str = "", remedy: str = "", *, place: Any = None, report: Any = None
    ) -> None:
        super().__init__(problem, cause, remedy, place=place)
        self.report = report


class ToolMissing(NselfError):
    """An outside program is needed and is not there."""
