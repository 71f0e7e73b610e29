"""`nself db seed generate` on a real database: loading, writing a seed, plans, and what is refused."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from nself_cli.main import run
from pytest_nself.database.database import EphemeralDatabase

SCHEMA = """
create table users (
    id bigint generated always as identity primary key, email text not null unique,
    role text not null check (role in ('admin', 'member')), parent_id bigint references users
);
create table posts (
    id uuid primary key default gen_random_uuid(), author_id bigint not null references users,
    title text not null, rating smallint check (rating between 1 and 5)
);
create table heads (id serial primary key, first_id integer);
create table parts (id serial primary key, head_id integer not null references heads, note text);
alter table heads add foreign key (first_id) references parts;
create table words (word text);
insert into words values (E'a\\ttab');
"""


@dataclass
class Generating:
    """The command line over a database with tables."""

    root: Path
    database: EphemeralDatabase
    look: psycopg.Connection[Any]
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *args: str, code: int = 0, verb: str = "generate") -> str:
        """Run `nself db seed generate …`; what it printed, errors last."""
        self.capsys.readouterr()
        found = run(["db", "seed", verb, *args, "--dsn", self.database.dsn.url()])
        out, err = self.capsys.readouterr()
        assert found == code, out + err
        return out + err

    def count(self, table: str) -> int:
        row = self.look.execute(f"select count(*) from {table}".encode()).fetchone()
        assert row is not None
        found: int = row[0]
        return found


@pytest.fixture
def generating(
    scratch_database: EphemeralDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Generating]:
    """The project; nobody is at the terminal."""
    for name in os.environ:
        if name.startswith(("PG", "POSTGRES_", "DATABASE_URL", "DB_")) or name in ("ENV", "ENVIRONMENT", "NODE_ENV"):
            monkeypatch.delenv(name)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    with closing(scratch_database.connect(autocommit=True)) as look:
        look.execute(SCHEMA)
        yield Generating(tmp_path, scratch_database, look, capsys)


def test_every_table_gets_rows_and_a_proof(generating: Generating) -> None:
    """The rows are loaded; it says how many, what they were held against, and how keys were treated."""
    said = generating("--rows", "30")
    assert "loaded 150 rows in 5 tables" in said
    assert "held against 5 keys, 4 foreign keys, 2 checks" in said
    assert "keys stayed in place" in said
    assert [generating.count(table) for table in ("users", "posts", "heads", "parts")] == [30] * 4
    assert generating.count("heads where first_id is not null") > 20


def test_the_proof_is_for_programs_too(generating: Generating) -> None:
    """--json tells rows by table, constraints, acceptance per check, and the seed."""
    said = json.loads(generating("--rows", "5", "--seed", "4", "--json", "--quiet"))["data"]
    assert said["seed"] == 4
    assert said["rows"]["public.users"] == 5
    assert said["loaded"] is True
    assert said["constraints"]["check"] == 2
    assert "public.users.users_role_check" in said["acceptance"]


def test_dry_run_changes_nothing(generating: Generating) -> None:
    """--dry-run prints what would be sent."""
    said = generating("--rows", "5", "--dry-run")
    assert 'copy "public"."users"' in said
    assert generating.count("users") == 0


def test_only_some_tables(generating: Generating) -> None:
    """--tables fills those that are named, and says which others it had to fill."""
    said = generating("--rows", "5", "--tables", "posts")
    assert "public.users is filled too" in said
    assert generating.count("posts") == generating.count("users") == 5
    assert generating.count("heads") == 0


def test_an_unknown_table_is_an_error(generating: Generating) -> None:
    """A name that no table has: what is meant, perhaps."""
    assert 'Did you mean "posts"?' in generating("--tables", "post", code=1)


def test_a_plan_says_how_many_and_which(generating: Generating) -> None:
    """Rows by table, how they are spread, and values of one's own."""
    (generating.root / "plan.yml").write_text(
        "rows: 4\ntables:\n  users: {rows: 10, columns: {role: [admin], parent_id: null}}\n"
        "  posts:\n    rows: 40\n    references: {author_id: each}\n    columns: {rating: [5, null]}\n"
    )
    generating("--plan", "plan.yml")
    assert generating.count("users where role = 'admin' and parent_id is null") == 10
    assert generating.count("(select distinct author_id from posts) as p") == 10
    assert generating.count("posts where rating is distinct from 5 and rating is not null") == 0
    assert generating.count("heads") == 0


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("tables:\n  user: 3\n", 2, 'Did you mean "users"?'),
        ("tables:\n  users: {rows: many}\n", 2, "is no number of rows"),
        ("tables:\n  posts:\n    references: {author: each}\n", 3, "has no foreign key author"),
        ("tables:\n  posts:\n    references: {author_id: all}\n", 3, "is no way to spread rows"),
        ("tables:\n  posts:\n    columns: {name: x}\n", 3, "has no column name"),
        ("table: {}\n", 1, "A plan has no table"),
    ],
)
def test_a_wrong_plan_names_its_line(generating: Generating, text: str, line: int, said: str) -> None:
    """What is not there, or cannot be, is said with the file's line; nothing is loaded."""
    (generating.root / "plan.yml").write_text(text)
    told = generating("--plan", "plan.yml", code=1)
    assert f"plan.yml:{line}: " in told
    assert said in told


