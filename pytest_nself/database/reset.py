"""A committed database back in its template's state after a test that wrote to it, exactly, in a millisecond.

`ResetJanitor` looks at the write-ahead log for what was written, empties or refills only that, and says when the
database must be made anew instead. How and why: docs/explanation/committed-mode.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from .mark import Mark, mark
from .picture import (
    Files,
    Picture,
    Relation,
    Template,
    catalog_rows,
    owners_of,
    read_files,
    read_sequences,
    refreshed,
    take_picture,
)
from .restore import Restored, Touched, restore, settle_sequences, trusted
from .sessions import Gate, OpenSession, end_open, end_prepared, look, query
from .written import Written, read_written, walinspect_schema

if TYPE_CHECKING:
    import psycopg

    from .database import EphemeralDatabase

# Set when connecting, so that neither ALTER DATABASE SET nor ALTER ROLE SET of the project reaches the janitor.
_SETTINGS = {
    "session_replication_role": "replica",
    "default_transaction_read_only": "off",
    "default_transaction_isolation": "read\\ committed",
    "synchronous_commit": "off",
    "statement_timeout": "0",
    "idle_session_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "lock_timeout": "5s",
    "datestyle": "iso,ymd",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}
_SETTINGS_17 = {"event_triggers": "off", "transaction_timeout": "0"}
_PG_CLASS = 1259  # the oid of pg_catalog.pg_class, the same in every version


class Kind(StrEnum):
    """What is to be done about a committed database after a test."""

    CLEAN = "clean"
    ROWS = "rows"
    RECREATE = "recreate"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test left in the committed database.

    CLEAN: nothing. ROWS: `tables` and `sequences` were written, `reset()` puts them back; if there is a `reason`, the
    log was not readable and all tables with rows are named. RECREATE: `reason` says what cannot be put back.
    `ended` are the sessions that were still in a transaction, and were ended.
    """

    kind: Kind
    tables: tuple[Touched, ...] = ()
    sequences: tuple[Relation, ...] = ()
    reason: str = ""
    ended: tuple[OpenSession, ...] = ()


