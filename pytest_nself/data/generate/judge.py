"""Asking the server which rows pass: it evaluates the checks and the expressions of keys itself, nothing is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import quote_identifier, quote_qualified
from pytest_nself.data.shape.model import Check, Column, Exclusion, Shape, Table

from .keys import is_about_row, names_in

if TYPE_CHECKING:
    import psycopg

Row = Sequence["str | None"]
_TOGETHER = 200
"""How many rules are asked about at once; a row of an answer has room for some more."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that rows must fulfil: what it is called, as an expression, and which columns it speaks of."""

    name: str
    expression: str
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judge:
    """What the server says of rows of one table. It only selects, each time behind a savepoint."""

    connection: psycopg.Connection[Any]
    table: Table
    columns: tuple[str, ...]
    _text: list[str] = field(default_factory=list)

    def failing(self, rows: Sequence[Row], rule: Rule) -> set[int]:
        """The rows (by place) that do not pass; a row for which the server raises an error is one of them."""
        answers = self.values(rows, [f"case when ({rule.expression}) is not false then 't' end"])
        return {place for place, answer in enumerate(answers) if answer is None or answer[0] is None}

    def failing_each(self, rows: Sequence[Row], rules: Sequence[Rule]) -> list[set[int]]:
        """The same for several rules, in one question where none of them raises an error."""
        whole = [is_about_row(rule.expression) for rule in rules]
        answers = None
        if rows and len(rules) > 1 and len(rules) <= _TOGETHER and not any(whole):
            answers = self._try(rows, [f"case when ({rule.expression}) is not false then 't' end" for rule in rules])
        if answers is None:
            return [self.failing(rows, rule) for rule in rules]
        return [{place for place, one in enumerate(answers) if one[at] is None} for at in range(len(rules))]

    def values(self, rows: Sequence[Row], expressions: Sequence[str]) -> list[tuple[str | None, ...] | None]:
        """What the expressions give for each row, as text; None where that is an error."""
        if not rows:
            return []
        answers = self._try(rows, expressions)
        if answers is not None:
            return list(answers)
        if len(rows) == 1:
            return [None]
        middle = len(rows) // 2
        return self.values(rows[:middle], expressions) + self.values(rows[middle:], expressions)

    def conflicts(self, rows: Sequence[Row], exclusion: Exclusion, first: int) -> list[tuple[int, int]]:
        """Pairs of rows (by place, the earlier one first) that exclude each other, the later one from `first` on.

        Ordered by the later one. Where the server cannot say, all rows from `first` on exclude themselves.
        """
        import psycopg
        from psycopg import RawCursor
        from psycopg.rows import tuple_row

        if len(rows) <= first:
            return []
        whole = [f"({one}) as nself_e{number}" for number, one in enumerate(exclusion.expressions)]
        where = f" where {exclusion.predicate}" if exclusion.predicate else ""
        source = f"select nself_place - 1 as place, {', '.join(whole)} from {self._relation()}{where}"
        pairs = " and ".join(
            f"a.nself_e{number} {operator} b.nself_e{number}" for number, operator in enumerate(exclusion.operators)
        )
        query = (
            f"with given as materialized ({source}) select a.place, b.place from given as a join given as b"
            f" on a.place < b.place and b.place >= {first} and {pairs} order by b.place, a.place"
        )
        arrays = [list(column) for column in zip(*rows, strict=True)]
        try:
            with self.connection.transaction(), RawCursor(self.connection, row_factory=tuple_row) as cursor:
                return cursor.execute(query.encode(), arrays).fetchall()
        except psycopg.Error as error:
            if self.connection.closed or isinstance(error, psycopg.OperationalError):
                raise
            return [(place, place) for place in range(first, len(rows))]

    def _try(self, rows: Sequence[Row], expressions: Sequence[str]) -> list[tuple[str | None, ...]] | None:
        import psycopg
        from psycopg import RawCursor
        from psycopg.rows import tuple_row

        wanted = ", ".join(f"({one})::pg_catalog.text" for one in expressions)
        relation = self._whole() if is_about_row(wanted) else self._relation()
        query = f"select {wanted} from {relation} order by nself_place"
        arrays = [list(column) for column in zip(*rows, strict=True)] or [[None] * len(rows)]
        try:
            with self.connection.transaction(), RawCursor(self.connection, row_factory=tuple_row) as cursor:
                return cursor.execute(query.encode(), arrays).fetchall()
        except psycopg.Error as error:
            if self.connection.closed or isinstance(error, psycopg.OperationalError):
                raise
            return None

    def _relation(self) -> str:
        """The rows as a relation that is called like the table, with its columns in its order."""
        if not self._text:
            self._text.append(self._made())
        return self._text[0]

    def _made(self) -> str:
        given = {name: number for number, name in enumerate(self.columns)}
        parameters = ", ".join(f"${number + 1}::pg_catalog.text[]" for number in range(max(1, len(given))))
        names = ", ".join(f"nself_{number}" for number in range(max(1, len(given))))
        stored = [self._stored(column, given) for column in self.table.columns if not column.generated]
        inner = (
            f"select nself_place, {', '.join(stored)} "
            f"from rows from (unnest({parameters})) with ordinality as nself_given ({names}, nself_place)"
        )
        computed = [column for column in self.table.columns if column.generated]
        name = quote_identifier(self.table.ref.name)
        if not computed:
            return f"({inner}) as {name}"
        more = ", ".join(
            f"({column.computed}) as {quote_identifier(column.name)}" if column.computed else "null"
            for column in computed
        )
        return f"(select {name}.*, {more} from ({inner}) as {name}) as {name}"

    def _whole(self) -> str:
        """The same for expressions about the row as a whole, which must be one of the table's own type."""
        name = quote_identifier(self.table.ref.name)
        columns = ", ".join(f"nself_given.{quote_identifier(column.name)}" for column in self.table.columns)
        row = f"row({columns})::{quote_qualified(self.table.ref.schema, self.table.ref.name)}"
        inner = self._relation().removesuffix(f" as {name}")
        return f"{inner} as nself_given cross join lateral unnest(array[{row}]) as {name}"

    def _stored(self, column: Column, given: dict[str, int]) -> str:
        name = quote_identifier(column.name)
        number = given.get(column.name)
        if number is not None:
            return f"nself_{number}::{column.type.plain.written} as {name}"
        default = column.default
        if default is None or column.sequence is not None or column.identity or "nextval" in default:
            default = "1" if column.identity or column.sequence else "null"
        return f"({default})::{column.type.plain.written} as {name}"


