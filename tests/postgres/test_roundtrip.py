"""The round trip on real migrations: every verdict, every class of difference, every layout, with and without rows."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nself_cli.main import run
from pytest_nself.catalog.watching import watch
from pytest_nself.checks.roundtrip import (
    Class,
    Databases,
    Judged,
    RoundTrip,
    Verdict,
    findings_of,
    round_trip,
)
from pytest_nself.core.errors import MigrationError
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import quote_identifier
from pytest_nself.data.filler import fill_by_type
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.sandbox.throwaway import throwaway_server
from pytest_nself.server.server import Server

_numbers = itertools.count(1)
Trip = Callable[..., RoundTrip]
TEST = f"{os.getpid()}"


@dataclass
class Scratch:
    """Empty databases on a server; roles that the trip leaves behind go with the last of them."""

    server: Server
    names: list[str] = field(default_factory=list)
    made: int = 0
    roles: tuple[str, ...] = ()

    def fresh(self, *, watched: bool = False) -> EphemeralDatabase:
        name = f"scratch_trip_{os.getpid()}_{next(_numbers)}"
        with self.server.connect("template1") as connection:
            connection.execute(
                f"create database {quote_identifier(name)} template template1 strategy file_copy".encode()
            )
        if watched:
            with self.server.connect(name) as connection:
                watch(connection)
        self.names.append(name)
        self.made += 1
        return EphemeralDatabase(self.server.dsn_for(name), self.server.version)

    def drop(self, database: EphemeralDatabase) -> None:
        name = database.dsn.dbname
        with self.server.connect("template1") as connection:
            connection.execute(f"drop database if exists {quote_identifier(name)} with (force)".encode())
            for role in self.roles:
                connection.execute(f"drop role if exists {quote_identifier(role)}".encode())
        self.names.remove(name)


@pytest.fixture(scope="session")
def own_server(nself_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on which one test runs at a time: roles belong to all of a server, and others' would be found, too."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "pyproject.toml").touch()
    major = nself_server.version // 10000
    with throwaway_server(TestProject.find(folder), major=major, extensions=frozenset()) as server:
        yield server


@pytest.fixture
def databases(own_server: Server) -> Iterator[Scratch]:
    """Databases for one test."""
    scratch = Scratch(own_server)
    yield scratch
    assert scratch.names == []


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Write files into a folder of migrations."""

    def write_files(files: dict[str, str]) -> Path:
        folder = tmp_path / "migrations"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return folder

    return write_files


@pytest.fixture
def trip(databases: Databases, write: Callable[[dict[str, str]], Path]) -> Trip:
    """Judge migrations: (up, down) pairs as 1_m, 2_m …; a down of None is none."""

    def judge(*pairs: tuple[str, str | None], rows: bool = False, **more: Any) -> RoundTrip:
        files: dict[str, str] = {}
        for number, (up, down) in enumerate(pairs, 1):
            files[f"{number}_m/up.sql"] = up
            if down is not None:
                files[f"{number}_m/down.sql"] = down
        migrations = read_migrations(write(files))
        return round_trip(migrations, databases, filler=fill_by_type if rows else None, **more)

    return judge


def verdicts(found: RoundTrip) -> list[Verdict]:
    return [one.verdict for one in found.migrations]


def only(found: RoundTrip) -> Judged:
    (judged,) = found.migrations
    return judged


def subjects(judged: Judged) -> list[str]:
    return [f"{one.subject.kind} {one.subject}" for one in judged.differences]


USERS = ("create table users (id int primary key, name text);", "drop table users;")


def test_a_history_without_faults(trip: Trip) -> None:
    """Tables, indexes, types, functions, views and policies that are taken back as they were made are exact."""
    found = trip(
        USERS,
        ("alter table users add column age int not null default 0;", "alter table users drop column age;"),
        (
            "create type mood as enum ('a', 'b'); alter table users add column mood mood;",
            "alter table users drop column mood; drop type mood;",
        ),
        (
            "create function f() returns int language sql as 'select 1'; create view v as select id from users;",
            "drop view v; drop function f();",
        ),
        (
            "alter table users enable row level security; create policy p on users using (true);",
            "drop policy p on users; alter table users disable row level security;",
        ),
        rows=True,
    )
    assert verdicts(found) == [Verdict.EXACT] * 5
    assert not findings_of(found).at_least(Severity.WARNING)


