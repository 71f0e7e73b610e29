"""Everything we know: one finding per thing that is worth a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from .names import ObjectRef
from .place import Place

if TYPE_CHECKING:
    from .plan import Plan
    from .step import Step


class Severity(IntEnum):
    """How bad a finding is; a higher number is worse."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one object, with a way out in words and, where there is one, as steps."""

    rule: str
    severity: Severity
    subject: ObjectRef
    message: str
    remedy: str = ""
    fix: tuple[Step, ...] = ()
    place: Place | None = None
    evidence: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def key(self) -> str:
        """`rule:subject`, what a baseline lists."""
        return f"{self.rule}:{self.subject}"

    def __str__(self) -> str:
        head = f"{self.place}: " if self.place is not None else ""
        tail = f" To fix: {self.remedy}" if self.remedy else ""
        return f"{head}{self.severity}: {self.message} [{self.rule}]{tail}"


class Findings(tuple[Finding, ...]):
    """Findings in a stable order: that of their making."""

    __slots__ = ()

    @property
    def worst(self) -> Severity | None:
        """The highest severity; None when there is no finding."""
        return max((finding.severity for finding in self), default=None)

    def at_least(self, severity: Severity) -> Findings:
        """Those that are as bad as `severity`, or worse."""
        return Findings(finding for finding in self if finding.severity >= severity)

    def without(self, baseline: Collection[str]) -> Findings:
        """Those whose key the baseline does not list."""
        return Findings(finding for finding in self if finding.key not in baseline)

    def assert_none(self) -> None:
        """Raise AssertionError with one line per finding, if there is any."""
        if self:
            raise AssertionError("\n".join([f"{len(self)} finding(s):", *map(str, self)]))


def plan_fixes(findings: Iterable[Finding], title: str = "Fix what was found") -> Plan:
    """The plan that applies each finding's fix, in the findings' order."""
    from .plan import Plan

    return Plan(title, tuple(step for finding in findings for step in finding.fix))
