"""Rules on a real server: each finds its own bad example, and nothing in the good one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from pytest_nself.checks.audit import audit, audited_tables
from pytest_nself.checks.rule import Rule, rules
from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Findings, plan_fixes
from pytest_nself.core.sql import ALONE
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.executor import execute

Found = Callable[[str, str], list[str]]


@pytest.fixture
def db(scratch_database: EphemeralDatabase) -> Iterator[psycopg.Connection[Any]]:
    """A connection to an empty database; a transaction opens with the first statement."""
    with closing(scratch_database.connect()) as connection:
        yield connection


@pytest.fixture
def found(db: psycopg.Connection[Any]) -> Found:
    """The subjects that a rule finds after some SQL."""

    def subjects(rule: str, sql: str) -> list[str]:
        db.execute(sql.encode())
        return [str(one.subject) for one in audit(db, [rule])]

    return subjects


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_each_rule_by_its_examples(rule: Rule, db: psycopg.Connection[Any]) -> None:
    """The bad example makes the rule speak, in a sentence that leaves nothing open; the good one does not."""
    db.execute(rule.bad.encode())
    bad = audit(db, [rule])
    assert bad
    for one in bad:
        assert one.rule == rule.id
        assert one.message.endswith(".")
        assert one.remedy
        assert "{" not in one.message + one.remedy
        assert "None" not in one.message + one.remedy
        assert one.subject.schema == "public" or one.subject.kind == "database"
    db.rollback()
    db.execute(rule.good.encode())
    assert audit(db, [rule]) == ()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_each_rule_runs_as_it_stands(rule: Rule, db: psycopg.Connection[Any]) -> None:
    """The file's query, pasted, finds what the audit finds; the order is that of the names, whatever the collation."""
    db.execute(rule.bad.encode())
    rows = db.execute(rule.query.encode()).fetchall()
    assert [row[:4] for row in rows] == [tuple(one.subject) for one in audit(db, [rule])]
    assert [column.name for column in db.execute(rule.query.encode()).description or ()][:4] == [
        "kind",
        "schema",
        "name",
        "part",
    ]


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.fix], ids=lambda rule: rule.id)
def test_each_fix_removes_the_finding(rule: Rule, scratch_database: EphemeralDatabase) -> None:
    """The plan of a rule's fixes, executed, leaves nothing to find of what had a fix."""
    with closing(scratch_database.connect(autocommit=True)) as db:
        db.execute(rule.bad.encode())
        found = audit(db, [rule])
        execute(plan_fixes(found), scratch_database)
        assert audit(db, [rule]) == tuple(one for one in found if not one.fix)


FOREIGN_KEYS = """
create schema "Odd ""Schema";
create table parent (a int, b int, primary key (a, b), unique (a), unique (b));
create table "Odd ""Schema"."Child ""1" (id int primary key, "A b" int references parent (a), b int, c int);
alter table "Odd ""Schema"."Child ""1" add constraint "of both" foreign key (b, c) references parent (a, b);
create table measured (id int, a int references parent (a), primary key (id)) partition by range (id);
create table measured_low partition of measured for values from (0) to (10);
create table measured_high partition of measured for values from (10) to (20);
"""


def test_fixes_of_foreign_keys_make_the_findings_go(scratch_database: EphemeralDatabase) -> None:
    """Names that need quotes, keys of two columns, partitioned tables: after the plan nothing is found."""
    with closing(scratch_database.connect(autocommit=True)) as db:
        db.execute(FOREIGN_KEYS.encode())
        found = audit(db, ["fk-without-index"])
        assert [str(one.subject) for one in found] == [
            'Odd "Schema.Child "1.Child "1_A b_fkey',
            'Odd "Schema.Child "1.of both',
            "public.measured.measured_a_fkey",
        ]
        plan = plan_fixes(found)
        assert [step.sql.transaction is ALONE for step in plan.steps] == [True, True, False]  # type: ignore[union-attr]
        assert [step.sql.text for step in plan.steps][1:] == [  # type: ignore[union-attr]
            'create index concurrently on "Odd ""Schema"."Child ""1" ("b", "c")',
            'create index on "public"."measured" ("a")',
        ]
        assert found[1].remedy == plan.steps[1].sql.text  # type: ignore[union-attr]
        execute(plan, scratch_database)
        assert audit(db, ["fk-without-index"]) == ()


