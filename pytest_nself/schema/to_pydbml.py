"""A `Schema` as pydbml's objects, for programs that speak them, and what those objects cannot hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

from .model import (
    Column,
    ColumnType,
    Comment,
    Directive,
    Endpoint,
    Enum,
    Index,
    Note,
    Project,
    Ref,
    Schema,
    Setting,
    StickyNote,
    Table,
    TableGroup,
    Value,
    ValueKind,
    key_of,
    spell_name,
)
from .problems import in_order
from .pydbml_import import import_pydbml

if TYPE_CHECKING:
    from pydbml.database import Database

LEFT_OUT = "dbml-left-out"


@dataclass(frozen=True, slots=True)
class Bridged:
    """pydbml's database, and what is missing in it.

    A finding is a warning where a database made of it would be another, and a note where no database can show it.
    """

    database: Database
    left_out: Findings


def to_pydbml(schema: Schema) -> Bridged:
    """The schema in pydbml's objects; ToolMissing where pydbml is not installed.

    Partials are written out in the tables that take them. What pydbml has no word for is told in `left_out`: checks,
    records, `use`, views of the diagram, orders of index items, settings and metadata that are no strings. An index
    with `where`, and a reference that is inactive or whose columns are not in the file, is left out as a whole, since
    what would be left of it says something else. Directives go where pydbml keeps comments, lines of which are one
    text there; metadata goes into `properties`.

    Not told is what means the same: `null`, a note without text, quotes that a name does not need, `public` that was
    written or not. Places are lost. References are as they were written; mind that pydbml's own SQL gives the key of
    `-` to the left table, and of what stands by itself the language gives it to the right one.
    """
    builder = _Builder(schema)
    builder.build()
    return Bridged(builder.database, in_order(builder.left_out))


class _Builder:
    """Fills one database."""

    def __init__(self, schema: Schema) -> None:
        pydbml = import_pydbml()
        self.make = pydbml.classes
        self.refused = pydbml.exceptions.DatabaseValidationError
        self.schema = schema
        self.database: Any = pydbml.Database()
        self.left_out: list[Finding] = []
        self.enums: dict[tuple[str, str], Any] = {}
        self.tables: dict[tuple[str, str], Any] = {}

    def build(self) -> None:
        """All that the schema says, in pydbml's order: what is named by others first."""
        schema = self.schema
        for enum in schema.enums:
            self.enum(enum)
        for table in schema.tables:
            self.table(table)
        for ref in schema.refs:
            self.ref(ref)
        for group in schema.groups:
            self.group(group)
        for note in schema.notes:
            self.sticky_note(note)
        if schema.project is not None:
            self.project(schema.project)
        self.rest()

    def tell(
        self, subject: ObjectRef, what: str, place: Place, then: str = "is left out", *, counts: bool = True
    ) -> None:
        """Remember what is left out, or said otherwise. It `counts` where a database would show it."""
        severity = Severity.WARNING if counts else Severity.INFO
        message = f'{subject.kind} "{subject}": {what} {then}'
        self.left_out.append(Finding(LEFT_OUT, severity, subject, message, place=place))

    def settings(self, subject: ObjectRef, settings: Iterable[Setting]) -> None:
        for one in settings:
            self.tell(subject, f'setting "{one.key}"', one.place, counts=False)

    def comments(self, subject: ObjectRef, comments: Iterable[Comment]) -> None:
        for one in comments:
            self.tell(subject, f'comment "{one.text}"', one.place, counts=False)

    def add(self, one: Any, subject: ObjectRef, place: Place) -> bool:
        """Whether pydbml takes it: not a second one of a name, and no two names that are one to it."""
        try:
            self.database.add(one)
        except self.refused:
            self.tell(subject, "a second definition", place)
            return False
        return True

    def properties(self, subject: ObjectRef, settings: Iterable[Setting]) -> dict[str, str]:
        found: dict[str, str] = {}
        for one in settings:
            if one.key in found or one.value is None or one.value.kind is not ValueKind.STRING:
                self.settings(subject, (one,))
            else:
                found[one.key] = one.value.text
        if found:
            self.database.allow_properties = True
        return found

    def enum(self, enum: Enum) -> None:
        subject = ObjectRef("enum", enum.schema, enum.name)
        items = []
        for one in enum.values:
            items.append(self.make.EnumItem(one.name, _text(one.note), _comment(one.comments)))
            self.settings(subject, one.metadata)
        built = self.make.Enum(enum.name, items, enum.key[0], _comment(enum.comments))
        if enum.note is not None:
            self.tell(subject, "the note", enum.note.place)
        self.settings(subject, enum.metadata)
        if self.add(built, subject, enum.place):
            self.enums[enum.key] = built

    def table(self, table: Table) -> None:
        subject = ObjectRef("table", table.schema, table.name)
        color = None
        for one in table.settings:
            if one.key == "headercolor" and one.value is not None and color is None:
                color = one.value.text
            else:
                self.settings(subject, (one,))
        built = self.make.Table(
            table.name,
            table.key[0],
            table.alias,
            columns=[self.column(one, subject) for one in table.columns],
            note=_text(table.note),
            header_color=color,
            comment=_comment((*table.comments, *table.directives)),
            properties=self.properties(subject, table.metadata),
        )
        for index in table.indexes:
            self.index(index, built, subject)
        for check in table.checks:
            self.tell(subject, f"check `{check.expression}`", check.place)
        if built.alias and (built.alias in self.database.table_dict or built.alias == built.full_name):
            self.tell(subject, f'alias "{table.alias}"', table.place, counts=False)
            built.alias = None
        if self.add(built, subject, table.place):
            self.tables[table.key] = built

    def column(self, column: Column, table: ObjectRef) -> Any:
        subject = ObjectRef("column", table.schema, table.name, column.name)
        for check in column.checks:
            self.tell(subject, f"check `{check.expression}`", check.place)
        return self.make.Column(
            column.name,
            self.type_of(column.type),
            unique=column.unique,
            not_null=column.not_null is True,
            pk=column.pk,
            autoinc=column.increment,
            default=None if column.default is None else self.default(column.default, subject),
            note=_text(column.note),
            comment=_comment((*column.comments, *column.directives)),
            properties=self.properties(subject, column.metadata),
        )

    def type_of(self, kind: ColumnType) -> Any:
        """An enum of the file, or the type's text."""
        enum = self.enums.get(key_of(kind.schema, kind.name))
        return kind.text if enum is None or kind.arguments or kind.dimensions else enum

    def default(self, value: Value, column: ObjectRef) -> Any:
        """The default as one of pydbml's values; a number that Python would change is an expression."""
        if value.kind is ValueKind.NULL:
            self.tell(column, "default null", value.place, "is no default, which means the same", counts=False)
            return None
        if value.kind is ValueKind.EXPRESSION:
            return self.make.Expression(value.text)
        if value.kind is ValueKind.BOOLEAN:
            return value.text == "true"
        if value.kind is ValueKind.NUMBER:
            number = _number(value.text)
            if number is None:
                then = "is an expression, since Python's numbers would change it"
                self.tell(column, f"default {value.text}", value.place, then, counts=False)
                return self.make.Expression(value.text)
            return number
        if value.kind is ValueKind.ENUM:
            name = spell_name(value.schema, value.enum or "")
            self.tell(column, f"default {name}.{value.text}", value.place, "is a string", counts=False)
        return value.text

    def index(self, index: Index, table: Any, subject: ObjectRef) -> None:
        names = ", ".join(item.text for item in index.items)
        if index.where is not None:
            self.tell(subject, f"index ({names}) where {index.where}", index.place)
            return
        parts = []
        for item in index.items:
            part = self.make.Expression(item.text) if item.expression else table.get(item.text)
            if part is None:
                self.tell(subject, f"the columns of index ({names}) are not all in it:", index.place, "it is left out")
                return
            if item.descending is not None or item.nulls_first is not None:
                self.tell(subject, f"the order of {item.text} in index ({names})", item.place)
            parts.append(part)
        self.settings(subject, index.metadata)
        built = self.make.Index(
            parts, index.name, index.unique, index.type, index.pk, _text(index.note), _comment(index.comments)
        )
        table.add_index(built)

    def ref(self, ref: Ref) -> None:
        subject = ObjectRef("reference", None, f"{ref.left} {ref.relation} {ref.right}")
        ends = (self.columns(ref.left), self.columns(ref.right))
        if ref.inactive:
            self.tell(subject, "it is inactive,", ref.place, "and left out")
            return
        if not all(ends):
            self.tell(subject, "its columns are not all in the file:", ref.place, "it is left out")
            return
        if ref.schema is not None:
            self.tell(subject, f'schema "{ref.schema}" of the name', ref.place, counts=False)
        if ref.left_optional or ref.right_optional:
            self.tell(subject, "what is optional", ref.place, counts=False)
        if ref.color is not None:
            self.tell(subject, "the color", ref.place, counts=False)
        if ref.note is not None:
            self.tell(subject, "the note", ref.note.place, counts=False)
        self.settings(subject, ref.metadata)
        built = self.make.Reference(
            str(ref.relation), *ends, ref.name, _comment(ref.comments), ref.on_update, ref.on_delete, ref.inline
        )
        self.add(built, subject, ref.place)

    def columns(self, end: Endpoint) -> list[Any]:
        """pydbml's columns of an end, or none at all."""
        table = self.tables.get(end.key)
        found = [None if table is None else table.get(name) for name in end.columns]
        return [] if None in found else found

    def group(self, group: TableGroup) -> None:
        subject = ObjectRef("table group", group.schema, group.name)
        color, members = None, []
        for member in group.members:
            table = self.tables.get(member.key)
            if table is None:
                name = spell_name(member.schema, member.name)
                self.tell(subject, f'member "{name}", which is not in the file,', member.place, counts=False)
            else:
                members.append(table)
        for one in group.settings:
            if one.key == "color" and one.value is not None and color is None:
                color = one.value.text
            else:
                self.settings(subject, (one,))
        if group.schema is not None:
            self.tell(subject, f'schema "{group.schema}" of the name', group.place, counts=False)
        self.settings(subject, group.metadata)
        note = self.make.Note(group.note.text) if group.note is not None else None
        built = self.make.TableGroup(group.name, members, _comment(group.comments), note, color)
        self.add(built, subject, group.place)

    def sticky_note(self, note: StickyNote) -> None:
        subject = ObjectRef("note", None, note.name)
        self.settings(subject, (*note.settings, *note.metadata))
        self.comments(subject, note.comments)
        self.database.add(self.make.StickyNote(note.name, note.text))

    def project(self, project: Project) -> None:
        subject = ObjectRef("project", None, project.name or "")
        items = {}
        for one in project.settings:
            if one.key in items or one.value is None or one.value.kind is not ValueKind.STRING:
                self.settings(subject, (one,))
            else:
                items[one.key] = one.value.text
        self.settings(subject, project.metadata)
        built = self.make.Project(project.name or "", items, _text(project.note), _comment(project.comments))
        self.database.add(built)

    def rest(self) -> None:
        """What pydbml has no kind for."""
        schema = self.schema
        subject = ObjectRef("file", None, schema.path)
        for partial in schema.partials:
            then = "is written out in the tables that take it"
            self.tell(subject, f'TablePartial "{partial.name}"', partial.place, then, counts=False)
        for records in schema.records:
            name = spell_name(records.schema, records.table)
            self.tell(subject, f"records of {name}", records.place, "are left out", counts=False)
        for use in schema.uses:
            self.tell(subject, f'what is used from "{use.path}"', use.place)
        for block in schema.blocks:
            self.tell(subject, " ".join(filter(None, (block.kind, block.name))), block.place, counts=False)
        self.comments(subject, schema.comments)


def _text(note: Note | None) -> str | None:
    return None if note is None else note.text


def _comment(comments: Sequence[Comment | Directive]) -> str | None:
    """One text in the order of the file: pydbml keeps one comment for each object."""
    ordered = sorted(comments, key=lambda one: (one.place.line or 0, one.place.column or 0))
    return "\n".join(one.text for one in ordered) if ordered else None


def _number(text: str) -> int | float | None:
    """The number whose text is this one, if Python has it."""
    for kind in (int, float):
        try:
            number = kind(text)
            if str(number) == text:
                return number
        except ValueError:
            continue
    return None
