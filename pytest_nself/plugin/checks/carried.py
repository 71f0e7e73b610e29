"""Findings on their way to the process that writes the report: as JSON can hold them, and back."""

from __future__ import annotations

from typing import Any

from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.core.sql import Sql, Transaction
from pytest_nself.core.step import Statement


def packed(finding: Finding) -> dict[str, Any]:
    """The finding without what cannot travel: of its fix the SQL, of its evidence what JSON knows."""
    return {
        "rule": finding.rule,
        "severity": int(finding.severity),
        "subject": list(finding.subject),
        "message": finding.message,
        "remedy": finding.remedy,
        "fix": [
            [step.title, step.sql.text, step.sql.transaction.value]
            for step in finding.fix
            if isinstance(step, Statement)
        ],
        "place": list(finding.place) if finding.place is not None else None,
        "evidence": {str(key): _plain(value) for key, value in finding.evidence.items()},
    }


def unpacked(fields: dict[str, Any]) -> Finding:
    """The finding that was packed."""
    return Finding(
        fields["rule"],
        Severity(fields["severity"]),
        ObjectRef(*fields["subject"]),
        fields["message"],
        fields["remedy"],
        tuple(Statement(title, Sql(text, Transaction(kind))) for title, text, kind in fields["fix"]),
        Place(*fields["place"]) if fields["place"] is not None else None,
        fields["evidence"],
    )


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