def test_one_index_serves_all_keys_of_the_same_columns(scratch_database: EphemeralDatabase) -> None:
    """Only the first of them has a fix; the others say which, and none is found when it is done."""
    with closing(scratch_database.connect(autocommit=True)) as db:
        db.execute(
            "create table a (x int, y int, primary key (x, y)); create table b (y int, x int, primary key (y, x));"
            " create table child (x int, y int, constraint to_b foreign key (y, x) references b,"
            " constraint to_a foreign key (x, y) references a)"
        )
        found = audit(db, ["fk-without-index"])
        assert [one.remedy for one in found] == [
            'create index concurrently on "public"."child" ("x", "y")',
            "the index for to_a serves it too",
        ]
        assert len(plan_fixes(found).steps) == 1
        execute(plan_fixes(found), scratch_database)
        assert audit(db, ["fk-without-index"]) == ()


PAIR = (
    "create table parent (a int, b int, primary key (a, b));"
    "create table child (id int primary key, a int, b int, c text, d tsrange,"
    " constraint of_both foreign key (a, b) references parent);"
)


@pytest.mark.parametrize(
    ("index", "covered"),
    [
        ("create index on child (a, b)", True),
        ("create index on child (b, a)", True),
        ("create index on child (b desc, a, c)", True),
        ("create unique index on child (a, b, id)", True),
        ("create index on child (a, b) include (c)", True),
        ("create index on child (a, b) where a is not null", True),
        ("create index on child (a)", False),
        ("create index on child (a) include (b)", False),
        ("create index on child (c, a, b)", False),
        ("create index on child (a, c, b)", False),
        ("create index on child (a, a)", False),
        ("create index on child (a, (b + 0))", False),
        ("create index on child (a, b) where c is not null", False),
        ("create index on child (a, b) where a > 0", False),
        ("create index on child using brin (a, b)", False),
        ("create index on child using hash (a); create index on child using hash (b)", False),
    ],
)
def test_which_indexes_serve_a_foreign_key(index: str, covered: bool, found: Found) -> None:
    """Its columns lead the index, in any order, and no predicate keeps a row out that the lookup may want."""
    assert found("fk-without-index", f"{PAIR} {index}") == ([] if covered else ["public.child.of_both"])


def test_an_index_of_rows_with_a_value_is_used_by_the_lookup(db: psycopg.Connection[Any]) -> None:
    """The server itself finds referring rows by such an index, and by a hash of a single column."""
    db.execute("create table child (a int); set enable_seqscan = off; set plan_cache_mode = force_generic_plan")
    db.execute(
        "prepare lookup (int) as select 1 from only child x where $1 operator(pg_catalog.=) a for key share of x"
    )
    for index in ("create index by_a on child (a) where a is not null", "create index by_a on child using hash (a)"):
        db.execute(index.encode())
        plan = "\n".join(row[0] for row in db.execute("explain execute lookup (1)"))
        assert "by_a" in plan
        db.execute("drop index by_a")


def test_a_single_column_by_hash(found: Found) -> None:
    """A hash index serves a key of one column."""
    sql = "create table parent (a int primary key); create table child (a int references parent);"
    assert found("fk-without-index", sql) == ["public.child.child_a_fkey"]
    assert found("fk-without-index", "create index on child using hash (a)") == []


def test_keys_of_postgresql_18(found: Found, db: psycopg.Connection[Any]) -> None:
    """A key over periods is served by GiST; for one that is not enforced nothing is looked up."""
    if db.info.server_version < 180000:
        pytest.skip("PostgreSQL 18 brought periods in keys, and constraints that are not enforced")
    sql = (
        "create table parent (a int4range, during daterange, primary key (a, during without overlaps));"
        " create table child (a int4range, during daterange,"
        " constraint timed foreign key (a, period during) references parent (a, period during));"
        " create table plain (a int primary key); create table loose (a int references plain not enforced);"
    )
    assert found("fk-without-index", sql) == ["public.child.timed"]
    assert found("fk-without-index", "create index on child using gist (a, during)") == []