STRUCTURE = {
    "a column": ("alter table users add column a int;", "select 1;", "column public.users.a"),
    "a type": (
        "alter table users alter column name type varchar(50);",
        "alter table users alter column name type varchar(100);",
        "column public.users.name",
    ),
    "a default": (
        "alter table users alter column name set default 'x';",
        "alter table users alter column name set default 'y';",
        "default public.users.name",
    ),
    "not null": (
        "alter table users alter column name set not null;",
        "select 1;",
        "column public.users.name",
    ),
    "a name of a constraint": (
        "alter table users drop constraint users_pkey;",
        "alter table users add constraint pk primary key (id);",
        "constraint public.users.users_pkey",
    ),
    "an index": ("create index i on users (name);", "select 1;", "index public.i"),
    "an enum": ("create type mood as enum ('a');", "select 1;", "enum public.mood"),
    "a schema": ("create schema other;", "select 1;", "schema other"),
    "a body": (
        "create or replace function f() returns int language sql as 'select 2';",
        "create or replace function f() returns int language sql as 'select 3';",
        "function public.f()",
    ),
    "a table": ("drop table users;", "create table users (id int primary key);", "column public.users.name"),
}


@pytest.mark.parametrize("case", STRUCTURE)
def test_structure_fails(trip: Trip, case: str) -> None:
    """What a down leaves, forgets or makes otherwise is named, with the class and an error."""
    up, down, subject = STRUCTURE[case]
    function = ("create function f() returns int language sql as 'select 1';", "drop function f();")
    found = trip(USERS, function, (up, down))
    assert verdicts(found) == [Verdict.EXACT, Verdict.EXACT, Verdict.DIFFERS]
    judged = found.migrations[2]
    assert subject in subjects(judged)
    assert judged.differences[0].cls is Class.STRUCTURE
    (first, *_) = findings_of(found)
    assert first.rule == "roundtrip-differs"
    assert first.severity is Severity.ERROR
    assert subject.split(" ", 1)[1] in findings_of(found)[0].message or len(findings_of(found)) > 1
    assert first.place is not None
    assert first.place.path.endswith("3_m/down.sql")


SECURITY = {
    "row-level security": ("alter table users enable row level security;", "select 1;", "rls"),
    "force": ("alter table users force row level security;", "select 1;", "rls_forced"),
    "a policy": ("create policy p on users using (true);", "select 1;", ""),
    "a grant": ("grant select on users to public;", "select 1;", "acl"),
    "a function's rights": (
        "alter function f() security definer;",
        "select 1;",
        "security_definer",
    ),
}


@pytest.mark.parametrize("case", SECURITY)
def test_security_fails(trip: Trip, case: str) -> None:
    """Rights that a down does not give back as they were are a difference of the class security."""
    up, down, attribute = SECURITY[case]
    function = ("create function f() returns int language sql as 'select 1';", "drop function f();")
    found = trip(USERS, function, (up, down)).migrations[2]
    assert found.verdict is Verdict.DIFFERS
    assert [(one.attribute, one.cls) for one in found.differences] == [(attribute, Class.SECURITY)]


def test_columns_in_another_order(trip: Trip) -> None:
    """A column that comes back last is no fault of structure: reordered, a warning, and told once for the table."""
    found = trip(
        ("create table t (a int, b int, c int);", "drop table t;"),
        ("alter table t drop column a;", "alter table t add column a int;"),
    )
    assert verdicts(found) == [Verdict.EXACT, Verdict.REORDERED]
    (one,) = found.migrations[1].differences
    assert (one.before, one.after) == ("a, b, c", "b, c, a")
    assert [finding.severity for finding in findings_of(found)] == [Severity.WARNING]


def test_a_column_that_is_left_behind_does_not_reorder(trip: Trip) -> None:
    """Ranks that move because a column is gone are not told as an order."""
    found = trip(
        ("create table t (a int, b int, c int);", "drop table t;"),
        ("alter table t drop column b;", "select 1;"),
    )
    assert subjects(found.migrations[1]) == ["column public.t.b"]


COSMETIC = {
    "a comment": ("comment on table users is 'x';", "select 1;"),
    "a storage parameter": ("alter table users set (fillfactor = 70);", "select 1;"),
    "blank space in a body": (
        "create or replace function f() returns int language sql as 'select 2';",
        "create or replace function f() returns int language sql as '\n  select   1\n';",
    ),
}