def test_out_writes_a_seed_that_loads(generating: Generating) -> None:
    """--out writes SQL that `seed run` loads: the same rows as --load, circles and sequences included."""
    out = "seeds/development/20_made.sql"
    generating("--rows", "12", "--out", out)
    assert generating.count("users") == 0
    text = (generating.root / out).read_text()
    assert text.startswith("-- +seed:generated\n")
    generating("--file", out, verb="run")
    written = generating.look.execute("select * from users order by id").fetchall()
    late = generating.count("heads where first_id is not null")
    assert len(written) == 12
    assert late > 5
    generating.look.execute("truncate users, posts, heads, parts restart identity")
    generating("--rows", "12")
    assert generating.look.execute("select * from users order by id").fetchall() == written
    assert generating.count("heads where first_id is not null") == late


def test_a_written_file_is_not_replaced_silently(generating: Generating) -> None:
    """A file that is there already is replaced only when somebody says so."""
    generating("--rows", "2", "--out", "made.sql")
    assert "say --yes" in generating("--rows", "3", "--out", "made.sql", code=3)
    generating("--rows", "3", "--out", "made.sql", "--yes")


def test_production_gets_no_generated_rows(generating: Generating) -> None:
    """Refused in production, whatever is said; so is a seed that --out has written."""
    assert "never done in production" in generating("--env", "production", "--yes", code=3)
    generating("--rows", "2", "--out", "seeds/common/made.sql")
    told = generating("--env", "production", "--yes", "--confirm", "yes-destroy-production", code=3, verb="run")
    assert "generated" in told
    assert generating.count("users") == 0


def test_a_second_run_adds_rows(generating: Generating) -> None:
    """Run twice, it adds to what is there."""
    generating("--rows", "8")
    generating("--rows", "8")
    assert generating.count("posts") == 16


def test_what_only_a_trigger_knows_is_told(generating: Generating) -> None:
    """Rows that a trigger refuses are left out, and what it said is in the proof."""
    generating.look.execute("""
        create function no_threes() returns trigger language plpgsql as $$
        begin if new.id % 3 = 0 then raise 'three is a crowd'; end if; return new; end $$;
        create trigger no_threes before insert on users for each row execute function no_threes();
    """)
    said = generating("--rows", "12")
    assert "a rule that no constraint tells of" in said
    assert "three is a crowd" in said
    assert generating.count("users") > 2
    assert generating.count("posts") == 12


def test_out_and_load_are_opposites(generating: Generating) -> None:
    """Both flags at once are a wrong call."""
    assert "say the opposite" in generating("--out", "x.sql", "--load", code=2)


def test_policies_judge_each_row(generating: Generating) -> None:
    """Under row-level security, where COPY may not go, the rows that the policies allow are loaded."""
    generating.look.execute("""
        create role seeder login;
        grant all on all tables in schema public to seeder;
        grant all on all sequences in schema public to seeder;
        alter table posts enable row level security;
        create policy good on posts using (true) with check (rating >= 3);
    """)
    try:
        dsn = generating.database.dsn
        url = f"{dsn.url()}{'&' if '?' in dsn.url() else '?'}options=-c%20role%3Dseeder"
        assert run(["db", "seed", "generate", "--rows", "30", "--tables", "posts,users", "--dsn", url]) == 0
        assert 0 < generating.count("posts") < 30
        assert generating.count("posts where rating < 3") == 0
        assert generating.count("users") == 30
    finally:
        generating.look.execute("drop owned by seeder; drop role seeder")
