"""What Hasura's own command line will make of a database that nself has migrated."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import PurePath

from pytest_nself.migrations.migration import Migrations

from .ledger import ForeignLedger

HASURA = "hasura-v3"
"""The tool whose state this is, as `read_foreign` calls it."""

_NAMED = 3


def hasura_ledger(migrations: Migrations, ledgers: Iterable[ForeignLedger]) -> ForeignLedger | None:
    """The state of the database that the folder is named after (`migrations/default`), else the only one there is.

    A state without a version is none: Hasura's command line fills it from our ledger when it is first run.
    """
    states = [one for one in ledgers if one.tool == HASURA and one.readable and one.rows]
    named = [one for one in states if one.source == PurePath(migrations.folder).name]
    return (named or states)[0] if len(named or states) == 1 else None


def hasura_state_note(migrations: Migrations, state: ForeignLedger | None, applied: Collection[int]) -> str | None:
    """One sentence where Hasura's state lacks versions that are applied; None where both agree, or there is no state.

    `applied` are the versions of our ledger. Hasura's state belongs to its server, which may cache it: we only read it.
    """
    if state is None:
        return None
    known = {row.version for row in state.rows}
    missing = [one.version_text for one in migrations if one.version in applied and one.version not in known]
    if not missing:
        return None
    shown = ", ".join(missing[:_NAMED]) + (f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else "")
    return (
        f"Hasura's own state does not know {shown}: before you use its command line here,"
        f" run `hasura migrate apply --skip-execution --version VERSION --database-name {state.source or 'default'}`"
        " for each."
    )
