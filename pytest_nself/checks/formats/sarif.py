"""Findings as SARIF 2.1.0, the form in which code scanners speak to each other.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pytest_nself.checks.rule import Rule, rules
from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.place import Place
from pytest_nself.core.version import __version__

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.INFO: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}
FINGERPRINT = "findingKey/v1"
_ROOT = "%SRCROOT%"
_ARGUMENT, _LINK = re.compile(r"\{(\d+)\}"), re.compile(r"\[([^\]]*)\]\(")


def sarif(findings: Iterable[Finding], *, stand_in: str | None = None) -> str:
    """The document as JSON; see from_repository() for the names of files.

    GitHub refuses a document of which one result stands in no file: `stand_in` is the file for what is about the
    database alone (see stand_in()).
    """
    return json.dumps(sarif_document(findings, stand_in=stand_in), indent=2, ensure_ascii=False, default=str)


def sarif_document(findings: Iterable[Finding], *, stand_in: str | None = None) -> dict[str, Any]:
    """The document: one run, with the rules that found something, and a result for each finding."""
    found = tuple(findings)
    names = tuple(dict.fromkeys(finding.rule for finding in found))
    elsewhere = None if stand_in is None else Place(stand_in)
    known = {rule.id: rule for rule in rules()}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "pytest-nself",
                        "version": __version__,
                        "rules": [_rule(name, known.get(name), found) for name in names],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
                "results": [_result(finding, names, finding.place or elsewhere) for finding in found],
            }
        ],
    }


def _rule(name: str, rule: Rule | None, found: Sequence[Finding]) -> dict[str, Any]:
    """A rule of the registry speaks for itself; for another, its first finding does."""
    if rule is None:
        first = next(finding for finding in found if finding.rule == name)
        title = name.replace("-", " ").capitalize()
        said = {"id": name, "shortDescription": {"text": f"{title}."}, "help": {"text": first.remedy or first.message}}
        return {**said, "defaultConfiguration": {"level": LEVELS[first.severity]}}
    return {
        "id": name,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why}\n\nBad:\n\n{rule.bad}\n\nGood:\n\n{rule.good}", "markdown": _markdown(rule)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"tags": list(rule.groups)},
    }


def _markdown(rule: Rule) -> str:
    return f"{rule.why}\n\nBad:\n\n```sql\n{rule.bad}\n```\n\nGood:\n\n```sql\n{rule.good}\n```\n"


def _result(finding: Finding, names: Sequence[str], place: Place | None) -> dict[str, Any]:
    remedy = f"\nTo fix: {finding.remedy}" if finding.remedy else ""
    location: dict[str, Any] = {
        "logicalLocations": [
            {
                "name": finding.subject.part or finding.subject.name,
                "fullyQualifiedName": str(finding.subject),
                "kind": finding.subject.kind,
            }
        ]
    }
    if place is not None:
        location["physicalLocation"] = _physical(place)
    result = {
        "ruleId": finding.rule,
        "ruleIndex": names.index(finding.rule),
        "level": LEVELS[finding.severity],
        "message": {"text": _plain(finding.message + remedy)},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: finding.key},
    }
    evidence: Mapping[str, object] = finding.evidence
    return {**result, "properties": {"evidence": dict(evidence)}} if evidence else result


def _plain(text: str) -> str:
    """The text for a message, in which `{0}` would stand for an argument and `[word](0)` be a link."""
    return _LINK.sub(r"\\[\1](", _ARGUMENT.sub(r"{{\1}}", text))


def _physical(place: Place) -> dict[str, Any]:
    path = Path(place.path)
    file = (
        {"uri": path.as_uri()}
        if path.is_absolute()
        else {"uri": quote(os.fsencode(path.as_posix())), "uriBaseId": _ROOT}
    )
    # Viewers want a line also of what is about a whole file.
    column = {} if place.column is None else {"startColumn": place.column}
    return {"artifactLocation": file, "region": {"startLine": place.line or 1, **column}}
