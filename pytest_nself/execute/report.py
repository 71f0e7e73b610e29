"""What was done."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_nself.core.step import Step


@dataclass(frozen=True, slots=True)
class Result:
    """One step that ran. `took_ms` is None for a step that travelled in the message of the one before it.

    `rows` is how many the server counted, None where it counted none or several statements went as one text.
    """

    title: str
    took_ms: float | None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A run of a plan. The first `committed_steps` steps are done for good; `failed_step` is the one that was not."""

    plan_id: str
    results: tuple[Result, ...]
    committed_steps: int
    total_steps: int
    failed_step: Step | None = None

    @property
    def took_ms(self) -> float:
        """The time of all messages, in milliseconds."""
        return sum(result.took_ms or 0.0 for result in self.results)

    @property
    def done(self) -> bool:
        """Whether everything is committed."""
        return self.committed_steps == self.total_steps


class Interrupted(KeyboardInterrupt):
    """Somebody pressed Ctrl-C while a plan ran; `report` says what is done, `standing` the same in words."""

    def __init__(self, report: Report, standing: str = "") -> None:
        super().__init__()
        self.report = report
        self.standing = standing or f"{report.committed_steps} of {report.total_steps} steps are done and stay done."
