"""What of a database DBML has no words for: the SQL that makes it, for comments, and a warning for each object."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pytest_nself.catalog.ddl import named_relation, options_text, qualified
from pytest_nself.catalog.deciding import decide
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.catalog.kinds import kinds
from pytest_nself.catalog.ordering import Act, ordered
from pytest_nself.catalog.writing import written
from pytest_nself.core.errors import Refused
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import NAME_PATTERN, ObjectRef, parse_qualified, spell_identifier

from .model import PUBLIC, Comment, Key, key_of

UNSAID = "dbml-unsaid"
MARK = "nself:sql"
_STORAGE = {"p": "plain", "e": "external", "x": "extended", "m": "main"}
_SEQUENCE = re.compile(r"nextval\('(.+)'::regclass\)")
_LARGEST = {"smallint": 32767, "integer": 2147483647, "bigint": 9223372036854775807}
_ON_TABLES = ("policy", "trigger", "rule", "partition", "inheritance", "identity_sequence")
_OF_TABLES = frozenset(("table", "column", "default", "constraint", *_ON_TABLES))
_FIRST = re.compile(r"create |alter table (?:only )?\S+ add constraint |alter sequence \S+ owned by ", re.IGNORECASE)

_OWNER = re.compile(rf"alter [a-z ]+ [^\n]+ owner to {NAME_PATTERN}")


def empty_catalog(catalog: Catalog) -> Catalog:
    """What a new database of the same server holds, for whoever read this one."""
    public = ObjectRef("schema", None, PUBLIC)
    entries: dict[ObjectRef, Entry] = {}
    entry = catalog.get(public)
    if entry is not None:
        given = {"owner": "pg_database_owner", "comment": "standard public schema"}
        acl = ["=U/pg_database_owner", "pg_database_owner=UC/pg_database_owner"]
        entries[public] = entry.replaced(**given, acl=acl)
    return Catalog(entries, {}, catalog.unmodelled, catalog.role, catalog.version)


def serial_of(column: Entry, default: Entry | None, catalog: Catalog) -> ObjectRef | None:
    """The sequence of a column of the serial family, whose default and sequence are those that the type brings."""
    found = _SEQUENCE.fullmatch(default["expression"]) if default is not None else None
    if found is None or column["type"] not in _LARGEST or not column["not_null"]:
        return None
    schema, name = parse_qualified(found[1].replace("''", "'"))
    ref = ObjectRef("sequence", schema, name)
    sequence, owner = catalog.get(ref), catalog.get(ref._replace(kind="sequence_owner"))
    if sequence is None or owner is None or parse_qualified(owner["owned_by"]) != tuple(column.ref[1:]):
        return None
    usual = {"start": 1, "increment": 1, "minvalue": 1, "cache": 1, "cycle": False, "type": column["type"]}
    usual |= {"maxvalue": _LARGEST[column["type"]], "persistence": "permanent"}
    if schema != column.ref.schema or name != f"{column.ref.name}_{column.ref.part}_seq":
        return None
    return ref if all(sequence[attribute] == value for attribute, value in usual.items()) else None


class Unsaid:
    """Remembers what was said, and tells the rest."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._said: dict[ObjectRef, bool] = {}
        self._more: dict[ObjectRef, list[str]] = {}

    def said(self, ref: ObjectRef, *, comment: bool = True, extra: str = "") -> None:
        """DBML says this object, and its comment unless told otherwise; of `extra` it says nothing."""
        self._said[ref] = comment
        if extra:
            self._more.setdefault(ref, [])

    def made_of_index(self, entry: Entry) -> None:
        """A unique constraint that stands as an index: how the one becomes the other."""
        constraint = spell_identifier(entry.ref.part or "")
        timing = {None: "", "deferrable": " deferrable"}.get(entry["deferrable"], " deferrable initially deferred")
        add = f"alter table {qualified(entry.ref)} add constraint {constraint}"
        alter = f"{add} unique using index {constraint}{timing}"
        self._more.setdefault(entry.ref, []).append(alter)

    def told(
        self, tables: Collection[Key], schemas: Collection[str]
    ) -> tuple[Mapping[Key, tuple[Comment, ...]], list[str], Findings]:
        """Comments beside their tables, those that stand by themselves, and the findings."""
        for name in schemas:
            self.said(ObjectRef("schema", None, name), comment=False)
        beside: dict[Key, list[Comment]] = {}
        loose: list[str] = []
        findings: dict[ObjectRef, Finding] = {}
        owners = 0
        for ref, texts in self._statements():
            owners += sum(_OWNER.fullmatch(text) is not None for text in texts)
            texts = [*self._rest(ref, texts), *self._attributes(ref)]
            if not texts:
                continue
            key = self._home(ref)
            into = beside.setdefault(key, []) if key in tables else None
            for text in texts:
                note = f"{MARK}\n{text}" if "\n" in text else f"{MARK} {text}"
                if into is not None:
                    into.append(Comment(note))
                else:
                    loose.append(note)
            if not self._is_part_of_unsaid(ref):
                findings[ref] = self._finding(ref)
        for ref in self._catalog.unmodelled:
            findings[ref] = _warning(ref, f"{ref.kind} {ref} is not in the schema: nothing is known of it but its name")
        if owners:
            subject = ObjectRef("database", None, self._catalog.role)
            message = f"{owners} objects have another owner than {self._catalog.role}: DBML has no words for owners"
            findings[subject] = Finding(UNSAID, Severity.INFO, subject, message)
        return {key: tuple(texts) for key, texts in beside.items()}, loose, Findings(findings.values())

    def _statements(self) -> Iterator[tuple[ObjectRef, list[str]]]:
        """Each object with the statements that make it, in an order in which they can be run."""
        a, b = empty_catalog(self._catalog), self._catalog
        decision = decide(a, b)
        scene = decision.scene(a, b)
        try:
            acts = ordered(decision, a, b)
        except Refused:  # two that need each other: comments need no order
            acts = [
                Act("create", ref) for ref in sorted(decision.made, key=lambda ref: (kinds()[ref.kind].rank, str(ref)))
            ]
        for act in acts:
            try:
                yield act.ref, [ddl.text for _, ddl in written([act], decision, scene)]
            except Refused as error:
                yield act.ref, [f"-- {error.problem}"]

    def _rest(self, ref: ObjectRef, texts: list[str]) -> Iterator[str]:
        """The statements that DBML does not say itself."""
        comment = self._said.get(ref)
        entry = self._catalog.get(ref)
        for text in texts:
            if _OWNER.fullmatch(text):
                continue
            if comment is not None:
                if text.startswith("comment on ") and comment and not text.startswith("comment on index"):
                    continue
                if text.startswith("comment on index") and ref.kind == "index":
                    continue
                if ref.kind == "default":
                    continue
                if _FIRST.match(text) and not self._says_more(ref, entry):
                    continue
            yield text
        yield from self._more.get(ref, ())

    def _says_more(self, ref: ObjectRef, entry: Entry | None) -> bool:
        """Whether the statement that makes an object says more than DBML does."""
        if entry is None or ref.kind != "constraint":
            return ref.kind == "index" and entry is not None and bool(entry["options"] or entry["tablespace"])
        if self._more.get(ref):
            return False
        more = ref in self._more or entry["deferrable"] or not entry["validated"] or entry["options"]
        return bool(more)

    def _attributes(self, ref: ObjectRef) -> Iterator[str]:
        """What `create table` says beside what DBML says, as statements of its own."""
        entry = self._catalog.get(ref)
        if entry is None or ref not in self._said:
            return
        if ref.kind == "table":
            yield from _table_attributes(entry)
        elif ref.kind == "column":
            yield from _column_attributes(entry)

    def _home(self, ref: ObjectRef) -> Key:
        """The table beside which an object stands: the partitioned one for its partitions."""
        schema, name = ref.schema, ref.name
        if ref.kind in ("index", "statistics"):
            entry = self._catalog.get(ref)
            name = (entry["_table"] if entry is not None and entry["_table"] else "") or ""
        elif ref.kind not in _OF_TABLES:
            return ("", "")
        while (link := self._catalog.get(ObjectRef("partition", schema, name))) is not None:
            above = named_relation(link["of_table"])
            schema, name = above.schema, above.name
        return key_of(schema, name)

    def _is_part_of_unsaid(self, ref: ObjectRef) -> bool:
        """Whether it goes with a table that is told as a whole."""
        table = ObjectRef("table", ref.schema, ref.name)
        return ref.kind in ("column", "default", "constraint", "partition") and table not in self._said

    def _finding(self, ref: ObjectRef) -> Finding:
        what = f"{ref.kind.replace('_', ' ')} {ref}"
        if ref not in self._said:
            return _warning(ref, f"{what} stands as SQL in a comment: DBML has no words for it")
        return _warning(ref, f"what DBML has no words for of {what} stands as SQL in a comment")


