"""What a failed test shows: its last SQL, who was in the way, what the server logged, the way into its database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from pytest_nself.project.folders import MIGRATIONS

if TYPE_CHECKING:
    from .worker import Worker

LOG_LINES = 40
LOCK_NOT_AVAILABLE = "55P03"
LOOK = "select /* nself: a look at the schema */"
"""The last statement of a check of ours on the test's own connection."""
_OURS = re.compile(rf'{re.escape(LOOK)}|(?:RELEASE|ROLLBACK TO) "_pg3_')
_OF_TIME = re.compile(r"datetime|timestamp|now\(|clock", re.IGNORECASE)
_OLD_S = 0.01  # a clock of tests notices no less
UNDEFINED = ("42P01", "42703", "42883", "42704", "3F000")  # table, column, function, type, schema

TWO_DATABASES = """\
While this test ran, somebody was at the committed database, which DATABASE_URL names. Rows that the test wrote through
nself_db cannot be seen there, nor those there in nself_db. To fix: take nself_database instead of nself_db, or hand the
app the connection nself_db."""

OLD_NOW = """\
now() was {age} ms old when this test began: the transaction that holds its fixture sets is that of tests before it,
too. Where that matters: take clock_timestamp(), mark the test @pytest.mark.nself_fixtures(…, share=False), or set
nself_outer_max_age = 0."""

_IN_THE_WAY = """
select a.pid, a.application_name, a.state, l.locks, a.query
from pg_catalog.pg_stat_activity as a
cross join lateral (
    select pg_catalog.string_agg(distinct k.mode || ' on ' || coalesce(c.relname, k.relation::text), ', ')
    from pg_catalog.pg_locks as k
    left join pg_catalog.pg_class as c on c.oid = k.relation
    where k.pid = a.pid and k.granted and k.locktype = 'relation' and k.mode <> 'AccessShareLock'
      and coalesce(c.relname, '') !~ '^pg_'
) as l (locks)
where a.datname = %s and a.backend_type = 'client backend' and a.xact_start is not null
  and a.pid not in (%s, pg_catalog.pg_backend_pid())
order by a.xact_start, a.pid
"""


def sections(worker: Worker, item: pytest.Item, failure: BaseException | None) -> Iterator[tuple[str, str]]:
    """Titled texts for the report; never an error of their own, since one is being reported."""
    try:
        yield from _sections(worker, item, failure)
    except Exception as error:
        yield "nself", f"the database could not be asked about this failure: {type(error).__name__}: {error}"


def _sections(worker: Worker, item: pytest.Item, failure: BaseException | None) -> Iterator[tuple[str, str]]:
    if worker.rolled_back.node is item:
        with worker.sandbox.admin() as admin:
            statement = worker.rollback.last_query(admin)
        if statement and not (worker.rolled_back.looked and _OURS.match(statement)):
            yield "nself: last SQL", statement
        if worker.rolled_back.age_s > _OLD_S and _OF_TIME.search(str(failure)):
            yield "nself: now()", OLD_NOW.format(age=round(worker.rolled_back.age_s * 1000))
    if _sqlstate(failure) == LOCK_NOT_AVAILABLE:
        blockers = "\n".join(_in_the_way(worker, item))
        if blockers:
            yield "nself: who holds locks", blockers
    if worker.rolled_back.node is item and worker.committed.somebody_came():
        yield "nself: two databases", TWO_DATABASES
    if _sqlstate(failure) in UNDEFINED and worker.sandbox.facts.get("made_by") == "nothing":
        yield "nself: no migrations", f"None were found in {worker.run.root}: looked in {', '.join(MIGRATIONS)}."
    log = worker.log_since_mark()
    if log:
        yield "nself: server log", "\n".join(log.splitlines()[-LOG_LINES:])
    if worker.keep_failed:
        yield "nself: database", "kept; the summary shows the psql line"


def _sqlstate(error: BaseException | None) -> str:
    """The SQLSTATE of a driver's error, also when SQLAlchemy or Django wrapped it."""
    while error is not None:
        for one in (error, getattr(error, "orig", None)):
            state = getattr(one, "sqlstate", None)
            if isinstance(state, str):
                return state
        error = error.__cause__
    return ""


def _in_the_way(worker: Worker, item: pytest.Item) -> Iterator[str]:
    """Sessions with an open transaction in the databases that the test may have used."""
    names = [worker.committed.name]
    if worker.rolled_back.node is item:
        names.append(worker.rollback.database.dsn.dbname)
    for name in names:
        with worker.sandbox.server.connect(name) as connection:
            rows: list[Any] = connection.execute(
                _IN_THE_WAY.encode(), [name, worker.rollback.backend_pid or 0]
            ).fetchall()
        for pid, application, state, locks, query in rows:
            who = f"pid {pid}" + (f" ({application})" if application else "")
            yield f"{who}, {state}, holds {locks or 'no table lock'}: {' '.join(query.split())[:500]}"
