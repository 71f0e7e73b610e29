"""References of fixture sets against a real server: through foreign keys, to existing rows, in circles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from pytest_nself.data.sets.chain import read_chain
from pytest_nself.data.sets.compiling import compile_sets
from pytest_nself.data.shape.reading import read_shape
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


def test_foreign_keys_by_column_stem_and_name(stage: Stage) -> None:
    """A reference goes by the column, its stem, or the constraint's name; to any column that is unique."""
    rows = stage.load(f"""
        tables:
          posts:
            one: {{author: $users.alice, reviewer: $users.bob, email: $users.bob}}
            two: {{authorId: $users.alice, reviewed_by: $users.alice, parent: $posts.one}}
            three: {{author: $public.users.alice, email: $users.alice.email, parent: null, title: $$users.alice}}
          {USERS}
        """)
    alice, bob = rows["users.alice"], rows["users.bob"]
    one, two, three = rows["posts"]
    assert (one.authorId, one.reviewer, one.email) == (alice.id, bob.id, "b@x")
    assert (two.authorId, two.reviewer, two.parent_id) == (alice.id, alice.id, one.id)
    assert (three.authorId, three.email, three.parent_id, three.title) == (alice.id, "a@x", None, "$users.alice")
    assert bob.boss_id == alice.id


def test_a_column_counts_more_than_a_stem(stage: Stage) -> None:
    """Where a column is called like the stem of another one's foreign key, the column is meant."""
    stage.connection.execute("create table t (author text, author_id integer references users)")
    rows = stage.load(f"tables: {{{USERS}, t: [{{author: $users.alice}}, {{author_id: $users.alice, author: A}}]}}")
    alice = rows["users.alice"].id
    assert [(one.author, one.author_id) for one in rows["t"]] == [(str(alice), None), ("A", alice)]


def test_keys_follow_from_labels(stage: Stage) -> None:
    """A uuid is uuid5 of the project and the label, an integer in the upper half of its type, a text the label."""
    rows = stage.load(f"""
        tables:
          orgs: {{acme: {{name: Acme}}}}
          {USERS}
          countries: {{de: {{name: Germany}}}}
          tenants: {{one: {{}}, two: {{}}}}
          cities: {{berlin: {{country: $countries.de}}}}
        """)
    assert rows["orgs.acme"].id == uuid5(uuid5(NAMESPACE_URL, "nself:shop"), "orgs/acme")
    assert all(2**30 <= one.id < 2**31 for one in rows["users"])
    assert all(2**14 <= one.id < 2**15 for one in rows["tenants"])
    assert rows["countries.de"].code == "de"
    assert rows["cities.berlin"].country == "de"


def test_sequences_do_not_move(stage: Stage) -> None:
    """Labelled rows leave the sequences where they are, so that the app's first row is number 1 as ever."""
    stage.load(f"tables: {{{USERS}, comments: {{c: {{body: x}}}}}}")
    assert stage.one("insert into users (email) values ('z@x') returning id") == 1
    assert stage.one("insert into comments (body) values ('z') returning id") == 1


def test_keys_keep_away_from_the_sequence(stage: Stage) -> None:
    """Where a sequence has come to the upper half itself, keys are not what it gives next."""
    stage.connection.execute("select setval('users_id_seq', 1500000000)")
    rows = stage.load("tables: {users: {" + ", ".join(f"u{n}: {{email: e{n}@x}}" for n in range(300)) + "}}")
    ids = {one.id for one in rows["users"]}
    assert len(ids) == 300
    assert not [one for one in ids if 1500000000 <= one <= 1600000000]


def test_given_keys_win(stage: Stage) -> None:
    """A row's own key is the one that references use, whatever its table's keys are made of."""
    rows = stage.load("""
        tables:
          users: {alice: {id: 7, email: a@x}}
          orgs: {acme: {id: 10000000-0000-4000-8000-000000000001}}
          memberships: [{user: $users.alice, org: $orgs.acme}]
        """)
    (found,) = rows["memberships"]
    assert (found.user_id, found.org_id) == (7, UUID("10000000-0000-4000-8000-000000000001"))


