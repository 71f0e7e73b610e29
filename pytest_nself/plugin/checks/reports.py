"""What the checks of a run have found, gathered in the process that reports: counts, SARIF, GitHub annotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Finding, Findings

from .carried import packed, unpacked
from .selection import HOME
from .verdict import AUDITED, FOUND, told

if TYPE_CHECKING:
    from pytest_nself.plugin.run import Run


class Reports:
    """Findings travel on the reports of tests, which is how they come from a worker to the process that started it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._worker = hasattr(run.config, "workerinput")
        self._found: dict[object, Finding] = {}
        self._outcomes: dict[str, Counter[str]] = {}
        self.notice = ""
        path = run.settings["sarif"]
        self._sarif: Path | None = run.config.invocation_params.dir / path if path else None
        if self._sarif is not None and self._sarif.is_dir():
            raise ConfigError(f"{run.settings.origin('sarif')} names the folder {path}.", "", "name a file")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Put on the report what the checks of the test have found."""
        report = yield
        if report.when != "call":
            return report
        found: list[Finding] = item.stash.get(FOUND, [])
        if found and report.passed:
            report.sections.append(("nself: findings", told(found, item.config.invocation_params.dir)))
        if report.failed:
            found = [*found, *item.stash.get(AUDITED, [])]
        if found:
            report.nself_findings = [packed(one) for one in found]
        return report

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what was put there, in whatever process."""
        if not self._worker:
            self.take(report)

    def take(self, report: pytest.TestReport) -> None:
        """Remember what the report brings, and how a check went."""
        for fields in getattr(report, "nself_findings", ()):
            finding = unpacked(fields)
            self._found.setdefault((finding.key, finding.message, finding.place), finding)
        home, _, name = report.nodeid.partition("::")
        if home == HOME and (report.when == "call" or report.outcome != "passed"):
            self._outcomes.setdefault(name.partition("[")[0], Counter())[report.outcome] += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the SARIF file, also when nothing was found: whoever reads it shall know that it was looked."""
        if self._sarif is None or self._worker or self._run.config.option.collectonly:
            return
        from pytest_nself.checks.formats.places import stand_in
        from pytest_nself.checks.formats.sarif import sarif

        text = sarif(self._found_in_repository(), stand_in=stand_in(self._run.root))
        try:
            self._sarif.parent.mkdir(parents=True, exist_ok=True)
            self._sarif.write_text(text, encoding="utf-8")
        except OSError as error:
            # Too late for an error that stops the run; a run that passed must not look as if all were done.
            self.notice = f"{self._sarif} cannot be written: {error.strerror}"
            session.exitstatus = session.exitstatus or pytest.ExitCode.USAGE_ERROR

    def _found_in_repository(self) -> Findings:
        """Each finding once, by its key; files are named as in the repository, which is where reports are read."""
        from pytest_nself.checks.formats.places import from_repository

        return from_repository(sorted(self._found.values(), key=lambda one: (one.key, one.message)), self._run.root)

    def lines(self) -> list[str]:
        """How the checks went, kind by kind; empty when there were none."""
        notices = [self.notice] if self.notice else []
        if not self._outcomes:
            return notices
        said = [
            f"{kind} "
            + ", ".join(
                f"{counts[outcome]} {outcome}" for outcome in ("passed", "failed", "skipped") if counts[outcome]
            )
            for kind, counts in sorted(self._outcomes.items())
        ]
        return [f"checks: {'; '.join(said)}", *notices]

    def annotations(self) -> list[str]:
        """Lines that GitHub Actions shows at the files they name; empty where it does not read them."""
        wanted = self._run.settings["github"]
        if wanted is None:
            wanted = bool(self._run.before.get("GITHUB_ACTIONS"))
        if not wanted or not self._found:
            return []
        from pytest_nself.checks.formats.github import annotations

        return list(annotations(self._found_in_repository()))
