"""Fixture sets against a schema that moved: what is told, which rows are listed, and what the repair leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import pytest

from pytest_nself.checks.fixtures.after import plan_lock, plan_mends
from pytest_nself.checks.fixtures.ground import Ground, replay
from pytest_nself.checks.fixtures.verify import Status, Verdict, Verified, verify_sets
from pytest_nself.core.names import quote_identifier
from pytest_nself.data.generate.make import Maker
from pytest_nself.data.staleness.history import History
from pytest_nself.data.staleness.lock import read_lock
from pytest_nself.data.staleness.problems import Fix, Problem
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.files import write_files
from pytest_nself.execute.migrate import migrate_up
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.server.server import Server

RAISE = "raise exception 'too young';"
BASE = """
create type user_role as enum ('admin', 'editor', 'member');
create table tenants (id bigint generated always as identity primary key, name text not null);
create table users (
    id bigint generated always as identity primary key, email text not null, full_name text, nickname text,
    age int constraint users_age_check check (age >= 0), role user_role not null default 'member'
);
create table posts (
    id bigint generated always as identity primary key, author_id bigint, title text not null, rating text
);
"""
SET = """\
# The people of the tests.
set: people
tables:
  users:
    alice: {email: alice@example.com, full_name: Alice, nickname: al, age: 30}
    bob:   {email: bob@example.com, full_name: Bob, age: 12, role: editor}  # the youngest
    carol:
      email: carol@example.com
      full_name: "Carol C."   # with a point
      nickname: cc
      role: editor
  posts:
    hello: {author_id: $users.alice, title: Hello, rating: "5"}
    reply: {author_id: $users.bob, title: Reply, rating: five}
    old:   {author_id: 99, title: Old, rating: "4"}