def test_composite_keys_fill_all_columns(stage: Stage) -> None:
    """A reference through a key of two columns fills both; a column that the row gives itself stays."""
    rows = stage.load("""
        tables:
          tenants: {t: {name: T}, other: {name: O}}
          orders: {big: {tenant: $tenants.t, total: 5}, own: {tenant: $tenants.other, number: 8}}
          lines:
            a: {lines_order: $orders.big, sku: a}
            b: {order_number: $orders.big, sku: b}
            c: {order: $orders.own, tenant_id: $tenants.other, sku: c}
        """)
    big = rows["orders.big"]
    assert [(one.tenant_id, one.order_number) for one in rows["lines"]] == [
        (big.tenant_id, big.number),
        (big.tenant_id, big.number),
        (rows["tenants.other"].id, 8),
    ]


def test_a_key_that_is_a_reference(stage: Stage) -> None:
    """A table whose key is another table's row takes that row's key; it gets none from its own label."""
    rows = stage.load("tables: {profiles: {p: {user: $users.alice, bio: x}}, users: {alice: {email: a@x}}}")
    assert rows["profiles.p"].user_id == rows["users.alice"].id


def test_existing_rows_by_natural_key(stage: Stage) -> None:
    """A row that is there already is named by its columns."""
    stage.connection.execute("insert into orgs (slug, name) values ('acme', 'A, Inc.'), ('b', 'A, Inc.')")
    rows = stage.load("""
        tables:
          users: {alice: {email: a@x, code: "$orgs[slug=b].name"}}
          memberships:
            - {user: $users.alice, org: $orgs[slug=acme]}
            - {user: $users.alice, org: $orgs[slug = 'b', name = "A, Inc."], role: x}
        """)
    slugs = "select array_agg(slug order by slug) from memberships join orgs on orgs.id = org_id"
    assert stage.one(slugs) == ["acme", "b"]
    assert rows["users.alice"].code == "A, Inc."


def test_conditions_may_name_rows(stage: Stage) -> None:
    """Between the brackets, columns go by their stems, and values may be rows of sets."""
    rows = stage.load(f"""
        tables:
          {USERS}
          orgs: {{acme: {{slug: acme}}}}
          memberships: [{{user: $users.bob, org: $orgs.acme, role: boss}}]
        """)
    stage.write(
        """
        extends: basic
        tables: {users: {eve: {email: e@x, code: '$memberships[user=$users.bob, org=$orgs.acme].role'}}}
        """,
        "more.yml",
    )
    stage.connection.rollback()
    assert stage.send(stage.compile("more")).rows["users.eve"].code == "boss"
    assert rows["memberships"][0].role == "boss"


@pytest.mark.parametrize(
    ("condition", "says"), [("slug=none", "names no row"), ("name=same", "names 2 rows"), ("slug=null", "names no row")]
)
def test_a_natural_key_names_exactly_one_row(stage: Stage, condition: str, says: str) -> None:
    """No row, and more than one, are errors at the reference, also where null would be allowed."""
    stage.connection.execute("insert into orgs (slug, name) values ('acme', 'same'), ('b', 'same')")
    stage.connection.commit()
    error = stage.refuses(
        "tables:\n  users: {alice: {email: a@x}}\n  memberships:\n"
        f"    - {{user: $users.alice, org: $orgs[{condition}]}}\n"
    )
    assert stage.place(error) == "basic.yml:4:33"
    assert says in error.problem


