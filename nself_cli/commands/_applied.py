"""Migrations that are applied in the environment's database, and whose files a revert takes away or changes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nself_cli import present

if TYPE_CHECKING:
    from typing import Any

    import psycopg

    from nself_cli.session import Session
    from pytest_nself.authoring.reverting import Revert
    from pytest_nself.core.plan import Plan
    from pytest_nself.migrations.migration import Migration, Migrations

    from ._schema_files import ProjectFiles


@dataclass(frozen=True, slots=True)
class Applied:
    """What the database has of the migrations that go.

    `going` are those migrations, `applied` which of them the database has, `taken` all that must be taken back for
    them, the last first, and `to` the version that stays (none: empty); `plan` runs
    their downs. `unknown` says why the database could not be asked, and
    `refused` why the downs cannot be run.
    """

    environment: str = ""
    going: tuple[Migration, ...] = ()
    applied: tuple[Migration, ...] = ()
    taken: tuple[str, ...] = ()
    to: str = ""
    head: str | None = None
    unknown: str = ""
    refused: str = ""
    flag: str = ""
    session: Session | None = None
    migrations: Migrations | None = None
    plan: Plan | None = None

    @property
    def way(self) -> str:
        """The command that takes them back."""
        return f"nself db migrate down {f'--to {self.to}' if self.to else '--all'}"

    @property
    def where(self) -> str:
        """Which database was asked, ` (shop on localhost:5432)`."""
        if self.session is None:
            return ""
        dsn = self.session.target.dsn
        return f" ({dsn.dbname} on {dsn.host}:{dsn.port})"

    def said(self) -> list[str]:
        """What a person must know before the files change."""
        if self.unknown:
            names = ", ".join(one.label for one in self.going)
            return [
                f"These migrations would be gone or changed: {names}. Whether {self.environment} has them applied "
                f"cannot be seen: {self.unknown}",
                f"If it has, take them back before: {self.way}{self.flag}",
            ]
        if not self.applied:
            return []
        names = ", ".join(one.label for one in self.applied)
        lines = [f"Applied in {self.environment}{self.where}, and gone or changed then: {names}."]
        if self.refused:
            return [*lines, f"They cannot be taken back by their downs: {self.refused}"]
        return [*lines, f"Their downs take back: {', '.join(self.taken)} (with --database, or when you are asked)."]

    def left_behind(self, kept: str) -> str:
        """What to do where the files went back and the database did not; `kept` is the folder with the downs."""
        names = ", ".join(one.label for one in self.applied)
        way = f"{self.way} --migration-dir {shlex.quote(kept)}{self.flag}"
        if self.refused:
            way = f"{self.refused} Go forward with a new migration, or restore a backup; the files are in {kept}"
        return f"Warning: {self.environment} still has {names} applied. To take them back: {way}"


def applied_and_going(files: ProjectFiles, plan: Revert, *, wanted: bool) -> Applied:
    """Ask the database, where a migration goes. Raises what is in the way only where it is `wanted`."""
    from nself_cli.run import connected, start
    from nself_cli.session import table_of
    from pytest_nself.core.errors import NselfError
    from pytest_nself.migrations.planning.standing import read_standing

    invocation, options = files.invocation, files.options
    migrations, going = _going(files, plan)
    if not going:
        return Applied()
    flag = f" --env {options.env}" if options.env else ""
    # An address may hold a password; without any the command would mean another database.
    flag += " --dsn URL" if options.dsn else ""
    found = Applied(invocation.environment or "", going, to=_stays(migrations, going[0].version), flag=flag)
    try:
        session = start(invocation, options)
        with connected(session) as (_, connection):
            ledger = read_standing(connection, migrations, table_of(session))
            applied = tuple(one for one in going if one.version in ledger or one.version in ledger.elsewhere)
            head = next((row.label for row in list(ledger)[::-1]), None)
            found = replace(found, applied=applied, head=head, session=session, migrations=migrations)
            return _with_downs(found, connection, wanted=wanted) if applied else found
    except NselfError as error:
        if wanted:
            raise
        return replace(found, unknown=error.problem + (f" ({error.cause.splitlines()[0]})" if error.cause else ""))


def _with_downs(found: Applied, connection: psycopg.Connection[Any], *, wanted: bool) -> Applied:
    """What must be taken back for what goes, or why that cannot be."""
    from pytest_nself.core.errors import NselfError
    from pytest_nself.migrations.planning.recording import recorded_by

    session, migrations = found.session, found.migrations
    assert session is not None
    assert migrations is not None
    found = replace(found, to=_stays(migrations, found.applied[0].version))
    try:
        plan = _down(session, migrations, connection, found.to)
    except NselfError as error:
        if wanted:
            raise
        remedy = f" To fix: {error.remedy}." if error.remedy else ""
        return replace(found, refused=f"{error.problem}{remedy}")
    if not plan:
        return replace(found, refused="another tool has applied them, and its ledger is its own.")
    return replace(found, plan=plan, taken=tuple(label for step in plan.steps if (label := recorded_by(step))))


def take_back(files: ProjectFiles, found: Applied, *, wanted: bool) -> tuple[str, ...]:
    """Run the downs where that is `wanted`, or where somebody at the terminal says so; what was taken back.

    Raises what stops them: then no file has changed.
    """
    from nself_cli.run import run_plan
    from pytest_nself.core.errors import Refused
    from pytest_nself.execute.migrate import naming_migrations
    from pytest_nself.migrations.planning.losses import read_losses

    from ._schema_files import is_terminal

    session, migrations = found.session, found.migrations
    asks = is_terminal() and not files.options.yes
    if not found.applied or found.refused or session is None or migrations is None or not (wanted or asks):
        return ()

    def make_plan(connection: psycopg.Connection[Any]) -> Plan:
        return _down(session, migrations, connection, found.to)

    try:
        _, report = run_plan(session, make_plan, around=naming_migrations, losses=read_losses)
    except Refused as error:
        if wanted:
            raise
        present.note(files.invocation, f"The database stays as it is: {error.problem}")
        return ()
    return found.taken if report is not None else ()


def _going(files: ProjectFiles, plan: Revert) -> tuple[Migrations, tuple[Migration, ...]]:
    """The migrations as they are, and those that will be gone, or be others."""
    from pathlib import Path

    from pytest_nself.authoring.syncs import MIGRATIONS, from_root
    from pytest_nself.migrations.layouts import read_migrations
    from pytest_nself.migrations.migration import Migrations

    from ._schema_files import shown

    folder = files.migrations_folder
    kept = plan.state.folder(MIGRATIONS, from_root(folder, files.root))
    now = read_migrations(Path(shown(folder))) if folder.is_dir() else Migrations(shown(folder))
    if not plan.state.knows(MIGRATIONS):
        return now, ()
    then = {one.version: one.checksum for one in read_migrations(kept)} if kept.is_dir() else {}
    return now, tuple(one for one in now if then.get(one.version) != one.checksum)


def _stays(migrations: Migrations, first: int) -> str:
    """The version before `first`, for `down --to`; empty where there is none."""
    below = [one.version_text for one in migrations if one.version < first]
    return below[-1] if below else ""


def _down(session: Session, migrations: Migrations, connection: psycopg.Connection[Any], to: str) -> Plan:
    from nself_cli.session import table_of
    from pytest_nself.migrations.planning.planner import plan_down
    from pytest_nself.migrations.planning.standing import read_standing

    from .migrate._migrations import timeouts_of

    ledger = read_standing(connection, migrations, table_of(session))
    return plan_down(
        migrations,
        ledger,
        to=int(to) if to else None,
        everything=not to,  # `--to 0` would leave a version 0
        environment=session.target.environment,
        timeouts=timeouts_of(session),
    )
