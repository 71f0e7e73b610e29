"""What the parts of a schema.dbml say of each other: judged without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.garbage import no_collection
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

from .cycles import find_cycles
from .duplicates import find_duplicates
from .model import Endpoint, Schema, Table, ValueKind, key_of, spell_name
from .problems import CONFLICT, MISSING, Nearest, in_order, nearest, raise_errors
from .reader import Reading, read_linked, read_text


@dataclass(frozen=True, slots=True)
class MissingTarget:
    """A table that a reference names and the file does not define: the database may have it (`auth.users`).

    `finding` is what to tell if it has not.
    """

    schema: str | None
    table: str
    columns: tuple[str, ...]
    place: Place
    finding: Finding


@dataclass(frozen=True, slots=True)
class Validation:
    """A schema, all that is wrong in it, and the targets that only a database can answer for."""

    schema: Schema
    findings: Findings
    missing: tuple[MissingTarget, ...]


def validate(text: str, path: str) -> Validation:
    """Read and judge the text of a schema.dbml; nothing is raised.

    Where a part could not be read, nothing is told that may only be missing because of it.
    """
    return judge(read_text(text, path))


def validate_linked(path: str, load: Callable[[str], str | None]) -> Validation:
    """The same for a schema.dbml and all files that it uses; see `read_linked`."""
    return judge(read_linked(path, load))


@no_collection()
def judge(reading: Reading) -> Validation:
    """What was read, judged."""
    complete = not reading.findings.at_least(Severity.ERROR)
    findings = in_order([*reading.findings, *check_schema(reading.schema, complete=complete)])
    return Validation(reading.schema, findings, missing_targets(reading.schema) if complete else ())


def read_valid(text: str, path: str) -> tuple[Schema, tuple[MissingTarget, ...]]:
    """The schema of a text, and the targets that a database must answer for.

    Raises one SchemaError that tells every other error, each with its line and column.
    """
    validation = validate(text, path)
    raise_errors(validation.findings, path)
    return validation.schema, validation.missing


def missing_targets(schema: Schema) -> tuple[MissingTarget, ...]:
    """Each end of a reference whose table the file neither defines nor uses from another file."""
    tables = schema.tables_by_key()
    used = {
        key_of(None if one.alias else one.schema, one.alias or one.name)
        for use in schema.uses
        for one in use.elements
        if one.kind == "table"
    }
    found = []
    near = Nearest(table.name for table in schema.tables)
    for ref in schema.refs:
        for end in (ref.left, ref.right):
            if end.key in tables or end.key in used:
                continue
            finding = Finding(
                MISSING,
                Severity.ERROR,
                ObjectRef("table", end.schema, end.table),
                f'table "{spell_name(end.schema, end.table)}", which {_other(ref.left, ref.right, end)} points to, '
                "does not exist",
                near(end.table),
                place=end.place,
            )
            found.append(MissingTarget(end.schema, end.table, end.columns, end.place, finding))
    return tuple(found)


def _other(left: Endpoint, right: Endpoint, end: Endpoint) -> str:
    return str(left if end is right else right)


def check_schema(schema: Schema, *, complete: bool = True) -> Findings:
    """All that can be told without a server, but for missing targets of references.

    Without `complete` a part of the file could not be read, and nothing is told that it may hold.
    """
    found = [*find_duplicates(schema), *_keys(schema), *find_cycles(schema)]
    if complete:
        found += _absent(schema)
    return in_order(found)


def _error(rule: str, table: ObjectRef, message: str, place: Place, remedy: str = "") -> Finding:
    return Finding(rule, Severity.ERROR, table, message, remedy, place=place)


def _ref_of(table: Table) -> ObjectRef:
    return ObjectRef("table", table.schema, table.name)


def _keys(schema: Schema) -> Iterable[Finding]:
    """Two primary keys of a table, and a primary key that may be null."""
    for table in schema.tables:
        keys: list[tuple[str, Place]] = []
        columns = [column for column in table.columns if column.pk]
        if columns:
            keys.append((", ".join(column.name for column in columns), columns[0].place))
        for index in table.indexes:
            if index.pk:
                keys.append((", ".join(item.text for item in index.items), index.place))
        for text, place in keys[1:]:
            message = f'table "{table}" has two primary keys: ({text}), and ({keys[0][0]}) at {keys[0][1]}'
            yield _error(CONFLICT, _ref_of(table), message, place, "keep one of them")
        for column in columns:
            if column.not_null is False:
                message = f'column "{table}.{column.name}" is in the primary key: it is never null, whatever it says'
                yield Finding(CONFLICT, Severity.WARNING, _ref_of(table), message, "take out null", place=column.place)


def _absent(schema: Schema) -> Iterable[Finding]:
    """What is named and is not there: columns, tables of groups and records, enums of defaults."""
    tables = schema.tables_by_key()
    for table in schema.tables:
        yield from _absent_in(table)
    for enum in schema.enums:
        if not enum.values:
            subject = ObjectRef("enum", enum.schema, enum.name)
            yield _error(CONFLICT, subject, f'enum "{enum}" has no values', enum.place, "write its values in its body")
    for ref in schema.refs:
        for end in (ref.left, ref.right):
            if end.key in tables:
                yield from _columns(tables[end.key], end.columns, end.place, "a reference")
        if ref.left == ref.right:
            message = f"the two ends of a reference are the same: {ref.left}"
            yield _error(CONFLICT, ObjectRef("table", ref.left.schema, ref.left.table), message, ref.place)
    near = Nearest(table.name for table in schema.tables)
    used = {key_of(one.schema, one.alias or one.name) for use in schema.uses for one in use.elements}
    for group in schema.groups:
        for member in group.members:
            if member.key not in tables and member.key not in used:
                subject = ObjectRef("table group", group.schema, group.name)
                name = spell_name(member.schema, member.name)
                message = f'table "{name}" of table group "{group.name}" does not exist'
                yield _error(MISSING, subject, message, member.place, near(member.name))
    for records in schema.records:
        subject = ObjectRef("table", records.schema, records.table)
        if records.key not in tables:
            message = f'table "{spell_name(records.schema, records.table)}" of the records does not exist'
            yield _error(MISSING, subject, message, records.place, near(records.table))
            continue
        yield from _columns(tables[records.key], records.columns, records.place, "the records")
        for row in records.rows:
            if len(row) != len(records.columns):
                message = f"a record has {len(row)} values for {len(records.columns)} columns"
                yield _error(CONFLICT, subject, message, row[0].place if row else records.place)
    yield from _enum_defaults(schema, tables.values())


def _absent_in(table: Table) -> Iterable[Finding]:
    if not table.columns:
        yield _error(CONFLICT, _ref_of(table), f'table "{table}" has no columns', table.place, "write them in its body")
    for index in table.indexes:
        for item in index.items:
            if not item.expression:
                yield from _columns(table, (item.text,), item.place, "an index")


def _columns(table: Table, columns: Iterable[str], place: Place, what: str) -> Iterable[Finding]:
    for name in columns:
        if table.column(name) is None:
            message = f'column "{name}", which {what} names, does not exist in table "{table}"'
            yield _error(MISSING, _ref_of(table), message, place, nearest(name, [one.name for one in table.columns]))


def _enum_defaults(schema: Schema, tables: Iterable[Table]) -> Iterable[Finding]:
    enums = schema.enums_by_key()
    used = {key_of(one.schema, one.alias or one.name) for use in schema.uses for one in use.elements}
    near = Nearest(enum.name for enum in schema.enums)
    for table in tables:
        for column in table.columns:
            default = column.default
            if default is None or default.kind is not ValueKind.ENUM or default.enum is None:
                continue
            key = key_of(default.schema, default.enum)
            enum = enums.get(key)
            if enum is None and key not in used:
                message = f'enum "{spell_name(default.schema, default.enum)}" of a default does not exist'
                remedy = near(default.enum)
                yield _error(MISSING, _ref_of(table), message, default.place, remedy)
            elif enum is not None and default.text not in {value.name for value in enum.values}:
                message = f'enum "{enum}" has no value "{default.text}"'
                remedy = nearest(default.text, [value.name for value in enum.values])
                yield _error(MISSING, _ref_of(table), message, default.place, remedy)