def rules_of(shape: Shape, table: Table) -> list[Rule]:
    """What rows of a table must fulfil one by one: its checks, those of its domains, the bounds of its partitions."""
    known = frozenset(column.name for column in table.columns)
    found = [Rule(one.name, one.expression, _spoken(one, table)) for one in table.checks]
    for column in table.columns:
        if column.generated:
            continue
        name = quote_identifier(column.name)
        for check in column.type.domain_checks:
            expression = (
                f"select ({check}) from (select {quote_identifier(table.ref.name)}.{name} as value) as nself_value"
            )
            found.append(Rule(column.type.written, f"({expression})", frozenset({column.name})))
    if table.partition_key is not None:
        leaves = list(shape.leaves(table))
        bounds = [leaf.partition_constraint for leaf in leaves]
        if leaves and None not in bounds:
            expression = " or ".join(f"({bound})" for bound in bounds)
            spoken = frozenset(name for name in known if name in expression)
            found.append(Rule("partitions", expression, spoken))
        for leaf in leaves:
            own = {check.definition for check in table.checks}
            for one in leaf.checks:
                if one.definition not in own and leaf.partition_constraint:
                    expression = f"not ({leaf.partition_constraint}) or ({one.expression})"
                    found.append(Rule(one.name, expression, frozenset(one.columns)))
    return found


def _spoken(check: Check, table: Table) -> frozenset[str]:
    """The columns that decide about a check: those behind generated ones too, and all where it is about the row."""
    found = set(check.columns)
    for column in table.columns:
        if column.name in found and column.generated:
            found.discard(column.name)
            found |= set(names_in(column.computed or ""))
    known = {column.name for column in table.columns if not column.generated}
    return frozenset(known if is_about_row(check.expression) else found & known)
