"""`--rehearse`: the seeds are loaded where nothing of it stays, and each table's rows are counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nself_cli import present
from nself_cli.exit_codes import DONE, FAILED

if TYPE_CHECKING:
    from nself_cli.session import Session
    from pytest_nself.checks.seeds.trial import Tried
    from pytest_nself.data.seeds.plan import SeedPlan
    from pytest_nself.data.seeds.seed_file import SeedFile

    from ._stages import MakeSeedPlan


def rehearse_seeds(session: Session, files: Sequence[SeedFile], make: MakeSeedPlan) -> int:
    """Rehearse, and say what was seen; the exit code."""
    from ._stages import staged

    invocation = session.invocation
    with staged(session, files, make) as place, place.stage() as stage:
        tried = stage.run(place.plan)
    present.findings(invocation)
    for file, reason in place.plan.skipped:
        present.note(invocation, f"left out  {file}: it {reason}")
    failed = next((one for one in tried if one.failure is not None), None)
    data = {
        "where": place.where,
        "files": [_data(one) for one in tried],
        "not_tried": [part.file.name for part in place.plan.parts[len(tried) :]],
        "skipped": [{"file": file.name, "reason": reason} for file, reason in place.plan.skipped],
        "emptied": [str(ref) for ref in place.plan.emptied],
    }
    text = _text(tried, place.where, place.plan)
    present.done(invocation, text, {"rehearsal": data}, ok=failed is None)
    return DONE if failed is None else FAILED


def _text(tried: Sequence[Tried], where: str, plan: SeedPlan) -> str:
    if not tried:
        return f"Nothing to load in {plan.environment}."
    rows = [("seed", "table", "inserted", "updated", "deleted")]
    for one in tried:
        if one.failure is not None:
            rows.append((one.file.name, "failed", "", "", ""))
        written = [delta for delta in one.deltas if delta.wrote]
        for number, delta in enumerate(written):
            name = "" if number else one.file.name
            ins, upd, gone = map(_count, (delta.inserted, delta.updated, delta.deleted))
            rows.append((name, str(delta.table), ins, upd, gone))
        if not written and one.failure is None:
            rows.append((one.file.name, "no rows", "", "", ""))
    lines = [present.table(rows), ""]
    if plan.emptied:
        lines.append(f"Emptied before: {', '.join(map(str, plan.emptied))}.")
    lines.append(f"Rehearsed: {where}. Nothing was kept; sequences may have moved.")
    failure = tried[-1].failure
    if failure is not None:
        lines += ["", str(failure)]
    return "\n".join(lines)


def _count(number: int) -> str:
    return str(number) if number else ""


def _data(one: Tried) -> dict[str, Any]:
    failure = one.failure
    return {
        "file": one.file.name,
        "took_ms": round(one.took_ms, 1),
        "tables": [
            {
                "table": str(delta.table),
                "inserted": delta.inserted,
                "updated": delta.updated,
                "deleted": delta.deleted,
            }
            for delta in one.deltas
            if delta.wrote
        ],
        "failure": None
        if failure is None
        else {
            "problem": failure.problem,
            "cause": failure.cause,
            "remedy": failure.remedy,
            "place": str(failure.place),
        },
    }
