"""Whether the rows that seeds bring are in a database: missing, changed, and more than that. It is only read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import quote_identifier, quote_qualified
from pytest_nself.core.place import Place
from pytest_nself.core.secret import Secret
from pytest_nself.data.seeds.seed_file import SeedError
from pytest_nself.data.seeds.upsert import columns_of, escaped, key_of, key_parts, value_fragments
from pytest_nself.data.seeds.variables import Variables, names_in
from pytest_nself.data.shape.model import Column, Key, Table
from pytest_nself.data.written.cells import Cell, CellKind, RowSpec

from .expected import Expected

if TYPE_CHECKING:
    import psycopg

READING = (
    "set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres';"
    " set local extra_float_digits = 1; set local bytea_output = 'hex'"
)
"""What makes a value one text, here and there."""

_AT_ONCE = 500
_MOST_EXTRA = 1000
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Compared:
    """One table: how many rows were looked for, and what is wrong.

    `extra` is how many more there are: at most `_MOST_EXTRA` are counted, then `more` is true. `key` says by what rows
    are told apart. `hidden`: the role does not see all rows, so that nothing is known.
    """

    table: Table
    expected: int
    missing: int
    changed: int
    extra: int
    more: bool
    key: str
    findings: Findings
    hidden: bool = False


def compare(
    connection: psycopg.Connection[Any],
    expected: Expected,
    variables: Variables,
    run: Callable[[Place], str],
    secrets: Collection[str] = (),
) -> Compared:
    """Look for these rows in the transaction that is open; `run` is the command that would bring a row.

    No value that holds one of the `secrets` is told.
    """
    told = _Telling(expected, run, tuple(secrets))
    table = expected.table
    if _hides(connection, table):
        return Compared(table, len(expected.rows), 0, 0, 0, False, "", Findings([told.hidden(connection)]), True)
    found: list[Finding] = []
    missing = changed = 0
    keys: list[str] = []
    for columns, rows in _alike(expected.rows):
        search = _Search.of(table, columns, rows)
        keys.append(search.said)
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            for row, there, differing in told.looked(search, connection, some, variables):
                if not there:
                    missing += 1
                    found.append(told.missing(row, search))
                elif differing:
                    changed += 1
                    found.append(told.changed(row, search, differing))
    extra = max(0, _total(connection, table, len(expected.rows) + _MOST_EXTRA + 1) - (len(expected.rows) - missing))
    more = extra > _MOST_EXTRA
    extra = min(extra, _MOST_EXTRA)
    if extra:
        found.append(told.extra(extra, more))
    said = ", ".join(dict.fromkeys(keys))
    return Compared(table, len(expected.rows), missing, changed, extra, more, said, Findings(found))


def _alike(rows: Sequence[RowSpec]) -> Iterator[tuple[tuple[str, ...], list[RowSpec]]]:
    """Rows that say the same columns, expressions left out: what they give may differ each time."""
    groups: dict[tuple[str, ...], list[RowSpec]] = {}
    for row in rows:
        names = tuple(sorted(cell.column for cell in row.cells if cell.kind is not CellKind.SQL))
        groups.setdefault(names, []).append(row)
    yield from groups.items()


@dataclass(frozen=True, slots=True)
class _Search:
    """How rows with these columns are looked for: by a key, or by all that they say."""

    table: Table
    key: Key | None
    by: tuple[str, ...]
    rest: tuple[Column, ...]

    @classmethod
    def of(cls, table: Table, columns: Sequence[str], rows: Sequence[RowSpec]) -> _Search:
        key = key_of(table, columns, rows)
        by = columns_of(table, key) if key is not None else tuple(columns)
        known = {column.name: column for column in table.columns}
        return cls(table, key, by, tuple(known[name] for name in columns if name not in by))

    @property
    def said(self) -> str:
        """The columns in words."""
        if self.key is None:
            return "all columns that are given"
        return ", ".join(self.by if self.key.plain else self.key.expressions)

    def look(
        self, connection: psycopg.Connection[Any], rows: Sequence[RowSpec], variables: Variables
    ) -> Iterator[tuple[RowSpec, bool, list[tuple[str, str | None]]]]:
        """Each row, whether it is there, and the columns that differ with what the database has."""
        if self.key is None:
            yield from self._by_all(connection, rows, variables)
            return
        wanted = "".join(
            f", {_text('e', one)} is distinct from {_text('t', one)}, {_text('t', one)}" for one in self.rest
        )
        # Not `is not distinct from`, for which no index is used.
        same = "t.{0} = e.{0}"
        if self.key.nulls_not_distinct:
            same = "(t.{0} = e.{0} or (t.{0} is null and e.{0} is null))"
        parts = [(f"nself_key_{number}", part) for number, part in enumerate(key_parts(self.key))]
        keys = "".join(f", {part} as {name}" for name, part in parts)
        join = " and ".join(same.format(name) for name, _ in parts)
        with_, params = self._with(rows, variables)
        query = (
            f"select e.nself_row, t.tableoid is not null{wanted} from (select *{keys} from e) as e"
            f" left join (select tableoid, *{keys} from {_name(self.table)}) as t on {join} order by e.nself_row"
        )
        for number, there, *values in _fetch(connection, with_, query, params):
            pairs = zip(self.rest, values[::2], values[1::2], strict=True)
            yield rows[number], there, [(column.name, has) for column, differs, has in pairs if differs]

    def _by_all(
        self, connection: psycopg.Connection[Any], rows: Sequence[RowSpec], variables: Variables
    ) -> Iterator[tuple[RowSpec, bool, list[tuple[str, str | None]]]]:
        """Without a key rows are a bag: of two alike both must be there."""
        known = {column.name: column for column in self.table.columns}
        columns = [known[name] for name in self.by]
        if not columns:
            return
        with_, params = self._with(rows, variables)
        whole, there = (f"array[{', '.join(_text(side, one) for one in columns)}]::text" for side in "et")
        counted = f"select {there} as whole, count(*) as number from {_name(self.table)} as t group by 1"
        query = (
            f"select e.nself_row, coalesce(h.number, 0), {whole} from e"
            f" left join ({counted}) as h on h.whole = {whole} order by e.nself_row"
        )
        seen: Counter[str] = Counter()
        for number, there, text in _fetch(connection, with_, query, params):
            seen[text] += 1
            yield rows[number], seen[text] <= there, []

    def _with(self, rows: Sequence[RowSpec], variables: Variables) -> tuple[str, list[str]]:
        """The rows as a relation `e`, each value read as its column reads it; and the secrets beside it."""
        names = [*self.by, *(one.name for one in self.rest)]
        known = {column.name: column for column in self.table.columns}
        parts: list[str] = []
        params: list[str] = []
        for number, row in enumerate(rows):
            cells = {cell.column: cell for cell in row.cells}
            values = [str(number)]
            for name in names:
                text = ""
                for one in value_fragments(cells[name], escaped(_name(self.table)), variables):
                    text += one.sql
                    if isinstance(one.secret, Secret):
                        params.append(one.secret.reveal())
                values.append(f"cast({text} as {known[name].type.written.replace('%', '%%')})")
            parts.append(f"({', '.join(values)})")
        listed = ", ".join(_q(name).replace("%", "%%") for name in names)
        return f"with e(nself_row, {listed}) as (values {', '.join(parts)})", params


def _fetch(connection: psycopg.Connection[Any], with_: str, query: str, params: list[str]) -> list[Any]:
    return connection.execute(f"{with_} {escaped(query)}".encode(), params, prepare=False).fetchall()


def _hides(connection: psycopg.Connection[Any], table: Table) -> bool:
    """Whether row-level security counts for this role: rows that it does not see are not missing."""
    query = "select pg_catalog.row_security_active(%s::text::regclass)"
    ((active,),) = connection.execute(query, (_name(table),), prepare=False).fetchall()
    return bool(active)


def _total(connection: psycopg.Connection[Any], table: Table, most: int) -> int:
    query = f"select count(*) from (select from {_name(table)} limit {most}) as t"
    ((count,),) = connection.execute(query.encode(), prepare=False).fetchall()
    return int(count)


def _q(name: str) -> str:
    return quote_identifier(name)


def _name(table: Table) -> str:
    return quote_qualified(table.ref.schema, table.ref.name)


def _text(alias: str, column: Column) -> str:
    """The value as text; of json its blanks and the order of its keys do not count."""
    value = f"{alias}.{_q(column.name)}"
    plain = column.type.plain
    return f"{value}::jsonb::text" if (plain.schema, plain.name) == ("pg_catalog", "json") else f"{value}::text"


@dataclass(frozen=True, slots=True)
class _Telling:
    """The findings about one table."""

    expected: Expected
    run: Callable[[Place], str]
    secrets: tuple[str, ...]

    def looked(
        self, search: _Search, connection: psycopg.Connection[Any], rows: Sequence[RowSpec], variables: Variables
    ) -> list[tuple[RowSpec, bool, list[tuple[str, str | None]]]]:
        """What the search gives. SeedError where a value is none of its column's type."""
        import psycopg

        try:
            return list(search.look(connection, rows, variables))
        except psycopg.DataError as error:
            said = str(error.diag.message_primary or error)
            for secret in self.secrets:
                said = said.replace(secret, "***") if secret else said
            raise SeedError(
                f"The rows for {self.expected.table.ref} do not fit its columns.",
                f"{said}.",
                "correct the seed where it no longer fits the schema",
                place=rows[0].place,
            ) from None

    def hidden(self, connection: psycopg.Connection[Any]) -> Finding:
        table = self.expected.table.ref
        return Finding(
            "seed-rows-hidden",
            Severity.WARNING,
            table,
            f"Whether the rows of {table} are there cannot be told: row-level security hides rows of it from "
            f"{connection.info.user}.",
            "verify as a role that sees all rows: a superuser, or one with bypassrls",
            place=self.expected.rows[0].place if self.expected.rows else None,
        )

    def missing(self, row: RowSpec, search: _Search) -> Finding:
        table = self.expected.table.ref
        return Finding(
            "seed-row-missing",
            Severity.ERROR,
            table,
            f"{table} has no row with {self._identity(row, search)}.",
            f"load it: {self.run(row.place)}",
            place=row.place,
        )

    def changed(self, row: RowSpec, search: _Search, differing: Sequence[tuple[str, str | None]]) -> Finding:
        cells = {cell.column: cell for cell in row.cells}
        said = []
        for name, has in differing:
            now = "null" if has is None else "another value" if self._is_secret(cells[name]) else self._shown(has)
            said.append(f"{name} is {now}, the seed says {self._cell(cells[name])}")
        table = self.expected.table.ref
        return Finding(
            "seed-row-changed",
            Severity.ERROR,
            table,
            f"{table} with {self._identity(row, search)}: {'; '.join(said)}.",
            f"load it again: {self.run(row.place)}; or change the seed to what is wanted now",
            place=cells[differing[0][0]].place,
            evidence={"columns": [name for name, _ in differing]},
        )

    def extra(self, extra: int, more: bool) -> Finding:
        table = self.expected.table.ref
        count = f"more than {extra}" if more else str(extra)
        return Finding(
            "seed-rows-extra",
            Severity.INFO,
            table,
            f"{table} has {count} {'row' if extra == 1 else 'rows'} that no seed brings.",
            evidence={"extra": extra, "more": more},
        )

    def _identity(self, row: RowSpec, search: _Search) -> str:
        """`email ada@example.com`."""
        cells = {cell.column: cell for cell in row.cells}
        return ", ".join(f"{name} {self._cell(cells[name])}" for name in search.by)

    def _cell(self, cell: Cell) -> str:
        if cell.kind is CellKind.NULL:
            return "null"
        return "***" if self._is_secret(cell) else self._shown(cell.text)

    def _is_secret(self, cell: Cell) -> bool:
        return bool(names_in(cell.text)) or self._holds_secret(cell.text)

    def _holds_secret(self, text: str) -> bool:
        return any(secret and secret in text for secret in self.secrets)

    def _shown(self, text: str) -> str:
        if self._holds_secret(text):
            return "***"
        return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
