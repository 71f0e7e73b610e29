"""psql as the judge of what a file with rows means."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.statements import scan, without_meta
from pytest_nself.server.server import Server

from .conftest import missing

TABLES = """
drop schema if exists s cascade; drop table if exists t, "T ""x", csv cascade; create schema s;
create table t (a text, b text); create table "T ""x" ("from" text);
create table s."from" (a text); create table csv (a text, b text);
"""
CONTENTS = (
    "select 't', pg_catalog.array_agg(t::text order by t::text) from t union all "
    """select 'T', pg_catalog.array_agg(t::text order by t::text) from "T ""x" as t union all """
    """select 'from', pg_catalog.array_agg(t::text order by t::text) from s."from" as t union all """
    "select 'csv', pg_catalog.array_agg(t::text order by t::text) from csv as t order by 1"
)

PIECES = [
    "copy t from stdin;\n1\ta\n2\tit's; \"--$$ /*\n\\\\.\t\\N\n\\.\n",
    "COPY t (b, a) FROM STDIN ; -- rows\n\\N\tselect 1;\n\\.\n",
    'copy "T ""x" ("from") from stdin;;\n\\t\\n\n \n\n\\.\n',
    "copy s.from from stdout /* rows */; /* of it */\n;\n\\.\n",
    'Copy /* to */ csv -- to\n from\nstdin with (format csv, header);\na,b\n"x;\ny",\'\n1,"\\."\n\\.\n',
    "copy csv from stdin csv where a <> '2';\n1,2\n2,3\n\\.\n",
    "copy t from stdin;\n\\.\n",
    "insert into t values (E'a\\';' -- it's\n, '\\');\n",
    "insert into t values ($$;$$, $a$ ' $$ $a$); insert into t values (';', U&'\\003b');\n",
    "create or replace function f() returns int language sql begin atomic select case when true then 1 end; end;\n",
    "create or replace rule r as on update to t do also (select 1; select 2);\n",
    "copy (select 'from stdin') to stdout;\n",
    "\\restrict aB3\n-- a dump\n\\unrestrict aB3\n",
    "update t set b = 'x' where a = '1';\n",
    "/* ; */ ; -- copy t from stdin;\n",
]


@pytest.fixture
def psql(nself_server: Server) -> str:
    """The program, on PATH; older than the server it would be no judge."""
    major = nself_server.version // 10000
    found = shutil.which("psql") or missing("psql is needed to judge", f"apt-get install postgresql-client-{major}")
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    if int(re.findall(r"\d+", told)[0]) < major:
        missing(f"{told.strip()} is older than the server", f"apt-get install postgresql-client-{major}")
    return found


HARD_DATABASE = r"""
create schema "odd;";
set search_path to "odd;";
create table notes (id int primary key, "body; --" text, raw bytea);
insert into notes values
    (1, E'a\tb\n\\.\n\\N', '\x00ff'), (2, '\.', null),
    (3, $$it's "; $q$ /* -- $$, ''), (4, '', '\x5c2e0a'), (5, null, null);
create table empty (a int);
create function body(n int) returns int language sql begin atomic; select case when n > 1 then n end; select n end; end;
create function "quoted;'" () returns text language plpgsql as $do$ begin return $$;'$$; end $do$;
create view v as select 'a;''\' || E'\\;' as "x;""y" from notes;
create rule r as on insert to empty do also (insert into notes values (new.a); delete from notes where id = 0);
comment on table notes is E'it''s; \\ "\n-- no\n';
"""


@pytest.fixture
def connection(nself_clone: EphemeralDatabase) -> Iterator[psycopg.Connection[Any]]:
    with closing(nself_clone.connect(autocommit=True)) as one:
        yield one


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6), st.booleans(), st.sampled_from(["", "\ufeff"]))
def test_the_same_rows_arrive(
    psql: str,
    nself_clone: EphemeralDatabase,
    connection: psycopg.Connection[Any],
    tmp_path: Path,
    pieces: list[str],
    cut: bool,
    mark: str,
) -> None:
    """What psql makes of a file, our statements and rows make of it, sent one by one."""
    text = mark + "".join(pieces)
    if cut and pieces[-1].endswith("\\.\n"):
        text = text.removesuffix("\\.\n")  # the end of the file ends rows, too
    file = tmp_path / "file.sql"
    file.write_bytes(text.encode())
    connection.execute(TABLES)
    _run_psql(psql, nself_clone, file)
    expected = connection.execute(CONTENTS).fetchall()
    connection.execute(TABLES)
    _send(connection, text)
    assert connection.execute(CONTENTS).fetchall() == expected


def test_a_dump_is_read(
    psql: str, nself_clone: EphemeralDatabase, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    """What pg_dump writes, sent statement by statement with its rows, gives the database that it was made of."""
    connection.execute(HARD_DATABASE)
    before = _dump(psql, nself_clone)
    assert before.count("\n\\.\n") == 2
    connection.execute('drop schema "odd;" cascade')
    _send(connection, before)
    after = _dump(psql, nself_clone)
    assert _without_keys(after) == _without_keys(before)


@pytest.mark.parametrize("fails", [False, True])
def test_a_dry_run_is_a_script_for_psql(
    psql: str, nself_clone: EphemeralDatabase, connection: psycopg.Connection[Any], tmp_path: Path, fails: bool
) -> None:
    """What --dry-run prints does in psql what `up` does, and stops where that would stop."""
    (tmp_path / "pyproject.toml").touch()
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "1_a.sql").write_text(f"create table a (n text);{' select wrong;' if fails else ''}\n")
    (folder / "2_b.sql").write_text("-- nself:no-transaction\ncreate table b ();\ncopy b from stdin;\n\\.\n")
    up = [sys.executable, "-c", "from nself_cli.main import main; main()", "db", "migrate", "up", "--dry-run"]
    script = subprocess.run([*up, "--dsn", nself_clone.dsn.url()], cwd=tmp_path, capture_output=True, check=True).stdout
    done = subprocess.run([psql, "-X", nself_clone.dsn.conninfo()], input=script, capture_output=True, check=False)
    assert done.returncode == (3 if fails else 0), done.stderr
    made = connection.execute("select pg_catalog.to_regclass('a')::text, pg_catalog.to_regclass('b')::text").fetchone()
    assert made == ((None, None) if fails else ("a", "b"))


def _dump(psql: str, database: EphemeralDatabase) -> str:
    pg_dump = Path(psql).with_name("pg_dump")
    command = [str(pg_dump), "--schema", '"odd;"', "--dbname", database.dsn.conninfo()]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def _without_keys(dump: str) -> list[str]:
    """The dump's lines; `\\restrict` has a new key each time."""
    return [line for line in dump.splitlines() if "restrict " not in line]


def _run_psql(psql: str, database: EphemeralDatabase, file: Path) -> None:
    command = [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(file), database.dsn.conninfo()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _send(connection: psycopg.Connection[Any], text: str) -> None:
    found = scan(text)
    assert not found.problems
    sent = without_meta(text)
    for statement in found.statements:
        sql = sent[statement.start : statement.end].encode()
        with connection.cursor() as cursor:
            if statement.words[0] == "copy":
                with cursor.copy(sql) as copy:
                    if statement.data is None:
                        list(copy)
                    else:
                        copy.write(text[slice(*statement.data)].encode())
            else:
                cursor.execute(sql)