@pytest.mark.parametrize("case", COSMETIC)
def test_cosmetics_warn(trip: Trip, case: str) -> None:
    """Comments, storage parameters and blank space in bodies warn."""
    function = ("create function f() returns int language sql as 'select 1';", "drop function f();")
    found = trip(USERS, function, COSMETIC[case])
    assert found.migrations[2].verdict is Verdict.COSMETIC
    assert {one.severity for one in findings_of(found)} == {Severity.WARNING}


def test_blank_space_inside_of_a_string_is_no_blank_space(trip: Trip) -> None:
    """A body that says another text differs, though only in blanks."""
    body = "create or replace function f() returns text language sql as $$select '{}'$$;"
    found = trip((body.format("a b"), "drop function f();"), (body.format("x"), body.format("a  b")))
    assert found.migrations[1].verdict is Verdict.DIFFERS


def test_a_role_is_left_behind(trip: Trip, databases: Scratch) -> None:
    """A role that the down forgets is of the environment: a warning, seen in the cluster; one it drops is not told."""
    left, gone = f"trip_left_{TEST}", f"trip_gone_{TEST}"
    databases.roles = (left, gone)
    found = trip((f"create role {gone};", f"drop role {gone};"), (f"create role {left};", "select 1;"), rows=True)
    assert verdicts(found) == [Verdict.EXACT, Verdict.SECOND_UP_FAILS]
    assert subjects(found.migrations[1]) == [f"role {left}"]
    assert any(one.rule == "roundtrip-left-behind" for one in findings_of(found))


def test_an_extension_is_left_behind(trip: Trip) -> None:
    """An extension that stays warns, and its members are not told one by one."""
    found = trip(("create extension if not exists hstore;", "select 1;"))
    assert only(found).verdict is Verdict.LEFT_BEHIND
    assert subjects(only(found)) == ["extension hstore"]


def test_downs_that_hold_nothing(trip: Trip) -> None:
    """Missing, empty and comment only are told apart, with the place of the file."""
    found = trip(
        USERS,
        ("create table a (id int);", None),
        ("create table b (id int);", ""),
        ("create table c (id int);", "-- could not be made\n"),
        ("create table d (id int);", "/* later */ ;\n"),
    )
    assert verdicts(found)[1:] == [Verdict.MISSING, Verdict.EMPTY, Verdict.COMMENTS, Verdict.COMMENTS]
    errors = findings_of(found).at_least(Severity.ERROR)
    assert [one.rule for one in errors] == [
        "roundtrip-no-down",
        "roundtrip-empty-down",
        "roundtrip-blank-down",
        "roundtrip-blank-down",
    ]
    assert [Path(str(one.place)).parent.name for one in errors] == ["2_m", "3_m", "4_m", "5_m"]


def test_an_up_that_changes_nothing_needs_no_down(trip: Trip) -> None:
    """A migration of rows without a down warns only: the schema is the same."""
    found = trip(USERS, ("insert into users values (1, 'a');", None))
    assert found.migrations[1].changes_nothing
    assert findings_of(found).worst is Severity.WARNING


def test_a_down_that_cannot_be_parsed(trip: Trip) -> None:
    """An unterminated quote is found before anything runs, with line and column; the others are judged."""
    found = trip(USERS, ("create table a (id int);", "drop table a;\nselect 'oops;\n"), ("select 1;", "select 1;"))
    assert verdicts(found) == [Verdict.EXACT, Verdict.UNPARSABLE, Verdict.EXACT]
    (finding,) = findings_of(found)
    assert str(finding.place).endswith("2_m/down.sql:2:8")


def test_a_down_that_fails(trip: Trip) -> None:
    """The server's error and the statement's place are told, and the next migration starts from the right state."""
    found = trip(
        USERS,
        ("alter table users add column a int;", "select 1;\nalter table users drop column nosuch;"),
        ("alter table users add column b int;", "alter table users drop column b;"),
    )
    assert verdicts(found) == [Verdict.EXACT, Verdict.FAILS, Verdict.EXACT]
    (finding,) = findings_of(found)
    assert "42703" in finding.message
    assert str(finding.place).endswith("2_m/down.sql:2:1")


