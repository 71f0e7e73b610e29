"""Which tables a seed writes and reads, as its text says; what functions and triggers do besides, only a run shows."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_nself.core.names import QUALIFIED_PATTERN, parse_qualified

from .seed_file import SeedFile, SeedKind

if TYPE_CHECKING:
    from pytest_nself.data.shape.model import Shape


class TableName(NamedTuple):
    """A table as a file names it; without a schema it is searched for."""

    schema: str | None
    name: str

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Touches:
    """What a file writes and reads. `unknown`: there may be more, and why.

    `columns` are those that its SQL names of a table that it writes; a table whose columns it does not name is no key.
    """

    writes: frozenset[TableName] = frozenset()
    reads: frozenset[TableName] = frozenset()
    unknown: str = ""
    columns: Mapping[TableName, frozenset[str]] = field(default_factory=dict, compare=False)

    def in_shape(self, shape: Shape) -> Touches:
        """The same with the schemas of the database, and with the tables that foreign keys look into as read."""
        writes = frozenset(_found(shape, one) for one in self.writes)
        reads = {_found(shape, one) for one in self.reads}
        for one in writes:
            for table in shape.named(one.schema, one.name):
                reads |= {TableName(ref.target.schema, ref.target.name) for ref in table.references}
        columns = {_found(shape, one): names for one, names in self.columns.items()}
        return Touches(writes, frozenset(reads), self.unknown, columns)


def _found(shape: Shape, name: TableName) -> TableName:
    tables = shape.named(name.schema, name.name)
    return TableName(tables[0].ref.schema, tables[0].ref.name) if len(tables) == 1 else name


@lru_cache(maxsize=4096)
def touched(file: SeedFile) -> Touches:
    """What the file's text says. SeedError where its rows cannot be read."""
    if file.kind is SeedKind.SCRIPT:
        return Touches(unknown="what a script does shows only when it runs")
    if file.kind is SeedKind.SQL:
        return _of_sql(file.text)
    from .rows import read_rows

    if not file.declares_rows:
        return Touches(unknown="what factories make shows only when they run")
    return Touches(frozenset(TableName(spec.table.schema, spec.table.name) for spec in read_rows(file)))


def _of_sql(text: str) -> Touches:
    from pytest_nself.migrations.statements import scan, without_comments

    writes: set[TableName] = set()
    reads: set[TableName] = set()
    columns: dict[TableName, frozenset[str]] = {}
    whole: set[TableName] = set()
    unknown = ""
    for one in scan(text).statements:
        if not one.words or one.words[0] in ("set", "reset", "begin", "start", "commit", "end", "savepoint", "release"):
            continue
        said = without_comments(text[one.start : one.end])
        if one.words[0] in ("do", "call"):
            unknown = f"what `{one.words[0]}` does shows only when it runs"
            continue
        if one.words[0] in ("copy", "truncate"):
            writes |= set(_by_words(said))
            continue
        parsed = _parsed(said)
        if parsed is None:
            writes |= set(_by_words(said))
            unknown = unknown or "a statement could not be read without a server"
            continue
        own_writes, own_reads = _of_statement(parsed)
        writes |= own_writes
        reads |= own_reads
        for table, names in _columns(parsed):
            if names:
                columns[table] = columns.get(table, frozenset()) | names
            else:
                whole.add(table)
    known = {table: names for table, names in columns.items() if table not in whole}
    return Touches(frozenset(writes), frozenset(reads), unknown, known)


def _parsed(said: str) -> Any:
    import sqlglot
    from sqlglot.errors import SqlglotError

    logger = logging.getLogger("sqlglot")
    level = logger.level
    # It says of what it does not know that it does not know it; so do we, better.
    logger.setLevel(logging.CRITICAL)
    try:
        found = sqlglot.parse_one(said, dialect="postgres")
    except (SqlglotError, RecursionError):
        return None
    finally:
        logger.setLevel(level)
    return None if isinstance(found, sqlglot.exp.Command) else found


def _of_statement(parsed: Any) -> tuple[set[TableName], set[TableName]]:
    from sqlglot import exp

    writing = (exp.Insert, exp.Update, exp.Delete, exp.Merge)
    targets: list[Any] = []
    for node in parsed.find_all(*writing):
        target = node.this.this if isinstance(node.this, exp.Schema) else node.this
        targets.append(target)
        if isinstance(node, exp.Delete):
            targets += node.args.get("tables") or []
    with_names = {one.alias for one in parsed.find_all(exp.CTE)}
    made = {exp.Create, exp.Drop, exp.Alter} & {type(parsed)}
    writes = {_name(one) for one in targets if isinstance(one, exp.Table)}
    reads = {
        _name(one)
        for one in parsed.find_all(exp.Table)
        if not any(one is target for target in targets)
        and isinstance(one.this, exp.Identifier)
        and not (one.name in with_names and not one.db)
    }
    # What a file makes for itself is no table of the schema.
    return (set(), set()) if made and not targets else (writes, reads)


def _columns(parsed: Any) -> Iterator[tuple[TableName, frozenset[str]]]:
    """The columns that inserts and updates name, by table; none where a statement means all of them."""
    from sqlglot import exp

    for node in parsed.find_all(exp.Insert):
        if isinstance(node.this, exp.Schema):
            names = frozenset(filter(None, (_folded(one) for one in node.this.expressions if one.this)))
            yield _name(node.this.this), names
        elif isinstance(node.this, exp.Table):
            yield _name(node.this), frozenset()
    for node in parsed.find_all(exp.Update):
        if isinstance(node.this, exp.Table):
            targets = [one.this for one in node.expressions if isinstance(one, exp.EQ)]
            names = frozenset(filter(None, (_folded(one.this) for one in targets if isinstance(one, exp.Column))))
            yield _name(node.this), names
    for node in parsed.find_all(exp.Merge):
        if isinstance(node.this, exp.Table):
            yield _name(node.this), frozenset()


def _name(table: Any) -> TableName:
    return TableName(_folded(table.args.get("db")), _folded(table.this) or table.name)


def _folded(identifier: Any) -> str | None:
    if identifier is None:
        return None
    return str(identifier.this) if identifier.args.get("quoted") else str(identifier.this).lower()


_WORDS = re.compile(
    rf"(?is)\b(?:insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|merge\s+into|copy"
    rf"|truncate(?:\s+table)?(?:\s+only)?)\s+(?P<names>{QUALIFIED_PATTERN}(?:\s*,\s*{QUALIFIED_PATTERN})*)"
)


def _by_words(said: str) -> Iterator[TableName]:
    for match in _WORDS.finditer(said):
        for part in re.findall(QUALIFIED_PATTERN, match["names"]):
            text = part if isinstance(part, str) else part[0]
            parts = parse_qualified(text)
            if parts and parts[-1] not in ("from", "set"):
                yield TableName(parts[-2] if len(parts) > 1 else None, parts[-1])
