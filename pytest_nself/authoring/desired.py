"""What a schema.dbml makes of an empty database, and all that the server refuses of it at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.fact import Catalog
from pytest_nself.catalog.read import introspect
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.schema.ddl import Design, design
from pytest_nself.schema.model import PUBLIC, Key, Schema
from pytest_nself.schema.pieces import Need, Piece
from pytest_nself.schema.problems import MISSING, VALUE, SchemaError, in_order

from .judging import Judge, create_extensions
from .refusals import NO_TARGET, UNKNOWN_COLUMN, Load, refusal
from .stubs import Stubs, stubs_for

if TYPE_CHECKING:
    import psycopg

_AT_ONCE = 50
"""Statements in one transaction: a thousand tables would need more locks than a stock server has room for."""


def build_schema(
    connection: psycopg.Connection[Any],
    schema: Schema,
    elsewhere: Catalog | None = None,
    load: Load | None = None,
) -> Findings:
    """Make the schema in a database of ours, and tell all that the server refuses of it, in the order of the file.

    What cannot be made is left out, and so is what needs it: of that nothing is told. Extensions that types and
    functions need are created where the server has them. Schemas that are there already are taken as they are.
    `elsewhere` is the catalog of a database that has tables which the file only points to: stand-ins for them are made
    (`stubs_for`). `load` gives the text of a file that the schema was read from: without it an error in the expression
    of an index is told where the index begins. The connection is best in autocommit: else all locks are held until its
    transaction ends.
    """
    stubs = stubs_for(schema, elsewhere)
    try:
        plan = design(schema, stubs.types)
        pieces = plan.pieces()
    except SchemaError as error:
        subject = ObjectRef("file", None, schema.path)
        return Findings([Finding(VALUE, Severity.ERROR, subject, error.problem, error.remedy, place=error.place)])
    building = _Building(connection, plan, stubs, load, [*stubs.findings, *plan.notes()])
    building.build(pieces)
    return in_order(building.findings)


def desired_catalog(
    database: EphemeralDatabase,
    schema: Schema,
    elsewhere: Catalog | None = None,
    load: Load | None = None,
) -> tuple[Catalog, Findings]:
    """The catalog of what a schema makes in an empty database, without stand-ins, and what is wrong with it."""
    stubs = stubs_for(schema, elsewhere)
    with closing(database.connect(autocommit=True, prepare_threshold=None)) as connection:
        findings = build_schema(connection, schema, elsewhere, load)
        catalog = introspect(connection, dependencies=True, excluded_tables=tuple(stubs.columns))
    own = {PUBLIC, *(table.key[0] for table in schema.tables), *(enum.key[0] for enum in schema.enums)}
    only_stubs = {ObjectRef("schema", None, key[0]) for key in stubs.columns if key[0] not in own}
    if not only_stubs:
        return catalog, findings
    entries = {ref: entry for ref, entry in catalog.entries.items() if ref not in only_stubs}
    return replace(catalog, entries=entries), findings


@dataclass(slots=True)
class _Building:
    """`failed` is what could not be made; `broken` are tables that lack a column."""

    connection: psycopg.Connection[Any]
    design: Design
    stubs: Stubs
    load: Load | None
    findings: list[Finding]
    failed: set[Need] = field(default_factory=set)
    broken: set[Key] = field(default_factory=set)

    def build(self, pieces: Sequence[Piece]) -> None:
        """First what types stand on, then the rest."""
        self.failed.update(("table", key) for key in self.stubs.absent)
        self.findings += create_extensions(self.connection, self.design)
        there = self._schemas()
        first = [piece for piece in pieces if _is_ground(piece) and not piece.gives <= there]
        self._run(first)
        self._stand_in()
        self._judge_types()
        self._run([piece for piece in pieces if not _is_ground(piece)])

    def _schemas(self) -> set[Need]:
        rows = self.connection.execute("select nspname::text from pg_catalog.pg_namespace").fetchall()
        # Those of the server are not the user's to use: let it say so.
        return {("schema", name) for (name,) in rows if not name.startswith("pg_") and name != "information_schema"}

    def _stand_in(self) -> None:
        """Tables that are elsewhere. One that the server does not take is told where it is pointed to."""
        for key, why in self.stubs.create(self.connection):
            self.failed.add(("table", key))
            place = next(
                end.place for ref in self.design.schema.refs for end in (ref.left, ref.right) if end.key == key
            )
            message = f'table "{".".join(key)}" of the database cannot be stood in for: {why}'
            remedy = "let the schema have what it needs, or take the reference out"
            subject = ObjectRef("table", *key)
            self.findings.append(Finding(MISSING, Severity.ERROR, subject, message, remedy, place=place))

    def _judge_types(self) -> None:
        judge = Judge(self.connection, self.design)
        for table, column, problem in judge.bad_columns():
            self.failed.add(("column", table.key, column.name))
            self.broken.add(table.key)
            if table.key not in self.design.joined:
                self.findings.append(judge.finding(table, column, problem))

    def _run(self, pieces: Sequence[Piece]) -> None:
        for start in range(0, len(pieces), _AT_ONCE):
            batch = pieces[start : start + _AT_ONCE]
            if any(self._is_touched(piece) for piece in batch) or not self._all(batch):
                for piece in batch:
                    self._one(piece)

    def _is_touched(self, piece: Piece) -> bool:
        """Whether something that it needs or consists of is not there."""
        return not self.failed.isdisjoint(piece.needs) or self._is_broken(piece)

    def _is_broken(self, piece: Piece) -> bool:
        return any(given[0] == "table" and given[1] in self.broken for given in piece.gives)

    def _all(self, pieces: Sequence[Piece]) -> bool:
        """Run many in one go; if one is refused none of them was run."""
        from psycopg import DatabaseError

        try:
            with self.connection.transaction():
                _send_all(self.connection, [piece.sql for piece in pieces])
        except DatabaseError:
            if self.connection.closed:
                raise
            return False
        return True

    def _one(self, piece: Piece) -> None:
        """Run one, or leave it out where something that it needs is missing; what is refused is told."""
        if not self.failed.isdisjoint(piece.needs) or (piece.gives and piece.gives <= self.failed):
            self._fail(piece)
            return
        if piece.steps is not None and self._is_broken(piece):
            self._in_steps(piece)
            return
        error = self._send(piece)
        if error is None:
            return
        if piece.steps is not None:
            known = len(self.findings), len(self.failed)
            self._in_steps(piece)
            if known == (len(self.findings), len(self.failed)):
                self._tell(piece, error)
            return
        if piece.plain is not None:
            without = self._send(piece.plain)
            if without is None:
                self._tell(piece, error)
                return
            piece, error = piece.plain, without
        self._fail(piece)
        self._tell(piece, error)

    def _in_steps(self, piece: Piece) -> None:
        assert piece.steps is not None
        for step in piece.steps():
            self._one(step)

    def _fail(self, piece: Piece) -> None:
        self.failed |= piece.gives
        self.broken.update(_key(given[1]) for given in piece.gives if given[0] == "column")

    def _send(self, piece: Piece, *, keep: bool = True) -> psycopg.Error | None:
        """Run one statement; the server's error if it refuses."""
        from psycopg import DatabaseError

        try:
            with self.connection.transaction(force_rollback=not keep):
                # Past the simple protocol, which would take several statements where one is meant.
                text = piece.sql.encode(self.connection.info.encoding)
                self.connection.execute(text, prepare=False, binary=True)
        except DatabaseError as error:
            if self.connection.closed:
                raise
            return error
        return None

    def _tell(self, piece: Piece, error: psycopg.Error) -> None:
        if not self._follows(piece, error):
            probed = self._send(piece.probe, keep=False) if piece.probe is not None else None
            self.findings.append(refusal(piece, error, self.design, probed, self.load))

    def _follows(self, piece: Piece, error: psycopg.Error) -> bool:
        """Whether the error only comes from another that is told."""
        tables = {_key(need[1]) for need in piece.needs if need[0] == "table"}
        if error.sqlstate == NO_TARGET:
            return any(need[0] == "unique" and _columns_of(need) <= piece.needs for need in self.failed)
        if error.sqlstate == UNKNOWN_COLUMN:
            said = error.diag.message_primary or ""
            lost = (need for need in self.failed if need[0] == "column" and _key(need[1]) in tables)
            return any(f'"{need[2]}"' in said for need in lost)
        return False