def test_the_second_up_fails(trip: Trip) -> None:
    """What the down leaves is in the way of the up; the verdict is that, and the cause is named beside it."""
    found = trip(
        ("create table a (id int);", "select 1;"), ("create role postgres_x; drop role postgres_x;", "select 1;")
    )
    assert found.migrations[0].verdict is Verdict.DIFFERS
    again = trip(("insert into t values (1);", "select 1;"), ("select 1;", "select 1;"))
    assert verdicts(again) == [Verdict.UP_FAILS, Verdict.UNJUDGED]


def test_rows_in_the_way_of_the_second_up(trip: Trip) -> None:
    """A down that forgets rows makes the second up fail, though the schema is the same."""
    found = trip(USERS, ("insert into users values (1, 'a');", "select 1;"))
    assert found.migrations[1].verdict is Verdict.SECOND_UP_FAILS
    (finding,) = findings_of(found)
    assert str(finding.place).endswith("2_m/up.sql:1:1")


def test_the_second_up_makes_something_else(trip: Trip) -> None:
    """Up, down and up again is compared with what the first up had made."""
    up = """
        create table b (id int);
        do $$ begin
            if exists (select from seen) then alter table b add column more int; end if;
            insert into seen values (1);
        end $$;
    """
    found = trip(("create table seen (id int);", "drop table seen;"), (up, "drop table b;"))
    judged = found.migrations[1]
    assert judged.verdict is Verdict.DIFFERS
    assert subjects(judged) == ["column public.b.more"]
    assert "up again" in judged.differences[0].after_what


def test_declared_irreversible(trip: Trip) -> None:
    """It passes, with its reason, and is counted; its up is run all the same."""
    found = trip(USERS, ('-- nself:irreversible reason="gone"\ndrop table users;', None), USERS)
    assert verdicts(found) == [Verdict.EXACT, Verdict.IRREVERSIBLE, Verdict.EXACT]
    assert found.migrations[1].reason == "gone"
    assert found.counted()[Verdict.IRREVERSIBLE] == 1
    assert findings_of(found).worst is Severity.INFO


def test_after_an_up_that_fails_nothing_is_judged(trip: Trip) -> None:
    """The one that cannot be applied is the fault; what stands in the files is told of the others still."""
    found = trip(USERS, ("create table users (id int);", "select 1;"), USERS, ("select 1;", None))
    assert verdicts(found) == [Verdict.EXACT, Verdict.UP_FAILS, Verdict.UNJUDGED, Verdict.MISSING]
    assert "2_m" in found.migrations[2].reason


# What runs outside of a transaction.


def test_statements_outside_of_a_transaction(trip: Trip, databases: Scratch) -> None:
    """Concurrent indexes and new labels are committed for real, and judged as anything else."""
    found = trip(
        USERS,
        ("create index concurrently i on users (name);", "drop index concurrently i;"),
        ("create type mood as enum ('a');", "drop type mood;"),
        (
            "alter type mood add value 'b'; create table m (mood mood default 'b');",
            "drop table m; alter type mood rename to old; create type mood as enum ('a'); drop type old;",
        ),
        ("-- nself:no-transaction\ncreate table n (id int); vacuum;", "drop table n;"),
        rows=True,
    )
    assert verdicts(found) == [Verdict.EXACT] * 5


def test_a_wrong_state_outside_of_a_transaction_is_built_anew(trip: Trip, databases: Scratch) -> None:
    """A bad down that was committed does not reach the next migration."""
    found = trip(
        USERS,
        ("create index concurrently i on users (name);", "select 1;\nvacuum;"),
        ("create index concurrently j on users (name);", "drop index concurrently j;\ndrop table nosuch;"),
        ("create index concurrently k on users (name);", "drop index concurrently k;"),
    )
    assert verdicts(found) == [Verdict.EXACT, Verdict.DIFFERS, Verdict.FAILS, Verdict.EXACT]
    assert subjects(found.migrations[1]) == ["index public.i"]
    assert databases.made > 1


def test_a_label_is_used_where_it_is_added_in_hiding(trip: Trip) -> None:
    """What only fails since both ways share a transaction is tried again for real."""
    found = trip(
        ("create type mood as enum ('a'); create table m (mood mood);", "drop table m; drop type mood;"),
        (
            "do $$ begin execute 'alter type mood add ' || 'value ''b'''; end $$;",
            "update m set mood = 'a' where mood = 'b'; alter table m alter column mood type text;"
            " drop type mood; create type mood as enum ('a');"
            " alter table m alter column mood type mood using mood::mood;",
        ),
    )
    assert verdicts(found) == [Verdict.EXACT, Verdict.EXACT]


