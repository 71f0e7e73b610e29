"""Findings as annotations of GitHub Actions: lines that its runner takes out of what a step prints.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

# Without the import of `annotations` from the future, whose name is that of the function here.

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from pytest_nself.checks.rule import rules
from pytest_nself.core.finding import Finding, Severity

COMMANDS = {Severity.INFO: "notice", Severity.WARNING: "warning", Severity.ERROR: "error"}


def annotations(findings: Iterable[Finding]) -> Iterator[str]:
    """One line for each finding; see from_repository() for the names of files."""
    titles = {rule.id: rule.title for rule in rules()}
    return (_annotation(finding, titles) for finding in findings)


def _annotation(finding: Finding, titles: dict[str, str]) -> str:
    properties: dict[str, object] = {}
    if finding.place is not None:
        path = PurePath(finding.place.path).as_posix()
        properties = {"file": path, "line": finding.place.line, "col": finding.place.column}
    properties["title"] = titles.get(finding.rule, finding.rule)
    said = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value is not None)
    remedy = f"\nTo fix: {finding.remedy}" if finding.remedy else ""
    message = f"{finding.message} [{finding.rule}]{remedy}"
    return f"::{COMMANDS[finding.severity]} {said}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
