"""From schema.dbml to a migration that was gone there, back and there again before anybody sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pytest_nself.catalog.compare import differences
from pytest_nself.catalog.fact import Catalog
from pytest_nself.catalog.renames import Rename, rename_candidates
from pytest_nself.checks.prove import Proof, prove
from pytest_nself.checks.roundtrip import Judged
from pytest_nself.core.errors import NselfError, Refused
from pytest_nself.core.finding import Findings, Severity
from pytest_nself.core.names import ObjectRef, spell_identifier
from pytest_nself.core.plan import Plan
from pytest_nself.core.step import DATA_LOSS
from pytest_nself.migrations.create import plan_create
from pytest_nself.migrations.migration import Migrations
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.schema.ddl import header, rollback_header
from pytest_nself.schema.model import PUBLIC, Schema
from pytest_nself.schema.validation import missing_targets

from .lines import Line, lines_of, may_cut
from .merging import Merged, merged
from .refusals import Load
from .renaming import confirmed, rename_lines, renamed
from .settling import partitioned, settled
from .states import tables_elsewhere, workshop
from .trying import text_of, tried, wrong_with

_HOLDING_ROWS = ("table", "column", "enum")


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a schema file asks for beyond the migrations, and the migration that does it.

    There are no `lines` where there is nothing to do. `files` writes the migration. `proof` is how it was tried,
    `judged` how its files were, as they would be written. `candidates` are pairs that may be renames, which nobody has
    confirmed: as they stand, the one is dropped and the other made. `kept` are schemas of which the file does not
    speak. `findings` are of the schema file.
    """

    lines: tuple[Line, ...] = ()
    proof: Proof | None = None
    judged: Judged | None = None
    files: Plan | None = None
    up: str = ""
    down: str = ""
    candidates: tuple[Rename, ...] = ()
    kept: tuple[str, ...] = ()
    findings: Findings = field(default_factory=Findings)
    server: str = ""

    @property
    def problems(self) -> tuple[str, ...]:
        """What speaks against the migration; nothing is written then."""
        found = list(self.proof.problems) if self.proof is not None else []
        if self.judged is not None:
            found += wrong_with(self.judged)
        return tuple(found)

    @property
    def losing(self) -> tuple[Line, ...]:
        """What goes together with rows that nothing else holds."""
        if self.proof is None or DATA_LOSS not in self.proof.up.hazards:
            return ()
        return tuple(one for one in self.lines if one.sign != "+" and one.subject.kind in _HOLDING_ROWS)

    @property
    def rename_flags(self) -> tuple[str, ...]:
        """The values of --rename that would confirm the candidates."""
        return tuple(f"{_spelled(one.old)}={_spelled(one.new)}" for one in self.candidates)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the plan leaves as it is, and values that it may cut: a cast that is written out does not fail."""
        types = ((line, one) for line in self.lines for one in line.changes if one.attribute == "type")
        cuts = (
            f"values of {line.name} that {one.after} does not hold in full are cut or rounded"
            for line, one in types
            if line.subject.kind == "column" and may_cut(str(one.before), str(one.after))
        )
        return (*(self.proof.up.notes if self.proof is not None else ()), *cuts)

    @property
    def preview(self) -> str:
        """Both halves as they would be written."""
        return f"-- UP\n{self.up}\n-- DOWN\n{self.down}".rstrip()


def draft_migration(
    project: TestProject,
    schema: Schema,
    migrations: Migrations,
    *,
    folder: Path,
    name: str | None,
    now: datetime,
    renames: Sequence[str] = (),
    file: str = "schema.dbml",
    load: Load | None = None,
) -> Drafted:
    """The migration from what the migrations make to what the schema says, tried on a throwaway server.

    Without a `name` it is called by what it does. `load` gives the text of a file that the schema was read from.
    `renames` are confirmed ones, `old=new` as `public.users.mail=email` or `public.users=people`; the file may confirm
    some, too. Nothing is written. Raises MigrationError for a migration that fails, Refused where no way is known or a
    rename is none, and NoServer.
    """
    migrations.raise_errors()
    _refuse_drizzle(folder, migrations)
    with workshop(project, migrations) as shop, shop.replayed(migrations) as (database, connection, before):
        missing = missing_in(schema, before)
        made, findings = shop.made_of(schema, before, load) if not missing else (before, missing)
        if findings.at_least(Severity.ERROR):
            return Drafted(findings=findings, server=shop.server)

        def wanted_from(state: Catalog) -> Merged:
            return merged(state, made, named=given_names(schema), elsewhere=tables_elsewhere(schema))

        wanted = wanted_from(before)
        said = confirmed(schema, renames, before, wanted.catalog)
        begun = renamed(connection, before, said)
        if said:
            wanted = wanted_from(begun)
        wanted.raise_orphans()
        after = wanted.catalog
        lines = (*rename_lines(said), *lines_of(differences(begun, after), begun, after))
        if not lines:
            return Drafted(findings=findings, kept=wanted.kept, server=shop.server)
        candidates = rename_candidates(begun, after)
        proof, called = prove(database, before, after, renames=said), name or name_of(lines)
        if proof.problems or partitioned(begun) & {one.subject[1:3] for one in lines}:
            with shop.replayed(migrations) as (copy, there, _):
                after = settled(copy, there, proof.up, begun, after)
            with shop.replayed(migrations) as (copy, _, _):
                proof = prove(copy, before, after, renames=said)
            lines = (*rename_lines(said), *lines_of(differences(begun, after), begun, after))
        up, down = text_of(proof.up), text_of(proof.down) if proof.down is not None else None
        files = plan_create(
            folder,
            migrations,
            called,
            sql=header(file, now) + up,
            down=None if down is None else rollback_header() + down,
            now=now,
        )
        judged = None if proof.problems else tried(shop, folder, files)
        return Drafted(lines, proof, judged, files, up, down or "", candidates, wanted.kept, findings, shop.server)


def _refuse_drizzle(folder: Path, migrations: Migrations) -> None:
    """What drizzle's snapshots or Prisma's schema file do not have, the next migration of theirs would take back."""
    newest = migrations.migrations[-1].layout if len(migrations) else ""
    elsewhere = "or keep what schema.dbml makes in a folder of its own: --migration-dir"
    if (folder / "migration_lock.toml").is_file():
        raise Refused(
            f"The migrations in {folder} are Prisma's.",
            "Its schema is in schema.prisma, which would not know what schema.dbml adds.",
            f"change the schema there (prisma migrate dev); {elsewhere}",
        )
    if newest.startswith(("drizzle", "nested migration.sql")) or (folder / "meta" / "_journal.json").is_file():
        raise Refused(
            f"The migrations in {folder} are drizzle's.",
            "Its schema is written in TypeScript, and its snapshots would not know what schema.dbml adds.",
            f"change the schema there (drizzle-kit generate); {elsewhere}",
        )


def name_of(lines: Sequence[Line]) -> str:
    """What a migration with these differences is called: `create_users`, `add_email_to_users_and_2_more`."""
    line = next((one for kind in ("table", "column") for one in lines if one.subject.kind == kind), lines[0])
    ref = line.subject
    verb = {"+": "create", "-": "drop", "~": "change"}[line.sign]
    if ref.kind == "column" and line.sign != "~":
        said = f"add_{ref.part}_to_{ref.name}" if line.sign == "+" else f"drop_{ref.part}_from_{ref.name}"
    else:
        said = f"{verb}_{ref.part or ref.name}" if ref.kind != "column" else f"{verb}_{ref.name}_{ref.part}"
    others = len({one.subject[1:3] for one in lines} - {ref[1:3]})
    return said[:120] + (f"_and_{others}_more" if others else "")


def missing_in(schema: Schema, before: Catalog) -> Findings:
    """References to tables that neither the file nor a migration makes."""
    return Findings(
        one.finding
        for one in missing_targets(schema)
        if ObjectRef("table", one.schema or PUBLIC, one.table) not in before.entries
    )


def given_names(schema: Schema) -> frozenset[str]:
    """The names of keys, checks and indexes that the file gives."""
    given = [ref.name for ref in schema.refs]
    for table in schema.tables:
        given += [index.name for index in table.indexes]
        given += [check.name for check in table.checks]
        given += [check.name for column in table.columns for check in column.checks]
    return frozenset(name for name in given if name)


def _spelled(ref: ObjectRef) -> str:
    return ".".join(spell_identifier(part) for part in (ref.schema, ref.name, ref.part) if part)


def raise_problems(drafted: Drafted) -> None:
    """Raise what speaks against the migration."""
    if drafted.problems:
        raise NselfError(
            "The migration was made, and it does not stand the proof.",
            "\n".join(drafted.problems),
            "nothing was written; split the change into smaller ones, or write it by hand (nself db migrate create)",
        )
