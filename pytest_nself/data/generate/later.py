"""References that are set when all rows are there: those that lead back, whose columns are null at first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pytest_nself.core.names import quote_identifier, quote_qualified
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import CopyRows, Statement, Step
from pytest_nself.data.shape.model import Reference, Table
from pytest_nself.data.strategies.stream import BLOCK, key_of, random_of

from .copying import copied
from .parents import Groups, Parents, Texts, uniform
from .rows import Rows

_NULLS = 0.1


@dataclass(slots=True)
class Coming:
    """Rows of a table that is decided later: a circle whose keys are checked at the end."""

    wanted: int
    found: Callable[[], Parents | None]

    @property
    def count(self) -> int:
        """How many there will be; as many as are wanted, as long as that is not known."""
        rows = self.found()
        return self.wanted if rows is None else rows.count

    def texts(self, column: str) -> Texts:
        """See Parents; null as long as the table is not decided."""

        def get(row: int) -> str | None:
            rows = self.found()
            return None if rows is None or not rows.count else rows.texts(column)(row % rows.count)

        return get


def key_columns(table: Table, rows: Rows) -> tuple[str, ...]:
    """The columns that tell the rows of a table apart, all of them written; none where there is no such key."""
    must = {column.name for column in table.columns if column.must}
    for key in table.keys:
        names = tuple(name for name in key.columns if name is not None)
        if key.plain and set(names) <= must & set(rows.columns):
            return names
    return ()


def late_steps(table: Table, reference: Reference, rows: Rows, parents: Parents, seed: int, number: int) -> list[Step]:
    """Steps that set a reference's columns, row by row: what they shall be goes into a temporary table."""
    keys = key_columns(table, rows)
    if not keys or not parents.count or not rows.count:
        return []
    fixed = [column for column in reference.columns if column in rows.columns]
    set_ = [column for column in reference.columns if column not in rows.columns]
    if not set_:
        return []
    temporary = quote_identifier(f"nself_later_{number}")
    name = quote_qualified(table.ref.schema, table.ref.name)
    columns = tuple(map(quote_identifier, (*keys, *set_)))
    made = _Late(table, reference, rows, parents, seed, keys, tuple(fixed), tuple(set_))
    joined = " and ".join(f"t.{one} = l.{one}" for one in map(quote_identifier, keys))
    assigned = ", ".join(f"{one} = l.{one}" for one in map(quote_identifier, set_))
    create = f"create temporary table {temporary} on commit drop as select {', '.join(columns)} from {name} limit 0"
    title = f"{table.ref}.{','.join(set_)}"
    return [
        Statement(f"prepare {title}", Sql(f"{create};")),
        CopyRows(
            f"send {title}",
            temporary,
            columns,
            made.chunks,
            rows.count,
            f"{seed}/{table.ref}/{reference.name}/{rows.count}",
        ),
        Statement(f"set {title}", Sql(f"update {name} as t set {assigned} from {temporary} as l where {joined};")),
        Statement(f"forget {title}", Sql(f"drop table {temporary};")),
    ]


@dataclass(frozen=True, slots=True)
class _Late:
    table: Table
    reference: Reference
    rows: Rows
    parents: Parents
    seed: int
    keys: tuple[str, ...]
    fixed: tuple[str, ...]
    set: tuple[str, ...]

    def chunks(self) -> Iterator[bytes]:
        """Key and wanted values, for the rows that refer to something."""
        targets = dict(zip(self.reference.columns, self.reference.target_columns, strict=True))
        keys = [self.rows.texts(column) for column in self.keys]
        wanted = [self.parents.texts(targets[column]) for column in self.set]
        for number in range(-(-self.rows.count // BLOCK)):
            rows = range(number * BLOCK, min((number + 1) * BLOCK, self.rows.count))
            pairs = [
                (row, place) for row, place in zip(rows, self._places(number, rows), strict=True) if place is not None
            ]
            columns = [[text(row) for row, _ in pairs] for text in keys]
            columns += [[text(place) for _, place in pairs] for text in wanted]
            yield copied(columns, len(pairs))

    def _places(self, number: int, rows: range) -> Sequence[int | None]:
        key = key_of(self.seed, str(self.table.ref), self.reference.name)
        random = random_of(key, number)
        count = self.parents.count
        if any(set(self.set) & set(one.columns) for one in self.table.keys):
            drawn: list[int | None] = [row if row < count else None for row in rows]
        else:
            drawn = [None if random.random() < _NULLS else one for one in uniform(random, rows, count)]
        if not self.fixed:
            return drawn
        targets = dict(zip(self.reference.columns, self.reference.target_columns, strict=True))
        groups = Groups(self.parents, tuple(targets[column] for column in self.fixed))
        texts = [self.rows.texts(column) for column in self.fixed]
        found: list[int | None] = []
        for row, place in zip(rows, drawn, strict=True):
            group = groups.of(tuple(text(row) for text in texts))
            found.append(group[place % len(group)] if place is not None and group else None)
        return found
