"""`nself db migrate lint`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options, findings_format

from ._lint import data_of, summary, text_of
from ._migrations import in_folder, version

if TYPE_CHECKING:
    import psycopg

    from nself_cli.session import Session
    from pytest_nself.checks.lint import Linted
    from pytest_nself.core.finding import Findings
    from pytest_nself.database.database import Database
    from pytest_nself.migrations.migration import Migrations


def _versions(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> frozenset[int]:
    return frozenset(number for one in value if (number := version(ctx, param, one)) is not None)


@click.command("lint")
@click.argument("versions", metavar="[VERSION]...", nargs=-1, callback=_versions)
@click.option("--since", metavar="VERSION", callback=version, help="Look at none up to this version.")
@click.option("--replay", is_flag=True, help="Ask no database: run the files on a server of our own.")
@click.option("--assume-rows", type=click.IntRange(min=0), metavar="N", help="Judge as if each table had N rows.")
@click.option("--with", "tool", type=click.Choice(["squawk"]), help="Say what this program finds, too.")
@click.option("--strict", is_flag=True, help="Exit 1 on warnings, too.")
@in_folder
@common_options(writes=False)
@findings_format
def command(
    invocation: Invocation,
    options: Options,
    versions: frozenset[int],
    since: int | None,
    replay: bool,
    assume_rows: int | None,
    tool: str | None,
    strict: bool,
    migration_dir: str | None,
    form: str | None,
) -> int:
    """Tell what migrations would do, statement by statement, and which hazards they hold; exit 1 on errors.

    What is pending runs on a throw-away copy of the database's schema, which itself is only read: which locks each
    statement takes, which tables it reads as a whole or writes anew, which indexes it builds. How bad a hazard is goes
    by the sizes that the tables have in the database.

    Without a database, with --replay, and for versions that are applied, the files themselves are run on an empty
    server, in their order up to the last one asked about.

    \b
    Examples:
      nself db migrate lint
      nself db migrate lint --env production
      nself db migrate lint 0007 0008
      nself db migrate lint --replay --since 0041 --assume-rows 1000000 --strict
      nself db migrate lint --with squawk --format github
    """
    from pytest_nself.core.finding import Severity

    from ._migrations import read_folder

    if versions and since is not None:
        raise click.UsageError("Versions and --since say the same: give one.", click.get_current_context())
    session, has_database = _session(invocation, options, replay)
    program = _program(session) if tool is not None else None
    migrations = read_folder(session, migration_dir)
    for one in versions | ({since} if since else set()):  # 0 is before the first
        migrations.named(one)
    linted = _lint(session, migrations, versions, since, has_database=has_database, assume_rows=assume_rows)
    if program is not None:
        from pytest_nself.checks.squawk import with_squawk

        linted = with_squawk(linted, migrations, program=program, root=session.root)
    invocation.findings += _left(session, linted)
    least = Severity.WARNING if strict else Severity.ERROR
    ok = not any(one.severity >= least for one in invocation.findings)
    counts = summary(invocation.findings)
    text = counts if invocation.quiet else f"{text_of(linted)}{counts}"
    present.checked(invocation, form, text, {"lint": data_of(linted)}, ok=ok)
    return 0 if ok else 1


def _session(invocation: Invocation, options: Options, replay: bool) -> tuple[Session, bool]:
    """The session, and whether a database is to be asked."""
    from nself_cli.run import start
    from pytest_nself.core.errors import ConfigError

    if not replay:
        try:
            return start(invocation, options), True
        except ConfigError:
            # Whoever names an environment means its database.
            if options.env is not None or options.dsn is not None or _names_a_database():
                raise
    return _without_database(invocation, options), False


def _names_a_database() -> bool:
    from pytest_nself.project.connection import find_connection
    from pytest_nself.project.env_files import process_environment, read_sources
    from pytest_nself.project.target import find_root
    from pytest_nself.project.which_environment import choose_environment

    root = find_root(Path.cwd())
    environment = choose_environment(root, None)
    sources = read_sources(root, environment.name, process_environment())
    return find_connection(sources, environment.name, direct=True) is not None


def _without_database(invocation: Invocation, options: Options) -> Session:
    from nself_cli.session import Session
    from pytest_nself.core.dsn import Dsn
    from pytest_nself.project.database_settings import read_database_settings
    from pytest_nself.project.target import Target, find_root
    from pytest_nself.project.which_environment import choose_environment

    root = find_root(Path.cwd())
    environment = choose_environment(root, options.env)
    invocation.environment = environment.name
    settings = read_database_settings(root, environment.name, flags={"debug": options.debug or None})
    invocation.debug = settings.debug
    return Session(invocation, options, root, Target(environment.name, Dsn("", 0, "", ""), "nowhere"), settings)


def _program(session: Session) -> Path:
    from pytest_nself.checks.squawk import find_squawk

    return find_squawk(session.root)


def _lint(
    session: Session,
    migrations: Migrations,
    named: frozenset[int],
    since: int | None,
    *,
    has_database: bool,
    **judged: Any,
) -> Linted:
    """On a copy where a database can be had that has not applied them yet, else on a replay."""
    from nself_cli.run import connected
    from nself_cli.session import table_of
    from pytest_nself.checks.lint import lint_copy, lint_replay
    from pytest_nself.core.errors import NoServer
    from pytest_nself.migrations.planning.planner import to_apply
    from pytest_nself.sandbox.kept import TestProject

    from ._migrations import standing_of, timeouts_of

    project, timeouts = TestProject.find(session.root), timeouts_of(session)
    chosen = named or frozenset(one.version for one in migrations if since is None or one.version > since)
    with ExitStack() as stack:
        found: tuple[Database, psycopg.Connection[Any]] | None = None
        if has_database:
            try:
                found = stack.enter_context(connected(session))
            except NoServer as error:
                present.note(session.invocation, f"No database is asked: {error.problem}")
        if found is None:
            return lint_replay(migrations, chosen, project=project, timeouts=timeouts, **judged)
        database, connection = found
        pending = {one.version for one in to_apply(migrations, standing_of(session, connection, migrations))}
        if not named:
            chosen &= pending
        if chosen <= pending:
            return lint_copy(
                database,
                connection,
                migrations,
                chosen,
                project=project,
                table=table_of(session),
                timeouts=timeouts,
                environment=session.target.environment,
                **judged,
            )
        return lint_replay(migrations, chosen, project=project, timeouts=timeouts, sizes_in=connection, **judged)


def _left(session: Session, linted: Linted) -> Findings:
    """What the project's baseline does not accept."""
    from datetime import UTC, datetime

    from pytest_nself.checks.baseline import FILE, read_baseline

    path = session.root / FILE
    if not path.is_file():
        return linted.findings
    # Of other migrations' hazards nobody was asked, so nothing is said of entries that are not needed.
    return read_baseline(path).apply(linted.findings, datetime.now(UTC).date(), rules=())
