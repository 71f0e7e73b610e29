"""`fixtures`: every fixture set still fits the schema; one item for each set, all loaded once for the run."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import NselfError
from pytest_nself.core.finding import Findings, Severity
from pytest_nself.core.place import Place
from pytest_nself.plugin.checks.carried import packed, unpacked
from pytest_nself.plugin.checks.subjects import Subject, known_names
from pytest_nself.server.locks import locked

if TYPE_CHECKING:
    import pytest

    from pytest_nself.plugin.checks.checked import Checked

ABOUT = "fixture set"
FAILS_FROM = Severity.ERROR
_RESULT, _LOCK = "fixtures.json", "fixtures.lock"


def subjects(checked: Checked) -> Sequence[Subject]:
    """Every set of the folder, at its file."""
    from pytest_nself.data.sets.folder import list_fixture_sets

    return [Subject(one.name, Place(one.path)) for one in list_fixture_sets(_folder(checked))]


def check(checked: Checked, names: Sequence[str] | None, test: pytest.Item | None) -> Findings:
    """What is wrong with these sets. The lock is read, and never written: that is for `nself db fixtures verify`."""
    known = [one.name for one in subjects(checked)]
    wanted = known if names is None else known_names(names, known, ABOUT)
    result = _result(checked)
    if "error" in result:
        raise NselfError(*result["error"])
    return Findings(unpacked(one) for name in wanted for one in result["findings"].get(name, ()))


def _folder(checked: Checked) -> Path:
    folder: Path = checked.run.root / checked.run.settings["fixtures"]
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _result(checked: Checked) -> dict[str, Any]:
    """What the first process of the run that asked has found out, and written down for the others."""
    folder = checked.run.folder
    folder.open()
    path = folder.path / _RESULT
    with locked(folder.path / _LOCK):
        if not path.exists():
            half = path.with_suffix(f".{os.getpid()}")
            half.write_text(json.dumps(_judged(checked)), encoding="utf-8")
            half.replace(path)
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


def _judged(checked: Checked) -> dict[str, Any]:
    from pytest_nself.checks.fixtures.ground import cloned_ground
    from pytest_nself.checks.fixtures.verify import verify_sets
    from pytest_nself.data.generate.make import Maker
    from pytest_nself.project.pyproject import project_name
    from pytest_nself.sandbox.kept import TestProject

    run = checked.run
    project = TestProject(run.root, run.settings, run.table)
    try:
        with cloned_ground(project, run.worker.sandbox) as ground:
            verified = verify_sets(ground, _folder(checked), project=project_name(run.root), maker=Maker)
    except NselfError as error:
        # Told by every item: none of them was judged.
        problem = error.problem if error.place is None else f"{error.place}: {error.problem}"
        return {"error": [problem, error.cause, error.remedy]}
    return {"findings": {one.name: [packed(problem.finding) for problem in one.problems] for one in verified.verdicts}}