class ResetJanitor:
    """Keeps one committed database equal to its template.

    `database` is the committed database, fresh from `template`; `admin` an autocommit superuser connection to another
    database of the same server, for which `wal_evidence_available` returned None. The life of it:
    `baseline()` after each clone; then per test `touched()` and `reset()`; `release()` before the database is dropped.
    Not safe for use from several threads at once.
    """

    def __init__(
        self, database: EphemeralDatabase, admin: psycopg.Connection[Any], template: EphemeralDatabase
    ) -> None:
        self._database = database
        self._admin = admin
        self._schema = walinspect_schema(admin) or "public"
        self._options = _options(database.server_version)
        self._template = Template(template, self._options)
        self._picture: Picture | None = None
        self._connection: psycopg.Connection[Any] | None = None
        self._fresh()

    def _fresh(self) -> None:
        self._edge = ""
        self._written = Written("")
        self._own_xids: set[str] = set()
        self._reloaded: dict[int, str] = {}
        self._unwatched = False

    def baseline(self, since: Mark | None = None) -> None:
        """Take the database as it is now for equal to its template: call it right after cloning.

        With `since`, a mark made right after cloning, what was written from then on counts as written. The first time,
        this also learns what the template looks like (a few ms; later clones repeat nothing of it).
        """
        self.release()
        self._fresh()
        start = since or mark(self._admin)
        self._edge = start.lsn
        connection = self._database.connect(
            autocommit=True, options=self._options, application_name="nself reset", client_encoding="utf8"
        )
        self._connection = connection
        self._oid = int(
            _one(connection, "select oid::int8 from pg_catalog.pg_database where datname = current_database()")
        )
        if self._picture is None:
            self._picture = take_picture(connection) if since is None else self._template.picture()
        self._files: Files = self._picture.files
        # No transaction that is older than this position can have written here: the database did not exist for it.
        self._horizon = start.xid
        self._own_xids |= settle_sequences(connection, self._picture)
        self._two_phase = _one(connection, "show max_prepared_transactions") != "0"
        self._settings = self._read_settings()
        self._gate = look(self._admin, self._oid, connection.info.backend_pid)
        # Whoever came between the mark and this look left no trace in it.
        self._unwatched = since is not None

    def release(self) -> None:
        """Leave the database, so that it can be dropped; `baseline()` comes back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def seen(self) -> Gate:
        """The last look at who was in the database."""
        return self._gate

    def gate(self) -> Gate:
        """One look at who is in the database (0.06 ms)."""
        return look(self._admin, self._oid, self._live().info.backend_pid)

    def touched(self) -> Verdict:
        """What was written since the last reset; first ends the sessions that are still in a transaction."""
        connection = self._live()
        ended: tuple[OpenSession, ...] = ()
        before, gate = self._gate, self.gate()
        if gate.open:
            try:
                ended, gate = end_open(self._admin, self._oid, connection.info.backend_pid)
            except TimeoutError as error:
                return Verdict(Kind.RECREATE, reason=f"a session does not end: {error}")
        self._gate = gate
        if self._two_phase:
            ended += end_prepared(connection)
        if self._nobody_wrote(before, gate):
            return Verdict(Kind.CLEAN, ended=ended)
        written = read_written(self._admin, self._schema, self._oid, self._edge, frozenset(self._own_xids))
        self._own_xids.clear()
        self._written, self._edge = self._written | written, written.edge
        verdict = self._judge(connection, self._written)
        if verdict.kind is Kind.CLEAN:
            self._written = Written("")
        return replace(verdict, ended=ended)

    def reset(self, verdict: Verdict) -> str | None:
        """Put back what `verdict` (from `touched()`) names; None when done, else why the database must be made anew."""
        if verdict.kind is Kind.CLEAN:
            return None
        if verdict.kind is Kind.RECREATE:
            return verdict.reason
        assert self._picture is not None
        restored: Restored = restore(
            self._live(), self._picture, self._template, verdict.tables, verdict.sequences, self._trust
        )
        if restored.failure:
            return restored.failure
        self._own_xids |= restored.xids
        self._reloaded.update(restored.reloaded)
        if restored.moved:
            self._files = refreshed(self._live(), self._files, restored.moved)
        self._written = Written("")
        return None

    def _live(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            raise RuntimeError("baseline() comes first")
        return self._connection

    def _nobody_wrote(self, before: Gate, now: Gate) -> bool:
        """Nobody but us was connected then and now, and nobody came between; or the log has not grown at all."""
        assert self._picture is not None
        if self._written.files or self._written.shared or self._written.missing:
            return False
        quiet = before.backends <= 1 and now.backends <= 1 and before.visits == now.visits
        if quiet and not self._unwatched:
            return True
        self._unwatched = False
        return now.lsn == self._edge and not self._picture.unlogged

    def _trust(self, relation: Relation) -> str:
        return trusted(self._horizon, self._reloaded.get(relation.oid))

    # -- from files to a verdict ------------------------------------------------------------------------------------

    def _judge(self, connection: psycopg.Connection[Any], written: Written) -> Verdict:
        import psycopg

        try:
            return self._weigh(connection, written)
        except psycopg.Error as error:
            return Verdict(Kind.RECREATE, reason=f"the database cannot be examined: {str(error).strip()}")

    def _weigh(self, connection: psycopg.Connection[Any], written: Written) -> Verdict:
        assert self._picture is not None
        if written.mapped:
            return Verdict(Kind.RECREATE, reason="a system catalog was rewritten (vacuum full, reindex or cluster)")
        if (written.shared or written.missing) and self._read_settings() != self._settings:
            return Verdict(
                Kind.RECREATE, reason="settings, owner, privileges or comment of the database itself were changed"
            )
        blocks = self._survey(connection) if written.missing else self._resolve(connection, written)
        catalogs = sorted(r.name for r in self._relations(blocks) if r.is_catalog)
        if reason := self._changed_schema(connection, catalogs):
            return Verdict(Kind.RECREATE, reason=reason)
        return self._rows_verdict(connection, blocks, written.missing)

    def _rows_verdict(self, connection: psycopg.Connection[Any], blocks: dict[int, int], missing: str) -> Verdict:
        assert self._picture is not None
        relations = [r for r in self._relations(blocks) if not r.is_catalog]
        for relation in relations:
            if relation.oid in self._picture.fires_anyway and self._differs(connection, relation):
                reason = f"{relation} was written, and has a trigger or rule that fires even while rows are put back"
                return Verdict(Kind.RECREATE, reason=reason)
        for view in (r for r in relations if r.kind == "m"):
            if self._differs(connection, view):
                return Verdict(Kind.RECREATE, reason=f"materialized view {view} was refreshed")
        tables = {r.oid: r for r in relations if r.kind == "r"}
        sequences = {r.oid: r for r in relations if r.kind == "S"}
        for relation in self._picture.unlogged:
            if relation.kind == "S":
                if read_sequences(connection, [relation])[relation.oid] != self._picture.sequences[relation.oid]:
                    sequences[relation.oid] = relation
            elif relation.oid not in tables and self._differs(connection, relation):
                tables[relation.oid] = relation
        if not tables and not sequences:
            return Verdict(Kind.CLEAN)
        unseen = f"the log could not be read, so every row was suspected: {missing}" if missing else ""
        touched = tuple(Touched(r, blocks.get(r.oid, 0)) for r in sorted(tables.values(), key=str))
        return Verdict(Kind.ROWS, touched, tuple(sorted(sequences.values(), key=str)), unseen)

    def _relations(self, blocks: Iterable[int]) -> list[Relation]:
        assert self._picture is not None
        known = self._picture.files.relations
        return [known[oid] for oid in blocks if oid in known]

    def _resolve(self, connection: psycopg.Connection[Any], written: Written) -> dict[int, int]:
        """File nodes -> relations (oid -> blocks). A file that is not known makes us look at all relations."""
        known, owner = self._known(), self._files.owner
        strange = [node for node in written.files if node not in owner]
        blocks: dict[int, int] = {}
        if strange:
            # Truncated, clustered, refreshed, restarted: the same relation in another file.
            found = owners_of(connection, self._files, strange)
            self._files = replace(self._files, owner={**owner, **found})
            owner = self._files.owner
            blocks = dict.fromkeys(sorted(set(found.values())), 0)
        for node, count in written.files.items():
            oid = owner.get(node, 0)
            if oid not in known:
                # Gone again, or new: pg_class has to say that nothing is left of it.
                oid, count = _PG_CLASS, 0
            blocks[oid] = max(count, blocks.get(oid, 0))
        return blocks

    def _survey(self, connection: psycopg.Connection[Any]) -> dict[int, int]:
        """Without the log: every table that is not empty, every sequence and every catalog may have been written."""
        self._files, known = read_files(connection), self._known()
        found = {_PG_CLASS: 0}
        for oid, relation in self._files.relations.items():
            template_pages = self._picture.files.relations[oid].pages if self._picture and oid in known else 0
            if oid in known and (relation.is_catalog or relation.kind == "S" or relation.pages or template_pages):
                found[oid] = relation.pages
        return found

    def _known(self) -> frozenset[int]:
        assert self._picture is not None
        return frozenset(self._picture.files.relations)

    def _changed_schema(self, connection: psycopg.Connection[Any], catalogs: list[str]) -> str:
        changed: list[str] = []
        names: set[str] = set()
        for catalog in catalogs:
            text = catalog_rows(catalog, f"not {trusted(self._horizon, None, 't.')}")
            row = connection.execute(text).fetchone()
            assert row is not None
            new = self._template.unlike(catalog, row[0], row[1] or ())
            if new is not None:
                changed.append(catalog)
                names |= {json.loads(text)["relname"] for text in new} if catalog == "pg_class" else set()
        if not changed:
            return ""
        examples = f"; new or altered: {', '.join(sorted(names)[:5])}" if names else ""
        return f"the schema was changed ({', '.join(changed)} not as in the template{examples})"

    def _differs(self, connection: psycopg.Connection[Any], relation: Relation) -> bool:
        """Is there a row that the template does not have, or one too few?"""
        row = connection.execute(
            f"select pg_catalog.count(*) filter (where not {self._trust(relation)}), pg_catalog.count(*) "
            f"from only {relation}"
        ).fetchone()
        assert row is not None
        expected = self._template.rows([relation])[relation.oid].count if relation.pages else 0
        return bool(row[0]) or row[1] != expected

    def _read_settings(self) -> list[tuple[Any, ...]]:
        return self._admin.execute(query("reset_settings"), {"database": self._oid}).fetchall()


def _options(server_version: int) -> str:
    settings = _SETTINGS | (_SETTINGS_17 if server_version >= 170000 else {})
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _one(connection: psycopg.Connection[Any], text: str) -> Any:
    row = connection.execute(text).fetchone()
    assert row is not None
    return row[0]