def _warning(ref: ObjectRef, message: str) -> Finding:
    return Finding(UNSAID, Severity.WARNING, ref, message, "keep it in a migration of its own")


def _table_attributes(entry: Entry) -> Iterator[str]:
    alter = f"alter table {qualified(entry.ref)}"
    if entry["persistence"] == "unlogged":
        yield f"{alter} set unlogged"
    if entry["options"]:
        yield f"{alter} set ({options_text(entry['options'])})"
    if entry["toast_options"]:
        yield f"{alter} set ({', '.join('toast.' + options_text([one]) for one in entry['toast_options'])})"
    if entry["access_method"]:
        yield f"{alter} set access method {spell_identifier(entry['access_method'])}"
    if entry["tablespace"]:
        yield f"{alter} set tablespace {spell_identifier(entry['tablespace'])}"
    if entry["of_type"]:
        yield f"{alter} of {entry['of_type']}"
    for parent in entry["_parents"] or ():
        yield f"{alter} inherit {parent}"
    if entry["partition_key"]:
        yield f"create table {qualified(entry.ref)} (…) partition by {entry['partition_key']}"


def _column_attributes(entry: Entry) -> Iterator[str]:
    table, name = qualified(entry.ref), spell_identifier(entry.ref.part or "")
    alter = f"alter table {table} alter column {name}"
    if entry["collation"]:
        yield f"{alter} type {entry['type']} collate {entry['collation']}"
    if entry["generated"]:
        said = f"generated always as ({entry['generated_as']}) {entry['generated']}"
        yield f"alter table {table} add column {name} {entry['type']} {said}"
    if entry["identity"] == "always":
        yield f"{alter} set generated always"
    if entry["not_null_as"]:
        yield f"alter table {table} add constraint {_named(entry['not_null_as'], name)}"
    yield from _sequence_options(entry, alter)


def _named(said: str, column: str) -> str:
    """`name not null column no inherit` from the server's `name no inherit`."""
    own, _, more = said.partition(" ")
    return f"{own} not null {column}{' ' + more if more else ''}"


def _sequence_options(entry: Entry, alter: str) -> Iterator[str]:
    if not entry["identity_sequence"]:
        return
    named: tuple[str, ...] = tuple(parse_qualified(entry["identity_sequence"][0]))
    options: Any = entry["identity_sequence"][1]
    largest = _LARGEST.get(entry["type"], 0)
    if options != f"start with 1 increment by 1 minvalue 1 maxvalue {largest} cache 1 no cycle":
        words = re.findall(r"(start with|increment by|minvalue|maxvalue|cache) (-?\d+)", options)
        cycle = "set no cycle" if "no cycle" in options else "set cycle"
        yield f"{alter} {' '.join(f'set {word} {number}' for word, number in words)} {cycle}"
    promised = f"{entry.ref.name}_{entry.ref.part}_seq"
    if named != (entry.ref.schema, promised) and len(promised.encode()) <= 63:
        own = ".".join(map(spell_identifier, (entry.ref.schema or PUBLIC, promised)))
        yield f"alter sequence {own} rename to {spell_identifier(named[-1])}"