def test_references_in_arrays_and_json(stage: Stage) -> None:
    """Keys stand in an array or in JSON as their own values do."""
    rows = stage.load("""
        tables:
          users: {alice: {email: a@x}}
          tags: {a: {}, b: {}}
          posts: {one: {author: $users.alice, tag_ids: [$tags.a, $tags.b], extra: {by: $users.alice, tags: [$tags.a]}}}
        """)
    one, a, b = rows["posts.one"], rows["tags.a"].id, rows["tags.b"].id
    assert one.tag_ids == [a, b]
    assert one.extra == {"by": rows["users.alice"].id, "tags": [str(a)]}


def test_polymorphic_references(stage: Stage) -> None:
    """Two columns of a kind and a key take any row: by their names, or as the set declares it."""
    rows = stage.load("""
        polymorphic:
          likes.liked: {type: of_kind, key: of_key}
          comments.commentable: {posts: BlogPost}
        tables:
          users: {alice: {email: a@x}}
          posts: {one: {author: $users.alice}}
          comments: {a: {commentable: $posts.one}, b: {commentable: $users.alice}, c: {commentable: null}}
          likes: {a: {liked: $posts.one}, b: {liked: $users.alice}}
        """)
    post, user = str(rows["posts.one"].id), str(rows["users.alice"].id)
    assert [(one.commentable_type, one.commentable_id) for one in rows["comments"]] == [
        ("BlogPost", post),
        ("users", user),
        (None, None),
    ]
    assert [(one.of_kind, one.of_key) for one in rows["likes"]] == [("Post", post), ("User", user)]


def test_polymorphic_references_for_all_sets(stage: Stage) -> None:
    """What the project says of a reference holds where a set does not say something else."""
    stage.write("tables: {users: {u: {email: x}}, comments: {c: {commentable: $users.u}}}", "one.yml")
    stage.write(
        """
        extends: one
        polymorphic: {comments.commentable: {users: Own}}
        tables: {comments: {d: {commentable: $users.u}}}
        """,
        "two.yml",
    )
    compiled = compile_sets(
        read_chain(stage.folder, ["two"]),
        read_shape(stage.connection),
        project="shop",
        polymorphic={"comments.commentable": {"users": "Account"}},
    )
    rows = stage.send(compiled).rows
    assert [one.commentable_type for one in rows["comments"]] == ["Account", "Own"]


def test_a_circle_is_opened_by_null_and_update(stage: Stage) -> None:
    """Where one key may be null, it is null until the other rows are there; the rows that come back have it."""
    rows = stage.load("""
        tables:
          companies: {acme: {owner: $people.ann, name: Acme}}
          people: {ann: {company: $companies.acme, name: Ann}, ben: {company: null}, cid: {company: $companies.acme}}
        """)
    acme = rows["companies.acme"]
    assert [one.company_id for one in rows["people"]] == [acme.id, None, acme.id]
    assert acme.owner_id == rows["people.ann"].id
    assert [one._label for one in rows["people"]] == ["ann", "ben", "cid"]


def test_rows_without_labels_in_a_circle(stage: Stage) -> None:
    """A row without a label gets a key of its own where it must be updated."""
    stage.load("""
        tables:
          companies: {acme: {owner: $people.ann}}
          people: {ann: {name: Ann}}
        """)
    stage.load("tables: {companies: {b: {owner: $people.x}}, people: {x: {company: $companies.b}}}", "b.yml")
    stage.write("extends: b\ntables: {people: [{company: $companies.b, name: Z}]}", "c.yml")
    stage.connection.rollback()
    stage.send(stage.compile("c"))
    assert stage.one("select count(*) from people join companies on companies.id = company_id") == 2


def test_a_circle_that_no_row_uses_is_none(stage: Stage) -> None:
    """Only references that rows make count, so a circle of the schema does not matter to other rows."""
    stage.connection.execute("insert into right_ select 1, 1 where false")
    rows = stage.load("tables: {people: {ann: {name: Ann}}, companies: {acme: {owner: $people.ann}}}")
    assert rows["companies.acme"].owner_id == rows["people.ann"].id
    assert "update" not in "".join(one.sql for one in stage.compile("basic").sets[0].statements)


