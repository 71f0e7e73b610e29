"""Seeds -> the plan that loads them: a transaction for each file, its row in the ledger inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pytest_nself.core.errors import Refused
from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.names import ObjectRef, quote_qualified
from pytest_nself.core.plan import Plan
from pytest_nself.core.secret import Secret
from pytest_nself.core.sql import COMMIT_AFTER, Sql
from pytest_nself.core.step import DATA_LOSS, Command, Statement, Step
from pytest_nself.data.nearest import nearest
from pytest_nself.data.shape.model import Shape, Table
from pytest_nself.data.shape.order import load_order
from pytest_nself.data.written.cells import CellKind, TableSpec
from pytest_nself.migrations.planning.planner import RUNNER_LOCK
from pytest_nself.project.environment_names import PRODUCTION

from .collecting import Grounds
from .ledger import NO_SEEDS, SeedLedger, prepare_steps, record_step
from .rows import read_rows
from .seed_file import SeedError, SeedFile, SeedKind
from .sql import destroys, runs_again, sql_steps
from .touching import TableName, Touches, touched
from .upsert import Upsert, find_table, sequence_step, upserts
from .variables import Variables, names_in

Scripts = Callable[[SeedFile, str], Command]
"""The command that runs a script, with its title; raises ToolMissing."""

FRESH = "empty "
"""How the title of the step begins that empties tables."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one file sends in its transaction; `upserts` are the statements that its rows became.

    `secrets` are the values of the environment that it asks for: no error may tell them.
    """

    file: SeedFile
    steps: tuple[Step, ...]
    upserts: tuple[Upsert, ...] = ()
    secrets: tuple[Secret, ...] = ()

    @property
    def is_script(self) -> bool:
        """Whether a program outside does it, over a connection of its own."""
        return any(isinstance(step, Command) for step in self.steps)

    @property
    def keys(self) -> dict[str, str]:
        """For each table how its rows are found again, in words."""
        found: dict[str, str] = {}
        for one in self.upserts:
            if one.key is None:
                found[str(one.table.ref)] = "inserted each time, for want of a key"
            else:
                columns = ", ".join(one.key.expressions if not one.key.plain else map(str, one.key.columns))
                found.setdefault(str(one.table.ref), f"found again by {one.key.name} ({columns})")
        return found


@dataclass(frozen=True, slots=True)
class SeedPlan:
    """What a run does. `skipped` are files that it leaves out, and why; `emptied` are tables that it empties first."""

    environment: str
    parts: tuple[Part, ...]
    skipped: tuple[tuple[SeedFile, str], ...] = ()
    emptied: tuple[ObjectRef, ...] = ()
    ledger: SeedLedger = NO_SEEDS
    findings: tuple[Finding, ...] = ()
    lock_timeout_ms: int | None = None

    @property
    def plan(self) -> Plan:
        """All of it. Commands of scripts stand between the transactions."""
        steps = list(self._steps())
        count = len(self.parts)
        title = f"load {'1 seed' if count == 1 else f'{count} seeds'}"
        return Plan(title, tuple(steps), self.ledger.seen, RUNNER_LOCK)

    def _steps(self) -> Iterator[Step]:
        if not self.parts:
            return
        yield from prepare_steps(self.ledger)
        yield from self.emptying
        for part in self.parts:
            first, *rest = part.steps
            if isinstance(first, Statement):
                first = replace(first, lock_timeout_ms=self.lock_timeout_ms)
            yield first
            yield from rest
            yield record_step(part.file, self.environment)

    @property
    def emptying(self) -> tuple[Statement, ...]:
        """The statement that empties the tables, in a transaction of its own."""
        if not self.emptied:
            return ()
        names = ", ".join(quote_qualified(ref.schema, ref.name) for ref in self.emptied)
        text = f"truncate {names} restart identity;"
        title = f"{FRESH}{', '.join(map(str, self.emptied))}"
        return (
            Statement(
                title, Sql(text, COMMIT_AFTER), hazards=frozenset({DATA_LOSS}), lock_timeout_ms=self.lock_timeout_ms
            ),
        )


def plan_seeds(
    files: Sequence[SeedFile],
    shape: Shape,
    ledger: SeedLedger,
    *,
    environment: str,
    variables: Variables,
    scripts: Scripts,
    grounds: Grounds | None = None,
    tables: Sequence[str] = (),
    fresh: bool = False,
    again: bool = False,
    lock_timeout_ms: int | None = None,
) -> SeedPlan:
    """The plan for these files, in their order.

    `grounds` gives each file that makes rows up where its factories stand. `tables` keeps what fills one of them;
    `fresh` empties first what the files fill; `again` runs files once more that were run as they are and do not say
    that they may be. Raises SeedError for what cannot be sent, with its place, Refused in production for what is never
    done there, ToolMissing for a script that nothing here can run.
    """
    _refuse_in_production(files, environment, fresh=fresh)
    wanted = frozenset(_wanted(shape, name) for name in tables)
    parts: list[Part] = []
    skipped: list[tuple[SeedFile, str]] = []
    findings: list[Finding] = []
    for file in files:
        if reason := _reason_to_skip(file, shape, ledger, wanted, again=again or fresh):
            skipped.append((file, reason))
            continue
        part = _part(file, shape, wanted, variables, scripts, grounds)
        parts.append(part)
        if grounds is not None and file.declares_rows:
            _take(grounds, part)
        findings += _findings(part)
    emptied = _filled(shape, parts, wanted) if fresh else ()
    return SeedPlan(environment, tuple(parts), tuple(skipped), emptied, ledger, tuple(findings), lock_timeout_ms)


def _wanted(shape: Shape, name: str) -> TableName:
    schema, _, own = name.rpartition(".")
    found = shape.named(schema or None, own)
    if len(found) == 1:
        return TableName(found[0].ref.schema, found[0].ref.name)
    known = [one.ref.name if one.ref.schema in shape.path else str(one.ref) for one in shape]
    cause = f"There are {', '.join(str(one.ref) for one in found)}." if found else nearest(name, known)
    raise SeedError(f"--tables {name} names {'several tables' if found else 'no table'}.", cause, "correct the name")


def _refuse_in_production(files: Sequence[SeedFile], environment: str, *, fresh: bool) -> None:
    if environment != PRODUCTION:
        return
    if fresh:
        raise Refused(
            "--fresh is never done in production.",
            "It empties the tables that the seeds fill. No flag and no confirmation changes that. Nothing was done.",
        )
    for file in files:
        if file.marks.generated:
            raise Refused(
                f"{file} holds generated rows, which are never loaded in production.",
                "Its header says so, or it makes its rows up. Nothing was done.",
                "tag it for other environments (-- +seed:env dev), or write the rows that production needs",
                place=file.place,
            )
        where = destroys(file) if file.kind is SeedKind.SQL else file.place if file.marks.destructive else None
        if where is not None:
            raise Refused(
                f"{file} takes rows away, which no seed does in production.",
                "It says that it is destructive, or it deletes, truncates or drops. Nothing was done.",
                "do it in a migration, or tag the file for other environments (-- +seed:env dev)",
                place=where,
            )


def _reason_to_skip(
    file: SeedFile, shape: Shape, ledger: SeedLedger, wanted: frozenset[TableName], *, again: bool
) -> str:
    if wanted:
        own = touched(file)
        if not own.in_shape(shape).writes & wanted:
            return f"fills none of these tables{f' as far as can be told: {own.unknown}' if own.unknown else ''}"
    if not again and not runs_again(file) and ledger.has(file):
        return "was run here as it is, and neither says `+seed:idempotent` nor shows it (--again runs it)"
    return ""


def _part(
    file: SeedFile,
    shape: Shape,
    wanted: frozenset[TableName],
    variables: Variables,
    scripts: Scripts,
    grounds: Grounds | None,
) -> Part:
    title = f"load {file}"
    secrets = tuple(Secret(value) for name in names_in(file.text) if (value := variables(name)))
    if file.kind is SeedKind.SQL:
        return Part(file, tuple(sql_steps(file, title, variables)), secrets=secrets)
    if file.kind is SeedKind.SCRIPT:
        return Part(file, (scripts(file, title),))
    found = _in_order(file, shape, read_rows(file, grounds(file) if grounds is not None else None))
    chosen = [
        (table, spec) for table, spec in found if not wanted or TableName(table.ref.schema, table.ref.name) in wanted
    ]
    made = [
        one for table, spec in chosen for one in upserts(table, spec.rows, title, variables, found=file.declares_rows)
    ]
    moved = [step for table, spec in chosen for step in sequence_step(table, _columns(spec), title)]
    if not made:
        raise SeedError(f"{file} declares no rows.", "", "write rows into it, or remove it", place=file.place)
    begin = (
        [Statement(title, Sql("set constraints all deferred;"), place=file.place)]
        if _is_deferred(shape, chosen)
        else []
    )
    return Part(file, (*begin, *(one.step for one in made), *moved), tuple(made), secrets)


def _in_order(file: SeedFile, shape: Shape, specs: Sequence[TableSpec]) -> list[tuple[Table, TableSpec]]:
    """The tables of one file, what others refer to before them."""
    tables = {find_table(shape, spec).ref: spec for spec in specs}
    if len(tables) < 2:
        return [(shape.tables[ref], spec) for ref, spec in tables.items()]
    order = load_order(shape, tables)
    if order.postponed:
        names = ", ".join(sorted(f"{ref} ({name})" for ref, name in order.postponed))
        raise SeedError(
            f"The tables of {file} need rows of one another: {names}.",
            "A seed writes each row once.",
            "leave the column null in one file and set it in a later one, or make the foreign key deferrable",
            place=file.place,
        )
    return [(shape.tables[ref], tables[ref]) for ref in order.tables if ref in tables]


def _is_deferred(shape: Shape, chosen: Sequence[tuple[Table, TableSpec]]) -> bool:
    refs = [table.ref for table, _ in chosen]
    return len(refs) > 1 and bool(load_order(shape, refs).deferred)


def _columns(spec: TableSpec) -> set[str]:
    return {cell.column for row in spec.rows for cell in row.cells}


def _filled(shape: Shape, parts: Sequence[Part], wanted: frozenset[TableName]) -> tuple[ObjectRef, ...]:
    """The tables that these files fill, and those whose rows refer to them: they cannot stay."""
    names = {one for part in parts for one in touched(part.file).in_shape(shape).writes}
    names |= {TableName(one.table.ref.schema, one.table.ref.name) for part in parts for one in part.upserts}
    chosen = {table.ref for one in names if not wanted or one in wanted for table in shape.named(one.schema, one.name)}
    more = set(chosen)
    while more:
        more = {
            table.ref
            for table in shape
            if table.ref not in chosen and any(ref.target in chosen for ref in table.references)
        }
        chosen |= more
    # A partition is emptied with the whole.
    whole = [shape.tables[ref] for ref in chosen]
    return tuple(sorted((one.ref for one in whole if one.partition_of not in chosen), key=str))


def _take(grounds: Grounds, part: Part) -> None:
    """Rows that are made up later in the plan must not have the keys of these."""
    for one in part.upserts:
        for row in one.rows:
            grounds.take(one.table, {cell.column: cell.text for cell in row.cells if cell.kind is CellKind.TEXT})


def _findings(part: Part) -> Iterator[Finding]:
    if not part.file.declares_rows:
        return
    for table in dict.fromkeys(str(one.table.ref) for one in part.upserts if one.key is None):
        first = next(one for one in part.upserts if one.key is None and str(one.table.ref) == table)
        keys = ", ".join(f"{key.name} ({', '.join(key.expressions)})" for key in first.table.keys) or "none at all"
        yield Finding(
            "seed-no-key",
            Severity.WARNING,
            part.file.ref,
            f"{part.file} gives no whole key of {table}, so its rows are inserted again at each run.",
            f"give the columns of a unique key in each row (the table has {keys})",
            place=first.rows[0].place,
        )


def touches_of(shape: Shape | None) -> Callable[[SeedFile], Touches]:
    """How files are looked at for their order: with the foreign keys of a database where one is at hand."""
    return touched if shape is None else lambda file: touched(file).in_shape(shape)
