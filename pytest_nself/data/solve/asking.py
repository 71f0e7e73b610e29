"""Questions to the server about values that are in no table: does the type take them, do the conditions hold?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_nself.core.errors import NselfError
from pytest_nself.core.names import quote_identifier, quote_qualified
from pytest_nself.data.shape.model import Column, Table, Type

from .solution import Values
from .terms import about_whole_row

if TYPE_CHECKING:
    import psycopg

_CHUNK = 400
_TIMEOUT = "5s"
_ERRORS = 4000
"""How many errors of expressions are looked into for one table; what is left then counts as refused."""
_PARTS = 4
_QUIETLY = """
select pg_catalog.set_config(s.name, 'panic', true)
from (values ('log_min_messages'), ('log_min_error_statement')) as s (name)
where pg_catalog.has_parameter_privilege(s.name, 'SET')
"""
_N = quote_identifier("nself n")
_GIVEN = quote_identifier("nself given")
_T = TypeVar("_T")
_Query = Callable[[int], str]


class NoQuestion(NselfError):
    """An expression cannot be asked about outside its table."""


@contextmanager
def asking(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """A place for questions: what they set is taken back, and none takes longer than five seconds."""
    with connection.transaction(force_rollback=True):
        connection.execute(
            f"select pg_catalog.set_config('statement_timeout', '{_TIMEOUT}', true),"
            " pg_catalog.set_config('jit', 'off', true)".encode()
        )
        # What is tried in vain is nobody's fault: it need not stand in the server's log, where that may be said.
        connection.execute(_QUIETLY.encode())
        yield


class Judge:
    """The server, asked about rows of one table. An expression that raises an error for a value refuses it."""

    def __init__(self, connection: psycopg.Connection[Any], table: Table) -> None:
        self._connection = connection
        self._table = table
        self._errors = 0
        self._catches = True

    def takes(self, type_: Type, values: Sequence[str]) -> list[str]:
        """Those of the values that the type reads, domains' own checks included."""
        fitting = [(value,) for value in dict.fromkeys(values) if _fits(type_, value)]
        conditions = [f"({check}) is not false" for check in type_.domain_checks]
        # A domain's check about VALUE is asked as one about a column of that name.
        said = self._ask(1, fitting, lambda _: _alone(type_.plain.written, conditions))
        left = [value for value, answer in zip(fitting, said, strict=True) if answer and "0" not in answer]
        if type_.plain is not type_:
            said = self._ask(1, left, lambda _: _alone(type_.written, []))
            left = [value for value, answer in zip(left, said, strict=True) if answer]
        return [value for (value,) in left]

    def verdicts(self, columns: Sequence[str], tuples: Sequence[Values], conditions: Sequence[str]) -> list[str | None]:
        """For each tuple a letter per condition, `1` where it holds, else `0`; None where an error is raised.

        A condition that is about columns not among these sees null there. Raises NoQuestion for what is no
        expression here.
        """
        bits = " || ".join(f"case when {one} then '1' else '0' end" for one in conditions) or "''"
        query = self._query(columns, bits, " ".join(conditions))
        try:
            with self._connection.transaction():
                self._run(query, len(columns), [])
        except _errors() as error:
            raise NoQuestion("An expression cannot be asked about.", str(error).strip()) from error
        return self._ask(len(columns), tuples, lambda _: query)

    def values(
        self, columns: Sequence[str], tuples: Sequence[Values], expression: str, type_: Type
    ) -> list[str | None]:
        """What the expression gives for each tuple, as text of the type; None for null and where it fails."""
        query = self._query(columns, f"(({expression})::{type_.plain.written})::text", expression)
        try:
            with self._connection.transaction():
                self._run(query, len(columns), [])
        except _errors():
            return [None] * len(tuples)
        return self._ask(len(columns), tuples, lambda _: query)

    def conflicts(
        self, columns: Sequence[str], tuples: Sequence[Values], expression: str, operator: str
    ) -> set[tuple[int, int]]:
        """The pairs of tuples, by place, for which the operator holds between what the expression gives for them."""
        query = self._query(columns, f"{_N} as n, ({expression}) as e", expression)
        pairs = f"with e as materialized ({query}) select a.n || ',' || b.n from e as a join e as b on a.n < b.n"
        try:
            with self._connection.transaction():
                found = self._run(f"{pairs} where a.e {operator} b.e", len(columns), tuples)
        except _errors() as error:
            raise NoQuestion("An operator cannot be asked about.", str(error).strip()) from error
        places = (pair.split(",") for pair in found if pair is not None)
        return {(int(one) - 1, int(other) - 1) for one, other in places}

    def _query(self, columns: Sequence[str], answer: str, texts: str) -> str:
        """One answer for each tuple; the columns have their types, and generated ones their values."""
        own = [column for name in columns if (column := self._table.column(name)) is not None]
        others = [column for column in self._table.columns if column.computed is None and column.name not in columns]
        given = [f"(v.c{n})::{column.type.written} as {quote_identifier(column.name)}" for n, column in enumerate(own)]
        given += [f"null::{one.type.plain.written} as {quote_identifier(one.name)}" for one in others]
        arrays = ", ".join(f"${n + 1}::text[]" for n in range(len(own)))
        names = "".join(f"c{n}, " for n in range(len(own)))
        rows = f"select v.n as {_N}, {', '.join(given)} from unnest({arrays}) with ordinality as v ({names}n)"
        computed = [column for column in self._table.columns if column.computed is not None]
        table = quote_identifier(self._table.ref.name)
        if about_whole_row(texts):
            return self._whole(rows, computed, answer)
        source = f"({rows}) as {table}"
        if computed:
            source += f" cross join lateral (select {_computed(computed)}) as {quote_identifier('nself computed')}"
        return f"select {answer} from {source} order by {_N}"

    def _whole(self, rows: str, computed: Sequence[Column], answer: str) -> str:
        """The same for expressions about the row as a whole, which must be one of the table's own type."""
        name = quote_qualified(self._table.ref.schema, self._table.ref.name)
        inner = f"({rows}) as {_GIVEN}"
        row = f"pg_catalog.to_jsonb({_GIVEN})"
        if computed:
            inner += f" cross join lateral (select {_computed(computed)}) as g"
            row += " || pg_catalog.to_jsonb(g)"
        record = f"pg_catalog.jsonb_populate_record(null::{name}, r.j)"
        return (
            f"select {answer} from (select {_N}, {row} as j from {inner}) as r"
            f" cross join lateral {record} as {quote_identifier(self._table.ref.name)} order by {_N}"
        )

    def _ask(self, width: int, tuples: Sequence[Values], query: _Query) -> list[str | None]:
        starts = range(0, len(tuples), _CHUNK)
        parts = (self._parted(query(width), width, tuples[start : start + _CHUNK]) for start in starts)
        return list(chain.from_iterable(parts))

    def _parted(self, query: str, width: int, tuples: Sequence[Values]) -> list[str | None]:
        """The answers; where an error is raised, those of each part, so that the rest still gets an answer."""
        try:
            with self._connection.transaction():
                return self._run(query, width, tuples)
        except _errors() as error:
            # A question that took too long is not asked many times over in parts.
            self._errors += 400 if getattr(error, "sqlstate", None) == "57014" else 1
            if len(tuples) == 1 or self._errors > _ERRORS:
                return [None] * len(tuples)
        if len(tuples) < _CHUNK // 2 and (answers := self._each(query, width, tuples)) is not None:
            return answers
        size = -(-len(tuples) // _PARTS)
        parts = (tuples[start : start + size] for start in range(0, len(tuples), size))
        return [answer for part in parts for answer in self._parted(query, width, part)]

    def _each(self, query: str, width: int, tuples: Sequence[Values]) -> list[str | None] | None:
        """The answers, each tuple by itself, in one block that catches the errors; None where that cannot be."""
        import json

        if not self._catches:
            return None
        given = json.dumps(tuples)
        arrays = ", ".join(f"array[r ->> {at}]" for at in range(width))
        try:
            with self._connection.transaction():
                self._rows("select pg_catalog.set_config('nself.given', $1, true)", [given])
                self._connection.execute(_BLOCK.replace("/* query */", query).replace("/* arrays */", arrays).encode())
                ((answers,),) = self._rows("select pg_catalog.current_setting('nself.answers')", [])
        except _errors():
            self._catches = False  # no plpgsql, or it took too long
            return None
        found: list[str | None] = json.loads(answers)
        return found

    def _run(self, query: str, width: int, tuples: Sequence[Values]) -> list[str | None]:
        return [answer for (answer,) in self._rows(query, [[one[n] for one in tuples] for n in range(width)])]

    def _rows(self, query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        from psycopg import RawCursor
        from psycopg.rows import tuple_row

        with RawCursor(self._connection, row_factory=tuple_row) as cursor:
            return cursor.execute(query.encode(), parameters, prepare=False).fetchall()


_BLOCK = """
do $nself$
declare
  r jsonb;
  answer text;
  answers text[] := '{}';
begin
  for r in
    select e.value
    from pg_catalog.jsonb_array_elements(pg_catalog.current_setting('nself.given')::jsonb) with ordinality as e
    order by e.ordinality
  loop
    begin
      execute $nself_query$/* query */$nself_query$ into answer using /* arrays */;
      answers := pg_catalog.array_append(answers, answer);
    exception when others then
      answers := pg_catalog.array_append(answers, null);
    end;
  end loop;
  perform pg_catalog.set_config('nself.answers', pg_catalog.array_to_json(answers)::text, true);
end $nself$
"""


def strictly(expression: str) -> str:
    """A condition that must be true."""
    return f"({expression})"


def loosely(expression: str) -> str:
    """A condition that, as a check, only must not be false."""
    return f"({expression}) is not false"


def texts_of_functions(connection: psycopg.Connection[Any], texts: Mapping[_T, str]) -> dict[_T, list[str]]:
    """For each text the bodies of the functions of the schema's own that it calls, and of those that they call."""
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_FUNCTIONS.encode()).fetchall()
    bodies: dict[str, list[str]] = {}
    for name, body in rows:
        bodies.setdefault(name, []).append(body)
    return {key: _bodies(text, bodies) for key, text in texts.items()}


_FUNCTIONS = """
select p.proname::text, coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)
from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
join pg_catalog.pg_language as l on l.oid = p.prolang
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and l.lanname in ('sql', 'plpgsql')
order by n.nspname, p.proname, p.oid
"""


def _bodies(text: str, bodies: Mapping[str, Sequence[str]]) -> list[str]:
    import re

    found: dict[str, None] = {}
    waiting, seen = [text], set[str]()
    while waiting:
        for name in re.findall(r'(\w+|(?<=")[^"]+(?="))"?\s*\(', waiting.pop()):
            if name in bodies and name not in seen:
                seen.add(name)
                waiting += bodies[name]
                found.update(dict.fromkeys(bodies[name]))
    return list(found)


def _computed(columns: Sequence[Column]) -> str:
    return ", ".join(f"({one.computed})::{one.type.written} as {quote_identifier(one.name)}" for one in columns)


def _alone(written: str, conditions: Sequence[str]) -> str:
    bits = " || ".join(f"case when {one} then '1' else '0' end" for one in conditions) or "'1'"
    # The value is used, so that it is really read.
    read = "case when value is null then '' else '1' end"
    source = f"(select n, v::{written} as value from unnest($1::text[]) with ordinality as v (v, n)) as given"
    return f"select {read} || {bits} from {source} order by n"


def _fits(type_: Type, value: str) -> bool:
    """Whether no cast would cut the value to the type's length."""
    length = type_.length
    if length is None or "\0" in value:
        return "\0" not in value
    if type_.plain.name == "bit":
        return len(value) == length
    return len(value) <= length


def _errors() -> type[Exception]:
    import psycopg

    return psycopg.DatabaseError