PARTITIONED = """
create table parent (a int primary key);
create table child (id int, gone int, a int references parent, primary key (id)) partition by range (id);
alter table child drop column gone;
create table low (a int, id int not null);
alter table child attach partition low for values from (0) to (10);
create table high partition of child for values from (10) to (30) partition by range (id);
create table "High 1" partition of high for values from (10) to (20);
"""


def test_a_partitioned_table_is_served_by_its_partitions(db: psycopg.Connection[Any]) -> None:
    """What counts is where the rows are: the finding is the parent's, and names the partitions without an index."""
    db.execute(PARTITIONED.encode())
    (one,) = audit(db, ["fk-without-index"])
    assert str(one.subject) == "public.child.child_a_fkey"
    assert one.message.endswith("begins with its columns (a) in public.High 1, public.low.")
    db.execute("create index on low (a)")
    (one,) = audit(db, ["fk-without-index"])
    assert one.message.endswith("(a) in public.High 1.")
    db.execute('create index on "High 1" (a)')
    assert audit(db, ["fk-without-index"]) == ()
    db.execute("create table last partition of child for values from (30) to (40)")
    (one,) = audit(db, ["fk-without-index"])
    assert one.message.endswith("(a) in public.last.")
    db.execute("create index on child (a)")
    assert audit(db, ["fk-without-index"]) == ()


def test_a_partitioned_table_without_partitions(found: Found) -> None:
    """An index that its partitions will get serves it; one that they will not get does not."""
    sql = (
        "create table parent (a int primary key);"
        " create table child (id int, a int references parent) partition by range (id);"
    )
    assert found("fk-without-index", sql) == ["public.child.child_a_fkey"]
    assert found("fk-without-index", "create index on child (a)") == []


def test_a_partition_with_a_foreign_key_of_its_own(found: Found) -> None:
    """What only one partition refers to is told of that partition; a partitioned target makes no second finding."""
    sql = (
        "create table parent (a int primary key) partition by range (a);"
        " create table parent_1 partition of parent for values from (0) to (10);"
        " create table child (id int, a int) partition by range (id);"
        " create table child_1 partition of child for values from (0) to (10);"
        " alter table child_1 add foreign key (a) references parent;"
    )
    assert found("fk-without-index", sql) == ["public.child_1.child_1_a_fkey"]


TENANTS = "create table orders (id int primary key, tenant_id uuid not null);"
POLICY = "create policy own on orders using (tenant_id is not null);"


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("", "rls-disabled"),
        (POLICY, "rls-disabled"),
        (f"alter table orders enable row level security; {POLICY}", "rls-not-forced"),
        ("alter table orders enable row level security, force row level security", "rls-no-policy"),
        (
            "alter table orders enable row level security, force row level security;"
            " create policy own on orders as restrictive using (tenant_id is not null)",
            "rls-no-policy",
        ),
        (f"alter table orders enable row level security, force row level security; {POLICY}", ""),
    ],
)
def test_tenants_tables(sql: str, rule: str, db: psycopg.Connection[Any]) -> None:
    """Each state of a tenant's table has its one finding, and the state that is meant has none."""
    db.execute(f"{TENANTS} create table countries (id int primary key); {sql}".encode())
    found = audit(db, groups=["rls"])
    assert [(one.rule, str(one.subject)) for one in found] == ([(rule, "public.orders")] if rule else [])


def test_policies_that_are_switched_off(db: psycopg.Connection[Any]) -> None:
    """Only where there are policies is there a fix: without one, enabling would hide every row."""
    db.execute(TENANTS.encode())
    assert audit(db, ["rls-disabled"])[0].fix == ()
    db.execute(POLICY.encode())
    (one,) = audit(db, ["rls-disabled"])
    assert one.message.endswith("no row-level security; its policies (own) have no effect.")
    assert [step.sql.text for step in one.fix] == ['alter table "public"."orders" enable row level security']  # type: ignore[union-attr]


