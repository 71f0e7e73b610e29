"""What is wrong in a schema.dbml, all of it at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

SYNTAX = "dbml-syntax"
UNKNOWN = "dbml-unknown"
VALUE = "dbml-value"
MISPLACED = "dbml-misplaced"
DIRECTIVE = "dbml-directive"
DUPLICATE = "dbml-duplicate"
MISSING = "dbml-missing"
CONFLICT = "dbml-conflict"
CYCLE = "dbml-cycle"
IGNORED = "dbml-ignored"

_SHOWN = 12
_ENOUGH = 50
NOTHING = Findings()


class SchemaError(ConfigError):
    """A schema.dbml cannot be used; `findings` are all its errors, the first of them is the place."""

    def __init__(
        self, problem: str, cause: str = "", remedy: str = "", *, place: Any = None, findings: Findings = NOTHING
    ) -> None:
        super().__init__(problem, cause, remedy, place=place)
        self.findings = findings

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (self.problem, self.cause, self.remedy, self.place, self.findings))


def _rebuild(problem: str, cause: str, remedy: str, place: Any, findings: Findings) -> SchemaError:
    return SchemaError(problem, cause, remedy, place=place, findings=findings)


class Problems:
    """Collects findings while a file is read."""

    def __init__(self, path: str) -> None:
        self.subject = ObjectRef("file", None, path)
        self._found: list[Finding] = []
        self._broken = False

    def add(
        self,
        rule: str,
        message: str,
        place: Place,
        remedy: str = "",
        *,
        severity: Severity = Severity.ERROR,
        subject: ObjectRef | None = None,
    ) -> None:
        """Remember one problem; its subject is the object that is being read, unless another is given."""
        self._broken |= severity is Severity.ERROR and rule != MISSING
        self._found.append(Finding(rule, severity, subject or self.subject, message, remedy, place=place))

    def absent(self, message: str, place: Place, remedy: str = "", *, subject: ObjectRef | None = None) -> None:
        """Remember that something is not there, unless it may stand in what could not be read."""
        if not self._broken:
            self.add(MISSING, message, place, remedy, subject=subject)

    def warn(self, rule: str, message: str, place: Place, remedy: str = "") -> None:
        """Remember what is worth a sentence but no error."""
        self.add(rule, message, place, remedy, severity=Severity.WARNING)

    def findings(self) -> Findings:
        """All of them in the order of the file."""
        return in_order(self._found)


def in_order(findings: Iterable[Finding]) -> Findings:
    """Findings in the order of their files and lines."""

    def position(finding: Finding) -> tuple[str, int, int]:
        path, line, column = finding.place or ("", None, None)
        return (path, line or 0, column or 0)

    return Findings(sorted(findings, key=position))


def raise_errors(findings: Findings, path: str) -> None:
    """Raise one SchemaError that tells all the errors of a file, if there is any."""
    errors = findings.at_least(Severity.ERROR)
    if not errors:
        return
    first = errors[0]
    if len(errors) == 1:
        raise SchemaError(first.message, "", first.remedy, place=first.place, findings=errors)
    lines = [f"{error.place}: {error.message}" for error in errors[:_SHOWN]]
    if len(errors) > _SHOWN:
        lines.append(f"and {len(errors) - _SHOWN} more")
    raise SchemaError(
        f"{path} has {len(errors)} errors",
        "\n".join(lines),
        first.remedy,
        place=first.place,
        findings=errors,
    )


class Nearest:
    """Asks for near misses among many names; after some dozen of them nobody reads the next."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = list(dict.fromkeys(known))
        self._told: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """What `nearest` says, or an empty string when enough was said."""
        if name not in self._told and len(self._told) < _ENOUGH:
            self._told[name] = nearest(name, self._known)
        return self._told.get(name, "")


def nearest(name: str, known: Iterable[str]) -> str:
    """`Did you mean "note"?`, or what there is, or an empty string if there is nothing."""
    from difflib import get_close_matches

    names = list(dict.fromkeys(known))
    close = get_close_matches(name.lower(), names, n=1, cutoff=0.6) or get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{close[0]}"?'
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return f"There is: {shown}." if names else ""