def test_a_circle_is_opened_by_a_deferrable_key(stage: Stage) -> None:
    """Where a key can be checked at the end, it is; and it is checked before the set is said to be loaded."""
    rows = stage.load("tables: {hens: {h: {egg: $eggs.e}}, eggs: {e: {hen: $hens.h}}}")
    assert (rows["hens.h"].egg_id, rows["eggs.e"].hen_id) == (rows["eggs.e"].id, rows["hens.h"].id)
    with pytest.raises(Exception, match="hens_egg"):
        stage.connection.execute("insert into hens values (1, 99)")


def test_a_circle_that_nothing_opens_is_named(stage: Stage) -> None:
    """Two tables that each need the other's row first are told, with the place of one of them."""
    error = stage.refuses("tables:\n  left_: {l: {right: $right_.r}}\n  right_: {r: {left: $left_.l}}\n")
    assert stage.place(error) == "basic.yml:2:3"
    assert "public.left_ -> public.right_ -> public.left_" in error.problem


def test_what_is_checked_at_the_end_is_checked_now(stage: Stage) -> None:
    """A key that is checked at commit would never be in a test: it is checked when the set is loaded, and stays so."""
    error = stage.refuses("tables:\n  late:\n    a: {id: 1, user_id: 99}\n")
    assert "late_user_id_fkey" in error.cause
    stage.load("tables: {late: {a: {id: 1, user_id: null}}}")
    stage.connection.execute("insert into late values (2, 99)")


def test_partitions_schemas_and_quoted_names(stage: Stage) -> None:
    """Rows go to a partitioned table or to a partition, and names of any kind are referred to."""
    rows = stage.load("""
        tables:
          users: {alice: {email: a@x}}
          app."Order Items": {one: {'"user id"': $users.alice}, two: {'"user"': $users.alice}}
          measures: {m: {day: 2024-05-01, user: $users.alice}, n: {day: 2030-01-01}}
          measures_2024: {p: {day: 2024-06-01}}
          notes:
            a: {measure: $measures.m}
            b: {measure_id: $measures_2024.p, body: "$app.\\"Order Items\\".one"}
        """)
    user = rows["users.alice"].id
    assert [one["user id"] for one in rows['app."Order Items"']] == [user, user]
    assert stage.one("select count(*) from measures_2024") == 2
    assert [(one.day, one.measure_id) for one in rows["notes"]] == [
        (rows["measures.m"].day, rows["measures.m"].id),
        (rows["measures_2024.p"].day, rows["measures_2024.p"].id),
    ]
    assert rows["notes"][1].body == str(rows['app."Order Items".one'].id)


def test_values_that_only_the_server_knows(stage: Stage) -> None:
    """A default, or an expression, of another row is taken from it when it is there."""
    rows = stage.load("""
        tables:
          people: {ann: {name: !sql "upper('ann')"}}
          settings: {s: {name: $people.ann.name}, t: {name: $people.ann.made_at}}
          countries: {de: {name: "$settings[name=ANN].name"}}
        """)
    assert rows["countries.de"].name == "ANN"
    assert rows["settings.s"].name == "ANN"
    assert rows["settings.t"].name == str(stage.one("select made_at::text from people"))


def test_a_part_of_a_key_that_the_server_gives(stage: Stage) -> None:
    """Of a key of an id and a time, the time may be the server's: the row is found by its id when it is there."""
    stage.connection.execute(
        "create table events (id bigint generated always as identity, at timestamptz not null default now(),"
        " primary key (id, at)) partition by range (at);"
        "create table events_all partition of events default;"
        "create table visits (event_id bigint, event_at timestamptz,"
        " foreign key (event_id, event_at) references events (id, at))"
    )
    rows = stage.load("tables: {visits: [{event: $events.e}], events: {e: {}, f: {}}}")
    event, (visit,) = rows["events.e"], rows["visits"]
    assert (visit.event_id, visit.event_at) == (event.id, event.at)