def test_a_partition_that_is_read_past_its_parents_policies(found: Found, db: psycopg.Connection[Any]) -> None:
    """It is told where some role may read it by its own name; else the parent speaks for it."""
    sql = (
        "create table orders (id int, tenant_id uuid) partition by range (id);"
        " create table orders_1 partition of orders for values from (0) to (10);"
    )
    assert found("rls-disabled", sql) == ["public.orders"]
    assert found("rls-disabled", f"alter table orders enable row level security; {POLICY}") == []
    assert found("rls-disabled", "grant select on orders_1 to public") == ["public.orders_1"]
    assert "read" in audit(db, ["rls-disabled"])[0].message
    assert found("rls-disabled", "alter table orders_1 enable row level security") == []
    assert found("rls-no-policy", "") == []


def test_axes_are_chosen(db: psycopg.Connection[Any]) -> None:
    """Apps of one deploy are separated too; other columns are named by the caller, whatever their names."""
    db.execute('create table a (source_account_id text); create table b ("it\'s" int); create table c (org_id int)')
    assert [str(one.subject) for one in audit(db, ["rls-disabled"])] == ["public.a"]
    assert [str(one.subject) for one in audit(db, ["rls-disabled"], axes=["it's", "org_id"])] == [
        "public.b",
        "public.c",
    ]
    assert [one.rule for one in audit(db, groups=["rls"], axes=["nothing"])] == ["rls-without-axis"]


SAME = "create table t (id int primary key, a text, b text, c text unique);"


@pytest.mark.parametrize(
    ("sql", "spare"),
    [
        ("create index x on t (a); create index w on t (a)", ["x"]),
        ("create index x on t (a); create unique index y on t (a)", ["x"]),
        ("create index x on t (c)", ["x"]),
        ("create unique index x on t (c)", ["x"]),
        ("create index x on t (lower(a)) where b > ''; create index w on t (lower(a)) where b > ''", ["x"]),
        ("create index w on t using hash (a); create index x on t using hash (a)", ["x"]),
        ("create index w on t (a) include (b, id); create index x on t (a) include (id, b)", ["x"]),
        (
            "create unique index w on t (a); create unique index x on t (a); alter table t add unique using index x",
            ["w"],
        ),
        ("create index w on t (a); create index x on t (a); create index y on t (a)", ["x", "y"]),
        ("create index x on t (a); create index y on t (b)", []),
        ("create index x on t (a, b); create index y on t (b, a)", []),
        ("create index x on t (a); create index y on t (a, b)", []),
        ("create index x on t (a); create index y on t (a desc)", []),
        ("create index x on t (a); create index y on t (a nulls first)", []),
        ("create index x on t (a); create index y on t (a text_pattern_ops)", []),
        ('create index x on t (a); create index y on t (a collate "C")', []),
        ("create index x on t (a); create index y on t (a) where b is null", []),
        ("create index x on t (a) where b = 'x'; create index y on t (a) where b = 'y'", []),
        ("create index x on t (lower(a)); create index y on t (upper(a))", []),
        ("create index x on t (a); create index y on t (a) include (b)", []),
        ("create index x on t (a); create index y on t using hash (a)", []),
        ("create unique index x on t (a); create unique index y on t (a) nulls not distinct", []),
        ("alter table t add constraint x unique (a); alter table t add constraint y unique (a)", []),
        ("alter table t add constraint x unique (a) deferrable; create unique index y on t (a)", []),
        (
            "alter table t alter a set not null; create unique index x on t (a); create unique index w on t (a);"
            " alter table t replica identity using index x",
            ["w"],
        ),
    ],
)
def test_which_indexes_are_the_same(sql: str, spare: list[str], found: Found) -> None:
    """Same columns, order, opclass, collation, expressions, predicate; what a constraint or uniqueness needs stays."""
    assert found("duplicate-index", SAME + sql) == [f"public.t.{name}" for name in spare]


def test_indexes_of_partitions_are_told_with_their_parents(found: Found, db: psycopg.Connection[Any]) -> None:
    """They cannot be dropped alone; and the parent's cannot be dropped concurrently."""
    sql = (
        "create table t (id int, a text) partition by range (id);"
        " create table t_1 partition of t for values from (0) to (10);"
        " create index w on t (a); create index x on t (a);"
    )
    assert found("duplicate-index", sql) == ["public.t.x"]
    assert audit(db, ["duplicate-index"])[0].remedy == 'drop index "public"."x"'
    assert found("duplicate-index", "drop index x; create index alone on t_1 (a)") == ["public.t_1.alone"]


