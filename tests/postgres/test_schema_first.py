"""From schema.dbml to a database by the commands, and back to what the file says of it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from nself_cli.main import run
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.layouts import read_migrations

Write = Callable[..., None]

BLOG = """
Enum status {
  draft
  published
}

Table users {
  id bigint [pk, increment]
  email varchar(255) [not null, unique]
  created_at timestamptz [not null, default: `now()`]
}

Table posts {
  id bigint [pk, increment]
  author_id bigint [not null, ref: > users.id]
  title text [not null]
  status status [not null, default: 'draft']

  indexes {
    author_id
    (status, title) [unique]
  }
}
"""


class Project:
    """A project's folder, in which the commands run, and a database of its own."""

    def __init__(self, folder: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.url, self._capsys = folder, url, capsys

    def __call__(self, *args: str) -> tuple[int, str, str]:
        """`nself db …`: exit code, stdout, stderr."""
        code = run(["db", *args])
        out, err = self._capsys.readouterr()
        return code, out, err

    def done(self, *args: str) -> str:
        """The output of a command that does what it shall."""
        code, out, err = self(*args)
        assert code == 0, f"{args}: {code}\n{out}{err}"
        return out

    def on(self, *args: str) -> str:
        """The same on the database."""
        return self.done(*args, "--dsn", self.url)

    def write(self, files: dict[str, str]) -> None:
        """Write files below the folder."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")

    def schema(self, text: str) -> None:
        """Write schema.dbml."""
        self.write({"schema.dbml": text})

    def files(self) -> list[str]:
        """The files of the migrations."""
        folder = self.folder / "migrations"
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.sql"))

    def newest(self) -> tuple[str, str | None]:
        """Up and down of the newest migration, without comments."""
        migration = read_migrations(self.folder / "migrations").migrations[-1]
        return _bare(migration.up) or "", _bare(migration.down)

    def query(self, sql: str) -> list[Any]:
        """What the database answers."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(sql.encode()).fetchall()


def _bare(text: str | None) -> str | None:
    return None if text is None else re.sub(r"(?m)^--.*\n?", "", text).strip()


@pytest.fixture
def project(
    scratch_database: EphemeralDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    no_address: None,
) -> Project:
    """A new project, and nobody at the terminal."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for name in ("NSELF_ENV", "ENV", "ENVIRONMENT", "NODE_ENV"):
        monkeypatch.delenv(name, raising=False)
    return Project(tmp_path, scratch_database.dsn.url(), capsys)


def test_from_nothing_to_a_database_and_on(project: Project) -> None:
    """Import, up, down of all, up: the database is what the file says each time; a change makes the next migration."""
    project.schema(BLOG)
    assert "valid (2 tables, 1 enum, 1 reference)" in project.done("validate")
    out = project.done("schema", "import", "--name", "blog")
    assert "+ Table: posts" in out
    assert "up, down, and up again" in out
    project.on("migrate", "up")
    project.on("diff", "--exit-code")
    project.schema(BLOG.replace("title text", "title varchar(99)").replace("  published\n", "  review\n  published\n"))
    assert project("diff", "--exit-code", "--dsn", project.url)[0] == 1
    out = project.done("run")
    assert "~ Enum: status" in out
    assert "~ Column: posts.title" in out
    project.on("migrate", "up")
    project.on("diff", "--exit-code")
    project.on("diff", "--migrations", "--exit-code")
    project.on("migrate", "down", "--all", "--yes")
    assert project.query("select 1 from pg_class where relname in ('users', 'posts')") == []
    project.on("migrate", "up")
    project.on("diff", "--exit-code")
    assert len(read_migrations(project.folder / "migrations")) == 2


def test_nothing_to_do_is_known_without_a_server(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was found to say what the migrations make is not built again, until one of both changes."""
    project.schema(BLOG)
    project.done("run")
    monkeypatch.setenv("NSELF_PROVIDER", "container")
    assert "already make" in project.done("run")
    project.schema(BLOG + "\nTable more { id int [pk] }\n")
    assert project("run")[0] == 4
    monkeypatch.undo()
    monkeypatch.chdir(project.folder)
    assert "+ Table: more" in project.done("run", "--dry-run")


KEPT = """-- UP
create extension if not exists btree_gist;
create table users (id serial primary key, email text not null constraint one_email unique, at tstzrange);
create table posts (
    id bigint generated always as identity primary key,
    author int not null constraint written_by references users on delete cascade, body text,
    words int generated always as (length(body)) stored,
    exclude using gist (author with =) where (body is null)
);
create index by_author on posts (author) include (body);
create index lately on posts using btree (author, body);
create index without_text on posts (author) where body is null;
create table pairs (a int, b int, c int, constraint both_of_them unique (a, b));
create unique index one_c on pairs (c);
create domain positive as int check (value > 0);
create table parts (id int not null, price positive) partition by range (id);
create table parts_1 partition of parts for values from (1) to (100);
alter table posts enable row level security;
alter table posts set (fillfactor = 70);
create policy own on posts using (author = 1);
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touched before update on posts for each row execute function touch();
create view written as select author, body from posts;
create schema other;
create table other.thing (id int);
grant select on posts to public;
-- DOWN
drop schema other cascade;
drop view written;
drop table posts, users, parts, pairs;
drop function touch;
drop domain positive;
drop extension btree_gist;
"""

KEPT_SCHEMA = """
Table users {
  id int [pk, increment]
  email text [not null, unique]
  at tstzrange
}
Table posts {
  id bigint [pk, increment]
  author int [not null, ref: > users.id]
  body text
  words int
  indexes { (author, body) }
}
Table parts {
  id int [not null]
  price positive
}
Table pairs {
  a int
  b int
  c int [unique]
  indexes { (a, b) [unique] }
}
Ref: posts.author > users.id [delete: cascade]
"""


def test_what_the_file_cannot_say_stays(project: Project) -> None:
    """Functions, triggers, policies, grants, views, partitions, generated columns, other schemas, and given names."""
    project.write({"migrations/001_hand.sql": KEPT})
    project.schema(KEPT_SCHEMA.replace(", ref: > users.id", ""))
    out = project.done("run")
    assert "already make" in out


def test_what_needs_what_goes_is_named(project: Project) -> None:
    """A view of a column that the file no longer has is neither dropped nor forgotten."""
    project.write({"migrations/001_hand.sql": KEPT})
    project.schema(KEPT_SCHEMA.replace(", ref: > users.id", "").replace("  body text\n", "").replace(", body", ""))
    code, _, err = project("run", "--yes")
    assert code == 3
    assert "view public.written needs column public.posts.body" in err
    assert project.files() == ["001_hand.sql"]


def test_a_rename_is_asked_and_never_guessed(project: Project) -> None:
    """What looks like one loses rows until it is confirmed; then no row is lost, and the way back renames back."""
    project.schema(BLOG)
    project.done("run")
    project.schema(BLOG.replace("email varchar", "mail varchar"))
    code, _, err = project("run")
    assert code == 3
    assert "- Column: users.email" in err
    assert "--rename public.users.email=public.users.mail" in err
    assert len(project.files()) == 1
    code, _, err = project("run", "--rename", "public.users.email=nothing")
    assert (code, "There is no column" in err) == (3, True)
    project.done("run", "--rename", "public.users.email=mail")
    up, down = project.newest()
    assert "rename column email to mail" in up
    assert "rename column mail to email" in str(down)
    assert "drop column" not in up
    assert "already make" in project.done("run")


def test_a_table_that_is_renamed_keeps_what_stands_on_it(project: Project) -> None:
    """Said in the file: policies, views and rows of a renamed table stay, and its columns may be renamed, too."""
    hand = "create table users (id int primary key, email text not null unique);\n"
    hand += "alter table users enable row level security; create policy own on users using (id = 1);\n"
    hand += "create table posts (id int primary key, author int references users);\n"
    hand += "create view emails as select email from users;\n"
    project.write({"migrations/001_a.sql": hand})
    project.schema(
        "Table people [renamed_from: 'users'] {\n  id int [pk]\n"
        "  mail text [not null, unique, renamed_from: 'email']\n}\n"
        "Table posts {\n  id int [pk]\n  author int [ref: > people.id]\n}\n"
    )
    out = project.done("run")
    assert "~ Table: users (name users -> people)" in out
    assert "~ Column: users.email (name email -> mail)" in out
    up, down = project.newest()
    assert sorted(up.replace(";", "").splitlines()) == [
        "",
        "alter table public.users rename column email to mail",
        "alter table public.users rename to people",
    ]
    assert "rename to users" in str(down)
    project.on("migrate", "up")
    assert project.query("select polname::text from pg_policy") == [("own",)]
    project.on("diff", "--exit-code")
    assert "already make" in project.done("run")


def test_tables_that_others_make(project: Project) -> None:
    """A reference to a table of the migrations is a key; of a table that nobody makes the line is told."""
    project.write({"migrations/001_auth.sql": "create schema auth;\ncreate table auth.users (id uuid primary key);\n"})
    schema = "Table notes {\n  id int [pk]\n  owner uuid [ref: > auth.users.id]\n  other int [ref: > missing.id]\n}\n"
    project.schema(schema)
    code, _, err = project("validate")
    assert code == 1
    assert "schema.dbml:4:" in err
    assert "missing" in err
    assert "auth" not in err
    assert project("run")[0] == 1
    project.schema(schema.replace(" [ref: > missing.id]", ""))
    project.done("validate")
    project.done("run", "--name", "notes")
    assert "references auth.users" in project.newest()[0].lower()


def test_all_errors_at_once(project: Project) -> None:
    """Of syntax and of the server, each with line and column; nothing is written."""
    project.schema("Table a {\n  id datetime [pk]\n  n int [default: 'x']\n  w int [check: `nope > 1`]\n}\n")
    code, _, err = project("validate")
    assert code == 1
    assert re.search(r"schema.dbml:2:\d+: error.*datetime", err)
    assert "timestamptz" in err
    assert "schema.dbml:3:" in err
    assert "schema.dbml:4:" in err
    assert project("run")[0] == 1
    assert not (project.folder / "migrations").exists()
    project.schema("Table a {\n  id int [pk]\n  x int [nonsense]\n")
    code, _, err = project("validate")
    assert code == 1
    assert "schema.dbml:3:" in err


LAYOUTS: dict[str, dict[str, str]] = {
    "nested": {"1_a/up.sql": "create table a ();", "1_a/down.sql": "drop table a;"},
    "pairs": {"1_a.up.sql": "create table a ();", "1_a.down.sql": "drop table a;"},
    "beside": {"001_a.sql": "create table a ();", "001_a.down.sql": "drop table a;"},
    "goose": {"00001_a.sql": "-- +goose Up\ncreate table a ();\n-- +goose Down\ndrop table a;\n"},
    "dbmate": {"1_a.sql": "-- migrate:up\ncreate table a ();\n-- migrate:down\ndrop table a;\n"},
    "plain": {"001_a.sql": "create table a ();"},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_both_halves_in_every_layout(project: Project, layout: str) -> None:
    """The migration is written as the newest one is, with its down, and both are run."""
    project.write({f"migrations/{name}": text for name, text in LAYOUTS[layout].items()})
    project.schema("Table b { id int [pk] }")
    project.done("run", "--yes")
    up, down = project.newest()
    assert "create table public.b" in up
    assert "drop table public.b" in str(down)
    project.on("migrate", "up")
    project.on("diff", "--exit-code")


def test_drizzle_is_refused(project: Project) -> None:
    """Its own schema is elsewhere: why, and what to do."""
    project.write(
        {
            "drizzle/0000_a.sql": "create table a ();",
            "drizzle/meta/_journal.json": json.dumps(
                {"version": "7", "dialect": "postgresql", "entries": [{"idx": 0, "when": 1, "tag": "0000_a"}]}
            ),
        }
    )
    project.schema("Table b { id int [pk] }")
    code, _, err = project("run")
    assert code == 3
    assert "drizzle-kit generate" in err


def test_what_would_break_programs(project: Project) -> None:
    """Columns that go, change their type or refuse nulls are named; what only comes is not."""
    project.schema(BLOG)
    project.done("run")
    project.on("migrate", "up")
    project.done("validate", "--check-breaking", "--dsn", project.url)
    project.schema(BLOG.replace("title text [not null]", "title int [not null]\n  note text"))
    code, _, err = project("validate", "--check-breaking", "--dsn", project.url)
    assert code == 1
    assert "posts.title" in err
    assert "note" not in err


def test_push_is_for_development(project: Project) -> None:
    """The database becomes what the file says, what it loses is asked, and staging is refused."""
    project.schema(BLOG)
    project.on("schema", "push")
    project.on("diff", "--exit-code")
    project.schema(BLOG.replace("  title text [not null]\n", "").replace("(status, title)", "status"))
    out = project.on("schema", "push", "--dry-run")
    assert "drop column title" in out
    assert project("schema", "push", "--env", "staging", "--dsn", project.url, "--yes")[0] == 3
    project.on("schema", "push", "--yes")
    project.on("diff", "--exit-code")


def test_two_environments(project: Project, scratch_database: EphemeralDatabase) -> None:
    """What one has and the other lacks, with the sign of the side."""
    project.schema(BLOG)
    project.on("schema", "push")
    other = scratch_database.dsn.url().replace(scratch_database.dsn.dbname, "template1")
    project.write({".env.staging": f"DATABASE_URL={other}\n", ".env.dev": f"DATABASE_URL={project.url}\n"})
    out = project.done("schema", "diff", "staging")
    assert "+ Table: users (missing in staging)" in out
    code, out, _ = project("schema", "diff", "dev", "--env", "staging", "--exit-code")
    assert (code, "- Table: users (missing in staging)" in out) == (1, True)
    assert "are the same" in project.done("schema", "diff", "dev", "--env", "dev")
    assert "is what schema.dbml says" in project.done("schema", "diff", "--env", "dev", "--exit-code")


def test_create_finds_the_way_back(project: Project) -> None:
    """`--sql` is run and looked at: the down is written where it leads back, else a comment and why."""
    project.write(
        {"migrations/001_a.sql": "-- UP\ncreate table a (id int primary key, n int);\n-- DOWN\ndrop table a;\n"}
    )
    project.done("migrate", "create", "b", "--sql", "alter table a add column b int; create index on a (b);")
    up, down = project.newest()
    assert "add column b" in up
    assert "drop column b" in str(down)
    code, _, err = project("migrate", "create", "c", "--sql", "insert into a values (1);")
    assert code == 0
    assert "changes nothing in the schema" in err
    assert project.newest()[1] is None
    project.done("migrate", "create", "d", "--sql", "alter table a drop column n;")
    migration = read_migrations(project.folder / "migrations").migrations[-1]
    assert "comes back empty" in str(migration.down)
    code, _, err = project("migrate", "create", "e", "--sql", "alter table nowhere add column b int;")
    assert code == 0
    assert "nowhere" in err


def test_a_rename_is_taken_back_by_a_rename(project: Project) -> None:
    """What --sql renames keeps its rows on the way back; where its old name is taken, no down is written."""
    up = "create table a (id int primary key, n text);\ninsert into a values (1, 'kept');\n"
    project.write({"migrations/001_base.sql": f"-- UP\n{up}-- DOWN\ndrop table a;\n"})
    project.done("migrate", "create", "b", "--sql", "alter table a rename n to m; alter table a rename to b")
    assert project.newest()[1] == "alter table public.b rename to a;\n\nalter table public.a rename column m to n;"
    project.on("migrate", "up")
    project.on("migrate", "down", "--yes")
    assert project.query("select * from a") == [(1, "kept")]
    project.on("migrate", "up")
    swap = "alter table b rename to old; create table b (id int primary key, m text)"
    _, _, err = project("migrate", "create", "swapped", "--sql", swap)
    assert "No way back is known that keeps the rows of table public.b." in err
    assert project.newest()[1] is None


def test_renames_of_a_table_and_its_columns_at_once(project: Project) -> None:
    """Flags name the columns of a renamed table as they were; a flag that is given twice is one."""
    project.schema("Table a { id int [pk]\n n text }")
    project.done("run")
    project.schema("Table b { id int [pk]\n m text }")
    flags = ("--rename", "public.a.n=m", "--rename", "a=b", "--rename", "public.a.n=m")
    assert "~ Column: a.n (name n -> m)" in project.done("run", *flags)
    assert project.newest()[0].startswith("alter table public.a rename column n to m;")
    assert "already make" in project.done("run", "--yes")


@pytest.mark.parametrize(
    "columns", ["y int [renamed_from: 'x']\n x int [renamed_from: 'y']", "y int\n z int [renamed_from: 'y']"]
)
def test_names_that_are_given_on_in_one_step(project: Project, columns: str) -> None:
    """A name that goes to something else in the same step is refused, and two steps are shown as the way."""
    project.schema("Table a { id int [pk]\n x int\n y int }")
    project.done("run")
    project.schema(f"Table a {{ id int [pk]\n {columns} }}")
    code, _, err = project("run", "--yes")
    assert code == 3
    assert "rename one of them to a name that nothing has" in err
    assert len(project.files()) == 1


def test_prisma_is_called_by_its_name(project: Project) -> None:
    """A folder that Prisma writes is refused as its own, not as somebody else's."""
    lock = 'provider = "postgresql"\n'
    project.write({"migrations/migration_lock.toml": lock, "migrations/20200101000000_a/migration.sql": "select 1;\n"})
    project.schema("Table a { id int [pk] }")
    code, _, err = project("run")
    assert code == 3
    assert "are Prisma's" in err
    assert project.files() == ["20200101000000_a/migration.sql"]


def test_values_that_are_cut_are_named(project: Project) -> None:
    """A type that holds less than the one before is said, where the cast cuts without an error; a wider one is not.

    A text that is too long is refused when it comes to it, and so is not cut.
    """
    project.schema("Table a { id int [pk]\n s text\n d int\n v varchar(5)\n x numeric(9,2) }")
    project.done("run")
    project.on("migrate", "up")
    project.query("insert into a values (1, 'too long') returning 1")
    project.schema("Table a { id int [pk]\n s varchar(3)\n d varchar(2)\n v varchar(6)\n x int }")
    notes = [line for line in project.done("run", "--dry-run").splitlines() if line.startswith("Note: ")]
    assert notes == [
        "Note: values of a.d that character varying(2) does not hold in full are cut or rounded",
        "Note: values of a.x that integer does not hold in full are cut or rounded",
    ]
    project.done("run")
    code, _, err = project("migrate", "up", "--dsn", project.url)
    assert (code, "value too long for type character varying(3)" in err) == (1, True)
    assert project.query("select s from a") == [("too long",)]


def test_what_a_key_has_beside_its_columns_stays(project: Project) -> None:
    """DBML has no word for what a key includes, or for nulls that are the same: the migrations' keys stay."""
    up = "create table a (id int, s text, n int unique nulls not distinct, primary key (id) include (s));\n"
    project.write({"migrations/001_base.sql": f"-- UP\n{up}-- DOWN\ndrop table a;\n"})
    project.schema("Table a { id int [pk]\n s text\n n int [unique] }")
    assert "already make" in project.done("run")