def test_a_savepoint_that_the_server_cannot_make(trip: Trip) -> None:
    """After some DDL a transaction takes no savepoint at once; the trip is then made without."""
    found = trip(
        ("create domain d as int check (value > 0);", "drop domain d;"),
        ("alter domain d drop constraint d_check;", "alter domain d add check (value > 0);"),
    )
    assert verdicts(found) == [Verdict.EXACT, Verdict.EXACT]


# The way back from the head.


def test_a_down_that_only_fails_from_the_head(trip: Trip) -> None:
    """A down that needs what a later migration took away is charged with it; those below are not judged by it."""
    found = trip(
        ("create table seen (id int);", "drop table seen;"),
        (
            "create table a (id int);",
            "do $$ begin if exists (select from seen) then raise 'rows'; end if; end $$; drop table a;",
        ),
        ("insert into seen values (1);", "select 1;"),
    )
    assert verdicts(found) == [Verdict.EXACT, Verdict.UNWIND_FAILS, Verdict.EXACT]
    (finding,) = findings_of(found)
    assert finding.rule == "roundtrip-unwind"
    assert "2_m" in str(finding.place)


def test_a_down_that_leaves_something_only_from_the_head(trip: Trip) -> None:
    """The migration whose down leaves another state than in its own trip is found, not the last of the chain."""
    found = trip(
        ("create table seen (id int);", "drop table seen;"),
        (
            "create table a (id int);",
            "do $$ begin if exists (select from seen) then create table b (id int); end if; end $$; drop table a;",
        ),
        ("insert into seen values (1);", "select 1;"),
    )
    assert verdicts(found) == [Verdict.EXACT, Verdict.UNWIND_FAILS, Verdict.EXACT]
    assert subjects(found.migrations[1]) == ["table public.b"]


def test_the_unwind_ends_at_a_fault_that_is_known(trip: Trip) -> None:
    """A missing down is told once, and nothing below it is charged."""
    found = trip(USERS, ("create table a (id int);", None), ("create table b (id int);", "drop table b;"))
    assert verdicts(found) == [Verdict.EXACT, Verdict.MISSING, Verdict.EXACT]


# Rows.


def test_a_required_column_on_a_filled_table(trip: Trip) -> None:
    """Over empty tables it goes through; over filled ones it fails, and what follows is judged over rows again."""
    pairs = (
        USERS,
        ("alter table users add column a int not null;", "alter table users drop column a;"),
        ("alter table users add column b int not null;", "alter table users drop column b;"),
    )
    assert verdicts(trip(*pairs)) == [Verdict.EXACT] * 3
    found = trip(*pairs, rows=True)
    assert verdicts(found) == [Verdict.EXACT, Verdict.FAILS_FILLED, Verdict.FAILS_FILLED]
    finding = findings_of(found).at_least(Severity.ERROR)[0]
    assert "23502" in finding.message
    assert str(finding.place).endswith("2_m/up.sql:1:1")


def test_a_cast_that_fails_in_the_down(trip: Trip) -> None:
    """A down that only works where no row is."""
    found = trip(
        ("create table t (a int);", "drop table t;"),
        (
            "alter table t alter column a type text using 'x' || a;",
            "alter table t alter column a type int using a::int;",
        ),
        rows=True,
    )
    assert verdicts(found) == [Verdict.EXACT, Verdict.FAILS_FILLED]
    assert "22P02" in findings_of(found).at_least(Severity.ERROR)[0].message


def test_rows_that_other_rows_would_not_refuse(trip: Trip) -> None:
    """A constraint that our rows break may hold in production: a warning, and the verdict stays."""
    found = trip(
        ("create table t (a int);", "drop table t;"),
        ("alter table t add check (a > 100);", "alter table t drop constraint t_a_check;"),
        rows=True,
    )
    assert verdicts(found) == [Verdict.EXACT, Verdict.EXACT]
    assert [one.rule for one in findings_of(found).at_least(Severity.WARNING)] == ["roundtrip-rows-refused"]