expect: {users: 3, posts: 3}
"""
_numbers = count(1)


@dataclass
class Project:
    """Migrations, fixture sets, and databases of a server to try them on."""

    server: Server
    root: Path
    made: list[str] = field(default_factory=list)
    with_history: bool = True
    _migrations: Iterator[int] = field(default_factory=lambda: count(1))

    def migrate(self, name: str, sql: str) -> None:
        folder = self.root / "migrations"
        folder.mkdir(exist_ok=True)
        (folder / f"{next(self._migrations):04}_{name}.sql").write_text(f"-- UP\n{sql}\n", encoding="utf-8")

    def write(self, name: str, text: str) -> Path:
        folder = self.root / "fixtures"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(text.encode())
        return folder / name

    def verify(self, *names: str) -> Verified:
        """Look at the sets; the lock is written as the command writes it."""
        database = self.database()
        migrate_up(read_migrations(self.root / "migrations"), database)
        ground = Ground(database, "a server", self.history)
        folder = self.root / "fixtures"
        verified = verify_sets(ground, folder, project="app", names=names or None, maker=Maker)
        write_files(plan_lock(verified, folder, read_lock(folder)))
        return verified

    def only(self, *names: str) -> Verdict:
        (verdict,) = self.verify(*names).verdicts
        return verdict

    def problem(self) -> Problem:
        """The only thing that is wrong."""
        (problem,) = self.only().problems
        return problem

    def fix(self) -> Verified:
        """As `--fix` goes about it."""
        for _ in range(10):
            verified = self.verify()
            plan = plan_mends(verified)
            if not plan:
                return verified
            write_files(plan)
        raise AssertionError("it never ends")

    def history(self) -> History:
        if not self.with_history:
            return History()
        database = self.database()
        return replay(database, database, self.root / "migrations")

    def database(self) -> EphemeralDatabase:
        name = f"{self.root.name[:20]}_{id(self)}_{next(_numbers)}"
        self.made.append(name)
        with self.server.connect("template1") as connection:
            connection.execute(f"create database {quote_identifier(name)} template nself_template".encode())
        return EphemeralDatabase(self.server.dsn_for(name), self.server.version)


@pytest.fixture
def project(nself_server: Server, tmp_path: Path) -> Iterator[Project]:
    """A project whose first migration is BASE, and whose set is SET."""
    project = Project(nself_server, tmp_path)
    project.migrate("base", BASE)
    project.write("people.yml", SET)
    yield project
    with nself_server.connect("template1") as connection:
        for name in project.made:
            connection.execute(f"drop database {quote_identifier(name)} with (force)".encode())


def lines(problem: Problem) -> list[int | None]:
    return [row.place.line for row in problem.rows]


def test_a_good_set_is_told_with_its_rows(project: Project) -> None:
    """Nothing is wrong; the rows are counted by table, and the lock holds what the set relies on."""
    verdict = project.only()
    assert (verdict.status, verdict.problems) == (Status.GOOD, ())
    assert {ref.name: rows for ref, rows in verdict.rows.items()} == {"users": 3, "posts": 3}
    locked = read_lock(project.root / "fixtures").sets["people"]
    users = next(table for ref, table in locked.tables.items() if ref.name == "users")
    assert users.columns["full_name"].number == 3
    assert users.constraints["users_age_check"] == "CHECK ((age >= 0))"
    assert list(locked.enums.values()) == [("admin", "editor", "member")]


def test_a_second_look_writes_the_same_lock(project: Project) -> None:
    """Byte for byte, so that git shows nothing."""
    project.verify()
    before = (project.root / "fixtures" / ".nself-lock.json").read_bytes()
    project.verify()
    assert (project.root / "fixtures" / ".nself-lock.json").read_bytes() == before


# What was done, what is said of it, the lines of the bad rows, who mends it, and what the repair makes of the file.
CASES = {
    "renamed": (
        "alter table users rename full_name to display_name",
        "users.full_name was renamed to display_name (migration 0002_change; the same column by its attnum 3).",
        [5, 6, 7],
        Fix.SAFE,
        SET.replace("full_name", "display_name"),
    ),
    "dropped": (
        "alter table users drop nickname",
        "users.nickname was dropped (migration 0002_change).",
        [5, 7],
        Fix.SAFE,
        SET.replace(", nickname: al", "").replace("      nickname: cc\n", ""),
    ),
    "not null": (
        "alter table users add tenant_id bigint not null references tenants",
        "users.tenant_id is new: NOT NULL, no default, a foreign key to tenants (migration 0002_change).",
        [5, 6, 7],
        Fix.ASKS,
        SET,
    ),
    "type": (
        "alter table posts alter rating type smallint using rating::smallint",
        "posts.rating changed from text to smallint (migration 0002_change).",
        [14],
        Fix.NONE,
        SET,
    ),
    "enum label": (
        "alter table users alter role drop default; alter type user_role rename to old_role; "
        "create type user_role as enum ('admin', 'member'); "
        "alter table users alter role type user_role using role::text::user_role; "
        "alter table users alter role set default 'member'; drop type old_role",
        "The enum user_role lost 'editor' (now admin, member) (migration 0002_change).",
        [6, 11],
        Fix.ASKS,
        SET,
    ),
    "check": (
        "alter table users drop constraint users_age_check; "
        "alter table users add constraint users_age_check check (age >= 18)",
        "users_age_check was age >= 0 and is age >= 18 (migration 0002_change).",
        [6],
        Fix.SAFE,
        SET.replace("age: 12", "age: 18"),
    ),
    "foreign key": (
        "alter table posts add constraint posts_author_fkey foreign key (author_id) references users",
        "posts.author_id refers to users(id) now (migration 0002_change).",
        [15],
        Fix.ASKS,
        SET,
    ),
}


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "without a lock"])
@pytest.mark.parametrize("case", CASES)
def test_what_moved_is_named_with_all_rows(project: Project, case: str, locked: bool) -> None:
    """The change, the migration that made it and every bad row, from the lock, or from the migrations alone."""
    sql, head, bad, fix, _ = CASES[case]
    if locked:
        project.verify()
    project.migrate("change", f"{sql};")
    project.migrate("later", "alter table tenants add note text;")
    problem = project.problem()
    assert problem.head == head
    assert lines(problem) == bad
    assert problem.fix is fix


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("case", CASES)
def test_the_repair_changes_nothing_else(project: Project, case: str, ends: str) -> None:
    """Comments, layout and line ends stay; what nobody may decide is left as it is."""
    sql, _, _, fix, mended = CASES[case]
    path = project.write("people.yml", SET.replace("\n", ends))
    project.verify()
    project.migrate("change", f"{sql};")
    verified = project.fix()
    assert path.read_bytes().decode() == mended.replace("\n", ends)
    assert verified.good is (fix is Fix.SAFE)


def test_what_must_be_unique_now(project: Project) -> None:
    """Both rows are named, with the values they share; the later one gets another, which passes."""
    project.write("people.yml", SET.replace("bob@example.com", "ALICE@example.com"))
    project.verify()
    project.migrate("change", "create unique index users_email on users (lower(email));")
    problem = project.problem()
    assert problem.head == "users(lower(email)) is unique now (migration 0002_change)."
    assert lines(problem) == [6]
    assert problem.rows[0].said.startswith("has email ALICE@example.com, as users.alice has (")
    assert project.fix().good
    assert "email: ALICE-2@example.com, full_name: Bob" in (project.root / "fixtures" / "people.yml").read_text()


def test_a_renamed_table_and_a_dropped_one(project: Project) -> None:
    """The key, the references and what is expected follow the table; of one that is gone nobody decides for you."""
    project.verify()
    project.migrate("change", "alter table users rename to people;")
    project.write("people.yml", SET.replace("$users.bob", "$users.bob.id"))
    problem = project.only().problems[0]
    assert problem.head == "The table users was renamed to people (migration 0002_change; the same table by its oid)."
    assert project.fix().good
    text = (project.root / "fixtures" / "people.yml").read_text()
    assert text == SET.replace("users", "people").replace("$people.bob", "$people.bob.id")
    project.migrate("drop", "drop table posts;")
    problem = project.problem()
    assert (problem.head, problem.fix) == ("The table posts was dropped (migration 0003_drop).", Fix.ASKS)


def test_everything_at_once_is_told_at_once(project: Project) -> None:
    """No failure hides another one: a row with three faults is listed three times."""
    project.write("people.yml", SET.replace("carol@example.com", "Bob@example.com"))
    project.verify()
    for case in CASES.values():
        project.migrate("change", f"{case[0]};")
    project.migrate("unique", "create unique index users_email on users (lower(email));")
    found = {one.rule: lines(one) for one in project.only().problems}
    assert found == {
        "fixture-column-renamed": [5, 6, 7],
        "fixture-column-dropped": [5, 7],
        "fixture-column-required": [5, 6, 7],
        "fixture-column-type": [14],
        "fixture-enum-label": [6, 11],
        "fixture-check": [6],
        "fixture-foreign-key": [15],
        "fixture-unique": [7],
    }


def test_a_renamed_label_of_an_enum_is_written_anew(project: Project) -> None:
    """Its place among the labels says which one it is."""
    project.verify()
    project.migrate("change", "alter type user_role rename value 'editor' to 'author';")
    problem = project.problem()
    assert problem.head == "The enum user_role calls 'editor' 'author' now (migration 0002_change)."
    assert project.fix().good
    assert (project.root / "fixtures" / "people.yml").read_text() == SET.replace("role: editor", "role: author")


@pytest.mark.parametrize(
    ("kind", "check", "value", "mended"),
    [
        ("int", "x % 7 = 0 and x > 10", "3", "14"),
        ("numeric(6,2)", "x > 1.5 and x < 9", "0.5", "1.51"),
        ("numeric(6,2)", "x between 2 and 3", "7.25", "3"),
        ("date", "x >= '2024-03-01'", "2023-01-01", "2024-03-01"),
        ("date", "x < '2024-03-01' and x > '2020-01-01'", "2025-01-01", "2024-02-29"),
        ("bigint", "x <> 5", "5", "4"),
        ("int", "x > 1000000 and 10 / (x - 1000005) >= 0", "3", "1000006"),
    ],
)
def test_the_nearest_value_that_passes_is_found_by_asking(
    project: Project, kind: str, check: str, value: str, mended: str
) -> None:
    """Around what the check names, and then nearer; the other checks of the table must pass, too."""
    project.migrate("table", f"create table t (id int primary key, x {kind});")
    path = project.write("people.yml", f"tables:\n  t:\n    - {{id: 1, x: {value}}}\n")
    project.verify()
    project.migrate("change", f"alter table t add constraint c check ({check});")
    verified = project.fix()
    assert verified.findings == ()
    assert path.read_text() == f"tables:\n  t:\n    - {{id: 1, x: {mended}}}\n"


def test_a_text_that_no_longer_passes_is_for_somebody_to_choose(project: Project) -> None:
    """The nearest of the values that the check names is proposed, and not written."""
    project.migrate("table", "create table t (id int primary key, state text);")
    path = project.write("people.yml", "tables:\n  t:\n    - {id: 1, state: cancelled}\n")
    project.verify()
    project.migrate("change", "alter table t add constraint c check (state in ('open', 'canceled', 'done'));")
    problem = project.problem()
    assert problem.fix is Fix.ASKS
    assert "state: canceled" in problem.remedy
    project.fix()
    assert "cancelled" in path.read_text()


def test_warnings_do_not_fail(project: Project) -> None:
    """A column that no row sets, a default that changed, a number that is not met: told once, with the migration."""
    project.write("people.yml", SET.replace("{users: 3, posts: 3}", "{users: 4}"))
    project.verify()
    project.migrate("change", "alter table users add bio text; alter table users alter role set default 'admin';")
    verdict = project.only()
    assert verdict.status is Status.GOOD
    heads = [one.head for one in verdict.warnings]
    assert len(heads) == 3
    assert heads[0] == "users gets 3 rows, not the 4 expected."
    assert "users.bio is new, and no row of the set gives it a value (migration 0002_change)." in heads
    assert any(one.startswith("The default of users.role was 'member'::") for one in heads)
    # A green look writes the lock, and then it is known.
    assert len(project.only().warnings) == 1


def test_a_set_of_sql_is_told_by_what_was_done_to_its_words(project: Project) -> None:
    """All failing statements, each at its line; what a name was renamed to; other statements are loaded."""
    text = (
        "insert into users (email, full_name) values ('x@example.com', 'X');\n"
        "insert into tenants (name) values ('t');\n"
        "insert into users (email, nickname)\nvalues ('y@example.com', 'y');\n"
    )
    project.write("people.sql", text)
    (project.root / "fixtures" / "people.yml").unlink()
    assert {ref.name: rows for ref, rows in project.only().rows.items()} == {"users": 2, "tenants": 1}
    project.migrate("change", "alter table users rename full_name to display_name;")
    project.migrate("drop", "alter table users drop nickname;")
    problems = project.only().problems
    assert [(one.head, one.place.line if one.place else None) for one in problems] == [
        ("users.full_name was renamed to display_name (migration 0002_change).", 1),
        ("users.nickname was dropped (migration 0003_drop).", 3),
    ]


def test_statements_of_a_set_in_sql_are_told_by_what_moved(project: Project) -> None:
    """A column that is required now, at the statement that lacks it; the next statement is tried, too."""
    project.write(
        "people.sql", "insert into users (email) values ('x@y.z');\ninsert into posts (title) values ('t');\n"
    )
    (project.root / "fixtures" / "people.yml").unlink()
    project.verify()
    project.migrate("change", "alter table users add town text not null; alter table posts add check (title <> 't');")
    problems = project.only().problems
    assert [(one.head, one.place.line if one.place else None) for one in problems] == [
        ("users.town is new: NOT NULL, no default (migration 0002_change).", 1),
        ("posts_title_check is new: title <> 't'::text (migration 0002_change).", 2),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_all_bad_rows_are_found_among_many(project: Project, seed: int) -> None:
    """Those that one by one would be refused, wherever they stand, also those that refer to later rows."""
    random = Random(seed)
    project.migrate("table", "create table t (id int primary key, n int, u int, up int references t);")
    rows = [(number, random.randrange(9), random.randrange(60), random.randrange(1, 80)) for number in range(1, 80)]
    text = "".join(f"    r{i}: {{id: {i}, n: {n}, u: {u}, up: $t.r{up}}}\n" for i, n, u, up in rows)
    project.write("people.yml", f"tables:\n  t:\n{text}")
    assert project.verify().good
    project.migrate(
        "change", "alter table t add constraint c check (n <> 3); alter table t add constraint u unique (u);"
    )
    found = {one.rule: {row.name for row in one.rows} for one in project.only().problems}
    seen: set[int] = set()
    twice = {f"t.r{i}" for i, _, u, _ in rows if u in seen or seen.add(u)}  # type: ignore[func-returns-value]
    assert found == {"fixture-check": {f"t.r{i}" for i, n, _, _ in rows if n == 3}, "fixture-unique": twice}


def test_a_base_that_is_broken_is_told_once(project: Project) -> None:
    """The set that stands on it says so, and lists its own faults only."""
    project.write("more.yml", "extends: [people]\ntables:\n  posts:\n    - {author_id: $users.bob, title: Again}\n")
    assert project.verify().good
    project.migrate("change", "alter table users add constraint grown check (age > 17);")
    verified = {one.name: one for one in project.verify().verdicts}
    assert [one.rule for one in verified["people"].problems] == ["fixture-check"]
    (problem,) = verified["more"].problems
    assert problem.head == "The set stands on people, which cannot be loaded."
    assert project.fix().good


def test_a_fault_in_a_set_that_extends_another_is_its_own(project: Project) -> None:
    """The base is good, and its rows do not hide what the set does wrong."""
    project.write("more.yml", "extends: [people]\ntables:\n  users:\n    dan: {email: d@example.com, age: 3}\n")
    project.verify()
    project.migrate("change", "alter table users add constraint grown check (age > 4);")
    verified = {one.name: one for one in project.verify().verdicts}
    assert verified["people"].status is Status.GOOD
    assert [row.name for row in verified["more"].problems[0].rows] == ["users.dan"]


def test_what_cannot_be_read_and_what_means_nothing(project: Project) -> None:
    """A file that is no YAML, an unknown table, column and label: each at its place, all in one look."""
    project.write("torn.yml", "tables: {users: {a: {email: [}}}")
    project.write(
        "people.yml",
        "tables:\n  usres: {}\n  users:\n    a: {email: a@example.com, ful_name: A}\n  posts:\n"
        "    - {title: x, author_id: 1, rating: $users.nobody}\n    - {titel: y, title: z}\n",
    )
    verified = {one.name: one for one in project.verify().verdicts}
    assert [one.rule for one in verified["torn"].problems] == ["fixture-unreadable"]
    assert verified["torn"].problems[0].place is not None
    found = [(one.rule, one.sentence, one.remedy) for one in verified["people"].problems]
    assert found[0][:2] == ("fixture-unknown-table", 'There is no table "usres"')
    assert found[1] == ("fixture-unknown-column", 'users has no column "ful_name"', 'Did you mean "full_name"?')
    assert found[2][1] == 'posts has no column "titel"'
    assert found[3][:2] == ("fixture-refused", 'There is no row "users.nobody"')


def test_rows_that_refer_to_each_other(project: Project) -> None:
    """A circle of tables, a row before the one it names, deferred keys: only what is bad is listed."""
    project.migrate(
        "circle",
        "create table a (id int primary key, b_id int, up int references a, n int);"
        "create table b (id int primary key, a_id int not null references a);"
        "alter table a add foreign key (b_id) references b deferrable initially deferred;",
    )
    project.write(
        "people.yml",
        "tables:\n  a:\n    one: {id: 1, b: $b.one, up: $a.two, n: 1}\n    two: {id: 2, up: $a.three, n: 2}\n"
        "    three: {id: 3, n: 3}\n  b:\n    one: {id: 1, a: $a.one}\n",
    )
    assert project.verify().good
    project.migrate("change", "alter table a add constraint small check (n < 3);")
    problem = project.problem()
    assert [row.name for row in problem.rows] == ["a.three"]
    assert project.fix().good


def test_generated_rows_are_made_for_the_schema_that_is_there(project: Project) -> None:
    """They fit by themselves, so nothing is stale about them."""
    project.write("people.yml", 'tables:\n  users:\n    "*": {count: 5, label: "u{n}"}\nexpect: {users: 5}\n')
    project.verify()
    project.migrate("change", "alter table users add constraint grown check (age > 17);")
    verdict = project.only()
    assert (verdict.status, [one.head for one in verdict.problems]) == (Status.GOOD, [])


def test_a_trigger_that_refuses_or_drops_rows(project: Project) -> None:
    """Its own words for one row; a count for rows that it lets vanish."""
    function = (
        "create function f() returns trigger language plpgsql as "
        "$$ begin if new.age < 20 then {} end if; return new; end $$;"
    )
    project.verify()
    project.migrate(
        "change",
        f"{function.format(RAISE)}create trigger t before insert on users for each row execute function f();",
    )
    problem = project.problem()
    assert (problem.rule, problem.sentence, lines(problem)) == ("fixture-refused", "Too young", [6])
    project.migrate("other", function.format("return null;").replace("create function", "create or replace function"))
    problem = project.problem()
    assert problem.head == "users took 2 of 3 rows: a trigger drops them."


def test_a_value_that_rows_share_is_not_made_unique(project: Project) -> None:
    """What stands in _defaults, or comes from another row, cannot differ; that is for somebody to decide."""
    project.write(
        "people.yml",
        "tables:\n  users:\n    _defaults: {full_name: Same}\n    a: {email: a@example.com}\n"
        "    b: {_like: a, full_name: Other}\n",
    )
    project.verify()
    project.migrate("change", "create unique index users_email on users (email);")
    problem = project.problem()
    assert ([row.name for row in problem.rows], problem.fix) == (["users.b"], Fix.ASKS)


def test_a_value_in_defaults_is_mended_once(project: Project) -> None:
    """All rows that have it are listed, and the one place is edited."""
    path = project.write(
        "people.yml",
        "tables:\n  users:\n    _defaults: {age: 3, full_name: x}\n    a: {email: a@example.com}\n"
        "    b: {_like: a, email: b@example.com}\n",
    )
    project.verify()
    project.migrate("change", "alter table users add check (age > 17); alter table users rename full_name to name;")
    assert [len(one.rows) for one in project.only().problems] == [2, 2]
    assert project.fix().good
    assert "_defaults: {age: 18, name: x}" in path.read_text()


def test_labels_inside_a_list_are_told(project: Project) -> None:
    """An enum's label in an array has the server's own word for it."""
    project.migrate("table", "create table t (id int primary key, roles user_role[]);")
    project.write("people.yml", "tables:\n  t:\n    - {id: 1, roles: [admin, editor]}\n    - {id: 2, roles: [admin]}\n")
    project.verify()
    project.migrate(
        "change", CASES["enum label"][0].replace("; drop type", "; alter table t drop roles; drop type") + ";"
    )
    project.migrate("again", "alter table t add roles user_role[];")
    problems = project.only().problems
    assert [row.place.line for one in problems for row in one.rows] == [3]
    assert "'editor'" in problems[0].head


def test_a_set_in_python_is_told_and_not_written(project: Project) -> None:
    """With the line that says it."""
    (project.root / "fixtures" / "people.yml").unlink()
    path = project.write("code.py", 'def code(f):\n    f.row("users", "a", email="a@example.com", full_name="A")\n')
    project.verify()
    before = path.read_bytes()
    project.migrate("change", "alter table users rename full_name to display_name;")
    problem = project.problem()
    assert problem.head.startswith("users.full_name was renamed to display_name")
    assert (lines(problem), problem.fix) == ([2], Fix.ASKS)
    project.fix()
    assert path.read_bytes() == before


def test_a_folder_of_files_and_a_set_that_only_refers(project: Project) -> None:
    """A renamed table is renamed in all files of the folder, and in the references of other sets."""
    (project.root / "fixtures" / "people.yml").unlink()
    folder = project.root / "fixtures" / "people"
    folder.mkdir()
    (folder / "a.yml").write_text("tables:\n  users:\n    a: {email: a@example.com}\n")
    (folder / "b.json").write_text('{"tables": {"users": {"b": {"email": "b@example.com"}}}}')
    other = project.write("posts.yml", "extends: people\ntables:\n  posts:\n    - {author_id: $users.a, title: x}\n")
    assert project.verify().good
    project.migrate("change", "alter table users rename to persons;")
    assert project.fix().good
    assert "persons:" in (folder / "a.yml").read_text()
    assert '"persons"' in (folder / "b.json").read_text()
    assert "$persons.a" in other.read_text()


def test_what_is_expected_of_a_table_that_there_is_not(project: Project) -> None:
    """A misspelled table in expect: is an error at its place."""
    project.write("people.yml", SET.replace("{users: 3, posts: 3}", "{user: 3}"))
    problem = project.problem()
    assert problem.sentence == 'There is no table "user"'
    assert problem.place is not None
    assert problem.place.line == 16


def test_a_search_that_finds_nothing(project: Project) -> None:
    """It is told in the words of the file, not as a number that the server cannot read."""
    project.write("people.yml", 'tables:\n  posts:\n    a: {author_id: "$users[email=no@one]", title: A}\n')
    problem = project.problem()
    assert problem.sentence == "$users[email=no@one] names no row where the set is loaded"
    assert lines(problem) == [3]


def test_a_column_that_is_computed_now(project: Project) -> None:
    """All rows that give it a value, and the key goes."""
    path = project.write(
        "people.yml", "tables:\n  users:\n    a: {email: A@x.y, nickname: a}\n    b: {email: b@x.y, nickname: b}\n"
    )
    project.verify()
    project.migrate("drop", "alter table users drop nickname;")
    project.migrate("add", "alter table users add nickname text generated always as (lower(email)) stored;")
    problem = project.problem()
    assert (problem.rule, lines(problem), problem.fix) == ("fixture-column-generated", [3, 4], Fix.SAFE)
    assert project.fix().good
    assert "nickname" not in path.read_text()


def test_a_domain_that_became_tighter(project: Project) -> None:
    """The rows are listed, and what else is wrong with them is not hidden."""
    project.migrate(
        "domain", 'create domain "Code" as text; create table t (id int primary key, c "Code", n int check (n > 0));'
    )
    project.write("people.yml", "tables:\n  t:\n    - {id: 1, c: ab, n: 1}\n    - {id: 2, c: abc, n: 2}\n")
    project.verify()
    project.migrate("change", 'alter domain "Code" add constraint short check (length(value) < 3);')
    project.migrate("other", "alter table t add constraint one check (n < 2);")
    problems = project.only().problems
    assert [(lines(one), one.rule) for one in problems] == [([4], "fixture-refused"), ([4], "fixture-check")]
    assert "short" in problems[0].head


def test_a_failure_that_no_row_shows_alone_is_told_as_it_is(project: Project) -> None:
    """A trigger for each statement sees all rows together."""
    project.migrate(
        "trigger",
        "create function f() returns trigger language plpgsql as $$ begin if (select count(*) from added) > 2 then "
        "raise exception 'too many at once'; end if; return null; end $$; create trigger t after insert on users "
        "referencing new table as added for each statement execute function f();",
    )
    problem = project.problem()
    assert (problem.sentence, project.only().status) == ("too many at once", Status.BROKEN)


def test_a_reference_by_type_that_a_base_declares(project: Project) -> None:
    """It means something in the sets that extend the base, also when another thing is wrong."""
    project.migrate("notes", "create table notes (id int primary key, kind text, of_id bigint, size int);")
    project.write(
        "people.yml",
        "tables:\n  users:\n    a: {email: a@x.y}\npolymorphic: {notes.about: {type: kind, key: of_id, users: User}}\n",
    )
    project.write("more.yml", "extends: people\ntables:\n  notes:\n    - {id: 1, about: $users.a, size: 3}\n")
    assert project.verify().good
    project.migrate("change", "alter table notes add check (size < 3);")
    assert [one.rule for one in project.only("more").problems] == ["fixture-check"]