@pytest.mark.parametrize(
    ("sql", "spare"),
    [
        ("create index x on t (a); create unique index y on t (a, b)", ["x"]),
        ("create index x on t (a) include (b); create unique index y on t (a, b)", []),
        ("create index x on t (a); create index y on t (a, b)", []),
        ("create index x on t (b); create unique index y on t (a, b)", []),
        ("create index x on t (a) where b > ''; create unique index y on t (a, b)", []),
        ("create unique index x on t (a); create unique index y on t (a, b)", []),
    ],
)
def test_which_indexes_a_unique_one_begins_with(sql: str, spare: list[str], found: Found) -> None:
    """A shorter one, as long as it holds nothing of its own."""
    assert found("redundant-index", SAME + sql) == [f"public.t.{name}" for name in spare]


def test_an_index_that_was_not_built(scratch_database: EphemeralDatabase) -> None:
    """A unique index whose building found equal rows is told, with the way out; what a reindex left is dropped."""
    with closing(scratch_database.connect(autocommit=True)) as db:
        db.execute("create table t (id int primary key, a int); insert into t values (1, 1), (2, 1)")
        for name in ("by_a", "by_a_ccnew"):
            with pytest.raises(psycopg.errors.UniqueViolation):
                db.execute(f"create unique index concurrently {name} on t (a)".encode())
        found = audit(db, ["invalid-index"])
        assert [str(one.subject) for one in found] == ["public.t.by_a", "public.t.by_a_ccnew"]
        assert "drop index concurrently" in found[0].remedy
        assert [step.sql.text for step in plan_fixes(found).steps] == [  # type: ignore[union-attr]
            'reindex index concurrently "public"."by_a"',
            'drop index concurrently "public"."by_a_ccnew"',
        ]
        assert audit(db, ["duplicate-index"]) == ()
        db.execute("delete from t where id = 2")
        execute(plan_fixes(found), scratch_database)
        assert audit(db, ["invalid-index"]) == ()


def test_tables_without_a_primary_key(found: Found) -> None:
    """A partition is told with its parent, a child that inherits for itself; views have no keys."""
    sql = (
        "create table parted (id int) partition by range (id);"
        " create table part partition of parted for values from (0) to (10);"
        " create table keyed (id int primary key); create table heir () inherits (keyed);"
        " create view seen as select * from keyed; create temp table passing (id int);"
    )
    assert found("table-without-primary-key", sql) == ["public.heir", "public.parted"]


def test_timestamps_in_every_guise(found: Found) -> None:
    """Through domains and arrays too, at the table where the column was made."""
    sql = (
        "create domain moment as timestamp; create domain moments as moment[];"
        " create table t (a timestamp(3), b timestamptz, c moment, d moments, e timestamp[], f date, gone timestamp);"
        " alter table t drop column gone; create table heir (g timestamp) inherits (t);"
    )
    assert found("timestamp-without-time-zone", sql) == [
        "public.heir.g",
        "public.t.a",
        "public.t.c",
        "public.t.d",
        "public.t.e",
    ]


def test_names_that_look_cut(db: psycopg.Connection[Any]) -> None:
    """Of every kind, by their bytes; names that PostgreSQL makes itself, and shortens in their middle, are none."""
    long, wide = "x" * 63, "ü" * 31 + "x"
    db.execute(
        f"create table {long} ({long} int, constraint {long} check ({long} > 0), b int unique, short int);"
        f"create function {long}() returns int return 1; create function {long}(int) returns int return 1;"
        f"create type {long[1:]}y as enum ('a'); create schema {wide}; create index {long[1:]}i on {long} (short);"
        f"create table fits (id serial primary key, {long[1:]} int); create policy {long} on fits".encode()
    )
    found = audit(db, ["identifier-cut"])
    assert sorted(f"{one.subject.kind} {one.subject}".replace(long, "L").replace(long[1:], "X") for one in found) == [
        "column public.L.L",
        "constraint public.L.L",
        "function public.L",
        "index public.L.Xi",
        "policy public.fits.L",
        f"schema {wide}",
        "table public.L",
        "type public.Xy",
    ]