def test_rows_and_values_that_do_not_come_back(trip: Trip) -> None:
    """A column that is dropped and made again is empty, a table too; a narrowed type has other values."""
    found = trip(
        ("create table t (a int, b text, c numeric); create table u (id int);", "drop table t; drop table u;"),
        ("alter table t drop column b;", "alter table t add column b text;"),
        ("drop table u;", "create table u (id int);"),
        ("alter table t alter column c type int;", "alter table t alter column c type numeric;"),
        rows=True,
    )
    assert verdicts(found) == [Verdict.EXACT, Verdict.REORDERED, Verdict.EXACT, Verdict.EXACT]
    lost = [
        [(str(x.table), x.part, x.had, x.has, x.changed) for x in one.losses if x.forth] for one in found.migrations
    ]
    assert lost == [
        [],
        [("public.t", "b", 3, 0, False)],
        [("public.u", None, 3, 0, False)],
        [("public.t", "c", 3, 3, True)],
    ]
    rules = {one.rule for one in findings_of(found) if one.severity is Severity.WARNING}
    assert "roundtrip-loses-rows" in rules
    assert findings_of(found).at_least(Severity.ERROR) == ()


def test_what_the_up_has_made_room_for_is_told_apart(trip: Trip) -> None:
    """That a down takes the rows of a new table with it is no news: information only."""
    found = trip(USERS, rows=True)
    (loss,) = only(found).losses
    assert (str(loss.table), loss.part, loss.had, loss.forth) == ("public.users", None, 3, False)
    assert findings_of(found).worst is Severity.INFO


def test_rows_survive_an_update(trip: Trip) -> None:
    """Statements on rows make every table be looked at; one that deletes is told."""
    found = trip(
        USERS,
        ("update users set name = 'x';", "select 1;"),
        ("delete from users where id > 1;", "select 1;"),
        rows=True,
    )
    assert [[(x.part, x.changed) for x in one.losses if x.forth] for one in found.migrations] == [
        [],
        [("name", True)],
        [(None, False)],
    ]


# Choosing, and other faces.


def test_only_some_versions(trip: Trip) -> None:
    """Those that are named are judged from their own state; the others only stand below them."""
    found = trip(
        USERS, ("create table a (id int);", "select 1;"), ("create table b (id int);", "drop table b;"), versions={3}
    )
    assert [(one.label, one.verdict) for one in found.migrations] == [("3_m", Verdict.EXACT)]


def test_the_statement_that_mends(trip: Trip) -> None:
    """Where the way back is known, the finding has it as words and as a step."""
    found = trip(USERS, ("alter table users drop column name;", "select 1;"), ("create table b (id int);", "select 1;"))
    first, second = findings_of(found)
    assert "add column name text" in first.remedy
    assert "drop table public.b" in second.remedy
    assert len(first.fix) == 1


def test_a_folder_with_errors_is_not_judged(databases: Databases, write: Callable[[dict[str, str]], Path]) -> None:
    """A file that belongs to no migration could be any: nothing is run."""
    folder = write({"1_a.sql": "select 1;", "notes.sql": "select 1;"})
    with pytest.raises(MigrationError, match=r"notes\.sql"):
        round_trip(read_migrations(folder), databases)


