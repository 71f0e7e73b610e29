"""A server on a copied data folder, whose free space maps and visibility maps were left out, is as sound as any."""

from __future__ import annotations

from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.server.server import Server


def test_catalogs_and_indexes_are_sound(scratch_database: EphemeralDatabase) -> None:
    """amcheck finds every index and every table of a clone in order, before and after VACUUM made the maps anew."""
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute("create extension amcheck")
        connection.execute("create table filled as select n from generate_series(1, 5000) as n")
        connection.execute("create index on filled (n)")
        for _ in range(2):
            checked = connection.execute(
                """
                select count(pg_catalog.bool_and(true)) over (), bt_index_check(c.oid, true)::text
                from pg_catalog.pg_class as c join pg_catalog.pg_am as a on a.oid = c.relam
                where c.relkind = 'i' and a.amname = 'btree'
                group by c.oid
                """
            ).fetchall()
            assert len(checked) > 100
            assert (
                connection.execute(
                    "select c.relname, v.msg from pg_catalog.pg_class as c, verify_heapam(c.oid) as v "
                    "where c.relkind in ('r', 't', 'm')"
                ).fetchall()
                == []
            )
            connection.execute("vacuum")


def test_space_is_found_again(scratch_database: EphemeralDatabase, nself_server: Server) -> None:
    """Deleted rows' space is used again after VACUUM, though the table began without a free space map."""
    with nself_server.connect(scratch_database.dsn.dbname) as connection:
        rows = "select n, repeat('x', 100) as text from generate_series(1, 20000) as n"
        connection.execute(f"create table filled as {rows}".encode())
        size = connection.execute("select pg_relation_size('filled')").fetchone()
        connection.execute("delete from filled")
        connection.execute("vacuum (truncate off) filled")
        connection.execute(f"insert into filled {rows}".encode())
        assert connection.execute("select pg_relation_size('filled')").fetchone() == size