def _mixed(db: psycopg.Connection[Any]) -> None:
    db.execute(
        "create schema shop; create table shop.orders (tenant_id uuid); create table orders (tenant_id uuid);"
        ' create table "Shop.Orders" (id int primary key, at timestamp)'
    )


def test_groups_and_tables_narrow(db: psycopg.Connection[Any]) -> None:
    """Only rules of these groups, and only what is about these tables."""
    _mixed(db)
    found = audit(db, groups=["rls", "fk_index"], tables=["public.orders"])
    assert [one.key for one in found] == ["rls-disabled:public.orders"]
    found = audit(db, tables=["public.Shop.Orders", "shop.orders"])
    assert [one.key for one in found] == [
        "rls-disabled:shop.orders",
        "table-without-primary-key:shop.orders",
        "timestamp-without-time-zone:public.Shop.Orders.at",
    ]
    assert audit(db, rules=[]) == ()
    assert audit(db, tables=audited_tables(db)) == audit(db)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"rules": ["fk-without-idx"]}, "you may have meant fk-without-index"),
        ({"groups": ["rsl"]}, "you may have meant rls"),
        ({"tables": ["public.order"]}, "you may have meant public.orders"),
        ({"tables": ["orders"]}, "There is no table orders"),
    ],
)
def test_what_is_not_there_is_an_error(asked: dict[str, Any], said: str, db: psycopg.Connection[Any]) -> None:
    """An answer about nothing would look as if all were well."""
    _mixed(db)
    with pytest.raises(ConfigError, match=said):
        audit(db, **asked)


def test_what_belongs_to_tools_is_left_out(db: psycopg.Connection[Any]) -> None:
    """Schemas of tools, ledgers, theirs and ours, and members of extensions are not the project's."""
    db.execute(
        "create schema hdb_catalog; create table hdb_catalog.t (tenant_id int, at timestamp);"
        " create schema drizzle; create table drizzle.t (tenant_id int);"
        " create table alembic_version (version_num text);"
        " create table applied (version bigint, dirty boolean, checksum text, checksum_algorithm text, at timestamp);"
        " create table applied_log (version bigint);"
        " create table member (tenant_id int); alter extension plpgsql add table member;"
    )
    assert audit(db, axes=["tenant_id"], groups=["schema", "fk_index"]) == ()
    assert [one.rule for one in audit(db)] == ["rls-without-axis"]
    assert audited_tables(db) == ()
    assert [str(one) for one in audited_tables(db, ignored=["hdb_catalog"])] == ["drizzle.t"]
    assert [str(one.subject) for one in audit(db, ["rls-disabled"], ignored=["hdb_catalog"])] == ["drizzle.t"]


@pytest.mark.parametrize("autocommit", [True, False])
def test_an_audit_leaves_no_trace(scratch_database: EphemeralDatabase, autocommit: bool) -> None:
    """It ends the transaction that it began, and the session writes as before."""
    with closing(scratch_database.connect(autocommit=autocommit)) as db:
        audit(db)
        audited_tables(db)
        assert db.info.transaction_status == TransactionStatus.IDLE
        db.execute("create table t (id int)")
        db.commit()
        assert [one.rule for one in audit(db, groups=["schema"])] == ["table-without-primary-key"]


def test_in_a_transaction_it_sees_what_that_has_changed(db: psycopg.Connection[Any]) -> None:
    """It stays in a transaction that is open; a caller's row factory makes no difference."""
    from psycopg.rows import dict_row

    db.row_factory = dict_row  # type: ignore[assignment]
    db.execute("create table t (id int)")
    assert isinstance(audit(db), Findings)
    assert db.info.transaction_status == TransactionStatus.INTRANS
    assert [str(one) for one in audited_tables(db)] == ["public.t"]
    db.rollback()
    assert audited_tables(db) == ()


def test_a_role_without_rights_gets_the_same_answer(db: psycopg.Connection[Any]) -> None:
    """Rules read the catalog alone, which everybody may."""
    _mixed(db)
    expected = audit(db)
    db.execute("revoke all on schema shop, public from public; set local role pg_monitor")
    assert audit(db) == expected