def _send_all(connection: psycopg.Connection[Any], texts: Sequence[str]) -> None:
    """Send statements one by one without waiting for each; raises the first error, and then none of them was run.

    Each travels as a single statement: what a text has behind a semicolon is refused.
    """
    from psycopg import OperationalError
    from psycopg.errors import error_from_result
    from psycopg.pq import ConnStatus, ExecStatus

    pgconn, encoding, refused = connection.pgconn, connection.info.encoding, None
    messages = [text.encode(encoding) for text in texts]
    with connection.lock:
        pgconn.enter_pipeline_mode()
        for message in messages:
            pgconn.send_query_params(message, None)
        pgconn.pipeline_sync()
        while True:
            result = pgconn.get_result()
            if result is None:  # one statement is done
                if pgconn.status == ConnStatus.BAD:
                    raise OperationalError(pgconn.get_error_message())
                continue
            if result.status == ExecStatus.PIPELINE_SYNC:
                break
            if result.status == ExecStatus.FATAL_ERROR and refused is None:
                refused = result
        pgconn.exit_pipeline_mode()
    if refused is not None:
        raise error_from_result(refused, encoding)


def _is_ground(piece: Piece) -> bool:
    return any(given[0] in ("schema", "type") for given in piece.gives)


def _columns_of(unique: Need) -> set[Need]:
    _, key, columns = unique
    assert isinstance(columns, frozenset)
    return {("column", key, one) for one in columns}


def _key(given: object) -> Key:
    assert isinstance(given, tuple)
    return given