LAYOUTS: dict[str, tuple[dict[str, str], list[Verdict]]] = {
    "nested": (
        {
            "1_a/up.sql": "create table a (id int);",
            "1_a/down.sql": "drop table a;",
            "2_b/up.sql": "create table b (id int);",
            "2_b/down.sql": "select 1;",
            "3_c/up.sql": "create table c (id int);",
        },
        [Verdict.EXACT, Verdict.DIFFERS, Verdict.MISSING],
    ),
    "pairs": (
        {
            "1_a.up.sql": "create table a (id int);",
            "1_a.down.sql": "drop table a;",
            "2_b.up.sql": "create table b (id int);",
            "2_b.down.sql": "drop table nosuch;",
            "3_c.up.sql": "create table c (id int);",
        },
        [Verdict.EXACT, Verdict.FAILS, Verdict.MISSING],
    ),
    "marked": (
        {
            "1_a.sql": "-- UP\ncreate table a (id int);\n-- DOWN\ndrop table a;\n",
            "2_b.sql": "-- migrate:up\ncreate table b (id int);\n-- migrate:down\n-- nothing\n",
            "3_c.sql": "-- UP\ncreate table c (id int);\n-- DOWN\nselect 'x;\n",
            "4_d.sql": "create table d (id int);",
        },
        [Verdict.EXACT, Verdict.COMMENTS, Verdict.UNPARSABLE, Verdict.MISSING],
    ),
    "plain": (
        {"1_a.sql": "create table a (id int);", "2_b.sql": "create table b (id int);"},
        [Verdict.NO_DOWNS, Verdict.NO_DOWNS],
    ),
    "plain with sidecars": (
        {
            "1_a.sql": "create table a (id int);",
            "1_a.down.sql": "drop table a;",
            "2_b.sql": "create table b (id int);",
            "2_b.down.sql": "select 1;",
        },
        [Verdict.EXACT, Verdict.DIFFERS],
    ),
    "drizzle": (
        {
            "meta/_journal.json": json.dumps(
                {
                    "version": "7",
                    "dialect": "postgresql",
                    "entries": [
                        {"idx": n, "version": "7", "when": 1700000000000 + n, "tag": tag, "breakpoints": True}
                        for n, tag in enumerate(("0000_a", "0001_b"))
                    ],
                }
            ),
            "0000_a.sql": "create table a (id int);--> statement-breakpoint\ncreate index i on a (id);",
            "0001_b.sql": "create table b (id int);",
            "0001_b.down.sql": "select 1;",
        },
        [Verdict.NO_DOWNS, Verdict.DIFFERS],
    ),
    "prisma": (
        {
            "20240101000000_a/migration.sql": "create table a (id int);",
            "20240102000000_b/migration.sql": "create table b (id int);",
            "20240102000000_b/down.sql": "drop table b;",
        },
        [Verdict.NO_DOWNS, Verdict.EXACT],
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout(databases: Databases, write: Callable[[dict[str, str]], Path], layout: str) -> None:
    """Faults show in the files of each layout; a file for a down beside one without is honoured."""
    files, expected = LAYOUTS[layout]
    found = round_trip(read_migrations(write(files)), databases)
    assert verdicts(found) == expected
    notices = [one for one in findings_of(found) if one.rule == "roundtrip-no-downs"]
    assert len(notices) == (Verdict.NO_DOWNS in expected)
    assert all(one.severity is Severity.INFO for one in notices)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in whose folder the command runs."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    for name in ("NSELF_ENV", "ENV", "ENVIRONMENT", "NODE_ENV"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_command(
    project: Path, write: Callable[[dict[str, str]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """A table for a person, exit 1 on errors; --strict fails on warnings; a version judges that one alone."""
    write({name.replace("1_a", "01_a"): text for name, text in LAYOUTS["nested"][0].items()})
    write({"4_d/up.sql": "comment on table a is 'x';", "4_d/down.sql": "select 1;"})
    assert run(["db", "migrate", "verify"]) == 1
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[1].split() == ["01_a", "exact"]
    assert lines[2].startswith("2_b")
    assert "differs" in lines[2]
    assert "table public.b" in lines[2]
    assert "drop table public.b" in err
    assert run(["db", "migrate", "verify", "0004"]) == 0
    assert run(["db", "migrate", "verify", "4_d", "--strict", "--no-rows"]) == 1
    assert run(["db", "migrate", "verify", "9"]) == 1
    capsys.readouterr()


def test_the_forms_of_the_command(
    project: Path, write: Callable[[dict[str, str]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """One document with --json, annotations with --format github, SARIF with --format sarif."""
    write(LAYOUTS["nested"][0])
    assert run(["db", "migrate", "verify", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert [one["verdict"] for one in document["data"]["migrations"]] == ["exact", "differs", "down missing"]
    assert document["data"]["verdicts"] == {"exact": 1, "differs": 1, "down missing": 1}
    (difference,) = document["data"]["migrations"][1]["differences"]
    assert difference["object"] == "public.b"
    assert difference["undo"] == "drop table public.b"
    assert document["ok"] is False
    assert run(["db", "migrate", "verify", "--no-rows", "--format", "github"]) == 1
    assert "::error file=migrations/2_b/down.sql,line=1" in capsys.readouterr().out
    assert run(["db", "migrate", "verify", "--no-rows", "--format", "sarif"]) == 1
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert {one["ruleId"] for one in results} >= {"roundtrip-differs", "roundtrip-no-down"}
