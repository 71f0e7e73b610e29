"""`roundtrip`: up, down and up again leave no trace; one item for each migration, all judged once for the run."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from pytest_nself.core.errors import NselfError
from pytest_nself.core.finding import Findings, Severity
from pytest_nself.plugin.checks.carried import packed, unpacked
from pytest_nself.plugin.checks.subjects import Subject, known_names
from pytest_nself.server.locks import locked

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_nself.plugin.checks.checked import Checked

ABOUT = "migration"
FAILS_FROM = Severity.ERROR
_RESULT, _LOCK = "roundtrip.json", "roundtrip.lock"


def subjects(checked: Checked) -> Sequence[Subject]:
    """Every migration, at its down."""
    return [Subject(one.label, one.down_place or one.place) for one in checked.migrations]


def check(checked: Checked, names: Sequence[str] | None, test: pytest.Item | None) -> Findings:
    """What was found of these migrations; an item of one that could not be judged is skipped, and says why."""
    labels = [one.label for one in checked.migrations]
    wanted = labels if names is None else known_names(names, labels, "migration")
    result = _result(checked)
    if "error" in result:
        problem, cause, remedy = result["error"]
        raise NselfError(problem, cause, remedy)
    if test is None and len(wanted) == 1 and (reason := result["unjudged"].get(wanted[0])):
        pytest.skip(f"{wanted[0]} is not judged: {reason}.")
    found = [unpacked(one) for label in wanted for one in result["findings"].get(label, ())]
    if wanted and wanted[0] == labels[0]:
        found += [unpacked(one) for one in result["folder"]]
    return Findings(found)


def _result(checked: Checked) -> dict[str, Any]:
    """What the first process of the run that asked has found out, and written down for the others."""
    folder = checked.run.folder
    folder.open()
    path = folder.path / _RESULT
    with locked(folder.path / _LOCK):
        if not path.exists():
            _write(path, _judged(checked))
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


def _write(path: Path, result: dict[str, Any]) -> None:
    half = path.with_suffix(f".{os.getpid()}")
    half.write_text(json.dumps(result), encoding="utf-8")
    half.replace(path)


def _judged(checked: Checked) -> dict[str, Any]:
    from pytest_nself.checks.roundtrip import Verdict, findings_of, round_trip_of
    from pytest_nself.sandbox.kept import TestProject

    run = checked.run
    project = TestProject(run.root, run.settings, run.table)
    try:
        trip = round_trip_of(project, checked.migrations)
    except NselfError as error:
        # Told by every item: none of them was judged.
        problem = error.problem if error.place is None else f"{error.place}: {error.problem}"
        return {"error": [problem, error.cause, error.remedy]}
    found: dict[str, Any] = {}
    folder = []
    for one in findings_of(trip):
        if one.subject.kind == "migration":
            found.setdefault(one.subject.name, []).append(packed(one))
        else:
            folder.append(packed(one))
    unjudged = {one.label: one.reason for one in trip.migrations if one.verdict is Verdict.UNJUDGED}
    return {"findings": found, "folder": folder, "unjudged": unjudged}
