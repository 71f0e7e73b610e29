"""The names that a set's files use, against the tables that are there: which mean nothing any more, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest
from pytest_nself.data.sets.fixture_set import FixtureSet, Polymorphic
from pytest_nself.data.sets.meaning import references_called, typed_key, words_of
from pytest_nself.data.sets.named_tables import short_name, table_names
from pytest_nself.data.shape.model import Shape, Table
from pytest_nself.data.written.cells import Cell, CellKind, GeneratedSpec, RowSpec, TableSpec
from pytest_nself.data.written.references import read_reference

from .changes import Change, What
from .history import History
from .lock import LockedSet
from .problems import BadRow, Fix, Mend, MendKind, Problem, counted

_BY_OID = "the same table by its oid"


@dataclass(slots=True)
class Words:
    """Finds what means nothing, tells it, and gives the set as it would be with all of it mended or left out.

    `polymorphic` are the references that the set and those that it extends declare.
    """

    fixture_set: FixtureSet
    shape: Shape
    changes: tuple[Change, ...]
    locked: LockedSet | None
    history: History
    polymorphic: tuple[Polymorphic, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    _unknown: dict[tuple[ObjectRef, str], list[tuple[str, Cell, Place]]] = field(default_factory=dict)
    _renamed: dict[str, ObjectRef] = field(default_factory=dict)
    _dropped: set[str] = field(default_factory=set)
    _new_words: dict[tuple[ObjectRef, str], str | None] = field(default_factory=dict)

    def mended(self) -> FixtureSet:
        """The set under the names that there are now; what is gone is left out."""
        specs = [found for spec in self.fixture_set.tables if (found := self._table(spec)) is not None]
        self._tell_references()
        for (ref, word), uses in self._unknown.items():
            self._tell_column(ref, word, uses)
        tables = tuple(self._with_words(spec, table) for spec, table in specs)
        expects = tuple(
            replace(one, table=self._renamed.get(str(one.table), one.table))
            for one in self.fixture_set.expects
            if str(one.table) not in self._dropped
        )
        return replace(self.fixture_set, tables=tables, expects=expects)

    def _table(self, spec: TableSpec) -> tuple[TableSpec, Table] | None:
        found = self.shape.named(spec.table.schema, spec.table.name)
        if len(found) > 1:
            return None  # the compiler says what is to be written
        table = found[0] if found else self._table_elsewhere(spec)
        if table is None:
            return None
        for name, cell, place in _cells(spec):
            if not self._means(table, cell.column):
                self._unknown.setdefault((table.ref, cell.column), []).append((name, cell, place))
        return replace(spec, table=table.ref if not found else spec.table), table

    def _means(self, table: Table, word: str) -> bool:
        column = table.column(word)
        return (
            (column is not None and not column.generated)
            or bool(references_called(self.shape, table, word))
            or typed_key(self.shape, table, word, self.polymorphic) is not None
        )

    def _table_elsewhere(self, spec: TableSpec) -> Table | None:
        """The table under its new name; what was done to it is told."""
        change = self._change_of_table(spec.table)
        rows = tuple(BadRow(_row_name(spec, row.label), _line(row.place)) for row in spec.rows)
        name = self.fixture_set.name
        if change is None or (change.now is None and change.what is What.TABLE_RENAMED):
            self._dropped.add(str(spec.table))
            near = nearest(str(spec.table), table_names(self.shape))
            self.problems.append(
                Problem(
                    "fixture-unknown-table", name, f'There is no table "{spec.table}"', remedy=near, place=spec.place
                )
            )
            return None
        if change.now is None:
            self._dropped.add(str(spec.table))
            self.problems.append(
                Problem(
                    "fixture-table-dropped",
                    name,
                    f"The table {spec.table} was dropped",
                    change.proof,
                    rows,
                    remedy=f"take its rows out; tests may ask for {counted(len(rows), 'row')} of them",
                    fix=Fix.ASKS,
                    place=_line(spec.place),
                    migration=change.migration,
                )
            )
            return None
        table = self.shape.tables[change.now]
        new = short_name(self.shape, table.ref)
        self._renamed[str(spec.table)] = table.ref
        mends = [Mend(MendKind.RENAME_TABLE, Place(path), _written(spec.table), new) for path in self.fixture_set.files]
        mends += self._references(spec.table, new)
        self.problems.append(
            Problem(
                "fixture-table-renamed",
                name,
                f"The table {spec.table} was renamed to {new}",
                change.proof,
                rows,
                remedy=f"call it {new} in this set; tests that ask for {spec.table} must do so, too",
                fix=Fix.SAFE if change.sure else Fix.ASKS,
                mends=tuple(mends),
                place=_line(spec.place),
                migration=change.migration,
            )
        )
        return table

    def _references(self, old: ObjectRef, new: str) -> Iterator[Mend]:
        """References to rows of a table that has another name now."""
        for spec in self.fixture_set.tables:
            for _, cell, _ in _cells(spec):
                for text, place in _referring(cell):
                    head = f"${_written(old)}"
                    if text.startswith((f"{head}.", f"{head}[")):
                        yield Mend(MendKind.SET_VALUE, place, text, f"${new}{text[len(head) :]}")

    def _tell_references(self) -> None:
        """References to rows of a table that another set brings, and that has another name now."""
        for head in dict.fromkeys(_heads(self.fixture_set)):
            if self.shape.named(head.schema, head.name) or str(head) in self._renamed:
                continue
            change = self._change_of_table(head)
            if change is None or change.now is None:
                continue  # the compiler says that there is none
            new = short_name(self.shape, change.now)
            self._renamed[str(head)] = change.now
            mends = tuple(self._references(head, new))
            if mends:
                self.problems.append(
                    Problem(
                        "fixture-table-renamed",
                        self.fixture_set.name,
                        f"The table {head} was renamed to {new}",
                        change.proof,
                        tuple(BadRow(mend.old, _line(mend.place)) for mend in mends),
                        remedy=f"call it {new} in {counted(len(mends), 'reference')}",
                        fix=Fix.SAFE if change.sure else Fix.ASKS,
                        mends=mends,
                        migration=change.migration,
                    )
                )

    def _change_of_table(self, ref: ObjectRef) -> Change | None:
        for change in self.changes:
            if change.what in (What.TABLE_RENAMED, What.TABLE_DROPPED) and _same(change.table, ref):
                return change
        oid = self.history.identity(ref)
        if oid is None:
            return None
        now, last = self.history.renamed(ref), self.history.last_with(ref, lambda _: True)
        cause = self.history.change(lambda state: state.names.get(oid))
        if now is None or now not in self.shape.tables:
            return Change(What.TABLE_DROPPED, last.ref if last is not None else ref, cause=cause)
        return Change(What.TABLE_RENAMED, ref, after=str(now), cause=cause, proof=_BY_OID, now=now)

    def _tell_column(self, ref: ObjectRef, word: str, uses: list[tuple[str, Cell, Place]]) -> None:
        table = self.shape.tables[ref]
        name = short_name(self.shape, ref)
        change = self._change_of_column(ref, word) if table.column(word) is None else None
        places = dict.fromkeys((row, place) for row, _, place in uses)
        rows = tuple(BadRow(row, _line(place)) for row, place in places)
        cells = {cell.place: cell for _, cell, _ in uses}
        column = table.column(word)
        if column is not None:
            self._new_words[ref, word] = None
            self.problems.append(
                Problem(
                    "fixture-column-generated",
                    self.fixture_set.name,
                    f"{name}.{word} is generated: PostgreSQL computes it",
                    rows=rows,
                    remedy=f"remove the key {word} ({counted(len(cells), 'place')})",
                    fix=Fix.SAFE,
                    mends=tuple(Mend(MendKind.REMOVE_KEY, place, word) for place in cells),
                )
            )
            return
        if change is None:
            self._new_words[ref, word] = None
            self.problems.append(
                Problem(
                    "fixture-unknown-column",
                    self.fixture_set.name,
                    f'{name} has no column "{word}"',
                    rows=rows,
                    remedy=nearest(word, words_of(table)) or "correct the name",
                )
            )
            return
        told = {"rule": f"fixture-{change.what.value}", "set_name": self.fixture_set.name, "rows": rows}
        if change.what is What.DROPPED:
            self._new_words[ref, word] = None
            self.problems.append(
                Problem(
                    **told,  # type: ignore[arg-type]
                    sentence=f"{name}.{change.column} was dropped",
                    remedy=f"remove the key {word} ({counted(len(cells), 'place')})",
                    fix=Fix.SAFE,
                    mends=tuple(Mend(MendKind.REMOVE_KEY, place, word) for place in cells),
                    migration=change.migration,
                )
            )
            return
        new = _new_word(word, change)
        self._new_words[ref, word] = new
        self.problems.append(
            Problem(
                **told,  # type: ignore[arg-type]
                sentence=f"{name}.{change.before} was renamed to {change.after}",
                proof=change.proof,
                remedy=f"rename the key {word} to {new} ({counted(len(cells), 'place')})",
                fix=Fix.SAFE,
                mends=tuple(Mend(MendKind.RENAME_KEY, place, word, new) for place in cells),
                migration=change.migration,
            )
        )

    def _change_of_column(self, ref: ObjectRef, word: str) -> Change | None:
        """What the lock says of the column that the word meant, else what the migrations did to one of this name."""
        old = next((key for key, now in self._renamed.items() if now == ref), None)
        for known, table in (self.locked.tables if self.locked is not None else {}).items():
            if known == ref or (old is not None and str(known) in (old, f"public.{old}")):
                column = table.written(word)
                for change in self.changes if column is not None else ():
                    if change.what in (What.RENAMED, What.DROPPED) and change.column == column.name:  # type: ignore[union-attr]
                        return change if change.table == known else None
        return self._change_in_history(ref, word)

    def _change_in_history(self, ref: ObjectRef, word: str) -> Change | None:
        before = self.history.last_with(ref, lambda table: self._called(table, word) is not None)
        column = self._called(before, word) if before is not None else None
        if column is None:
            return None
        number = column.number

        def named(table: Table | None) -> str | None:
            found = table and next((one.name for one in table.columns if one.number == number), None)
            return found or None

        now = named(self.shape.tables[ref])
        cause = self.history.cause(ref, named)
        oid = self.history.identity(ref)
        if cause is None or oid is None or named(self.history.states[-1].table(oid)) == column.name:
            return None  # the tables that are there are not those that the migrations make
        if now is None:
            return Change(What.DROPPED, ref, column.name, cause=cause)
        proof = f"the same column by its attnum {number}"
        return Change(What.RENAMED, ref, column.name, before=column.name, after=now, cause=cause, proof=proof)

    def _called(self, table: Table, word: str):  # type: ignore[no-untyped-def]
        """The column that the word meant: by its name, or as what a foreign key of one column is called."""
        column = table.column(word)
        if column is None:
            called = [one for one in references_called(self.shape, table, word) if len(one.columns) == 1]
            column = table.column(called[0].columns[0]) if called else None
        return column

    def _with_words(self, spec: TableSpec, table: Table) -> TableSpec:
        def cells(found: tuple[Cell, ...]) -> tuple[Cell, ...]:
            return tuple(new for cell in found if (new := self._cell(cell, table.ref)) is not None)

        rows = tuple(
            replace(row, cells=cells(row.cells), merged=cells(row.merged), defaults=cells(row.defaults))
            for row in spec.rows
        )
        return replace(spec, rows=rows, generated=tuple(replace(one, cells=cells(one.cells)) for one in spec.generated))

    def _cell(self, cell: Cell, ref: ObjectRef) -> Cell | None:
        key = (ref, cell.column)
        if key in self._new_words:
            word = self._new_words[key]
            if word is None:
                return None
            cell = replace(cell, column=word)
        if cell.kind is CellKind.REFERENCE:
            for old, new in self._renamed.items():
                head = f"${old}"
                if cell.text.startswith((f"{head}.", f"{head}[")):
                    return replace(cell, text=f"${short_name(self.shape, new)}{cell.text[len(head) :]}")
        return cell


def _cells(spec: TableSpec) -> Iterator[tuple[str, Cell, Place]]:
    """Each cell of each row with the row's name; what rows have in common comes once for each of them."""
    found: list[tuple[RowSpec | GeneratedSpec, tuple[Cell, ...]]] = [(row, row.all_cells) for row in spec.rows]
    found += [(one, one.cells) for one in spec.generated]
    for row, cells in found:
        for cell in cells:
            yield _row_name(spec, row.label), cell, row.place


