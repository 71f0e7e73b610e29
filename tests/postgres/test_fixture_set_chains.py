"""Sets on a real server that extend others, in every format, with what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_nself.database.database import EphemeralDatabase

from .set_schema import SCHEMA, USERS
from .set_stage import Stage


@pytest.fixture
def stage(scratch_database: EphemeralDatabase, tmp_path: Path) -> Iterator[Stage]:
    with scratch_database.connect() as connection:
        connection.execute(SCHEMA.encode())
        connection.commit()
        yield Stage(connection, tmp_path)
        connection.rollback()


def test_like_and_defaults(stage: Stage) -> None:
    """A row is like another but for its key and its own values; {label} is its own, and chains are followed."""
    rows = stage.load(
        """
        tables:
          users:
            _defaults: {active: false, email: "{label}@x"}
            boss: {active: true}
            alice: {id: 5, boss: $users.boss, code: "c {label} {{label}} {n}"}
            bob: {_like: alice}
            carl: {_like: bob, active: null, boss_id: null}
        """
    )
    boss = rows["users.boss"].id
    assert [(one.email, one.code, one.boss_id, one.active) for one in rows["users"]] == [
        ("boss@x", None, None, True),
        ("alice@x", "c alice {label} {n}", boss, False),
        ("bob@x", "c bob {label} {n}", boss, False),
        ("carl@x", "c carl {label} {n}", None, None),
    ]
    assert rows["users.alice"].id == 5
    assert rows["users.bob"].id > 5


def test_sets_see_the_rows_of_sets_they_extend(stage: Stage) -> None:
    """Labels of other sets are there, diamonds load once, and keys do not change by what is loaded beside them."""
    stage.write(f"tables: {{{USERS}}}", "base.yml")
    stage.write("extends: base\ntables: {profiles: {p: {user: $users.alice}}}", "left.yml")
    stage.write("extends: [base]\ntables: {users: {eve: {_like: bob, email: e@x}}}", "right.yml")
    rows = stage.load("extends: [left, right]\ntables: {posts: {one: {author: $users.eve, reviewer: $users.bob}}}")
    assert rows["users.eve"].boss_id == rows["users.alice"].id
    assert rows["posts.one"].reviewer == rows["users.bob"].id
    assert [one._label for one in rows["users"]] == ["alice", "bob", "eve"]
    alone = [one.message for one in stage.compile("base")]
    assert [one.message for one in stage.compile("basic")][:1] == alone


def test_sets_loaded_later_see_those_before(stage: Stage) -> None:
    """A set compiled after others, which are loaded, sees their rows; what it extends is not loaded twice."""
    stage.write(f"tables: {{{USERS}}}\nexpect: {{users: 2}}", "base.yml")
    stage.write(
        "extends: base\ntables: {profiles: {p: {user: $users.alice}}}\nexpect: {users: 2, profiles: 1}", "more.yml"
    )
    stage.write("tables: {profiles: {q: {user: $users.bob}}}", "other.yml")
    first = stage.compile("base")
    loaded = stage.send(first)
    second = stage.compile("base", "more", after=first)
    assert [one.name for one in second] == ["more"]
    loaded = stage.send(second, loaded)
    loaded = stage.send(stage.compile("other", after=second), loaded)
    rows = loaded.rows
    assert rows["profiles.p"].user_id == rows["users.alice"].id
    assert rows["profiles.q"].user_id == rows["users.bob"].id
    assert first.registry.sets == {"base": first.registry.sets["base"]}


def test_every_kind_of_file_loads_the_same(stage: Stage) -> None:
    """YAML, JSON, Python, and a folder of several files bring the same rows."""
    stage.connection.execute("insert into orgs (slug) values ('acme')")
    stage.connection.commit()
    files = {
        "yaml.yml": """
            tables:
              users: {alice: {email: a@x}, bob: {_like: alice, email: b@x}}
              orgs: {b: {slug: b, name: !sql "upper('b')"}}
              memberships: [{user: $users.bob, org: $orgs[slug=acme]}, {user: $users.bob, org: $orgs.b}]
            expect: {memberships: 2}
            """,
        "json.json": """
            {"tables": {
              "users": {"alice": {"email": "a@x"}, "bob": {"_like": "alice", "email": "b@x"}},
              "orgs": {"b": {"slug": "b", "name": {"$sql": "upper('b')"}}},
              "memberships": [
                {"user": "$users.bob", "org": "$orgs[slug=acme]"}, {"user": "$users.bob", "org": "$orgs.b"}
              ]
            }, "expect": {"memberships": 2}}
            """,
        "python.py": """
            def python(f):
                f.row("users", "alice", email="a@x")
                bob = f.row("users", "bob", _like="alice", email="b@x")
                b = f.row("orgs", "b", slug="b", name=f.sql("upper('b')"))
                f.row("memberships", user=bob, org="$orgs[slug=acme]")
                f.row("memberships", user="$users.bob", org=b)
                f.expect(memberships=2)
            """,
        "folder/1_users.yml": "tables: {users: {alice: {email: a@x}}}\n",
        "folder/2_more.json": '{"tables": {"users": {"bob": {"_like": "alice", "email": "b@x"}}}}',
        "folder/3_orgs.py": """
            def folder(f):
                f.row("orgs", "b", slug="b", name=f.sql("upper('b')"))
            """,
        "folder/4_memberships.yaml": """
            tables: {memberships: [{user: $users.bob, org: $orgs[slug=acme]}, {user: $users.bob, org: $orgs.b}]}
            expect: {memberships: 2}
            """,
    }
    for name, text in files.items():
        stage.write(text, name)
    found = {}
    for name in ("yaml", "json", "python", "folder"):
        rows = stage.send(stage.compile(name)).rows
        found[name] = {table: [one._asdict() for one in rows[table]] for table in ("users", "orgs", "memberships")}
        stage.connection.rollback()
    assert found["json"] == found["yaml"]
    assert found["python"] == found["yaml"]
    assert found["folder"] == found["yaml"]
    assert found["yaml"]["orgs"][0]["name"] == "B"


def test_sql_beside_rows_in_a_folder(stage: Stage) -> None:
    """SQL whose name comes before the first rows runs before them, other SQL after them; counts see all of it."""
    stage.write("insert into orgs (slug) values ('acme');", "mixed/01_orgs.sql")
    stage.write(
        "tables: {users: {alice: {email: a@x}}, memberships: [{user: $users.alice, org: $orgs[slug=acme]}]}",
        "mixed/10_rows.yml",
    )
    stage.write(
        "-- nself: expect users=2, orgs=1, memberships=2\nselect 1;\ninsert into users (email) select 'b@x';\n"
        "insert into memberships select u.id, o.id from users u, orgs o where email = 'b@x';",
        "mixed/99_after.sql",
    )
    assert len(stage.send(stage.compile("mixed")).rows["users"]) == 1
    assert stage.one("select count(*) from memberships") == 2


def test_depends_on(stage: Stage) -> None:
    """A table that no foreign key binds comes after the one it is said to depend on."""
    stage.write("depends_on: {countries: [settings]}\ntables: {countries: {de: {}}, settings: {s: {name: x}}}", "a.yml")
    order = [one.table.name for one in stage.compile("a").sets[0].statements if one.table is not None]
    assert order == ["settings", "countries"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tables: {users: {alice: {email: a@x}}}\nexpect: {users: 2}\n", 1),
        ("tables: {users: {alice: {email: a@x}}}\nexpect: {users: 0}\n", 1),
        ("tables: {users: {alice: {email: a@x}}}\nexpect: {orgs: 1}\n", 0),
    ],
)
def test_expected_counts(stage: Stage, text: str, found: int) -> None:
    """A wrong count is told with the set, the table, what is expected and what is found; the rows are there."""
    stage.connection.execute("insert into users (email) values ('there@x')")
    stage.connection.commit()
    stage.write(text)
    loaded = stage.send(stage.compile("basic"))
    (unmet,) = loaded.unmet
    assert (unmet.set_name, unmet.table, unmet.found) == ("basic", text.split("{")[-1].split(":")[0], found)
    assert "basic.yml:2:" in str(unmet)
    assert loaded.rows["users.alice"].email == "a@x"


def test_expected_counts_with_what_is_extended(stage: Stage) -> None:
    """The rows of the sets that a set extends count, those of sets beside it do not."""
    stage.write("insert into users (email) values ('s@x');", "base.sql")
    stage.write("tables: {users: [{email: o@x}]}", "other.yml")
    stage.write("extends: base\ntables: {users: [{email: c@x}]}\nexpect: {users: 2}", "child.yml")
    assert stage.send(stage.compile("other", "child")).unmet == ()


def test_what_sql_writes_to_is_known(stage: Stage) -> None:
    """A set of SQL has the tables that its text plainly writes to, with their parents; how many rows is not known."""
    stage.write("INSERT INTO public.posts (title) select email from users;\ncopy tags from '/tmp/x';", "a.sql")
    uses = stage.compile("a").sets[0].tables
    assert [(one.table.name, one.rows, [parent.name for parent in one.parents]) for one in uses] == [
        ("posts", None, ["users"]),
        ("tags", None, []),
    ]


def test_warnings(stage: Stage) -> None:
    """A label that is too long for its key, and a table that depends on nothing, are told."""
    stage.write(
        "depends_on: {settings: [tags]}\ntables: {settings: [{}], countries: {germany: {code: de}, austria: {}}}"
    )
    said = [one.removeprefix(f"{stage.folder}/") for one in stage.compile("basic").warnings]
    assert said == [
        "basic.yml:1:25: depends_on speaks of tags, to which this set brings no rows.",
        "basic.yml:2:59: the label austria is too long to be the key code.",
    ]


def test_links_lead_to_rows(stage: Stage) -> None:
    """What a labelled row refers to is known by the written key, by the column and by the constraint."""
    stage.write(f"tables: {{posts: {{one: {{author: $users.bob}}}}, {USERS}}}")
    links = stage.compile("basic").sets[0].links
    (found,) = [keys for (table, label), keys in links.items() if (table.name, label) == ("posts", "one")]
    assert {key: (ref.name, label) for key, (ref, label) in found.items()} == {
        "author": ("users", "bob"),
        "authorId": ("users", "bob"),
        "posts_authorId_fkey": ("users", "bob"),
    }


def test_what_a_set_says_of_itself(stage: Stage) -> None:
    """Tables with their rows and parents, and a fingerprint that files and needed tables decide."""
    stage.write("tables: {posts: {p: {author: '$users[email=a]'}}}")
    before = stage.compile("basic")
    (use,) = before.sets[0].tables
    assert (use.table.name, use.rows, [one.name for one in use.parents]) == ("posts", 1, ["users"])
    stage.connection.execute("alter table tags add column x integer")
    assert stage.compile("basic").fingerprint == before.fingerprint
    stage.connection.execute("alter table users add column x integer")
    assert stage.compile("basic").fingerprint != before.fingerprint
    stage.connection.rollback()
    stage.write("tables: {posts: {p: {author: '$users[email=b]'}}}")
    assert stage.compile("basic").fingerprint != before.fingerprint
