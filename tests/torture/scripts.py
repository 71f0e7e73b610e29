"""Migrations that leave countable traces: each part of each writes a number, so lost or doubled work shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Script:
    """One migration: its text, the numbers that its parts write, the indexes that stand when it is done."""

    version: int
    text: str
    traces: tuple[int, ...]
    indexes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its file."""
        return f"{self.version:04}_step.sql"


def first(rows: int) -> Script:
    """The tables that all others need, with so many rows to work on."""
    return Script(
        1,
        "create table trace (n int);\n"
        "create type mood as enum ('fine');\n"
        "create table moods (m mood);\n"
        f"create table big as select g as a, md5(g::text) as b, 0 as c from generate_series(1, {rows}) g;\n"
        "insert into trace values (10);\n",
        (10,),
    )


def _plain(number: int) -> Script:
    text = f"create table plain_{number} (a int primary key);\ninsert into trace values ({number}0);\n"
    return Script(number, text, (number * 10,))


def _concurrent(number: int) -> Script:
    one, two, three = (number * 10 + part for part in (1, 2, 3))
    text = (
        f"insert into trace values ({one});\n"
        f'create index concurrently "I {number}" on big (a);\n'
        f"insert into trace values ({two});\n"
        f"create index concurrently if not exists j_{number} on public.big (b, a);\n"
        f'reindex index concurrently public."I {number}";\n'
        f"drop index concurrently j_{number};\n"
        f"insert into trace values ({three});\n"
    )
    return Script(number, text, (one, two, three), (f"I {number}",))


def _enum(number: int) -> Script:
    text = (
        f"insert into trace values ({number}1);\n"
        f"alter type mood add value 'm{number}';\n"
        f"insert into moods values ('m{number}');\n"
        f"insert into trace values ({number}2);\n"
    )
    return Script(number, text, (number * 10 + 1, number * 10 + 2))


def _data(number: int) -> Script:
    text = (
        f"begin;\nupdate big set c = c + {number};\n"
        f"create table copied_{number} as select * from big;\n"
        f"create unique index u_{number} on copied_{number} (a);\n"
        f"insert into trace values ({number}0);\ncommit;\n"
    )
    return Script(number, text, (number * 10,), (f"u_{number}",))


def _no_transaction(number: int) -> Script:
    text = (
        "-- nself:no-transaction\n"
        f"insert into trace values ({number}1);\n"
        "vacuum analyze big;\n"
        f"begin;\ninsert into trace values ({number}2);\nalter table big alter a set statistics {number % 90 + 10};\n"
        "commit;\n"
        f"insert into trace values ({number}3);\n"
    )
    return Script(number, text, tuple(number * 10 + part for part in (1, 2, 3)))


KINDS = (_plain, _concurrent, _enum, _data, _no_transaction)


def mixed(count: int, rows: int = 20000) -> tuple[Script, ...]:
    """So many migrations of all kinds."""
    return (first(rows), *(KINDS[number % len(KINDS)](number) for number in range(2, count + 1)))


def traces(scripts: Sequence[Script]) -> list[int]:
    """What the table `trace` holds when all are applied, sorted."""
    return sorted(number for script in scripts for number in script.traces)