def _heads(fixture_set: FixtureSet) -> Iterator[ObjectRef]:
    """The tables that references may name: `$users.alice`, `$app.users.alice`."""
    for spec in fixture_set.tables:
        for _, cell, place in _cells(spec):
            for text, _ in _referring(cell):
                path = read_reference(text, place).path
                yield ObjectRef("table", None, path[0])
                if len(path) > 2:
                    yield ObjectRef("table", path[0], path[1])


def _row_name(spec: TableSpec, label: str | None) -> str:
    return f"{spec.table}.{label}" if label else f"a row of {spec.table}"


def _line(place: Place) -> Place:
    return Place(place.path, place.line)


def _referring(cell: Cell) -> Iterator[tuple[str, Place]]:
    if cell.kind is CellKind.REFERENCE:
        yield read_reference(cell.text, cell.place).text, cell.place
    elif cell.value is not None:
        yield from ((one.text, one.place) for one in cell.value.references())


def _same(known: ObjectRef, written: ObjectRef) -> bool:
    return known.name == written.name and written.schema in (None, known.schema)


def _written(ref: ObjectRef) -> str:
    return ref.name if ref.schema is None else f"{ref.schema}.{ref.name}"


def _new_word(word: str, change: Change) -> str:
    """`writer` for `author` where author_id is writer_id now; else the new column's name."""
    if word != change.before and change.before.startswith(word):
        end = change.before[len(word) :]
        if change.after.endswith(end) and change.after != end:
            return change.after[: -len(end)]
    return change.after
