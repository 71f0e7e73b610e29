"""Any two schemas: the plan from one to the other is proven, or refused by name, never wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pytest_nself.checks.prove import prove
from pytest_nself.core.errors import Refused
from pytest_nself.core.names import spell_identifier
from pytest_nself.server.server import Server

from .schemas import ROLES, schemas
from .scratch import Scratch, read


@pytest.fixture(scope="module")
def scratch(nself_server: Server) -> Iterator[Scratch]:
    """Databases, and the roles that the schemas name."""
    scratch = Scratch(nself_server)
    with scratch.roles(ROLES):
        yield scratch
    scratch.close()


def agree(scratch: Scratch, first: str, second: str) -> None:
    """The plans both ways hold."""
    with scratch.made(first) as one, scratch.made(second) as other:
        a, b = read(one), read(other)
        for database, before, after in ((one, a, b), (other, b, a)):
            proof = prove(database, before, after)
            assert proof.holds, "\n".join(proof.problems)


def bounded(examples: int) -> settings:
    """The same examples in every run: a new fault is found by a change of the code, not by chance."""
    every = list(HealthCheck)
    phases = (Phase.explicit, Phase.generate)  # shrinking takes minutes, and the scripts are short
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=every,
        phases=phases,
    )


def test_any_two_schemas(scratch: Scratch) -> None:
    """From one to the other, back, and there again, each way."""

    @bounded(25)
    @given(schemas(), schemas())
    def holds(first: str, second: str) -> None:
        agree(scratch, first, second)

    holds()


@pytest.mark.torture
def test_any_two_wild_schemas(scratch: Scratch) -> None:
    """More of them, of which everything may change at once; a refusal says what is in the way, why, and what to do."""

    @bounded(300)
    @given(schemas(wild=True), schemas(wild=True))
    def holds(first: str, second: str) -> None:
        try:
            agree(scratch, first, second)
        except Refused as refused:
            assert all((refused.problem, refused.cause, refused.remedy))  # noqa: PT017

    holds()


PAIRS = {
    "array to one value": ("create table t (v text[])", "create table t (v boolean)"),
    "partition with another bound, type and default": (
        """
        create table log (id bigint, total numeric default 0.5) partition by range (id);
        create table log0 partition of log for values from (0) to (50);
        """,
        """
        create table log (id bigint, total uuid default gen_random_uuid()) partition by range (id);
        create table log0 partition of log for values from (0) to (70);
        """,
    ),
    "words in the body of a function": (
        "create table t (v varchar(5))",
        """
        create table t (v varchar(5));
        create function f() returns bigint begin atomic select count(*) from t where v in ('a', 'b'); end;
        """,
    ),
    "words with an expression before them": (
        "create table t (v varchar(5))",
        "create table t (v varchar(5) check (coalesce(v, 'x') in ('a', 'b')))",
    ),
    "words with null among them": (
        "create table t (v varchar(5))",
        "create table t (v varchar(5) check (v in ('a', null)))",
    ),
    "words in a check whose column gets longer": (
        "create table t (a varchar(5) check (a in ('x', 'y')))",
        "create table t (a varchar(6) check (a in ('x', 'y')))",
    ),
    "words in the predicate of an index whose column gets another type": (
        "create table t (v varchar(5), n int); create index i on t (n) where v in ('a', 'b')",
        "create table t (v varchar(5), n bigint); create index i on t (n) where v in ('a', 'b')",
    ),
    "arrays of other types": (
        "create table t (n numeric, c cidr, r regconfig, w text, d date)",
        """
        create table t (
            n numeric check (n = any (array[1, 2])), c cidr check (c in ('10.0.0.0/8', '11.0.0.0/8')),
            r regconfig check (r in ('english', 'german')), w text check (w = any (array['a', 'b']::varchar[])),
            d date check (d in ('2024-01-01', '2024-02-01'))
        )
        """,
    ),
    "a partition is let go, and loses the check and the key of its table": (
        """
        create table o (id int primary key);
        create table p (id int not null, k int, constraint pc check (k <> 3),
            constraint pf foreign key (k) references o) partition by range (id);
        create table p1 partition of p for values from (0) to (10);
        """,
        """
        create table o (id int primary key);
        create table p (id int not null, k int) partition by range (id);
        create table p1 (id int not null, k int);
        """,
    ),
    "a foreign key changes in place while the key behind it is another": (
        """
        create table m (a int, b int, constraint m_p primary key (a, b));
        create table r (a int, b int, constraint r_fk foreign key (a, b) references m (a, b) deferrable);
        """,
        """
        create table m (a int, b int, constraint m_u unique (b, a));
        create table r (a int, b int, constraint r_fk foreign key (a, b) references m (a, b));
        """,
    ),
    "a table is partitioned by a column of another type": (
        "create table t (id int, o int not null)",
        "create table t (id int, o bigint not null) partition by range (o)",
    ),
    "brackets in names": (
        'create table "a) on b" ("c) on d" integer)',
        """
        create table "a) on b" ("c) on d" integer);
        grant select on "a) on b" to public;
        grant update ("c) on d") on "a) on b" to public;
        """,
    ),
    "view moves to a new table with a rebuilt type": (
        """
        create type mood as enum ('a', 'b');
        create table old (id integer, m mood);
        create view v as select id from old;
        """,
        """
        create type mood as enum ('a');
        create table fresh (id integer, m mood);
        create view v as select id, m from fresh;
        """,
    ),
    "table not logged when what refers to it goes": (
        "create table parent (id integer primary key); create table child (id integer references parent);",
        "create unlogged table parent (id integer primary key)",
    ),
    "generated column of partitions": (
        """
        create table log (id bigint, flag bigint generated always as (id * 3) stored) partition by range (id);
        create table log_rest partition of log default;
        """,
        """
        create table log (id bigint, flag bigint) partition by range (id);
        create table log_rest partition of log default;
        """,
    ),
    "generated column of partitions with another type": (
        """
        create table log (id bigint, flag bigint generated always as (id * 3) stored) partition by range (id);
        create table log_rest partition of log default;
        """,
        """
        create table log (id bigint, flag text) partition by range (id);
        create table log_rest partition of log default;
        """,
    ),
    "partition moves to a parent with a check": (
        """
        create schema app;
        create table app.log (id bigint) partition by range (id);
        create table log0 partition of app.log for values from (0) to (50);
        """,
        """
        create schema app;
        create table log (id bigint check (id > 0)) partition by range (id);
        create table log0 partition of log for values from (0) to (50);
        """,
    ),
    "partition moves from a parent with a key": (
        """
        create schema app;
        create table parent (id bigint primary key);
        create table app.log (id bigint references parent) partition by range (id);
        create table log0 partition of app.log for values from (0) to (50);
        """,
        """
        create schema app;
        create table log (id bigint) partition by range (id);
        create table log0 partition of log for values from (0) to (50);
        """,
    ),
    "partition moves from a parent that refers to itself": (
        """
        create schema app;
        create table app.log (id bigint primary key references app.log) partition by range (id);
        create table log0 partition of app.log for values from (0) to (50);
        """,
        """
        create schema app;
        create table log (id bigint primary key) partition by range (id);
        create table log0 partition of log for values from (0) to (50);
        """,
    ),
}
"""Small ones that large ones were cut down to."""


@pytest.mark.parametrize("pair", PAIRS)
def test_small_pairs(pair: str, scratch: Scratch) -> None:
    """Each was found as a plan that was wrong: it is right both ways."""
    agree(scratch, *PAIRS[pair])


def test_names_are_spelled_as_the_server_does(scratch: Scratch) -> None:
    """Names in our statements and names in the server's texts are the same, so that one can be found in the other."""
    version = scratch.server.version
    keywords = [word for (word,) in scratch.admin.execute("select word from pg_catalog.pg_get_keywords()").fetchall()]
    assert len(keywords) > 400

    @settings(max_examples=50, deadline=None, database=None)
    @given(st.lists(_names(keywords), min_size=1, max_size=200))
    def same(names: list[str]) -> None:
        query = "select name, pg_catalog.quote_ident(name) from pg_catalog.unnest(%s::text[]) as name"
        for name, quoted in scratch.admin.execute(query, [names]).fetchall():
            assert spell_identifier(name) == quoted, (name, version)

    same()


def _names(keywords: list[str]) -> st.SearchStrategy[str]:
    anything = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=8)
    # A name that a newer server reserves is quoted for all servers.
    plain = st.from_regex(r"[a-z_][a-z0-9_$]{0,7}", fullmatch=True).filter(lambda name: not _is_new(name, keywords))
    return st.one_of(st.sampled_from(keywords), plain, anything.filter(lambda name: not _is_new(name, keywords)))


def _is_new(name: str, keywords: list[str]) -> bool:
    bare = spell_identifier(name) != name and re.fullmatch("[a-z_]+", name) is not None
    return bare and name not in keywords
